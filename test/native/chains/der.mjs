// Writes certificates (RFC 5280 section 4.1), also such as no tool would: whatever the description says.
import { sign } from 'node:crypto';

/** An element of DER: tag, length, content. */
export function element(tag, ...contents) {
  const content = Buffer.concat(
    contents.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  const { length } = content;
  const octets = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
  if (length >= 128 && length < 256) octets.splice(0, 2, 0x81);
  return Buffer.concat([Buffer.from([tag, ...octets]), content]);
}

export const sequence = (...parts) => element(0x30, ...parts);
const set = (...parts) => element(0x31, ...parts);
const octets = (content) => element(0x04, content);
const bits = (content, unused = 0) => element(0x03, Buffer.from([unused]), content);
const integer = (bytes) => element(0x02, Buffer.from(bytes));

export function oid(text) {
  const [first, second, ...rest] = text.split('.').map(Number);
  const base128 = (number) => {
    const digits = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  };
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Tags of strings, and how they hold text. */
const STRINGS = { utf8: [0x0c, 'utf8'], printable: [0x13, 'latin1'], ia5: [0x16, 'latin1'], t61: [0x14, 'latin1'] };
const ATTRIBUTES = { C: '2.5.4.6', O: '2.5.4.10', CN: '2.5.4.3', emailAddress: '1.2.840.113549.1.9.1' };

/** A name of attributes `[type, text, kind of string]`. */
export const name = (attributes) =>
  sequence(
    ...attributes.map(([type, text, kind = 'utf8']) => {
      const [tag, encoding] = STRINGS[kind];
      return set(sequence(oid(ATTRIBUTES[type]), element(tag, Buffer.from(text, encoding))));
    }),
  );

function time(date) {
  const text = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? element(0x17, text.slice(2)) : element(0x18, text);
}

const SIGNATURES = {
  'rsa/sha256': '1.2.840.113549.1.1.11',
  'rsa/sha384': '1.2.840.113549.1.1.12',
  'rsa/sha512': '1.2.840.113549.1.1.13',
  'rsa/sha1': '1.2.840.113549.1.1.5',
  'rsa/md5': '1.2.840.113549.1.1.4',
  'ec/sha256': '1.2.840.10045.4.3.2',
  'ec/sha384': '1.2.840.10045.4.3.3',
  'ec/sha512': '1.2.840.10045.4.3.4',
  'ec/sha1': '1.2.840.10045.4.1',
};

const extension = (id, critical, value) =>
  sequence(oid(id), ...(critical ? [element(0x01, Buffer.from([0xff]))] : []), octets(value));

export const basicConstraints = (isCa, pathLength = null) =>
  extension(
    '2.5.29.19',
    true,
    sequence(
      ...(isCa ? [element(0x01, Buffer.from([0xff]))] : []),
      ...(pathLength === null ? [] : [integer([pathLength])]),
    ),
  );

const USAGES = { digitalSignature: 0x80, keyEncipherment: 0x20, keyCertSign: 0x04, cRLSign: 0x02 };

export const keyUsage = (...usages) =>
  extension('2.5.29.15', true, bits(Buffer.from([usages.reduce((all, usage) => all | USAGES[usage], 0)]), 1));

const PURPOSES = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  any: '2.5.29.37.0',
};

export const extendedKeyUsage = (...purposes) =>
  extension('2.5.29.37', false, sequence(...purposes.map((purpose) => oid(PURPOSES[purpose]))));

/** Parts of GeneralName: `DNS:name`, `IP:address`, `email:…`, `URI:…`, `dir:…` (an O). Addresses of constraints have their
 *  mask behind a slash. */
export function generalName(text) {
  const [, kind, value] = /^(\w+):(.*)$/s.exec(text);
  switch (kind) {
    case 'email':
      return element(0x81, value);
    case 'DNS':
      return element(0x82, value);
    case 'dir':
      return element(0xa4, name([['O', value]]));
    case 'URI':
      return element(0x86, value);
    case 'IP':
      return element(0x87, ...value.split('/').map(address));
    default:
      throw new Error(`no kind of name: ${text}`);
  }
}

function address(text) {
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number));
  const [head, tail] = text.split('::').map((side) => (side === '' ? [] : side.split(':')));
  const groups = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

export const subjectAltName = (...names) => extension('2.5.29.17', false, sequence(...names.map(generalName)));

/** @param permitted, excluded general names */
export function nameConstraints({ permitted = [], excluded = [], critical = true, raw = null }) {
  const list = (tag, names) =>
    names.length === 0 ? [] : [element(tag, ...names.map((own) => sequence(generalName(own))))];
  return extension('2.5.29.30', critical, raw ?? sequence(...list(0xa0, permitted), ...list(0xa1, excluded)));
}

/** An extension that nobody knows. */
export const unknownExtension = (critical) => extension('1.3.6.1.4.1.99999.1', critical, Buffer.from([0x05, 0x00]));

const DAY_MS = 86_400_000;

/** Days from now. */
export const days = (count) => new Date(Date.now() + count * DAY_MS);

/** A certificate as `{der, subject, key}`, which may be the issuer of others.
 *  @param about `subject`, `key` ({privateKey, publicKey, type}), `issuer` (null = itself), `hash`, `version`, `serial`,
 *  `from`, `until`, `extensions`, `issuerName` in place of the issuer's, `breaksSignature` */
export function makeCertificate(about) {
  const { subject, key, hash = 'sha256', version = 3, serial = [1], from = days(-1), until = days(30) } = about;
  const { issuer = null, extensions = [], issuerName = issuer?.subject ?? subject, breaksSignature = false } = about;
  const signer = issuer?.key ?? key;
  const algorithm = sequence(
    oid(SIGNATURES[`${signer.type}/${hash}`]),
    ...(signer.type === 'rsa' ? [element(0x05)] : []),
  );
  const body = sequence(
    ...(version === 1 ? [] : [element(0xa0, integer([version - 1]))]),
    integer(serial),
    algorithm,
    name(issuerName),
    sequence(time(from), time(until)),
    name(subject),
    key.publicKey.export({ type: 'spki', format: 'der' }),
    ...(version === 3 && extensions.length > 0 ? [element(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign(hash, body, signer.privateKey);
  if (breaksSignature) signature[signature.length - 1] ^= 1;
  return { der: sequence(body, algorithm, bits(signature)), subject, key };
}

export const toPem = ({ der }, label = 'CERTIFICATE') =>
  [`-----BEGIN ${label}-----`, ...der.toString('base64').match(/.{1,64}/g), `-----END ${label}-----`, ''].join('\n');
