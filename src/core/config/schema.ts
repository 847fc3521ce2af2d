import * as v from 'valibot';
import { interfacePattern } from '../address/interfaces.ts';
import { addressKind } from '../address/kinds.ts';
import { failed, type Result } from '../result.ts';
import { baseUrl } from './base-url.ts';
import { hookUrl } from './hook-url.ts';
import { recordName } from './names.ts';
import { mayBeSecret, quote } from './problem.ts';
import { proxyUrl } from './proxy.ts';
import { Secret } from './secret.ts';

/** A schema whose every fault says what is allowed: a text that completes "allowed are …". */
const allowing = <S extends v.GenericSchema>(allowed: string, schema: S): S =>
  v.config(schema, { message: allowed, abortPipeEarly: true });

/** Kind of the issues whose message is a whole sentence rather than what is allowed. */
export const SENTENCE = 'raw_transform';

/** Longer than any value that makes sense, a path (PATH_MAX) and a list of hosts included. */
const LONGEST_TEXT = 8192;

/** A text, looked at by patterns only if it is not too long: some need the square of its length in steps. */
const given = v.pipe(v.string(), v.maxLength(LONGEST_TEXT, `texts of up to ${LONGEST_TEXT} characters`));

/** A step that converts; the error is a whole sentence. */
const converting = <I, O>(convert: (input: I) => Result<O, string>) =>
  v.rawTransform<I, O>(({ dataset, addIssue, NEVER }) => {
    const converted = convert(dataset.value);
    if (converted.ok) return converted.value;
    addIssue({ message: converted.error });
    return NEVER;
  });

/** The same with what was found before what to write. */
const saying =
  <T>(convert: (text: string) => Result<T, string>) =>
  (text: string): Result<T, string> => {
    const converted = convert(text);
    return converted.ok ? converted : failed(`found ${quote(text)}; ${converted.error}`);
  };

const integer = (min: number, max: number, unit = '') =>
  allowing(`${min}–${max}${unit}`, v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)));

/** Whole seconds from `min` to `max`, or the one value with a meaning of its own. */
const secondsOr = (special: number, meaning: string, min: number, max: number) =>
  allowing(
    `${special} (${meaning}) and ${min}–${max} seconds`,
    v.pipe(
      v.number(),
      v.integer(),
      v.check((sec) => sec === special || (sec >= min && sec <= max)),
    ),
  );

/** Longer than any list that makes sense: each member that is refused costs memory. */
const MAX_ITEMS = 10_000;

/** A list, looked into only if it is not too long. */
const boundedList = v.pipe(v.array(v.unknown()), v.maxLength(MAX_ITEMS, `up to ${MAX_ITEMS} members`));

/** One value or a list of them, as a list. */
const listOf = <S extends v.GenericSchema>(allowed: string, item: S) =>
  allowing(
    allowed,
    v.pipe(
      v.unknown(),
      v.transform((value) => (Array.isArray(value) ? value : [value])),
      boundedList,
      v.array(item),
    ),
  );

/** The same with one value at least. */
const oneOrMore = <S extends v.GenericSchema>(allowed: string, item: S) =>
  allowing(allowed, v.pipe(listOf(allowed, item), v.minLength(1)));

const flag = allowing('true and false', v.boolean());
const text = allowing('non-empty texts', v.pipe(given, v.trim(), v.nonEmpty()));

/** Bearer token (RFC 6750 §2.1; the alphabet and the length are Cloudflare's business): sent as it is, so whatever
 *  surrounds it by mistake is refused here. */
