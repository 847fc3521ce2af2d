import { describe, expect, test } from 'vitest';
import type { NamedRecord, Page } from '../../../src/core/cloudflare/replies.ts';
import { aimed, type NameState, unread } from '../../../src/core/daemon/name-life.ts';
import { beginReading, isConcerned, turnPage } from '../../../src/core/daemon/reading.ts';
import { newZone, type Reading, type ZoneState } from '../../../src/core/daemon/zone-state.ts';
import { A, record, recordSettings, ZONE } from '../../fakes/samples.ts';

const nameOf = (i: number): string => `h${i}.example.com`;

/** A zone with so many names, all to be read. */
function zoneOf(count: number): ZoneState {
  const zone = newZone(
    ZONE,
    Array.from({ length: count }, (_, i) => recordSettings(nameOf(i))),
    false,
    0,
  );
  return { ...zone, names: zone.names.map((name) => aimed(name, { address: A, equallyGood: [], sinceMs: 0 })) };
}

const right = (i: number): NamedRecord => ({ ...record(`r${i}`, A), name: nameOf(i) });

const page = (records: readonly NamedRecord[], own: Partial<Page['info']> = {}, odd: readonly string[] = []): Page => ({
  records,
  odd,
  count: records.length + odd.length,
  info: { page: null, perPage: 100, count: null, totalCount: records.length + odd.length, totalPages: 1, ...own },
});

const lives = ({ names }: ZoneState): string[] =>
  names.map(({ life }) => (life.kind === 'unread' && life.byItself ? 'by itself' : life.kind));

/** The zone after it has read those pages. */
function read(
  zone: ZoneState,
  pages: readonly Page[],
  change: (zone: ZoneState) => ZoneState = (same) => same,
): ZoneState | null {
  let now: ZoneState | null = { ...zone, reading: beginReading(zone, () => true) };
  for (const own of pages) {
    const reading: Reading | null = now?.reading ?? null;
    if (now === null || reading === null) throw new Error('the reading is over');
    now = turnPage(change(now), reading, own, 0, []);
  }
  return now;
}

describe('beginReading', () => {
  test.each([
    [0, null],
    [1, { index: 0, lastPage: 10 }],
    [3, { index: 0, lastPage: 10 }],
    [4, { index: null, lastPage: 1 }],
    [11, { index: null, lastPage: 2 }],
  ])(
    'beginReading: %d names are to be read → one by one below four, else all together as far as that is worth it',
    (count, expected) => {
      const reading = beginReading(zoneOf(count), () => true);
      if (expected === null) expect(reading).toBeNull();
      else
        expect(reading).toEqual({ ...expected, names: count, page: 1, found: [], odd: [], count: 0, totalCount: null });
    },
  );

  test('beginReading: of four names one may not go yet → the first of the others', () => {
    const zone = zoneOf(4);
    expect(beginReading(zone, (name) => name !== zone.names[0])).toMatchObject({ index: 1 });
  });
});

