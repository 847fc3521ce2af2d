import { expect, test } from 'vitest';
import { isLater, laterOf } from '../../../src/core/address/stamps.ts';

const LAST = 0xffffffff;

test.each([
  [2, 1, true],
  [1, 1, false],
  [1, 2, false],
  [0, LAST, true],
  [LAST, 0, false],
  [5, LAST - 5, true],
])('isLater: %d after %d → %j, across the end of 32 bits, too', (stamp, than, expected) => {
  expect(isLater(stamp, than)).toBe(expected);
});

test.each<[number | null, number | null, number | null]>([
  [1, 2, 2],
  [2, 1, 2],
  [2, 2, 2],
  [LAST, 3, 3],
  [3, LAST, 3],
  [null, 2, 2],
  [2, null, 2],
  [LAST, null, LAST],
  [null, LAST, LAST],
  [null, null, null],
])('laterOf: %j and %j → %j', (a, b, expected) => {
  expect(laterOf(a, b)).toBe(expected);
});
