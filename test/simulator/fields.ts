import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import * as v from 'valibot';
import { invalid, refusals } from './errors.ts';
import type { DnsRecord, RecordType, ZoneProperties } from './state.ts';
import { limitsOf } from './state.ts';

const FieldsSchema = v.object({
  type: v.optional(v.string()),
  name: v.optional(v.string()),
  content: v.optional(v.string()),
  ttl: v.optional(v.unknown()),
  proxied: v.optional(v.boolean()),
  comment: v.optional(v.nullable(v.string())),
  tags: v.optional(v.array(v.string())),
  settings: v.optional(v.record(v.string(), v.unknown())),
});

/** The fields of a record that a call may set; the API ignores others. */
export type Fields = v.InferOutput<typeof FieldsSchema>;
type Settable = Pick<DnsRecord, 'name' | 'type' | 'content' | 'ttl' | 'proxied' | 'comment' | 'tags' | 'settings'>;

/** @throws Refusal 9207 for a field of the wrong JSON type; a wrong `ttl` is left to the check of its range. */
export function parseFields(body: unknown): Fields {
  const parsed = v.safeParse(FieldsSchema, body);
  if (!parsed.success) throw refusals.bodyUnreadable();
  return parsed.output;
}

/** What PUT and POST set where the call is silent (facts §4.4). */
export const DEFAULTS = { proxied: false, ttl: 1, comment: null, tags: [], settings: {} } as const;

const RECORD_TYPES: readonly RecordType[] = ['A', 'AAAA', 'CNAME', 'NS', 'TXT'];
const PROXIABLE: readonly RecordType[] = ['A', 'AAAA', 'CNAME'];

export const isProxiable = (type: RecordType): boolean => PROXIABLE.includes(type);

/** Checks the fields laid over `base`, and brings them into the form in which the API stores them.
 *  @throws Refusal for the first field that is not accepted (facts §5–§7, §10) */
export function settle(fields: Fields, base: Partial<Settable>, zone: ZoneProperties): Settable {
  const given = { ...base, ...withoutUndefined(fields) };
  const type = recordType(given.type);
  const content = canonicalContent(type, given.content);
  const proxied = given.proxied ?? DEFAULTS.proxied;
  if (proxied) checkProxied(type, content);
  return {
    type,
    content,
    proxied,
    name: absoluteName(given.name, zone.name),
    ttl: storedTtl(given.ttl, proxied, fields, zone),
    comment: checkedComment(given.comment ?? null, zone),
    tags: checkedTags(given.tags ?? [], zone),
    settings: given.settings ?? {},
  };
}

const withoutUndefined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function recordType(given: string | undefined): RecordType {
  const type = RECORD_TYPES.find((known) => known === given);
  if (type === undefined) throw invalid(9001, 'Invalid DNS record type.');
  return type;
}

/** `@` is the apex; a name outside the zone gets the zone appended, as at Cloudflare (facts §4.1).
 *  A final dot is not documented as accepted and therefore refused. */
function absoluteName(given: string | undefined, zoneName: string): string {
  const wanted = (given ?? '').toLowerCase();
  const ascii = /^[\x21-\x7e]+$/.test(wanted) ? wanted : domainToASCII(wanted);
  const inside = ascii === zoneName || ascii.endsWith(`.${zoneName}`);
  const name = ascii === '@' ? zoneName : `${ascii}${inside ? '' : `.${zoneName}`}`;
  const labels = name.split('.');
  const wellFormed = labels.every((label, at) => isLabel(label) || (at === 0 && label === '*'));
  if (ascii === '' || !wellFormed || name.length > 253) {
    throw invalid(9000, 'DNS name is invalid.');
  }
  return name;
}

const isLabel = (label: string): boolean => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label);

function canonicalContent(type: RecordType, given: string | undefined): string {
  const content = given ?? '';
  switch (type) {
    case 'AAAA':
      if (!isIPv6(content) || content.includes('%'))
        throw invalid(9006, 'Content for AAAA record must be a valid IPv6 address.');
      return canonicalIPv6(content);
    case 'A':
      if (!isIPv4(content)) throw invalid(9005, 'Content for A record must be a valid IPv4 address.');
      return content;
    default:
      if (content === '') throw invalid(9207, 'Content is missing.');
      return content;
  }
}

/** RFC 5952: the WHATWG host serializer compresses the longest run of zeros and writes lower case. */
const canonicalIPv6 = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1);

function checkProxied(type: RecordType, content: string): void {
  if (!isProxiable(type)) throw invalid(9004, 'This kind of record cannot be proxied.');
  const family = type === 'AAAA' ? 'ipv6' : 'ipv4';
  if (type !== 'CNAME' && UNPROXIABLE.check(content, family)) {
    throw invalid(9003, `Target ${content} is not allowed for a proxied record.`);
  }
}

/** Reserved targets and Cloudflare's own. Documentation ranges and 100::/64 pass: they serve as placeholders. */
const UNPROXIABLE = new BlockList();
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['2400:cb00::', 32],
  ['2405:8100::', 32],
  ['2405:b500::', 32],
  ['2606:4700::', 32],
  ['2803:f800::', 32],
  ['2a06:98c0::', 29],
  ['2c0f:f248::', 32],
] as const) {
  UNPROXIABLE.addSubnet(network, bits, 'ipv6');
}
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['104.16.0.0', 13],
  ['224.0.0.0', 3],
] as const) {
  UNPROXIABLE.addSubnet(network, bits, 'ipv4');
}

/** The range holds for what the call asks for; a proxied record keeps 1 whatever it had. */
function storedTtl(ttl: unknown, proxied: boolean, fields: Fields, zone: ZoneProperties): number {
  const { minimumTtlSec } = limitsOf(zone);
  if (typeof ttl !== 'number' || !Number.isInteger(ttl) || (ttl !== 1 && (ttl < minimumTtlSec || ttl > 86_400))) {
    throw invalid(9021, `Invalid TTL. Must be between ${minimumTtlSec} and 86400 seconds, or 1 for Automatic.`);
  }
  if (!proxied) return ttl;
  if (zone.refusesProxiedTtl && fields.ttl !== undefined && ttl !== 1) {
    throw invalid(9021, 'ttl must be set to 1 when proxied is true.');
  }
  return 1;
}

function checkedComment(comment: string | null, zone: ZoneProperties): string | null {
  const limit = limitsOf(zone).commentCharacters;
  if (comment === null || comment === '') return null;
  if ([...comment].length > limit) {
    throw invalid(9313, `DNS record comment exceeds the maximum length of ${limit} characters.`);
  }
  if (/\p{Cc}/u.test(comment)) throw invalid(9207, 'DNS record comment has a character that is not graphic.');
  return comment;
}

function checkedTags(tags: readonly string[], zone: ZoneProperties): readonly string[] {
  const quota = limitsOf(zone).tags;
  if (tags.length > quota) throw invalid(9300, `DNS record has ${tags.length} tags, exceeding the quota of ${quota}.`);
  if (!tags.every((tag) => /^[A-Za-z0-9_-]{1,32}(?::.{0,100})?$/u.test(tag))) throw invalid(9207, 'Invalid tag.');
  return tags;
}
