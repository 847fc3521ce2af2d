import { expect, test } from 'vitest';
import { type IfAddr, nextRow, renewalsOf } from '../../../src/core/address/row.ts';
import {
  IFA_F_MANAGETEMPADDR,
  IFA_F_NOPREFIXROUTE,
  IFAPROT_KERNEL_RA,
  INFINITE_LIFETIME_SEC,
} from '../../../src/core/wire/constants.ts';
import type { AddressMessage } from '../../../src/core/wire/reader.ts';
import { A, address } from '../../fakes/samples.ts';

/** Advertised with an hour, at the second 0 and the stamp 100. */
const message = (others: Partial<AddressMessage> = {}): AddressMessage => ({
  removed: false,
  address: A,
  ifIndex: 2,
  prefixLength: 64,
  scope: 0,
  flags: IFA_F_NOPREFIXROUTE,
  protocol: 0,
  preferredSec: 3600,
  validSec: 7200,
  createdStamp: 100,
  renewedStamp: 100,
  ...others,
});

/** The stamp of its last renewal after it was told again, ten seconds later. */
function lastRenewal(first: AddressMessage, again: Partial<AddressMessage>): number | null {
  const row: IfAddr = nextRow(first, undefined, 0, 1);
  return renewalsOf(nextRow({ ...first, renewedStamp: 1100, ...again }, row, 10, 1)).last;
}

test('nextRow: a manager sets it again with a new lifetime → renewed', () => {
  expect(lastRenewal(message(), { preferredSec: 3600 })).toBe(1100);
});

test('nextRow: a manager sets it again with what is left of its lifetime → not renewed', () => {
  expect(lastRenewal(message(), { preferredSec: 3591 })).toBe(100);
  expect(lastRenewal(message(), { preferredSec: 3592 })).toBe(1100);
  expect(lastRenewal(message(), { preferredSec: 3590 })).toBe(100);
  expect(lastRenewal(message({ flags: IFA_F_NOPREFIXROUTE | IFA_F_MANAGETEMPADDR }), { preferredSec: 3590 })).toBe(100);
});

test('nextRow: a manager sets it again, it has no end → renewed', () => {
  const forEver = message({ preferredSec: INFINITE_LIFETIME_SEC, validSec: INFINITE_LIFETIME_SEC });
  expect(lastRenewal(forEver, {})).toBe(1100);
});

test('nextRow: the kernel renews what a router counts down → renewed', () => {
  const own = message({ flags: IFA_F_MANAGETEMPADDR, protocol: IFAPROT_KERNEL_RA });
  expect(lastRenewal(own, { preferredSec: 3590 })).toBe(1100);
});

test('nextRow: it was made again → its renewals and its lifetime start anew', () => {
  const before = nextRow(message({ renewedStamp: 900 }), undefined, 0, 1);
  const again = nextRow(message({ createdStamp: 1100, renewedStamp: 1100, preferredSec: 3600 }), before, 10, 1);
  expect(renewalsOf(again)).toEqual({ last: 1100, lastButOne: null, lastButTwo: null, longestGap: 0 });
  const alike = nextRow(message({ createdStamp: 50, renewedStamp: 100 }), nextRow(message(), undefined, 0, 1), 10, 1);
  expect([alike.preferredUntilSec, renewalsOf(alike).lastButOne]).toEqual([3610, 50]);
});

test('nextRow: the source does not tell when it was renewed → no renewal is made up', () => {
  const silent = message({ createdStamp: null, renewedStamp: null });
  const row = nextRow(silent, undefined, 0, 1);
  expect(renewalsOf(nextRow(silent, row, 10, 1))).toEqual({
    last: null,
    lastButOne: null,
    lastButTwo: null,
    longestGap: 0,
  });
  expect(renewalsOf(nextRow({ ...silent, renewedStamp: 1100 }, row, 10, 1)).last).toBeNull();
  const late = nextRow(message({ flags: 0, renewedStamp: 0x90000000 }), undefined, 0, 1);
  expect(renewalsOf(nextRow(message({ flags: 0, renewedStamp: null }), late, 10, 1)).last).toBe(0x90000000);
});

test('nextRow: told again, of an address of a special range → its flaw stays, whatever its scope', () => {
  const flaw = { kind: 'range', name: 'unique local (RFC 4193)' };
  const own = address('fd00::1');
  const row = nextRow(message({ address: own }), undefined, 0, 1);
  const again = nextRow(message({ address: own, renewedStamp: 1100 }), row, 10, 1);
  expect([row.flaw, again.flaw]).toEqual([flaw, flaw]);
  expect(nextRow(message({ address: own, scope: 253 }), again, 20, 1).flaw).toEqual(flaw);
});
