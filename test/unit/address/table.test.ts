import { beforeEach, describe, expect, test } from 'vitest';
import type { Flaw } from '../../../src/core/address/row.ts';
import { AddressTable } from '../../../src/core/address/table.ts';
import { INFINITE_LIFETIME_SEC } from '../../../src/core/wire/constants.ts';
import { captured } from '../../fakes/captured.ts';
import { readDatagram } from '../../fakes/reading.ts';
import { flawless, flawsOf, type Row, tell } from '../../fakes/told-table.ts';

let table: AddressTable;
beforeEach(() => {
  table = new AddressTable();
});

/** A static address of link 2. */
const row = (own: Partial<Row> = {}): Row => ({
  ifIndex: 2,
  text: '3ffe:1::1',
  flags: 0x80,
  protocol: 0,
  scope: 0,
  lifetimeSec: INFINITE_LIFETIME_SEC,
  renewedStamp: 1,
  ...own,
});

const flaws = (nowSec = 0): (Flaw | null)[] => flawsOf(table, nowSec);
const sound = (nowSec = 0): string[] => flawless(table, nowSec).map(({ address }) => address);
const size = (): number => [...table.rows()].length;

/** Plays a capture at the time 0. @returns what the table says about changes, message by message */
function play(name: string): boolean[] {
  const changes: boolean[] = [];
  for (const bytes of captured(name)) {
    for (const { message } of readDatagram(bytes)) {
      if (message.kind === 'address') changes.push(table.apply(message, 0));
    }
  }
  return changes;
}

describe('AddressTable: what a real kernel announces', () => {
  test('AddressTable: a static address → sound at once, for ever', () => {
    expect(play('newaddr-static')).toEqual([true]);
    expect(flawless(table)).toMatchObject([
      {
        address: '3ffe:1::1',
        ifIndex: 2,
        prefixLength: 64,
        flags: 0x82,
        protocol: 0,
        preferredUntilSec: Number.POSITIVE_INFINITY,
        validUntilSec: Number.POSITIVE_INFINITY,
        createdStamp: expect.any(Number),
        flaw: null,
      },
    ]);
  });

  test('AddressTable: a peer on the other end → the own address counts', () => {
    play('newaddr-peer');
    expect(sound()).toEqual(['3ffe:1::1']);
  });

  test('AddressTable: tentative, then usable → sound with the second announcement', () => {
    expect(play('newaddr-dad').at(-1)).toBe(true);
    expect(flawless(table)).toMatchObject([{ preferredUntilSec: 3599, validUntilSec: 7199 }]);
  });

  test('AddressTable: another host has the address → never sound', () => {
    play('newaddr-dad-failed');
    expect(flaws()).toEqual([{ kind: 'dadFailed' }]);
  });

  test('AddressTable: optimistic → sound at once', () => {
    expect(play('newaddr-optimistic')).toEqual([true, true]);
    expect(flaws()).toEqual([null]);
  });

  test('AddressTable: a temporary address beside its public one → only the public one is sound', () => {
    expect(play('newaddr-temporary')).toEqual([true, false]);
    expect(sound()).toEqual(['3ffe:1::4']);
    expect(flaws()).toEqual([null, { kind: 'temporary' }]);
  });

  test('AddressTable: a router advertises and renews → the renewal counts, because it tells of the prefix', () => {
    expect(play('newaddr-slaac')).toEqual([true, true]);
    expect(flawless(table)).toMatchObject([{ protocol: 2, preferredUntilSec: 3600, validUntilSec: 7200 }]);
  });

  test('AddressTable: deprecated, then deleted → changed with the first, gone with the second', () => {
    play('newaddr-static');
    expect(play('newaddr-deprecated')).toEqual([true]);
    expect(flaws()).toEqual([{ kind: 'deprecated' }]);
    play('deladdr');
    expect(size()).toBe(0);
  });

  test('AddressTable: a dump → its 60 addresses and the link-local one', () => {
    table.beginDump();
    play('dump-addresses');
    table.endDump();
    expect([size(), sound().length]).toEqual([61, 60]);
  });
});

