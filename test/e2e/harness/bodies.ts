import { textsOfOneHash } from './same-hash.ts';

/** Replies of the largest size that is taken, 1 MiB, each of a shape that costs as much as possible to read. */

export type Kind = 'zones' | 'zone' | 'records' | 'write' | 'batch';

/** What a sensible reply is about. */
export interface Subject {
  readonly id: string;
  readonly name: string;
  readonly record: string;
}

interface Body {
  readonly status?: number;
  readonly text: string;
}

const MOST = 1024 * 1024;

/** So many of the largest headers fit into what is taken. */
const HEADER_BYTES = 15_000;

/** `unit` again and again between `before` and `after`, as often as it fits. */
const filled = (before: string, unit: string, after: string): string =>
  before + unit.repeat(Math.floor((MOST - before.length - after.length) / unit.length)) + after;

/** What `make` makes of 0, 1, …, separated by commas, as long as it fits. */
function listed(before: string, make: (i: number) => string, after: string): string {
  const items: string[] = [];
  let left = MOST - before.length - after.length;
  for (let i = 0; ; i++) {
    const item = make(i);
    left -= item.length + 1;
    if (left < 0) return `${before}${items.join(',')}${after}`;
    items.push(item);
  }
}

const RESULT = '{"success":true,"errors":[],"result":';
const ERRORS = '{"success":false,"result":null,"errors":';

const record = ({ record: name }: Subject, i: number): string =>
  `{"id":"${i}","type":"AAAA","name":"${name}","content":"3ffe:1::a"}`;
const zone = ({ name }: Subject, i: number): string =>
  `{"id":"${String(i).padStart(32, '0')}","name":"${name}","status":"active"}`;

/** The property of a reply's main thing that is as long as possible. */
const property = (name: string) => (subject: Subject, kind: Kind) => {
  const isZone = kind === 'zones' || kind === 'zone';
  const [start] = (isZone ? zone : record)(subject, 1).split('}');
  const [open, close] = kind === 'zones' || kind === 'records' ? ['[', ']'] : ['', ''];
  const [before, after] = name === 'ttl' ? ['', ''] : ['"', '"'];
  return {
    text: filled(`${RESULT}${open}${start},"${name}":${before}`, name === 'ttl' ? '1' : 'x', `${after}}${close}}`),
  };
};

export const BODIES: Readonly<Record<string, (subject: Subject, kind: Kind) => Body>> = {
  'a list of empty objects': () => ({ text: filled(`${RESULT}[{}`, ',{}', ']}') }),
  'a list of empty lists': () => ({ text: filled(`${RESULT}[[]`, ',[]', ']}') }),
  'a list of numbers': () => ({ text: filled(`${RESULT}[1`, ',1', ']}') }),
  'a list of empty texts': () => ({ text: filled(`${RESULT}[""`, ',""', ']}') }),
  'as many good items as fit': (subject, kind) => ({
    text: listed(`${RESULT}[`, (i) => (kind === 'zones' ? zone : record)(subject, i), ']}'),
  }),
  'a batch of as many records as fit': (subject) => ({
    text: listed(`${RESULT}{"posts":[`, (i) => record(subject, i), ']}}'),
  }),
  'a batch of empty objects': () => ({ text: filled(`${RESULT}{"patches":[{}`, ',{}', ']}}') }),
  'nested lists': () => ({ text: filled(`${RESULT}`, '[', '') }),
  'nested lists that are closed': () => ({
    text: `${RESULT}${'['.repeat(MOST / 2 - 64)}${']'.repeat(MOST / 2 - 64)}}`,
  }),
  'nested objects': () => ({ text: filled(RESULT, '{"a":', '') }),
  'one object with many keys': () => ({ text: listed(`${RESULT}{`, (i) => `"${i.toString(36)}x":1`, '}}') }),
  'one object with keys of one hash': () => {
    const keys = textsOfOneHash();
    return { text: listed(`${RESULT}{`, () => `"${keys.next().value}":1`, '}}') };
  },
  'a list of objects, each with a key of its own': () => ({
    text: listed(`${RESULT}[`, (i) => `{"${i.toString(36)}":1}`, ']}'),
  }),
  'one object with many numbers as keys': () => ({ text: listed(`${RESULT}{`, (i) => `"${i}":1`, '}}') }),
  'one key again and again': () => ({ text: filled(`${RESULT}{"a":1`, ',"a":1', '}}') }),
  'a long name': property('name'),
  'a long id': property('id'),
  'a long content': property('content'),
  'a long comment': property('comment'),
  'a number of many digits': property('ttl'),
  'one long text': () => ({ text: filled(`${RESULT}"`, 'x', '"}') }),
  'half characters': () => ({ text: filled(`${RESULT}"`, '\\ud800', '"}') }),
  'a count of many digits': () => ({ text: filled(`${RESULT}[],"result_info":{"total_count":`, '9', '}}') }),
  'many errors': () => ({ status: 400, text: filled(`${ERRORS}[{}`, ',{}', ']}') }),
  'many codes': () => ({ status: 400, text: filled(`${ERRORS}[{"code":1}`, ',{"code":1}', ']}') }),
  'many errors that are texts': () => ({ status: 403, text: filled(`${ERRORS}[""`, ',""', ']}') }),
  'errors one in the other': () => ({ status: 400, text: filled(`${ERRORS}[`, '{"code":1,"error_chain":[', '') }),
  'errors one in the other, closed': () => ({
    status: 400,
    text: `${ERRORS}${'[{"error_chain":'.repeat(400)}[]${'}]'.repeat(400)}}`,
  }),
  'a long message': () => ({ status: 400, text: filled(`${ERRORS}[{"code":1004,"message":"`, 'm', '"}]}') }),
  'a message of blanks': () => ({ status: 400, text: filled(`${ERRORS}[{"code":1004,"message":"`, ' ', 'x"}]}') }),
  'a long address of a page': () => ({
    status: 400,
    text: filled(`${ERRORS}[{"code":1004,"documentation_url":"https://`, 'u', '"}]}'),
  }),
  'a long title of the edge': () => ({ status: 503, text: filled('{"error_code":1015,"title":"', 't', '"}') }),
  'a page of tags': () => ({ status: 403, text: filled('<html>', '<', '') }),
  'a page of empty tags': () => ({ status: 403, text: filled('<html>', '<>', '') }),
  blanks: () => ({ status: 502, text: filled('', ' ', '') }),
  'bytes of zero': () => ({ text: filled('', '\0', '') }),
  'long headers': () => ({ status: 429, text: '' }),
};

/** Beside a body of that name. */
export function headersFor(body: string): Record<string, string> {
  if (body !== 'long headers') return { 'content-type': 'application/json' };
  return {
    ratelimit: '"d";r=0;t=1,'.repeat(HEADER_BYTES / 12),
    'retry-after': '9'.repeat(HEADER_BYTES),
    'cf-ray': 'r'.repeat(HEADER_BYTES),
    date: `Sat, ${' '.repeat(HEADER_BYTES)}`,
  };
}

/** The kinds of request that a body of that name is read in another way for. */
export function kindsFor(body: string): readonly Kind[] {
  if (body === 'a long name') return ['zones', 'zone', 'records', 'write', 'batch'];
  if (/^a long (id|content|comment)|^a number/.test(body)) return ['zones', 'records', 'write'];
  return /^a list of empty objects|^as many|^a batch/.test(body) ? ['zones', 'records', 'batch'] : ['records'];
}
