import { beforeEach, describe, expect, test } from 'vitest';
import { AddressTable, type Flaw } from '../../../src/core/address/table.ts';
import { INFINITE_LIFETIME_SEC } from '../../../src/core/wire/constants.ts';
import { captured, wordsOf } from '../../fakes/captured.ts';
import { readDatagram } from '../../fakes/reading.ts';
import { type Row, tell } from '../../fakes/table-model.ts';

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

const flaws = (nowSec = 0): (Flaw | null)[] => [...table.all(nowSec)].map(({ flaw }) => flaw);
const sound = (): string[] => table.sound().map(({ address }) => address);

/** Plays a capture at the time 0. @returns what the table says about changes, message by message */
function play(name: string): boolean[] {
  const changes: boolean[] = [];
  for (const bytes of captured(name)) {
    for (const { message } of readDatagram(bytes)) {
      if (message.kind === 'address') changes.push(table.apply(message, wordsOf(bytes), 0));
    }
  }
  return changes;
}

describe('AddressTable: what a real kernel announces', () => {
  test('AddressTable: a static address → sound at once, for ever', () => {
    expect(play('newaddr-static')).toEqual([true]);
    expect(table.sound()).toMatchObject([
      {
        address: '3ffe:1::1',
        ifIndex: 2,
        prefixLength: 64,
        scope: 0,
        flags: 0x82,
        protocol: 0,
        preferredUntilSec: Number.POSITIVE_INFINITY,
        validUntilSec: Number.POSITIVE_INFINITY,
        createdStamp: expect.any(Number),
        stale: false,
        uplink: false,
      },
    ]);
  });

  test('AddressTable: a peer on the other end → the own address counts', () => {
    play('newaddr-peer');
    expect(sound()).toEqual(['3ffe:1::1']);
  });

  test('AddressTable: tentative, then usable → sound with the second announcement', () => {
    expect(play('newaddr-dad')).toEqual([false, true]);
    expect(table.sound()).toMatchObject([{ preferredUntilSec: 3599, validUntilSec: 7199 }]);
  });

  test('AddressTable: another host has the address → never sound', () => {
    expect(play('newaddr-dad-failed')).toEqual([false, false]);
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

  test('AddressTable: a router advertises and renews → sound once, the renewal changes nothing but the lifetime', () => {
    expect(play('newaddr-slaac')).toEqual([true, false]);
    expect(table.sound()).toMatchObject([{ protocol: 2, preferredUntilSec: 3600, validUntilSec: 7200 }]);
  });

  test('AddressTable: deprecated, then deleted → changed once', () => {
    play('newaddr-static');
    expect(play('newaddr-deprecated')).toEqual([true]);
    expect(flaws()).toEqual([{ kind: 'deprecated' }]);
    expect(play('deladdr')).toEqual([false]);
    expect(table.size).toBe(0);
  });

  test('AddressTable: a dump → its 60 addresses and the link-local one', () => {
    table.beginDump();
    play('dump-addresses');
    expect(table.endDump()).toBe(false);
    expect([table.size, sound().length]).toEqual([61, 60]);
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
    expect(tell(table, row(own), false, 0)).toBe(flaw === null);
    expect(flaws()).toEqual([flaw]);
    expect(sound()).toHaveLength(flaw === null ? 1 : 0);
  });
});

describe('AddressTable: identity', () => {
  test('AddressTable: the same address on two links → two rows', () => {
    tell(table, row(), false, 0);
    expect(tell(table, row({ ifIndex: 3 }), false, 0)).toBe(true);
    expect(table.size).toBe(2);
    tell(table, row(), true, 0);
    expect(table.sound()).toMatchObject([{ ifIndex: 3 }]);
  });

  test('AddressTable: an unknown address deleted → nothing changes', () => {
    expect(tell(table, row(), true, 0)).toBe(false);
  });

  test('AddressTable: link numbers past 2^31 → kept as they are', () => {
    tell(table, row({ ifIndex: 0xfffffff0 }), false, 0);
    expect(table.sound()).toMatchObject([{ ifIndex: 0xfffffff0 }]);
  });
});

describe('AddressTable: lifetimes', () => {
  const HOUR = 3600;

  test('AddressTable: a lifetime that ends without a word (suspend) → over when asked, not before', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000);
    expect(table.deadlineSec).toBe(1000 + HOUR);
    expect(table.expire(999 + HOUR)).toBe(false);
    expect(table.expire(1000 + HOUR)).toBe(true);
    expect([sound(), table.deadlineSec]).toEqual([[], Number.POSITIVE_INFINITY]);
    expect(flaws(1000 + HOUR)).toEqual([{ kind: 'deprecated' }]);
  });

  test('AddressTable: looked at again after suspend → the first reckoning of the lifetime stands', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000);
    tell(table, row({ lifetimeSec: HOUR }), false, 1500);
    expect(table.sound()).toMatchObject([{ preferredUntilSec: 1000 + HOUR }]);
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
      expect(table.sound()).toMatchObject([{ preferredUntilSec: end }]);
    },
  );

  test('AddressTable: told amid a second → never over before the kernel says so', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000.4);
    expect(table.expire(1000.4 + HOUR)).toBe(false);
    expect(table.expire(1001 + HOUR)).toBe(true);
  });

  test('AddressTable: renewed → the new lifetime counts', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000);
    expect(tell(table, row({ lifetimeSec: HOUR, renewedStamp: 2 }), false, 1500)).toBe(false);
    expect(table.sound()).toMatchObject([{ preferredUntilSec: 1500 + HOUR }]);
  });

  test('AddressTable: renewed after its end → sound again', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 1000);
    table.expire(9000);
    expect(tell(table, row({ lifetimeSec: HOUR, renewedStamp: 2 }), false, 9000)).toBe(true);
  });

  test('AddressTable: finite becomes for ever → changed, because it ranks', () => {
    tell(table, row({ lifetimeSec: HOUR }), false, 0);
    expect(tell(table, row({ renewedStamp: 2 }), false, 0)).toBe(true);
    expect(table.sound()).toMatchObject([{ preferredUntilSec: Number.POSITIVE_INFINITY }]);
  });

  test('AddressTable: the longest finite lifetime → not for ever', () => {
    tell(table, row({ lifetimeSec: INFINITE_LIFETIME_SEC - 1 }), false, 1_000_000);
    const [only] = table.sound();
    expect(only?.preferredUntilSec).toBeGreaterThan(4_000_000_000);
    expect(only?.preferredUntilSec).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  test('AddressTable: no age known (polling) → null', () => {
    const unknown = {
      removed: false,
      ifIndex: 2,
      localAt: 0,
      prefixLength: 64,
      scope: 0,
      flags: 0,
      protocol: 0,
    } as const;
    const lifetimes = { preferredSec: 60, validSec: 60, createdStamp: 0, renewedStamp: 0 };
    const words = wordsOf(Uint8Array.of(0x3f, 0xfe, ...Array(14).fill(1)));
    table.apply({ ...unknown, ...lifetimes }, words, 0);
    expect(table.sound()).toMatchObject([{ createdStamp: null }]);
  });
});

