import { beforeEach, describe, expect, test } from 'vitest';
import { AddressTable } from '../../../src/core/address/table.ts';
import {
  IFA_F_DADFAILED,
  IFA_F_NOPREFIXROUTE,
  IFA_F_TEMPORARY,
  IFA_F_TENTATIVE,
  RT_SCOPE_UNIVERSE,
} from '../../../src/core/wire/constants.ts';
import { FOR_EVER_SEC, type Row, tell } from '../../fakes/told-table.ts';

let table: AddressTable;

beforeEach(() => {
  table = new AddressTable();
});

const ROW: Row = {
  ifIndex: 2,
  text: '2a01:db8::1',
  flags: 0,
  protocol: 0,
  scope: RT_SCOPE_UNIVERSE,
  lifetimeSec: 1000,
  createdStamp: 100,
  renewedStamp: 200,
};
/** Never published, and no sign of its prefix. */
const TEMPORARY = { flags: IFA_F_TEMPORARY };
/** Never published, and yet one. */
const TENTATIVE = { flags: IFA_F_TENTATIVE };

const hear = (own: Partial<Row> = {}, removed = false, nowSec = 0): boolean =>
  tell(table, { ...ROW, ...own }, removed, nowSec);

describe('AddressTable: whether a message may change what is published', () => {
  test.each<[string, Partial<Row>, boolean]>([
    ['an address', {}, true],
    ['a tentative one', TENTATIVE, true],
    ['a temporary one', TEMPORARY, false],
  ])('AddressTable: %s appears, and goes → %j', (_, own, expected) => {
    expect([hear(own), hear(own, true)]).toEqual([expected, expected]);
    expect(hear(own, true)).toBe(false);
  });

  test.each<[string, Partial<Row>, boolean]>([
    ['nothing', {}, false],
    ['how much is left of its lifetime', { lifetimeSec: 500 }, false],
    ['its flags', { flags: IFA_F_NOPREFIXROUTE }, true],
    ['when it was made', { createdStamp: 150 }, true],
    ['when it was renewed', { renewedStamp: 300, lifetimeSec: 2000 }, true],
    ['the length of its prefix', { prefixLength: 56 }, true],
    ['who made it', { protocol: 2 }, true],
    ['its scope', { scope: 253 }, true],
    ['that it lasts for ever', { lifetimeSec: FOR_EVER_SEC }, true],
    ['that its time is over', { lifetimeSec: 0 }, true],
  ])('AddressTable: of an address that is there %s is different → as that may matter', (_, own, expected) => {
    hear();
    expect(hear(own)).toBe(expected);
  });

  test('AddressTable: an address whose time is over gets some → it may be published', () => {
    hear({ lifetimeSec: 0 });
    expect(hear({ lifetimeSec: 0 })).toBe(false);
    expect(hear({ lifetimeSec: 10 })).toBe(true);
  });

  test('AddressTable: a temporary address is renewed, or fails → nothing', () => {
    hear(TEMPORARY);
    expect(hear({ ...TEMPORARY, renewedStamp: 300, lifetimeSec: 2000 })).toBe(false);
    expect(hear({ flags: IFA_F_TEMPORARY | IFA_F_DADFAILED })).toBe(false);
  });

  test('AddressTable: an address turns out to be temporary, or no longer is → that may matter', () => {
    hear();
    expect(hear(TEMPORARY)).toBe(true);
    expect(hear()).toBe(true);
  });

  test('AddressTable: a deprecated address of an old kernel without stamps is told again → nothing', () => {
    hear({ lifetimeSec: 0, renewedStamp: 1, createdStamp: 1 });
    expect(hear({ lifetimeSec: 0, renewedStamp: 1, createdStamp: 1 })).toBe(false);
  });
});

describe('AddressTable: when an address counts as deprecated', () => {
  test('AddressTable: two lifetimes → the shorter one, then the other one', () => {
    hear();
    hear({ text: '2a01:db8::2', lifetimeSec: 500 });
    expect(table.deadlineSec).toBe(500);
    expect(table.expire(499)).toBe(false);
    expect(table.expire(500)).toBe(true);
    expect(table.deadlineSec).toBe(1000);
    expect(table.expire(1000)).toBe(true);
    expect(table.deadlineSec).toBe(Number.POSITIVE_INFINITY);
  });

  test('AddressTable: one that was over long ago, one that may not be published → neither has a deadline', () => {
    hear({ ...TENTATIVE, lifetimeSec: 100 });
    expect(table.deadlineSec).toBe(Number.POSITIVE_INFINITY);
    hear({ text: '2a01:db8::2', lifetimeSec: 0 });
    hear({ text: '2a01:db8::3' });
    expect([table.expire(900), table.deadlineSec]).toEqual([false, 1000]);
  });

  test('AddressTable: looked at too early, and one that may not be published lasts for longer → nothing', () => {
    hear({ ...TENTATIVE, lifetimeSec: 5000 });
    hear({ text: '2a01:db8::2' });
    expect([table.expire(999), table.deadlineSec]).toEqual([false, 1000]);
  });

  test('AddressTable: the clock was set to zero by no lifetime at all → it is over, now and later', () => {
    hear({ lifetimeSec: 0 }, false, 5);
    expect([...table.rows()].map(({ preferredUntilSec }) => preferredUntilSec)).toEqual([0]);
  });
});
