import { describe, expect, test } from 'vitest';
import {
  type AddressLine,
  type AddressReport,
  formatReport,
  reportAddresses,
} from '../../../src/core/address/report.ts';
import { Routes } from '../../../src/core/address/routes.ts';
import { AddressTable } from '../../../src/core/address/table.ts';
import type { AddressRules } from '../../../src/core/config/settings.ts';
import { INFINITE_LIFETIME_SEC } from '../../../src/core/wire/constants.ts';
import { defaultRoute } from '../../fakes/routes.ts';
import { A, B } from '../../fakes/samples.ts';
import { type Row, tell, tellLink } from '../../fakes/told-table.ts';

const DAY = 86_400;

/** By address, the published first: why it is not. */
function reasons(rows: readonly (readonly [text: string, own: Partial<Row>])[], running: readonly string[] = []) {
  const table = new AddressTable();
  tellLink(table, 2);
  table.routes = new Routes([defaultRoute(2)], []);
  for (const [text, own] of rows) {
    const usual = { ifIndex: 2, flags: 0, protocol: 2, scope: 0, lifetimeSec: DAY, renewedStamp: 1 };
    tell(table, { ...usual, text, ...own }, false, 0);
  }
  const rules: AddressRules = {
    interfaces: null,
    prefer: [{ kind: 'host', interfaceId: [...Array(15).fill(0), 7] }],
    exclude: [],
  };
  const { addresses, rule } = reportAddresses(table, rules, running, 0);
  return { rule, addresses: addresses.map(({ address, reason }) => [address, reason]) };
}

describe('reportAddresses: why an address is not published that may be', () => {
  test.each<[string, string, Parameters<typeof reasons>[0], string]>([
    [
      'the router gave its prefix up',
      'livingPrefix',
      [
        ['3ffe:2::2', {}],
        ['3ffe:1::1', { lifetimeSec: 0 }],
        ['3ffe:1::2', { prefixLength: 128, protocol: 0 }],
      ],
      'outranked: its prefix was given up by the router',
    ],
    [
      '"prefer" has another one',
      'prefer',
      [
        ['3ffe:1::7', {}],
        ['3ffe:1::2', {}],
      ],
      'outranked: "prefer" puts another one before it',
    ],
    [
      'another one is the administrator’s',
      'static',
      [
        ['3ffe:1::9', { flags: 0x80, protocol: 0, lifetimeSec: INFINITE_LIFETIME_SEC }],
        ['3ffe:1::2', {}],
      ],
      'outranked: another one is the administrator’s',
    ],
    [
      'another one lasts for longer',
      'preferredLifetime',
      [
        ['3ffe:1::9', {}],
        ['3ffe:1::2', { lifetimeSec: 3600 }],
      ],
      'outranked: another one is preferred for longer',
    ],
    [
      'it is the routers’',
      'hostBits',
      [
        ['3ffe:1::9', {}],
        ['3ffe:1::', {}],
      ],
      'outranked: its host bits are all zero, as of a router’s anycast address',
    ],
    [
      'another one is lower',
      'lowest',
      [
        ['3ffe:1::2', {}],
        ['3ffe:1::9', {}],
      ],
      'outranked: another one is numerically lower',
    ],
  ])('reportAddresses: %s → the rule %s, in words', (_, rule, rows, reason) => {
    const told = reasons(rows);
    expect([told.rule, told.addresses[0], told.addresses.at(-1)]).toEqual([
      rule,
      [rows[0]?.[0], null],
      [rows.at(-1)?.[0], reason],
    ]);
  });

  test('reportAddresses: the running daemon keeps one of equally good ones → published already', () => {
    const told = reasons(
      [
        ['3ffe:1::2', {}],
        ['3ffe:1::9', {}],
      ],
      ['3ffe:5::5', '3ffe:1::9'],
    );
    expect(told).toEqual({
      rule: 'published',
      addresses: [
        ['3ffe:1::9', null],
        ['3ffe:1::2', 'outranked: another one is published already'],
      ],
    });
  });
});

describe('formatReport: why the winner is published', () => {
  const summaryOf = (report: AddressReport, ...reached: ['reached' | 'silent' | 'unknown'] | []) =>
    formatReport(report, ...reached).at(-1)?.text;

  test.each<[NonNullable<AddressReport['rule']>, string]>([
    ['only', 'the only eligible address'],
    ['reached', 'the network reaches it'],
    ['uplink', 'it has the best default route'],
    ['livingPrefix', 'its prefix is alive'],
    ['prefer', '"prefer" puts it first'],
    ['static', 'it is the administrator’s'],
    ['published', 'it is published already'],
    ['preferredLifetime', 'it is preferred for the longest time'],
    ['hostBits', 'its host bits are not all zero'],
    ['lowest', 'it is the numerically lowest of equally good ones'],
    ['running', 'the running daemon has chosen it'],
  ])('formatReport: the rule %s → %s', (rule, words) => {
    expect(summaryOf({ addresses: [], winner: A, rule })).toBe(`${A} is published: ${words}.`);
    expect(summaryOf({ addresses: [], winner: A, rule }, 'silent')).toBe(
      `${A} is published: ${words}; not reached: answers of the API do not come back to it.`,
    );
  });

  test('formatReport: no winner, whatever was tried → says so', () => {
    expect(summaryOf({ addresses: [], winner: null, rule: null }, 'unknown')).toBe('No address may be published.');
  });
});

test('formatReport: styles → the heading, the published line, the refused ones; the summary has none', () => {
  const line: AddressLine = {
    interface: 'eth0',
    address: A,
    prefix_length: 64,
    flags: [],
    preferred_s: null,
    valid_s: 60,
    published: true,
    reason: null,
  };
  const refused: AddressLine = { ...line, interface: 'enp3s0f1', address: B, published: false, reason: 'it is not' };
  const report: AddressReport = { addresses: [line, refused], winner: A, rule: 'only' };
  expect(formatReport(report)).toEqual([
    { style: 'heading', text: 'INTERFACE  ADDRESS         FLAGS  PREFERRED  VALID  PUBLISHED' },
    { style: 'published', text: `eth0       ${A}/64         forever    1min   yes` },
    { style: 'refused', text: `enp3s0f1   ${B}/64         forever    1min   no, it is not` },
    { style: null, text: '' },
    { style: null, text: `${A} is published: the only eligible address.` },
  ]);
});