export const token = allowing(
  'visible ASCII characters without blanks',
  v.pipe(
    given,
    v.trim(),
    v.regex(/^[!-~]+$/),
    v.regex(/^[^"'`].*[^"'`]$|^[^"'`]$/, 'tokens without quotes around them'),
    v.regex(/^(?!\w+=[^=]|[A-Z_]+=)/, 'the token alone, without "NAME=" before it'),
    v.regex(/^(?![<[{$]|.*your.*token|.*change.?me|x+$)/i, 'tokens, not a placeholder for one'),
    v.transform((value) => new Secret(value)),
  ),
);

const zoneId = allowing('32 hexadecimal digits', v.pipe(given, v.regex(/^[0-9a-f]{32}$/i), v.toLowerCase()));

/** A token that was put here by mistake would be a name, too, and stand in the log as one that no interface has. */
const interfaceText = (text: string): Result<string, string> =>
  mayBeSecret(text) ? failed('allowed are interface names') : interfacePattern(text);

const interfaceName = v.pipe(given, v.trim(), converting(saying(interfaceText)));

const kinds = listOf(
  'kinds of address ("2a01:db8::/32", "::7", "static", "slaac", "dhcpv6") and lists of them',
  v.pipe(given, v.trim(), converting(saying(addressKind))),
);

const name = allowing('record names', v.pipe(given, converting(recordName)));

/** Cloudflare takes up to 500 characters (Free plan: 100), graphic ones only. Blanks around them might come back without. */
const comment = allowing(
  'up to 500 printable characters without line breaks',
  v.pipe(given, v.trim(), v.regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]{0,500}$/u)),
);

/** Keys of the top level that a `[[record]]` table may override. */
const OVERRIDABLE = {
  zone_id: zoneId,
  interface: oneOrMore('interface names, patterns such as "ppp*", and lists of them', interfaceName),
  multi_record: allowing('"error", "first" and "all"', v.picklist(['error', 'first', 'all'])),
  ttl: secondsOr(1, 'automatic', 30, 86400),
  proxied: flag,
  comment,
};

const TOP_LEVEL = {
  ...OVERRIDABLE,
  api_token: token,
  api_token_file: text,
  record_name: oneOrMore('a record name and a list of them', name),
  timeout: integer(1, 300, ' seconds'),
  poll_interval: integer(10, 3600, ' seconds'),
  prefer: kinds,
  exclude: kinds,
  verify_interval: secondsOr(0, 'never', 60, 86400),
  verbose: flag,
  status_file: text,
  metrics_file: allowing('paths that end in ".prom"', v.pipe(given, v.trim(), v.regex(/[^/]\.prom$/))),
};

const RECORD = {
  ...OVERRIDABLE,
  name,
  host_id: text,
  prefix_length: integer(1, 127),
};

/** URL of a receiver of notifications, with what of it may be shown. */
export const hook = v.pipe(given, v.trim(), converting(hookUrl));

/** argv[0] has to be an absolute path: nothing is looked for in $PATH, and no shell is between. */
const command = allowing(
  'lists of texts: the absolute path of a program, then its arguments',
  v.pipe(
    boundedList,
    v.array(
      v.pipe(
        given,
        v.check((argument) => !argument.includes('\0')),
      ),
    ),
    v.check(([program = '']) => program.startsWith('/')),
  ),
);

const NOTIFY = {
  url: hook,
  url_file: text,
  format: allowing('"json", "healthchecks" and "uptime-kuma"', v.picklist(['json', 'healthchecks', 'uptime-kuma'])),
  heartbeat: secondsOr(0, 'none', 20, 86400),
  exec: command,
  error_after: integer(0, 86400, ' seconds'),
};

const proxy = v.pipe(given, v.trim(), converting(proxyUrl));

/** Settings that the environment alone has. */
const ENVIRONMENT_ONLY = {
  url: hook,
  base_url: allowing('URLs', v.pipe(given, converting(baseUrl))),
  ca_file: text,
  ca_path: allowing('folders, separated by ":"', v.pipe(given, v.trim(), v.regex(/[^:]/))),
  https_proxy: proxy,
  all_proxy: proxy,
  no_proxy: text,
};

export const TOP_LEVEL_KEYS = [...Object.keys(TOP_LEVEL), 'record', 'notify'];
export const RECORD_KEYS = Object.keys(RECORD);
export const NOTIFY_KEYS = Object.keys(NOTIFY);

/** Keys whose value no message repeats. */
export const SECRET_KEYS: readonly string[] = ['api_token', 'https_proxy', 'all_proxy', 'url', 'exec'];

export const topLevelSchema = v.partial(v.object(TOP_LEVEL));
export const notifySchema = v.partial(v.object(NOTIFY));
export const recordSchema = v.partial(v.object(RECORD));
export const environmentSchema = v.partial(v.object({ ...TOP_LEVEL, ...ENVIRONMENT_ONLY }));

const asText = (value: string): unknown => value;
const asList = (value: string): unknown =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
const asNumber = (value: string): unknown => (/^-?\d+$/.test(value) ? Number(value) : value);
const asFlag = (value: string): unknown => {
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  return /^(false|no|off|0)$/i.test(value) ? false : value;
};

/** A variable's key in {@link environmentSchema} and how its text becomes that key's value;
 *  text of another form stays as it is, for the schema to refuse. */
interface Variable {
  readonly key: keyof typeof TOP_LEVEL | keyof typeof ENVIRONMENT_ONLY;
  readonly read: (value: string) => unknown;
}

/** Of several that have the same key, the first one counts: as with curl, that in lower case. */
export const VARIABLES: Readonly<Record<string, Variable>> = {
  CLOUDFLARE_API_TOKEN: { key: 'api_token', read: asText },
  CLOUDFLARE_API_TOKEN_FILE: { key: 'api_token_file', read: asText },
  CLOUDFLARE_ZONE_ID: { key: 'zone_id', read: asText },
  CLOUDFLARE_RECORD_NAME: { key: 'record_name', read: asList },
  CLOUDFLARE_MULTI_RECORD: { key: 'multi_record', read: asText },
  IPV6DDNS_TIMEOUT: { key: 'timeout', read: asNumber },
  IPV6DDNS_POLL_INTERVAL: { key: 'poll_interval', read: asNumber },
  IPV6DDNS_VERIFY_INTERVAL: { key: 'verify_interval', read: asNumber },
  IPV6DDNS_INTERFACE: { key: 'interface', read: asList },
  IPV6DDNS_PREFER: { key: 'prefer', read: asList },
  IPV6DDNS_EXCLUDE: { key: 'exclude', read: asList },
  IPV6DDNS_VERBOSE: { key: 'verbose', read: asFlag },
  IPV6DDNS_STATUS_FILE: { key: 'status_file', read: asText },
  IPV6DDNS_METRICS_FILE: { key: 'metrics_file', read: asText },
  IPV6DDNS_NOTIFY_URL: { key: 'url', read: asText },
  CLOUDFLARE_BASE_URL: { key: 'base_url', read: asText },
  SSL_CERT_FILE: { key: 'ca_file', read: asText },
  SSL_CERT_DIR: { key: 'ca_path', read: asText },
  https_proxy: { key: 'https_proxy', read: asText },
  HTTPS_PROXY: { key: 'https_proxy', read: asText },
  all_proxy: { key: 'all_proxy', read: asText },
  ALL_PROXY: { key: 'all_proxy', read: asText },
  no_proxy: { key: 'no_proxy', read: asText },
  NO_PROXY: { key: 'no_proxy', read: asText },
};
