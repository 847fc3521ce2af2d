import type { RecordResponse } from 'cloudflare/resources/dns/records';
import * as v from 'valibot';
import { parseAddress } from '../address/address.ts';
import type { AaaaRecord } from '../dns/record.ts';
import { failed, ok, type Result } from '../result.ts';
import { type ApiFailure, classify, type ErrorCode, unreadable } from './failure.ts';
import type { HttpReply } from './http.ts';
import { ZONES_PER_PAGE } from './requests.ts';

/** The parts of a record that this program reads; unknown fields are ignored, new ones appear regularly. */
const recordShape = v.object({
  id: v.string(),
  type: v.string(),
  name: v.string(),
  content: v.optional(v.string(), ''),
  ttl: v.number(),
  proxied: v.optional(v.boolean(), false),
  comment: v.nullish(v.string(), ''),
  meta: v.nullish(v.object({ read_only: v.optional(v.boolean(), false) })),
});

/** Breaks the build when the official SDK's type of a record no longer fits the shape above. */
type Accepts<Wire extends Shape, Shape> = Wire;
export type SdkRecord = Accepts<
  Omit<RecordResponse.AAAARecord, 'meta'>,
  Omit<v.InferInput<typeof recordShape>, 'meta'>
>;

/** An error's own code; those nested in it are looked at one by one, because how deep they go is the server's choice. */
const errorShape = v.object({
  code: v.optional(v.number(), 0),
  message: v.optional(v.string(), ''),
  error_chain: v.nullish(v.array(v.unknown())),
});

/** Codes of one reply that are looked at. */
const MOST_CODES = 64;

const envelopeShape = v.object({
  success: v.boolean(),
  errors: v.nullish(v.array(errorShape)),
  result: v.optional(v.unknown()),
  result_info: v.optional(v.unknown()),
});

const zoneShape = v.object({
  id: v.string(),
  name: v.string(),
  status: v.nullish(v.string(), ''),
  paused: v.nullish(v.boolean(), false),
  type: v.nullish(v.string(), ''),
});
const zonesShape = v.array(zoneShape);

const infoShape = v.object({ total_pages: v.nullish(v.number()), total_count: v.nullish(v.number()) });
const batchShape = v.object({
  patches: v.nullish(v.array(recordShape)),
  posts: v.nullish(v.array(recordShape)),
});

/** A record with the name it belongs to. */
export interface NamedRecord extends AaaaRecord {
  readonly name: string;
}

/** A zone as the lookup describes it. */
export interface ZoneInfo {
  readonly id: string;
  /** Lower case; A-labels, or the Unicode form that Cloudflare answers with, which cannot be compared with them. */
  readonly name: string;
  /** initializing, pending, active, moved; '' = not told. */
  readonly status: string;
  readonly paused: boolean;
  /** full, partial, secondary, internal; '' = not told. */
  readonly type: string;
}

const UNICODE = /[^ -~]/;

/** The zone called `name` in a lookup's reply; null = the token sees none. */
export function readZone(reply: HttpReply, name: string): Result<ZoneInfo | null, ApiFailure> {
  const zones = read(reply, zonesShape);
  if (!zones.ok) return zones;
  // Cloudflare answers with the Unicode form of an internationalized name, which has no A-label to compare.
  const found = zones.value.find((zone) => zone.name.toLowerCase() === name || UNICODE.test(zone.name));
  return found === undefined ? ok(null) : toZone(reply, found);
}

/** The zones of a lookup of all that end in a domain; null = there are more than fit the page. */
export function readZones(reply: HttpReply): Result<readonly ZoneInfo[] | null, ApiFailure> {
  const zones = read(reply, zonesShape);
  if (!zones.ok) return zones;
  if (zones.value.length >= ZONES_PER_PAGE) return ok(null);
  const infos: ZoneInfo[] = [];
  for (const zone of zones.value) {
    const info = toZone(reply, zone);
    if (!info.ok) return info;
    infos.push(info.value);
  }
  return ok(infos);
}

function toZone(
  reply: HttpReply,
  { id, name, status, paused, type }: v.InferOutput<typeof zoneShape>,
): Result<ZoneInfo, ApiFailure> {
  if (!isId(id)) return failed(unreadable(reply, 'the zone has no usable id'));
  return ok({ id, name: name.toLowerCase(), status: status ?? '', paused: paused ?? false, type: type ?? '' });
}

/** Ids travel in paths. */
const isId = (text: string): boolean => /^[0-9a-f]{32}$/i.test(text);

/** One page of a list of records. */
export interface Page {
  /** Those of the names asked for, in the API's order. */
  readonly records: readonly NamedRecord[];
  /** How many it has altogether. */
  readonly count: number;
  /** How many all pages have, and how many pages there are; null = not told. */
  readonly totalCount: number | null;
  readonly totalPages: number | null;
}

