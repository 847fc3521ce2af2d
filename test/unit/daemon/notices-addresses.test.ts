import { describe, expect, test } from 'vitest';
import type { IfAddr } from '../../../src/core/address/row.ts';
import type { Link } from '../../../src/core/address/table.ts';
import {
  describeAddressAgain,
  describeNoAddress,
  describeUnknownInterfaces,
} from '../../../src/core/daemon/notices.ts';
import { A, address, B, C, ifAddr } from '../../fakes/samples.ts';

describe('describeNoAddress', () => {
  const LINK = { ifIndex: 2, ifName: 'eth0', altNames: [], isLoopback: false, isUp: true, hasCarrier: true };
  const links = new Map<number, Link>([[2, LINK]]);
  const refusal = { kind: 'deprecated' } as const;

  test('describeNoAddress: an address on a link without a name → its number', () => {
    const { msg } = describeNoAddress([{ row: ifAddr(A, 1, { ifIndex: 7 }), refusal }], links, null);
    expect(msg).toContain(`${A} on link 7: deprecated`);
  });

  test('describeNoAddress: very many addresses → twelve named, the rest counted', () => {
    const rows = Array.from({ length: 10_000 }, (_, i): IfAddr => ifAddr(address(`2a01:db8::${i.toString(16)}`), 1));
    const entry = describeNoAddress(
      rows.map((row) => ({ row, refusal })),
      links,
      B,
    );
    expect(entry.msg.match(/on eth0/g)).toHaveLength(12);
    expect(entry.msg.endsWith(`; and 9988 more). The records stay at ${B}.`)).toBe(true);
    expect(entry).toMatchObject({ level: 'warning', fields: { seen: 10_000 } });
  });
});

describe('lines with what goes beside their text', () => {
  test('describeAddressAgain: after half a minute → a notice', () => {
    const msg = 'there is an address to publish again, after 30 s';
    expect(describeAddressAgain(30_000)).toEqual({ level: 'notice', msg, fields: {} });
  });

  test('describeUnknownInterfaces: two are not there, or none is → which there are', () => {
    const links = new Map<number, Link>([
      [2, { ifIndex: 2, ifName: 'eth0', altNames: [], isUp: true, hasCarrier: true, isLoopback: false }],
    ]);
    expect(describeUnknownInterfaces(['eth8', 'eth9'], links)).toEqual({
      level: 'warning',
      msg: '"interface" names "eth8", "eth9", but no interface has that name now; there are eth0',
      fields: { interface: 'eth8,eth9' },
    });
    expect(describeUnknownInterfaces(['eth8'], new Map()).msg).toMatch(/; there are none$/);
  });

  test.each([
    [12, ''],
    [13, '; and 1 more'],
    [20, '; and 8 more'],
  ])('describeNoAddress: %d addresses → twelve are named%s', (count, more) => {
    const rows = Array.from({ length: count }, (_, i) => ({
      row: ifAddr(address(`2a01:db8::${(i + 1).toString(16)}`), null),
      refusal: { kind: 'loopback' } as const,
    }));
    const { msg, fields } = describeNoAddress(rows, new Map(), C);
    expect(fields).toEqual({ seen: count });
    expect(msg.match(/ on link 2: /g)).toHaveLength(12);
    expect(msg.endsWith(`${more}). The records stay at ${C}.`)).toBe(true);
    expect(msg.includes('; and')).toBe(more !== '');
  });
});