describe('AddressTable: dumps', () => {
  test('AddressTable: not in the dump → gone, changed', () => {
    tell(table, row(), false, 0);
    table.beginDump();
    tell(table, row({ text: '3ffe:1::2' }), false, 0);
    expect(table.endDump()).toBe(true);
    expect(sound()).toEqual(['3ffe:1::2']);
  });

  test('AddressTable: an event amid the dump → what it says counts', () => {
    tell(table, row(), false, 0);
    table.beginDump();
    tell(table, row(), false, 0);
    tell(table, row({ text: '3ffe:1::2' }), false, 0);
    tell(table, row(), true, 0);
    expect(table.endDump()).toBe(false);
    expect(sound()).toEqual(['3ffe:1::2']);
  });

  test('AddressTable: an interrupted dump begun anew → what only the first showed is gone', () => {
    table.beginDump();
    tell(table, row(), false, 0);
    table.beginDump();
    expect(table.endDump()).toBe(true);
    expect(table.size).toBe(0);
  });

  test('AddressTable: 10,000 addresses dumped twice, then none → none is left', () => {
    for (let round = 0; round < 2; round++) {
      table.beginDump();
      for (let i = 1; i <= 10_000; i++) tell(table, row({ text: `3ffe:1::${i.toString(16)}` }), false, 0);
      expect(table.endDump()).toBe(false);
    }
    expect([table.size, table.sound().length]).toEqual([10_000, 10_000]);
    table.beginDump();
    expect(table.endDump()).toBe(true);
    expect([table.size, table.sound().length]).toEqual([0, 0]);
  });
});

