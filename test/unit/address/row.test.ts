import { expect, test } from 'vitest';
import { type IfAddr, nextRow } from '../../../src/core/address/row.ts';
import {
  IFA_F_MANAGETEMPADDR,
  IFA_F_NOPREFIXROUTE,
  IFAPROT_KERNEL_RA,
  INFINITE_LIFETIME_SEC,
} from '../../../src/core/wire/constants.ts';
import type { AddressMessage } from '../../../src/core/wire/reader.ts';
import { A } from '../../fakes/samples.ts';

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
  return nextRow({ ...first, renewedStamp: 1100, ...again }, row, 10, 1).renewals.last;
}

test('nextRow: a manager sets it again with a new lifetime → renewed', () => {
  expect(lastRenewal(message(), { preferredSec: 3600 })).toBe(1100);
});

test('nextRow: a manager sets it again with what is left of its lifetime → not renewed', () => {
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