describe('AddressTable: flaws', () => {
  test.each<[string, Partial<Row>, Flaw | null]>([
    ['nothing wrong', {}, null],
    ['temporary', { flags: 0x01 }, { kind: 'temporary' }],
    ['dadfailed', { flags: 0x88 }, { kind: 'dadFailed' }],
    ['dadfailed, still tentative', { flags: 0xc8 }, { kind: 'dadFailed' }],
    ['tentative', { flags: 0x40 }, { kind: 'tentative' }],
    ['optimistic and tentative', { flags: 0x44 }, null],
    ['deprecated by flag', { flags: 0xa0 }, { kind: 'deprecated' }],
    ['deprecated by lifetime alone', { lifetimeSec: 0 }, { kind: 'deprecated' }],
    ['optimistic and deprecated', { flags: 0x64 }, { kind: 'deprecated' }],
    ['unique local', { text: 'fd00::1' }, { kind: 'range', name: 'unique local (RFC 4193)' }],
    ['link scope', { scope: 253 }, { kind: 'scope' }],
    ['made by every kind of manager', { flags: 0xb00 | 0x02 }, null],
  ])('AddressTable: %s → %s', (_, own, flaw) => {
    const changed = tell(table, row(own), false, 0);
    if (flaw === null) expect(changed).toBe(true);
    expect(flaws()).toEqual([flaw]);
    expect(sound()).toHaveLength(flaw === null ? 1 : 0);
  });
});

describe('AddressTable: identity', () => {
  test('AddressTable: the same address on two links → two rows', () => {
    tell(table, row(), false, 0);
    expect(tell(table, row({ ifIndex: 3 }), false, 0)).toBe(true);
    expect(size()).toBe(2);
    tell(table, row(), true, 0);
    expect(flawless(table)).toMatchObject([{ ifIndex: 3 }]);
  });

  test('AddressTable: an unknown address deleted → nothing changes', () => {
    expect(tell(table, row(), true, 0)).toBe(false);
  });

  test('AddressTable: link numbers past 2^31 → kept as they are', () => {
    tell(table, row({ ifIndex: 0xfffffff0 }), false, 0);
    expect(flawless(table)).toMatchObject([{ ifIndex: 0xfffffff0 }]);
  });
});

