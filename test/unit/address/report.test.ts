import { beforeEach, describe, expect, test } from 'vitest';
import { formatReport, reportAddresses } from '../../../src/core/address/report.ts';
import { Routes } from '../../../src/core/address/routes.ts';
import { AddressTable } from '../../../src/core/address/table.ts';
import { IFF_UP, INFINITE_LIFETIME_SEC } from '../../../src/core/wire/constants.ts';
import { defaultRoute } from '../../fakes/routes.ts';
import { type Row, tell } from '../../fakes/table-model.ts';

const NOW_SEC = 1000;

let table: AddressTable;
beforeEach(() => {
  table = new AddressTable();
  for (const [ifIndex, ifName] of [
    [2, 'eth2'],
    [3, 'eth3'],
  ] as const) {
    table.applyLink({ removed: false, ifIndex, ifName, flags: IFF_UP });
  }
  table.routes = new Routes([defaultRoute(2)], []);
});

function add(text: string, own: Partial<Row> = {}): void {
  const usual = { ifIndex: 2, flags: 0x80, protocol: 0, scope: 0, lifetimeSec: INFINITE_LIFETIME_SEC, renewedStamp: 1 };
  tell(table, { ...usual, text, ...own }, false, NOW_SEC);
}

const reasons = (interfaces: readonly string[] | null = null) =>
  reportAddresses(table, interfaces, NOW_SEC).addresses.map(({ address, reason }) => [address, reason]);

describe('reportAddresses', () => {
  test('reportAddresses: no address at all → no winner, no rule', () => {
    expect(reportAddresses(table, null, NOW_SEC)).toEqual({ addresses: [], winner: null, rule: null });
  });

  test('reportAddresses: one address → why it is published is that there is no other', () => {
    add('3ffe:1::1', { flags: 0x300, lifetimeSec: 90, scope: 0 });
    expect(reportAddresses(table, null, NOW_SEC + 30)).toEqual({
      addresses: [
        {
          interface: 'eth2',
          address: '3ffe:1::1',
          prefix_length: 64,
          flags: ['dynamic', 'mngtmpaddr', 'noprefixroute'],
          preferred_s: 60,
          valid_s: 60,
          published: true,
          reason: null,
        },
      ],
      winner: '3ffe:1::1',
      rule: 'only',
    });
  });

  test('reportAddresses: refused and outranked ones → each with its one reason, the published first', () => {
    add('3ffe:1::9', { ifIndex: 3 });
    add('3ffe:1::8', { flags: 0, lifetimeSec: 3600 });
    add('3ffe:1::7');
    add('3ffe:1::6');
    add('fd00::5');
    add('3ffe:1::4', { ifIndex: 7 });
    expect(reasons()).toEqual([
      ['3ffe:1::6', null],
      ['3ffe:1::7', 'outranked: another one is numerically lower'],
      ['3ffe:1::8', 'outranked: another one is permanent'],
      ['fd00::5', 'unique local (RFC 4193)'],
      ['3ffe:1::9', 'outranked: its interface does not hold the default route'],
      ['3ffe:1::4', 'interface is down'],
    ]);
  });

  test('reportAddresses: other interfaces named → none is published', () => {
    add('3ffe:1::1');
    expect(reasons(['eth3'])).toEqual([['3ffe:1::1', 'on an interface that "interface" does not name']]);
  });

  test('reportAddresses: an unknown link → its number', () => {
    add('3ffe:1::1', { ifIndex: 7 });
    expect(reportAddresses(table, null, NOW_SEC).addresses).toMatchObject([{ interface: 'link 7' }]);
  });

  test('reportAddresses: a lifetime that is over → 0, never less', () => {
    add('3ffe:1::1', { lifetimeSec: 60 });
    expect(reportAddresses(table, null, NOW_SEC + 100).addresses).toMatchObject([{ preferred_s: 0, valid_s: 0 }]);
  });
});

describe('formatReport', () => {
  const lines = () => formatReport(reportAddresses(table, null, NOW_SEC), (text) => text);

  test('formatReport: a table → aligned columns and one sentence', () => {
    add('3ffe:1::1');
    add('3ffe:1::10', { flags: 0x01, lifetimeSec: 93_784 });
    expect(lines()).toEqual([
      'INTERFACE  ADDRESS        FLAGS              PREFERRED  VALID    PUBLISHED',
      'eth2       3ffe:1::1/64                      forever    forever  yes',
      'eth2       3ffe:1::10/64  dynamic temporary  1d 2h      1d 2h    no, temporary (privacy address, RFC 8981)',
      '',
      '3ffe:1::1 is published: the only eligible address.',
    ]);
  });

  test('formatReport: nothing eligible → says so', () => {
    expect(lines().at(-1)).toBe('No address may be published.');
  });

  test.each<[number, string]>([
    [0, '0s'],
    [59, '59s'],
    [60, '1min'],
    [3599, '59min 59s'],
    [3600, '1h'],
    [3601, '1h'],
    [86_399, '23h 59min'],
    [604_800, '7d'],
    [612_000, '7d 2h'],
  ])('formatReport: %i s left → %s', (lifetimeSec, words) => {
    add('3ffe:1::1', { lifetimeSec });
    const [heads = '', line = ''] = lines();
    expect(line.slice(heads.indexOf('PREFERRED'), heads.indexOf('VALID')).trim()).toBe(words);
  });
});
