/// <reference path="./punycode.d.ts" />
import { encode } from 'punycode/punycode.es6.js';
import { failed, ok, type Result } from '../result.ts';
import { quote } from './problem.ts';

/** Longest label and longest name without its final dot, in octets (RFC 1035 §2.3.4). */
const MAX_LABEL = 63;
const MAX_NAME = 253;

/** The full stops that people type between labels (UTS #46 §2.3). */
const SEPARATOR = /[.\u3002\uff0e\uff61]/;

/** A record's name as lower-case A-labels without the final dot; `*` may be the first label.
 *  The error is a whole sentence for the user. */
export function recordName(text: string): Result<string, string> {
  const refused = (why: string) => failed(`${quote(text)} is not a record name: ${why}`);
  const labels = text.toLowerCase().normalize('NFC').split(SEPARATOR);
  if (labels.at(-1) === '') labels.pop();
  if (labels.length < 2) return refused('give the full name, such as home.example.com');
  const ascii: string[] = [];
  for (const [index, label] of labels.entries()) {
    const converted = index === 0 && label === '*' ? ok(label) : toAscii(label);
    if (!converted.ok) return refused(converted.error);
    ascii.push(converted.value);
  }
  const name = ascii.join('.');
  return name.length > MAX_NAME ? refused(`it has ${name.length} characters; allowed are ${MAX_NAME}`) : ok(name);
}

/** One label as an A-label, or why it cannot be one. */
function toAscii(label: string): Result<string, string> {
  if (label === '') return failed('it has an empty label');
  if (label.includes('*')) return failed('"*" may only be the whole first label');
  if (!/^[\p{L}\p{M}\p{Nd}_-]+$/u.test(label)) return failed('allowed are letters, digits, "-" and "_" between dots');
  if (/^[-\p{M}]|-$/u.test(label)) return failed('no label may start or end with "-" or start with a combining mark');
  // Two spellings of one name would get two different A-labels (RFC 5892 §2.2, Unstable).
  if (label.normalize('NFKC') !== label) return failed('it has compatibility characters; write the ordinary letters');
  const ascii = /^[\w-]+$/.test(label) ? label : `xn--${encode(label)}`;
  return ascii.length > MAX_LABEL ? failed(`a label has more than ${MAX_LABEL} characters`) : ok(ascii);
}