describe('AddressTable: lifetimes', () => {
  const HOUR = 3600;

  test('AddressTable: a lifetime that ends without a word (suspend) → over when asked, not before', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000);
    expect(table.deadlineSec).toBe(1000 + HOUR);
    expect(table.expire(999 + HOUR)).toBe(false);
    expect(table.expire(1000 + HOUR)).toBe(true);
    expect([sound(1000 + HOUR), table.deadlineSec]).toEqual([[], Number.POSITIVE_INFINITY]);
    expect(flaws(1000 + HOUR)).toEqual([{ kind: 'deprecated' }]);
  });

  test('AddressTable: looked at again after suspend → the first reckoning of the lifetime stands', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000);
    tell(table, row({ lifetimeSec: HOUR }), false, 1500);
    expect(flawless(table)).toMatchObject([{ preferredUntilSec: 1000 + HOUR }]);
  });

  test.each([
    [5, HOUR, 1000 + HOUR],
    [HOUR, 5, 1005],
    [HOUR, INFINITE_LIFETIME_SEC, Number.POSITIVE_INFINITY],
    [INFINITE_LIFETIME_SEC, HOUR, 1000 + HOUR],
    [0, HOUR, 1000 + HOUR],
  ])(
    'AddressTable: set to %i s, then to %i s within the same hundredth of a second → the second counts',
    (a, b, end) => {
      tell(table, row({ lifetimeSec: a }), false, 1000);
      tell(table, row({ lifetimeSec: b }), false, 1000);
      expect(flawless(table)).toMatchObject([{ preferredUntilSec: end }]);
    },
  );

  test('AddressTable: told amid a second → never over before the kernel says so', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000.4);
    expect(table.expire(1000.4 + HOUR)).toBe(false);
    expect(table.expire(1001 + HOUR)).toBe(true);
  });

  test('AddressTable: renewed → the new lifetime counts', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000);
    tell(table, row({ lifetimeSec: HOUR, renewedStamp: 2 }), false, 1500);
    expect(flawless(table)).toMatchObject([{ preferredUntilSec: 1500 + HOUR }]);
  });

  test('AddressTable: renewed after its end → sound again', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000);
    table.expire(9000);
    expect(tell(table, row({ lifetimeSec: HOUR, renewedStamp: 2 }), false, 9000)).toBe(true);
  });

  test('AddressTable: finite becomes for ever → changed, because it ranks', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 0);
    expect(tell(table, row({ renewedStamp: 2 }), false, 0)).toBe(true);
    expect(flawless(table)).toMatchObject([{ preferredUntilSec: Number.POSITIVE_INFINITY }]);
  });

  test('AddressTable: the longest finite lifetime → not for ever', () => {
    tell(table, row({ lifetimeSec: INFINITE_LIFETIME_SEC - 1 }), false, 1_000_000);
    const [only] = flawless(table);
    expect(only?.preferredUntilSec).toBeGreaterThan(4_000_000_000);
    expect(only?.preferredUntilSec).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

describe('AddressTable: dumps', () => {
  test('AddressTable: not in the dump → gone', () => {
    tell(table, row(), false, 0);
    table.beginDump();
    tell(table, row({ text: '3ffe:1::2' }), false, 0);
    table.endDump();
    expect(sound()).toEqual(['3ffe:1::2']);
  });

  test('AddressTable: an event amid the dump → what it says counts', () => {
    tell(table, row(), false, 0);
    table.beginDump();
    tell(table, row(), false, 0);
    tell(table, row({ text: '3ffe:1::2' }), false, 0);
    tell(table, row(), true, 0);
    table.endDump();
    expect(sound()).toEqual(['3ffe:1::2']);
  });

  test('AddressTable: an interrupted dump begun anew → what only the first showed is gone', () => {
    table.beginDump();
    tell(table, row(), false, 0);
    table.beginDump();
    table.endDump();
    expect(size()).toBe(0);
  });

  test('AddressTable: 10,000 addresses dumped twice, then none → none is left', () => {
    for (let round = 0; round < 2; round++) {
      table.beginDump();
      for (let i = 1; i <= 10_000; i++) tell(table, row({ text: `3ffe:1::${i.toString(16)}` }), false, 0);
      table.endDump();
    }
    expect([size(), flawless(table).length]).toEqual([10_000, 10_000]);
    table.beginDump();
    table.endDump();
    expect([size(), flawless(table).length]).toEqual([0, 0]);
  });
});

describe('AddressTable: links', () => {
  const link = { removed: false, ifIndex: 2, ifName: 'eth2', altNames: [], flags: 0x10001 } as const;

  test('AddressTable: new, same, renamed, named once more, without carrier, promiscuous, down, gone → changed where it matters', () => {
    const changes = [
      link,
      link,
      { ...link, ifName: 'uplink' },
      { ...link, ifName: 'uplink', altNames: ['wan'] },
      { ...link, ifName: 'uplink', altNames: ['wan'], flags: 0x1 },
      { ...link, ifName: 'uplink', altNames: ['wan'], flags: 0x1 | 0x100 },
      { ...link, ifName: 'uplink', flags: 0 },
      { ...link, removed: true },
      { ...link, removed: true },
    ].map((message) => table.applyLink(message));
    expect(changes).toEqual([true, false, true, true, true, false, true, true, false]);
    expect(table.links.size).toBe(0);
  });

  test('AddressTable: a link that is up, without carrier, down, unknown → packets leave by the first alone', () => {
    for (const [ifIndex, flags] of [
      [2, 0x10001],
      [3, 0x1],
      [4, 0x10000],
    ] as const)
      table.applyLink({ ...link, ifIndex, flags });
    expect([2, 3, 4, 5].map((ifIndex) => table.hasCarrier(ifIndex))).toEqual([true, false, false, false]);
  });
});
