import { beforeEach, describe, expect, test } from 'vitest';
import { formatReport, reportAddresses } from '../../../src/core/address/report.ts';
import { Routes } from '../../../src/core/address/routes.ts';
import { AddressTable } from '../../../src/core/address/table.ts';
import { INFINITE_LIFETIME_SEC } from '../../../src/core/wire/constants.ts';
import { defaultRoute } from '../../fakes/routes.ts';
import { type Row, tell, tellLink } from '../../fakes/told-table.ts';

const NOW_SEC = 1000;

let table: AddressTable;
beforeEach(() => {
  table = new AddressTable();
  tellLink(table, 2);
  tellLink(table, 3);
  table.routes = new Routes([defaultRoute(2)], []);
});

function add(text: string, own: Partial<Row> = {}): void {
  const usual = { ifIndex: 2, flags: 0x80, protocol: 0, scope: 0, lifetimeSec: INFINITE_LIFETIME_SEC, renewedStamp: 1 };
  tell(table, { ...usual, text, ...own }, false, NOW_SEC);
}

const report = (nowSec = NOW_SEC, running: readonly string[] = [], interfaces: readonly string[] | null = null) =>
  reportAddresses(table, { interfaces, prefer: [], exclude: [] }, running, nowSec);

const reasons = (...own: Parameters<typeof report>) =>
  report(...own).addresses.map(({ address, reason }) => [address, reason]);

describe('reportAddresses', () => {
  test('reportAddresses: no address at all → no winner, no rule', () => {
    expect(report()).toEqual({ addresses: [], winner: null, rule: null });
  });

  test('reportAddresses: one address → why it is published is that there is no other', () => {
    add('3ffe:1::1', { flags: 0x300, lifetimeSec: 90, scope: 0 });
    expect(report(NOW_SEC + 30)).toEqual({
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
      ['3ffe:1::8', 'outranked: another one is the administrator’s'],
      ['fd00::5', 'unique local (RFC 4193)'],
      ['3ffe:1::9', 'outranked: another one has the better default route'],
      ['3ffe:1::4', 'interface is down'],
    ]);
  });

  test('reportAddresses: a daemon runs and has chosen another one → that is the published one', () => {
    add('3ffe:1::1');
    add('3ffe:1::2', { flags: 0, lifetimeSec: 3600 });
    expect(reasons(NOW_SEC, ['3ffe:1::2'])).toEqual([
      ['3ffe:1::2', null],
      ['3ffe:1::1', 'the running daemon publishes another one'],
    ]);
    expect(report(NOW_SEC, ['3ffe:1::2']).rule).toBe('running');
  });

  test('reportAddresses: a daemon runs and publishes what this machine does not have → what a start would choose', () => {
    add('3ffe:1::1');
    expect(report(NOW_SEC, ['3ffe:1::9'])).toMatchObject({ winner: '3ffe:1::1', rule: 'only' });
  });

  test('reportAddresses: other interfaces named → none is published', () => {
    add('3ffe:1::1');
    expect(reasons(NOW_SEC, [], ['eth3'])).toEqual([['3ffe:1::1', 'on an interface that "interface" does not name']]);
  });

  test('reportAddresses: an unknown link → its number', () => {
    add('3ffe:1::1', { ifIndex: 7 });
    expect(report().addresses).toMatchObject([{ interface: 'link 7' }]);
  });

  test('reportAddresses: a lifetime that is over → 0, never less', () => {
    add('3ffe:1::1', { lifetimeSec: 60 });
    expect(report(NOW_SEC + 100).addresses).toMatchObject([{ preferred_s: 0, valid_s: 0 }]);
  });
});

describe('formatReport', () => {
  const lines = () => formatReport(report()).map(({ text }) => text);

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
