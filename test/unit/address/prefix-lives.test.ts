import { expect, test } from 'vitest';
import { prefixKey, prefixLives } from '../../../src/core/address/prefix-lives.ts';
import { UNKNOWN_ROUTES } from '../../../src/core/address/routes.ts';
import type { IfAddr } from '../../../src/core/address/row.ts';
import { IFA_F_PERMANENT } from '../../../src/core/wire/constants.ts';
import { address, ifAddr } from '../../fakes/samples.ts';

const OLD = address('2a01:db8:1::a');
const NEW = address('2a01:db8:2::a');
const LEASE = address('2a01:db8:1::1:a');

/** A row as the first dump shows it. Stamps in hundredths of a second. */
const dumped = (
  own: typeof OLD,
  createdStamp: number,
  renewedStamp: number,
  others: Partial<IfAddr> & { longestGap?: number } = {},
): IfAddr => {
  const { longestGap = 0 } = others;
  const lastButTwo = renewedStamp === createdStamp ? null : createdStamp;
  return ifAddr(own, createdStamp, {
    renewedStamp,
    renewals: { last: renewedStamp, lastButOne: lastButTwo, lastButTwo, longestGap },
    ...others,
  });
};

const lifeOf = (row: IfAddr, ...others: readonly IfAddr[]): string | undefined =>
  prefixLives([row, ...others], UNKNOWN_ROUTES, 0).get(prefixKey(row));

test('prefixLives: renewed before another was made, which was renewed since → silent', () => {
  expect(lifeOf(dumped(OLD, 1000, 2000), dumped(NEW, 3000, 5000))).toBe('silent');
});

test('prefixLives: made anew behind another one and not renewed since, while that one was → doubtful', () => {
  expect(lifeOf(dumped(OLD, 3100, 3100), dumped(NEW, 3000, 5000))).toBe('doubtful');
});

test('prefixLives: the same, with a lease beside it → doubtful', () => {
  expect(
    lifeOf(dumped(OLD, 3100, 3100), dumped(LEASE, 3110, 3110, { prefixLength: 128 }), dumped(NEW, 3000, 5000)),
  ).toBe('doubtful');
});

test('prefixLives: renewed some time before another that is older, its pace is not known → doubtful', () => {
  expect(lifeOf(dumped(OLD, 1000, 4000), dumped(NEW, 3000, 5000))).toBe('doubtful');
});

test('prefixLives: the same, it was seen to come at a slow pace → living, a second router has a pace of its own', () => {
  expect(lifeOf(dumped(OLD, 1000, 4000, { longestGap: 2000 }), dumped(NEW, 3000, 5000))).toBe('living');
});

test('prefixLives: made with the advertisement that renewed another one → living', () => {
  expect(lifeOf(dumped(OLD, 4900, 4900), dumped(NEW, 3000, 5000))).toBe('living');
});

test('prefixLives: the same, one that is over was renewed later → living', () => {
  const over = dumped(address('2a01:db8:3::a'), 1000, 9000, { preferredUntilSec: 0 });
  expect(lifeOf(dumped(OLD, 4900, 4900), dumped(NEW, 3000, 5000), over)).toBe('living');
});

test('prefixLives: silent, and an address of the administrator’s in it was set again → silent all the same', () => {
  const own = { flags: IFA_F_PERMANENT, protocol: 0, preferredUntilSec: Number.POSITIVE_INFINITY };
  const fixed = dumped(address('2a01:db8:1::b'), 1000, 5000, own);
  expect(lifeOf(dumped(OLD, 1000, 2000), fixed, dumped(NEW, 3000, 5000))).toBe('silent');
});

test('prefixLives: nobody tells when it was renewed → living', () => {
  expect(lifeOf(ifAddr(OLD, null), dumped(NEW, 3000, 5000))).toBe('living');
});

test('prefixLives: nothing was renewed since it was made → living', () => {
  expect(lifeOf(dumped(OLD, 1000, 1000), dumped(NEW, 3000, 3000))).toBe('living');
});
