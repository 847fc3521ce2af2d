import { type NamedRecord, type Page, whatFollows } from '../cloudflare/replies.ts';
import { found } from './found-records.ts';
import { type NameState, readByItself } from './name-life.ts';
import { isWaiting } from './trouble.ts';
import { type Effect, type Reading, withName, type ZoneState } from './zone-state.ts';

/** Reading the records: name by name, or, where many names are to be read, the list of the whole zone page by page. */

/** A page of the zone's list is worth so many lists of one name: it is up to a hundred times longer. */
export const NAMES_PER_PAGE = 4;

/** Pages of one name's records. Cloudflare allows 8192 characters of content, some hundreds of records. */
export const MOST_PAGES = 10;

/** Records that come and go within the seconds of a reading shift the others no further. */
const MOST_MISSED = 10;

/** What is to be read next of the names that `open` lets through; null = their records are known. */
export function beginReading({ names }: ZoneState, open: (name: NameState) => boolean): Reading | null {
  const isUnread = (name: NameState): boolean => name.life.kind === 'unread' && open(name);
  const first = names.findIndex(isUnread);
  if (first < 0) return null;
  const together = names.filter((name) => isUnread(name) && !isReadByItself(name)).length;
  const pages = Math.floor(together / NAMES_PER_PAGE);
  const which = pages > 0 ? { index: null, lastPage: pages } : { index: first, lastPage: MOST_PAGES };
  return { ...which, names: names.length, page: 1, found: [], odd: [], count: 0, totalCount: null };
}

const isReadByItself = ({ life }: NameState): boolean => life.kind === 'unread' && life.byItself;

/** Takes a page in; null = the list of a name cannot be read to its end, or contradicts itself.
 *
 *  Records that come or go between two pages shift the others, so that some are missed: a list of which the total changes,
 *  does not fit, or is not told, is not believed. Then, and when the zone has too many pages, each name is read by itself;
 *  so is one with several records, because their order matters, one with a record that cannot be read, and the odd one
 *  that several pages do not have. */
export function turnPage(
  zone: ZoneState,
  reading: Reading,
  page: Page,
  nowMs: number,
  effects: Effect[],
): ZoneState | null {
  const own = reading.found.concat(page.records);
  const count = reading.count + page.count;
  const { totalCount, totalPages } = page.info;
  const next = whatFollows(page, reading.page, count);
  const moved = reading.page > 1 && totalCount !== reading.totalCount;
  const mostPages = Math.max(reading.page + (next === 'page' ? 1 : 0), totalPages ?? 0);
  const isDoubtful = next === null || moved || mostPages > reading.lastPage || hasTwins(own);
  if (isDoubtful || (next === 'untold' && reading.index === null)) {
    return reading.index === null ? readEachByItself(zone, reading) : null;
  }
  const odd = reading.odd.concat(page.odd);
  if (next === 'page') {
    return { ...zone, reading: { ...reading, page: reading.page + 1, found: own, odd, count, totalCount } };
  }
  if (reading.index === null) return spread(zone, { ...reading, odd }, own, nowMs, effects);
  const names = withName(zone.names, reading.index, (name) => found(name, own, zone.dryRun, nowMs, effects));
  return { ...zone, reading: null, names };
}

const hasTwins = (records: readonly NamedRecord[]): boolean =>
  new Set(records.map(({ id }) => id)).size < records.length;

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
  const odd = new Set(reading.odd);
  const isMeant = (name: NameState, index: number): boolean =>
    isConcerned(name, index, reading) && !isWaiting(name.trouble, nowMs);
  const absent = zone.names.filter((name, index) => isMeant(name, index) && !byName.has(name.settings.name)).length;
  const fewest = reading.page > 1 && absent <= MOST_MISSED ? 1 : 0;
  const names = zone.names.map((name, index) => {
    if (!isMeant(name, index)) return name;
    const own = byName.get(name.settings.name) ?? [];
    const isClear = own.length >= fewest && own.length <= 1 && !odd.has(name.settings.name);
    return isClear ? found(name, own, zone.dryRun, nowMs, effects) : readByItself(name);
  });
  return { ...zone, reading: null, names };
}

export const readEachByItself = (zone: ZoneState, reading: Reading): ZoneState => ({
  ...zone,
  reading: null,
  names: zone.names.map((name, index) => (isConcerned(name, index, reading) ? readByItself(name) : name)),
});

/** Whether the reading is about the name: not about one that came since it began. */
export const isConcerned = (name: NameState, index: number, reading: Pick<Reading, 'index' | 'names'>): boolean =>
  reading.index === null ? index < reading.names && name.life.kind === 'unread' : index === reading.index;