describe('AddressTable: flash renumbering', () => {
  const renew = (text: string, renewedStamp: number, ifIndex = 2): boolean =>
    tell(table, row({ text, ifIndex, flags: 0x100, protocol: 2, lifetimeSec: 3600, renewedStamp }), false, 0);
  const stale = (): string[] => table.sound().flatMap(({ address, stale: isStale }) => (isStale ? address : []));

  test('AddressTable: left out while another is renewed three times → stale with the third', () => {
    renew('3ffe:1::1', 1);
    expect([renew('3ffe:2::1', 2), renew('3ffe:2::1', 3), stale()]).toEqual([true, false, []]);
    expect([renew('3ffe:2::1', 4), stale()]).toEqual([true, ['3ffe:1::1']]);
    expect([renew('3ffe:2::1', 5), stale()]).toEqual([false, ['3ffe:1::1']]);
  });

  test('AddressTable: advertised again → no longer stale', () => {
    renew('3ffe:1::1', 1);
    for (const stamp of [2, 3, 4]) renew('3ffe:2::1', stamp);
    expect([renew('3ffe:1::1', 5), stale()]).toEqual([true, []]);
  });

  test('AddressTable: renewed in turn → nobody is stale, nothing changes', () => {
    const texts = ['3ffe:1::1', '3ffe:2::1', '3ffe:3::1'];
    for (const text of texts) renew(text, 1);
    for (let round = 2; round < 50; round++) {
      for (const text of texts) expect(renew(text, round)).toBe(false);
    }
    expect(stale()).toEqual([]);
  });

  test('AddressTable: renewals on another link → prove nothing', () => {
    renew('3ffe:1::1', 1);
    for (const stamp of [2, 3, 4, 5]) renew('3ffe:2::1', stamp, 3);
    expect(stale()).toEqual([]);
  });

  test('AddressTable: announced without renewal (dump) → proves nothing', () => {
    renew('3ffe:1::1', 1);
    for (let i = 0; i < 5; i++) renew('3ffe:2::1', 2);
    expect(stale()).toEqual([]);
  });

  test.each<[string, Partial<Row>]>([
    ['static', { flags: 0x80, protocol: 0 }],
    ['of DHCPv6 by a manager', { flags: 0x200, protocol: 0 }],
    ['permanent with temporary ones', { flags: 0x180, protocol: 0 }],
  ])('AddressTable: %s → never stale, and makes none stale', (_, own) => {
    renew('3ffe:1::1', 1);
    const other = (renewedStamp: number) => tell(table, row({ text: '3ffe:2::1', ...own, renewedStamp }), false, 0);
    for (const stamp of [2, 3, 4, 5]) other(stamp);
    expect(stale()).toEqual([]);
    for (const stamp of [6, 7, 8, 9]) renew('3ffe:1::1', stamp);
    expect(stale()).toEqual([]);
  });

  test.each<[string, number]>([
    ['a manager’s, from which temporary ones are made', 0x300],
    ['stable-privacy', 0x800],
  ])('AddressTable: %s, without IFA_PROTO → takes part', (_, flags) => {
    renew('3ffe:1::1', 1);
    for (const renewedStamp of [2, 3, 4]) {
      tell(table, row({ text: '3ffe:2::1', flags, lifetimeSec: 3600, renewedStamp }), false, 0);
    }
    expect(stale()).toEqual(['3ffe:1::1']);
  });

  test('AddressTable: the link went and came back → what was known of its routers is forgotten', () => {
    table.applyLink({ removed: false, ifIndex: 2, ifName: 'eth2', flags: 1 });
    renew('3ffe:1::1', 1);
    for (const stamp of [2, 3, 4]) renew('3ffe:2::1', stamp);
    table.applyLink({ removed: true, ifIndex: 2, ifName: 'eth2', flags: 0 });
    table.beginDump();
    renew('3ffe:1::1', 1);
    table.endDump();
    expect(stale()).toEqual([]);
  });

  test('AddressTable: 2,000 addresses of one link renewed four times → none is stale, quickly', () => {
    let changes = 0;
    for (let stamp = 1; stamp <= 4; stamp++) {
      for (let i = 1; i <= 2_000; i++) changes += renew(`3ffe:1::${i.toString(16)}`, stamp) ? 1 : 0;
    }
    expect([changes, stale()]).toEqual([2_000, []]);
  });
});

describe('AddressTable: links', () => {
  const link = { removed: false, ifIndex: 2, ifName: 'eth2', flags: 1 } as const;

  test('AddressTable: new, same, renamed, down, gone → changed but for the same', () => {
    const changes = [
      link,
      link,
      { ...link, ifName: 'uplink' },
      { ...link, ifName: 'uplink', flags: 0 },
      { ...link, removed: true },
      { ...link, removed: true },
    ].map((message) => table.applyLink(message));
    expect(changes).toEqual([true, false, true, true, true, false]);
    expect(table.links.size).toBe(0);
  });
});
