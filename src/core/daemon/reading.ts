import type { NamedRecord, Page } from '../cloudflare/replies.ts';
import { RECORDS_PER_PAGE } from '../cloudflare/requests.ts';
import { found } from './found.ts';
import { type Effect, isPending, type NameState, type Reading, withName, type ZoneState } from './zone-state.ts';

/** Reading the records: name by name, or, where many names are to be read, the list of the whole zone page by page. */

/** A page of the zone's list is worth so many lists of one name: it is up to a hundred times longer. */
export const NAMES_PER_PAGE = 4;

/** Pages of one name's records. Cloudflare allows 8192 characters of content, some hundreds of records. */
export const MOST_PAGES = 10;

/** Records that come and go within the seconds of a reading shift the others no further. */
const MOST_MISSED = 10;

/** What is to be read next of the names that `open` lets through; null = their records are known. */
export function beginReading({ names }: ZoneState, open: (name: NameState) => boolean): Reading | null {
  const isUnread = (name: NameState): boolean => name.records === null && open(name);
  const first = names.findIndex(isUnread);
  if (first < 0) return null;
  const together = names.filter((name) => !name.alone && isUnread(name)).length;
  const pages = Math.floor(together / NAMES_PER_PAGE);
  const which = pages > 0 ? { index: null, lastPage: pages } : { index: first, lastPage: MOST_PAGES };
  return { ...which, names: names.length, page: 1, found: [], count: 0, totalCount: null };
}

/** Takes a page in; null = the list of a name cannot be read to its end.
 *
 *  Records that come or go between two pages shift the others, so that some are missed: a list of which the total changes,
 *  or does not fit, is not believed. Then, and when the zone has too many pages, each name is read alone; so is one with
 *  several records, because their order matters, and the odd one that several pages do not have. */
export function turnPage(
  zone: ZoneState,
  reading: Reading,
  page: Page,
  nowMs: number,
  effects: Effect[],
): ZoneState | null {
  const own = reading.found.concat(page.records);
  const count = reading.count + page.count;
  const isLast = page.count === 0 || reading.page >= (page.totalPages ?? lastOf(reading.page, page.count));
  const moved = reading.page > 1 && page.totalCount !== reading.totalCount;
  const mostPages = Math.max(reading.page, isLast ? 0 : reading.page + 1, page.totalPages ?? 0);
  if (moved || mostPages > reading.lastPage) return reading.index === null ? readAlone(zone, reading) : null;
  if (!isLast) {
    return { ...zone, reading: { ...reading, page: reading.page + 1, found: own, count, totalCount: page.totalCount } };
  }
  if (reading.index !== null) {
    const names = withName(zone.names, reading.index, (name) => found(name, own, zone.dryRun, nowMs, effects));
    return { ...zone, reading: null, names };
  }
  if (reading.page > 1 && page.totalCount !== null && page.totalCount !== count) return readAlone(zone, reading);
  return spread(zone, reading, own, nowMs, effects);
}

/** Only a full page may have another behind it. */
export const lastOf = (page: number, count: number): number => (count === RECORDS_PER_PAGE ? page + 1 : page);

/** Gives the names that were read together their records. */
function spread(
  zone: ZoneState,
  reading: Reading,
  records: readonly NamedRecord[],
  nowMs: number,
  effects: Effect[],
): ZoneState {
  const byName = new Map<string, NamedRecord[]>();
  for (const record of records) byName.set(record.name, [...(byName.get(record.name) ?? []), record]);
  const isMeant = (name: NameState, index: number): boolean =>
    isConcerned(name, index, reading) && (name.trouble?.retryAtMs ?? 0) <= nowMs;
  const absent = zone.names.filter((name, index) => isMeant(name, index) && !byName.has(name.settings.name)).length;
  const fewest = reading.page > 1 && absent <= MOST_MISSED ? 1 : 0;
  const names = zone.names.map((name, index) => {
    if (!isMeant(name, index)) return name;
    const own = byName.get(name.settings.name) ?? [];
    const isClear = own.length >= fewest && own.length <= 1;
    return isClear ? found(name, own, zone.dryRun, nowMs, effects) : { ...name, alone: true };
  });
  return { ...zone, reading: null, names };
}

export const readAlone = (zone: ZoneState, reading: Reading): ZoneState => ({
  ...zone,
  reading: null,
  names: zone.names.map((name, index) => (isConcerned(name, index, reading) ? { ...name, alone: true } : name)),
});

/** Whether the reading is about the name: not about one that came since it began. */
export const isConcerned = (name: NameState, index: number, reading: Pick<Reading, 'index' | 'names'>): boolean =>
  reading.index === null ? index < reading.names && name.records === null && isPending(name) : index === reading.index;
