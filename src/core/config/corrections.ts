import { quote } from './problem.ts';

/** What the value of a key is; text without an entry. */
const KINDS: Readonly<Record<string, 'flag' | 'number' | 'list'>> = {
  verbose: 'flag',
  proxied: 'flag',
  ttl: 'number',
  timeout: 'number',
  poll_interval: 'number',
  verify_interval: 'number',
  prefix_length: 'number',
  heartbeat: 'number',
  error_after: 'number',
  record_name: 'list',
  interface: 'list',
  prefer: 'list',
  exclude: 'list',
  exec: 'list',
};

/** Seconds of what people write behind a number. */
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** The value that was probably meant by text, or by a value of another type: `30` for `"30s"`, `true` for `Yes`, a list for
 *  `"a, b"`; undefined = nobody knows. */
export function meantBy(key: string, found: unknown): unknown {
  if (typeof found !== 'string' && typeof found !== 'number') return undefined;
  const text = String(found).trim();
  switch (own(KINDS, key)) {
    case 'flag':
      if (/^(true|yes|on|1)$/i.test(text)) return true;
      return /^(false|no|off|0)$/i.test(text) ? false : undefined;
    case 'number':
      return key === 'ttl' && /^auto(matic)?$/i.test(text) ? 1 : secondsIn(text);
    case 'list': {
      const items = text.split(/[\s,;]/).filter((item) => item !== '');
      return items.length > 1 ? items : text;
    }
    default:
      return undefined;
  }
}

/** Whole seconds, with or without a unit. */
function secondsIn(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,9})\s*(?:(s|m|h|d)[a-z]*)?$/i.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}

/** What a table has under a key, and not what every object has (`constructor`). */
const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** So many members of a list are shown. */
const MOST_MEMBERS = 20;

/** The value as TOML has it, for a message; what may be a secret is left out. */
export function asToml(value: unknown): string {
  if (Array.isArray(value)) {
    const members = value.slice(0, MOST_MEMBERS).map(asToml);
    return `[${(value.length > MOST_MEMBERS ? [...members, '…'] : members).join(', ')}]`;
  }
  if (typeof value !== 'string') return String(value);
  const shown = quote(value);
  return shown.startsWith('"') ? shown : '"…"';
}

