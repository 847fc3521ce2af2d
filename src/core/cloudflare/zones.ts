import * as v from 'valibot';
import { failed, ok, type Result } from '../result.ts';
import { comparable, isZoneId, type ListInfo, open, parse, read, readInfo, unexpected } from './envelope.ts';
import { type ApiFailure, unreadable } from './failure.ts';
import type { HttpReply } from './http.ts';
import { ZONES_PER_PAGE } from './requests.ts';

/** A text that is shown to people: names have 253 characters at most, everything else is shorter. */
const word = v.pipe(v.string(), v.maxLength(253));

const zoneShape = v.object({
  id: word,
  name: word,
  status: v.nullish(word, ''),
  paused: v.nullish(v.boolean(), false),
  type: v.nullish(word, ''),
  account: v.nullish(v.object({ id: v.nullish(word, '') })),
});

/** A zone as Cloudflare describes it. */
export interface ZoneInfo {
  readonly id: string;
  /** Comparable; A-labels, or the Unicode form that Cloudflare answers with, which cannot be compared with them. */
  readonly name: string;
  /** initializing, pending, active, moved, deleted; '' = not told. */
  readonly status: string;
  readonly paused: boolean;
  /** full, partial, secondary, internal; '' = not told. */
  readonly type: string;
  /** The account's id; '' = not told. */
  readonly account: string;
}

const UNICODE = /[^ -~]/;

/** The zones of a lookup; null = the list is not all of them. */
export function readZones(reply: HttpReply): Result<readonly ZoneInfo[] | null, ApiFailure> {
  const page = readZonesPage(reply);
  if (!page.ok) return page;
  const { zones, info } = page.value;
  const { totalCount, totalPages } = info;
  const isCut = zones.length >= ZONES_PER_PAGE || (totalCount ?? 0) > zones.length || (totalPages ?? 0) > 1;
  return ok(isCut ? null : zones);
}

/** The zones on one page of a list. */
export function readZonesPage(
  reply: HttpReply,
): Result<{ readonly zones: readonly ZoneInfo[]; readonly info: ListInfo }, ApiFailure> {
  const opened = open(reply, 'zones');
  if (!opened.ok) return opened;
  const { result } = opened.value;
  if (!Array.isArray(result)) return failed(unexpected(reply, 'result'));
  const info = readInfo(opened.value.info);
  if (info.count !== null && info.count !== result.length) return failed(unexpected(reply, 'result_info.count'));
  const zones: ZoneInfo[] = [];
  for (const item of result) {
    const zone = parse(zoneShape, item);
    if (!zone.success) return failed(unexpected(reply, v.getDotPath(zone.issues[0])));
    const read = toZone(reply, zone.output);
    if (!read.ok) return read;
    zones.push(read.value);
  }
  return ok({ zones, info });
}

/** The zone that was asked for by its id. */
export function readZoneInfo(reply: HttpReply): Result<ZoneInfo, ApiFailure> {
  const zone = read(reply, zoneShape, 'zone');
  return zone.ok ? toZone(reply, zone.value) : zone;
}

function toZone(reply: HttpReply, wire: v.InferOutput<typeof zoneShape>): Result<ZoneInfo, ApiFailure> {
  if (!isZoneId(wire.id)) return failed(unreadable(reply, 'the zone has no usable id'));
  return ok({
    id: wire.id,
    name: comparable(wire.name),
    status: wire.status,
    paused: wire.paused,
    type: wire.type,
    account: wire.account?.id ?? '',
  });
}

/** The zone's name; null = a Unicode form that cannot be compared with A-labels. */
export const comparableName = ({ name }: ZoneInfo): string | null => (UNICODE.test(name) ? null : name);

/** Which of the zones of one name is to be used. */
export type ZoneChoice = Readonly<
  | { kind: 'zone'; zone: ZoneInfo }
  | { kind: 'none'; gone: readonly ZoneInfo[] } // those that are Cloudflare's no longer
  | { kind: 'unclear'; what: string } // a person has to choose, or to change something
>;

/** The better it serves, the smaller; a zone that does not tell counts as one that is in order. */
const STATUSES: readonly string[] = ['', 'active', 'pending', 'initializing'];

/** Chooses among `zones` the one called `name`, by what they are, never by their order: by status, then not paused before
 *  paused, then full before partial. Zones that moved away or were deleted never count, secondary ones take no records.
 *  An internationalized zone comes with its Unicode name, so it is taken for the one that was asked for. */
export function chooseZone(zones: readonly ZoneInfo[], name: string): ZoneChoice {
  const called = zones.filter((zone) => zone.name === name || (name.includes('xn--') && UNICODE.test(zone.name)));
  const here = called.filter(({ status }) => STATUSES.includes(status));
  if (here.length === 0) return { kind: 'none', gone: called };
  const usable = here.filter(({ type }) => type !== 'secondary').sort(byService);
  const [best, next] = usable;
  if (best === undefined) return { kind: 'unclear', what: describeSecondary(name, here) };
  if (next === undefined || byService(best, next) < 0) return { kind: 'zone', zone: best };
  const equal = usable.filter((zone) => byService(best, zone) === 0);
  const list = equal.map(describeZone).join('; ');
  const what = `there are ${equal.length} zones ${name}, and none is the better choice (${list}): set zone_id to the right one`;
  return { kind: 'unclear', what };
}

const statusRank = ({ status }: ZoneInfo): number => Math.max(1, STATUSES.indexOf(status));
const typeRank = ({ type }: ZoneInfo): number => (type === '' || type === 'full' ? 0 : 1);

const byService = (a: ZoneInfo, b: ZoneInfo): number =>
  statusRank(a) - statusRank(b) || Number(a.paused) - Number(b.paused) || typeRank(a) - typeRank(b);

/** The zone in words that tell it from others of its name. */
export const describeZone = ({ id, account, status }: ZoneInfo): string =>
  `${id}${account === '' ? '' : ` of account ${account}`}, ${status === '' ? 'status unknown' : status}`;

const describeSecondary = (name: string, zones: readonly ZoneInfo[]): string =>
  `the zone ${name} (${zones.map(describeZone).join('; ')}) is a secondary zone: Cloudflare copies its records from another server: ` +
  'change them there, or choose a name of another zone';
