import type { RecordResponse } from 'cloudflare/resources/dns/records';
import * as v from 'valibot';
import { parseAddress } from '../address/address.ts';
import { type AaaaRecord, AUTOMATIC_TTL_SEC } from '../dns/record.ts';
import { failed, ok, type Result } from '../result.ts';
import { comparable, isRecordId, type ListInfo, open, parse, read, readInfo, unexpected } from './envelope.ts';
import type { ApiFailure } from './failure.ts';
import type { HttpReply } from './http.ts';
import { isObject } from './json.ts';
import { RECORDS_PER_PAGE } from './requests.ts';

const numeral = v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number));

/** The parts of a record that this program reads; unknown fields are ignored, new ones appear regularly. */
const recordShape = v.object({
  id: v.pipe(v.string(), v.check(isRecordId)),
  type: v.string(),
  name: v.string(),
  content: v.nullish(v.string(), ''),
  ttl: v.nullish(v.union([v.number(), numeral]), AUTOMATIC_TTL_SEC),
  proxied: v.nullish(v.boolean(), false),
  comment: v.nullish(v.string(), ''),
  meta: v.optional(v.unknown()),
});

/** Breaks the build when the official SDK's type of a record no longer fits the shape above. */
type Accepts<Wire extends Shape, Shape> = Wire;
export type SdkRecord = Accepts<
  Omit<RecordResponse.AAAARecord, 'meta'>,
  Omit<v.InferInput<typeof recordShape>, 'meta'>
>;

const batchShape = v.object({
  patches: v.nullish(v.array(recordShape)),
  posts: v.nullish(v.array(recordShape)),
});

/** A record with the name it belongs to. */
export interface NamedRecord extends AaaaRecord {
  readonly name: string;
}

/** One page of a list of records. */
export interface Page {
  /** Those of the names asked for, in the API's order. */
  readonly records: readonly NamedRecord[];
  /** Of those names the ones with a record that cannot be read. */
  readonly odd: readonly string[];
  /** How many it has altogether. */
  readonly count: number;
  readonly info: ListInfo;
}

/** A page of the list of one name: everything on it has to be an AAAA record of that name, or it is another list. */
export function readNamePage(reply: HttpReply, name: string): Result<Page, ApiFailure> {
  const items = readItems(reply);
  if (!items.ok) return items;
  const { result, info } = items.value;
  const records: NamedRecord[] = [];
  for (const item of result) {
    const record = parse(recordShape, item);
    if (!record.success) return failed(unexpected(reply, v.getDotPath(record.issues[0])));
    if (record.output.type !== 'AAAA') return failed(unexpected(reply, 'type'));
    if (comparable(record.output.name) !== name) return failed(unexpected(reply, 'name'));
    records.push(toRecord(record.output));
  }
  return ok({ records, odd: [], count: result.length, info });
}

/** A page of the list of a whole zone: the AAAA records of `names`. What the others look like does not matter. */
export function readZonePage(reply: HttpReply, names: ReadonlySet<string>): Result<Page, ApiFailure> {
  const items = readItems(reply);
  if (!items.ok) return items;
  const { result, info } = items.value;
  const records: NamedRecord[] = [];
  const odd: string[] = [];
  for (const item of result) {
    const name = nameOf(item);
    if (!names.has(name)) continue;
    const record = parse(recordShape, item);
    if (!record.success) odd.push(name);
    else if (record.output.type === 'AAAA') records.push(toRecord(record.output));
  }
  return ok({ records, odd, count: result.length, info });
}

/** Longest page that Cloudflare has (`per_page`). Each item takes time to read. */
const MOST_ITEMS = 5_000;

/** The items of a list, whatever they are. */
export function readItems(
  reply: HttpReply,
): Result<{ readonly result: readonly unknown[]; readonly info: ListInfo }, ApiFailure> {
  const opened = open(reply, 'records');
  if (!opened.ok) return opened;
  const { result, info } = opened.value;
  const isPage = Array.isArray(result) && result.length <= MOST_ITEMS;
  return isPage ? ok({ result, info: readInfo(info) }) : failed(unexpected(reply, 'result'));
}

const nameOf = (item: unknown): string =>
  isObject(item) && typeof item['name'] === 'string' ? comparable(item['name']) : '';

/** What follows a page: nothing, and all was seen; nothing, as far as one can tell, because the list does not say how
 *  much it has; another page. null = the list contradicts itself, or is cut.
 *  @param number the page's, from 1
 *  @param seen how many items it and the pages before it have */
export function whatFollows(page: Page, number: number, seen: number): 'end' | 'untold' | 'page' | null {
  const { count, info } = page;
  if (!isAsked(page, number)) return null;
  const isTold = info.totalCount !== null;
  if (isTold && seen > info.totalCount) return null;
  const hasMore = (isTold && seen < info.totalCount) || (count > 0 && mayHaveNext(page, number));
  if (!hasMore) return isTold ? 'end' : 'untold';
  return count === 0 ? null : 'page';
}

/** Whether it is that page, and as long as it says. */
const isAsked = ({ count, info }: Page, number: number): boolean =>
  (info.page ?? number) === number && (info.count ?? count) === count;

/** Whether the page may have another one behind it. Without a word of the pages, or of the records altogether, only a full
 *  one may; how long one is, the reply says. */
function mayHaveNext({ count, info }: Page, number: number): boolean {
  if (info.totalPages !== null) return number < info.totalPages;
  return info.totalCount === null && count >= (info.perPage ?? RECORDS_PER_PAGE);
}

/** The record that a create or update reply describes. */
export function readRecord(reply: HttpReply): Result<NamedRecord, ApiFailure> {
  const record = read(reply, recordShape, 'write');
  return record.ok ? ok(toRecord(record.value)) : record;
}

/** The records that a batch reply created or updated. */
export function readBatch(reply: HttpReply): Result<readonly NamedRecord[], ApiFailure> {
  const result = read(reply, batchShape, 'write');
  if (!result.ok) return result;
  return ok([...(result.value.patches ?? []), ...(result.value.posts ?? [])].map(toRecord));
}

/** A reply whose result does not matter beyond its success. */
export function readDone(reply: HttpReply): Result<null, ApiFailure> {
  const done = open(reply, 'write');
  return done.ok ? ok(null) : done;
}

const toRecord = (wire: v.InferOutput<typeof recordShape>): NamedRecord => ({
  id: wire.id,
  name: comparable(wire.name),
  content: parseAddress(wire.content),
  ttlSec: wire.ttl,
  proxied: wire.proxied,
  comment: wire.comment,
  readOnly: isObject(wire.meta) && wire.meta['read_only'] === true,
});