/** Marks that word processors and web pages make of straight ones. */
const CURLY = /[“”„‟«»‘’‚‛`´]/g;

interface Named {
  readonly key: string;
  readonly isSecret: boolean;
}

/** The key that a word is one of ours for: itself, or what a variable sets. */
export type Naming = (word: string) => Named | null;

/** What is probably wrong with a line that is not TOML, and what to write. Shows a value only behind a key of ours that
 *  is no secret: whatever else a line holds may be one. */
export function adviceFor(line: string, naming: Naming): string | null {
  if (/^\s*(\/\/|;|--|%)/.test(line)) return 'a comment starts with "#"';
  if (/^\s*\[/.test(line)) return headerAdvice(line);
  const [, exported, word, mark, rest = ''] = /^\s*(export\s+)?([A-Za-z_][\w-]*)\s*([=:])?\s*(.*)/s.exec(line) ?? [];
  if (word === undefined) return null;
  const value = withoutComment(rest);
  const what = faultOf(value, exported !== undefined, mark);
  const named = naming(word);
  if (named === null) return what ?? (/^[A-Za-z]/.test(value) ? 'put text in quotes' : null);
  return valueAdvice(named, value, what);
}

function valueAdvice({ key, isSecret }: Named, value: string, what: string | null): string | null {
  const bare = value
    .replaceAll(CURLY, '"')
    .replace(/^\[|\]$/g, '')
    .replaceAll(/["']/g, '')
    .trim();
  if (bare.includes('=')) return 'put each key on a line of its own';
  const meant = meantBy(key, bare) ?? bare;
  if (what === null && /^["']/.test(value) && !Array.isArray(meant)) return null;
  const isText = what === null && typeof meant === 'string' && bare !== '';
  const shown = bare === '' ? 'its value' : asToml(meant);
  const write = `write ${key} = ${isSecret ? '"…"' : shown}`;
  return [isText ? 'put text in quotes' : what, write].filter((part) => part !== null).join('; ');
}

/** What is wrong with a line, as far as it can be said without the value. */
function faultOf(value: string, isExported: boolean, mark: string | undefined): string | null {
  if (isExported) return '"export" is for environment files';
  if (mark === ':') return 'put "=" between key and value';
  if (mark === undefined) return '"=" is missing between key and value';
  if (value.search(CURLY) >= 0) return 'use straight quotes';
  return /^"[^"]*$|^'[^']*$/.test(value) ? 'the closing quote is missing' : null;
}

function headerAdvice(line: string): string | null {
  const [, name = '', closing = ''] = /^\s*\[{1,2}\s*(\w+)\s*(\]*)/.exec(line) ?? [];
  if (name === 'record' && closing.length < 2) return 'write [[record]]';
  return name === 'notify' && closing.length < 1 ? 'write [notify]' : null;
}

/** Without a comment behind it; in quotes "#" starts none. */
const withoutComment = (rest: string): string => (/^["'“‘]/.test(rest) ? rest : rest.replace(/\s#.*/s, '')).trim();

/** What people call our keys elsewhere. */
const SYNONYMS: Readonly<Record<string, string>> = {
  token: 'api_token',
  cloudflare_token: 'api_token',
  auth_token: 'api_token',
  token_file: 'api_token_file',
  proxy: 'proxied',
  name: 'record_name',
  names: 'record_name',
  host: 'record_name',
  hosts: 'record_name',
  hostname: 'record_name',
  hostnames: 'record_name',
  domain: 'record_name',
  domains: 'record_name',
  subdomain: 'record_name',
  subdomains: 'record_name',
  fqdn: 'record_name',
  records: 'record_name',
  iface: 'interface',
  device: 'interface',
  nic: 'interface',
  debug: 'verbose',
  log_level: 'verbose',
  poll: 'poll_interval',
  verify: 'verify_interval',
};

/** What people set elsewhere and need not set here. */
const NEEDLESS: Readonly<Record<string, string>> = {
  zone: 'the zone is found by the name: take it out, or set "zone_id"',
  zone_name: 'the zone is found by the name: take it out, or set "zone_id"',
  email: 'a token is enough: take it out',
  api_key: 'the global API key does not work here: make a token and set "api_token"',
  apikey: 'the global API key does not work here: make a token and set "api_token"',
  auth_key: 'the global API key does not work here: make a token and set "api_token"',
  ipv6: 'ipv6ddns keeps AAAA records alone: take it out',
  ipv4: 'ipv6ddns keeps AAAA records alone: take it out',
  provider: 'Cloudflare is the only provider: take it out',
  interval: 'the kernel tells of changes: take it out, or set "verify_interval"',
  period: 'the kernel tells of changes: take it out, or set "verify_interval"',
};

/** What to do about a key that is not known, by what it is called elsewhere.
 *  @param isTable whether its value is a table or several
 *  @returns null = it says nothing */
export function adviceForKey(key: string, known: readonly string[], isTable: boolean): string | null {
  const plain = key.toLowerCase().replaceAll('-', '_');
  if (isTable && known.includes('record') && /^(records?|names?|hosts?|domains?)$/.test(plain)) {
    return 'write [[record]] above each';
  }
  if (isTable && known.includes('record')) return 'put keys of the top level above all tables, under no name';
  const needless = own(NEEDLESS, plain);
  if (needless !== undefined) return needless;
  const meant = known.includes(plain) ? plain : own(SYNONYMS, plain);
  return meant !== undefined && known.includes(meant) ? `did you mean "${meant}"?` : null;
}