/** The AAAA records on a page of a list reply that belong to `names`; what the others look like does not matter. */
export function readPage(reply: HttpReply, names: ReadonlySet<string>): Result<Page, ApiFailure> {
  const opened = open(reply, false);
  if (!opened.ok) return opened;
  const { result, result_info } = opened.value;
  if (!Array.isArray(result)) return failed(unexpected(reply, 'result'));
  const records: NamedRecord[] = [];
  for (const item of result) {
    if (!names.has(nameOf(item))) continue;
    const record = v.safeParse(recordShape, item);
    if (!record.success) return failed(unexpected(reply, v.getDotPath(record.issues[0])));
    if (record.output.type === 'AAAA') records.push(toRecord(record.output));
  }
  const info = v.safeParse(infoShape, result_info);
  const { total_count, total_pages } = info.success ? info.output : {};
  return ok({ records, count: result.length, totalCount: total_count ?? null, totalPages: total_pages ?? null });
}

const nameOf = (item: unknown): string =>
  typeof item === 'object' && item !== null && 'name' in item ? String(item.name).toLowerCase() : '';

/** The record that a create or update reply describes. */
export function readRecord(reply: HttpReply): Result<NamedRecord, ApiFailure> {
  const record = read(reply, recordShape, true);
  return record.ok ? ok(toRecord(record.value)) : record;
}

/** The records that a batch reply created or updated. */
export function readBatch(reply: HttpReply): Result<readonly NamedRecord[], ApiFailure> {
  const result = read(reply, batchShape, true);
  if (!result.ok) return result;
  return ok([...(result.value.patches ?? []), ...(result.value.posts ?? [])].map(toRecord));
}

/** A reply whose result does not matter beyond its success. */
export function readDone(reply: HttpReply): Result<null, ApiFailure> {
  const done = read(reply, v.unknown(), true);
  return done.ok ? ok(null) : done;
}

/** The zone that was asked for by its id. */
export function readZoneInfo(reply: HttpReply): Result<ZoneInfo, ApiFailure> {
  const zone = read(reply, zoneShape);
  return zone.ok ? toZone(reply, zone.value) : zone;
}

/** The zone's name; null = a Unicode form that cannot be compared with A-labels. */
export const comparableName = ({ name }: ZoneInfo): string | null => (UNICODE.test(name) ? null : name);

const toRecord = (wire: v.InferOutput<typeof recordShape>): NamedRecord => ({
  id: wire.id,
  name: wire.name.toLowerCase(),
  content: parseAddress(wire.content),
  ttlSec: wire.ttl,
  proxied: wire.proxied,
  comment: wire.comment ?? '',
  readOnly: wire.meta?.read_only ?? false,
});

function read<T>(reply: HttpReply, shape: v.GenericSchema<unknown, T>, isWrite = false): Result<T, ApiFailure> {
  const opened = open(reply, isWrite);
  if (!opened.ok) return opened;
  const result = v.safeParse(shape, opened.value.result);
  return result.success ? ok(result.output) : failed(unexpected(reply, v.getDotPath(result.issues[0])));
}

/** What is in the envelope of a success. */
function open(
  reply: HttpReply,
  isWrite: boolean,
): Result<{ readonly result?: unknown; readonly result_info?: unknown }, ApiFailure> {
  const envelope = v.safeParse(envelopeShape, parseJson(reply.body));
  const codes = envelope.success ? flatten(envelope.output.errors ?? []) : bareCodes(reply);
  const failure = classify(reply, codes, envelope.success && envelope.output.success, isWrite);
  if (failure !== null) return failed(failure);
  return ok(envelope.success ? envelope.output : {});
}

const unexpected = (reply: HttpReply, where: string | null): ApiFailure =>
  unreadable(reply, `unexpected shape of the reply at "${where ?? 'result'}"`);

/** null = no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Top-level domains that were free are turned away in a form of its own, `{"error":…}`, which later got this code. */
const UNSERVED_DOMAIN = /^\s*\{\s*"error":\s*"(You cannot use this API for domains with[^"]*)/;

/** The code of a refusal that is no envelope; null = it is none of the API's. */
function bareCodes({ status, body }: HttpReply): ErrorCode[] | null {
  const [, message] = UNSERVED_DOMAIN.exec(body) ?? [];
  return message === undefined || status < 400 ? null : [{ code: 1038, message }];
}

/** The codes at any depth, the outermost first. */
function flatten(errors: readonly unknown[]): ErrorCode[] {
  const codes: ErrorCode[] = [];
  const next = (nested: readonly unknown[]): unknown[] => nested.slice(0, MOST_CODES).reverse();
  const left = next(errors);
  while (left.length > 0 && codes.length < MOST_CODES) {
    const error = v.safeParse(errorShape, left.pop());
    if (!error.success) continue;
    const { code, message, error_chain } = error.output;
    codes.push({ code, message });
    left.push(...next(error_chain ?? []));
  }
  return codes;
}