describe('turnPage: all names together', () => {
  test('turnPage: the only page has three of four → three are done, the fourth is to be created', () => {
    const zone = read(zoneOf(4), [page([right(2), right(0), right(1)])]);
    expect(zone && lives(zone)).toEqual(['done', 'done', 'done', 'behind']);
    expect(zone?.reading).toBeNull();
  });

  test('turnPage: an odd record, several records → these names by themselves', () => {
    const twice = { ...right(1), id: 'r9' };
    const zone = read(zoneOf(4), [page([right(1), twice, right(2), right(3)], {}, [nameOf(3)])]);
    expect(zone && lives(zone)).toEqual(['behind', 'by itself', 'done', 'by itself']);
  });

  test('turnPage: one of many is on neither page → by itself: records may have moved between them', () => {
    const info = { totalCount: 7, totalPages: 2 };
    const zone = read(zoneOf(8), [page([0, 1, 2, 3].map(right), info), page([4, 5, 6].map(right), info)]);
    expect(zone && lives(zone)).toEqual([...Array(7).fill('done'), 'by itself']);
  });

  test.each([
    [10, 'by itself'],
    [11, 'behind'],
  ])('turnPage: %d are on neither page → so many records do not move: %s', (absent, expected) => {
    const count = absent + 4;
    const info = { totalCount: 4, totalPages: 2 };
    const zone = read(zoneOf(count), [page([0, 1].map(right), info), page([2, 3].map(right), info)]);
    expect(zone && lives(zone)).toEqual([...Array(4).fill('done'), ...Array(absent).fill(expected)]);
  });

  test('turnPage: a name that came since the first page, and one that was read meanwhile → left as they are', () => {
    const info = { totalCount: 4, totalPages: 2 };
    const late = zoneOf(9).names[8] as NameState; // the ninth of nine
    const zone = read(zoneOf(8), [page([0, 1].map(right), info), page([2, 3].map(right), info)], (before) => ({
      ...before,
      names: [...before.names.slice(0, 8), late],
    }));
    expect(zone && lives(zone).slice(8)).toEqual(['unread']);
  });

  test.each<[string, readonly Page[]]>([
    ['more pages than they are worth', [page([right(0)], { totalCount: 500, totalPages: 5 })]],
    [
      'a total that changes between the pages',
      [
        page([0, 1].map(right), { totalCount: 4, totalPages: 2 }),
        page([2, 3].map(right), { totalCount: 5, totalPages: 2 }),
      ],
    ],
    [
      'the same record twice',
      [
        page([0, 1].map(right), { totalCount: 4, totalPages: 2 }),
        page([1, 2].map(right), { totalCount: 4, totalPages: 2 }),
      ],
    ],
  ])('turnPage: %s → each by itself', (_, pages) => {
    const zone = read(zoneOf(8), pages);
    expect(zone && [zone.reading, ...lives(zone)]).toEqual([null, ...Array(8).fill('by itself')]);
  });

  test('turnPage: a name waits for its next try → not touched, though the page has it', () => {
    const before = zoneOf(5);
    const trouble = { what: 'x', permanent: true, ray: null, scope: 'name', failures: 1, retryAtMs: 1 } as const;
    const names = before.names.map((name, i) => (i === 0 ? { ...name, trouble } : name));
    const zone = read({ ...before, names }, [page([0, 1, 2, 3, 4].map(right))]);
    expect(zone && lives(zone)).toEqual(['unread', 'done', 'done', 'done', 'done']);
  });
});

describe('turnPage: one name', () => {
  test('turnPage: two pages → all records of both, in their order', () => {
    const info = { totalCount: 2, totalPages: 2 };
    const other = { ...right(0), id: 'r9' };
    const zone = read(zoneOf(1), [page([other], info), page([right(0)], info)]);
    const [name] = zone?.names ?? [];
    expect(name?.life).toMatchObject({ kind: 'barred', records: [{ id: 'r9' }, { id: 'r0' }] });
  });

  test('turnPage: the same record twice → not believed', () => {
    const info = { totalCount: 2, totalPages: 2 };
    expect(read(zoneOf(1), [page([right(0)], info), page([right(0)], info)])).toBeNull();
  });
});

test('isConcerned: a reading of all → those that were there when it began and are to be read; of one → that one', () => {
  const [name] = zoneOf(1).names as [NameState]; // one of one
  const known = { ...name, life: { kind: 'done', records: [] } as const };
  const all = { index: null, names: 2 };
  expect([0, 1, 2].map((index) => isConcerned(name, index, all))).toEqual([true, true, false]);
  expect([isConcerned(known, 0, all), isConcerned(unread(known), 0, all)]).toEqual([false, true]);
  expect([0, 1, 2].map((index) => isConcerned(known, index, { index: 1, names: 1 }))).toEqual([false, true, false]);
});
