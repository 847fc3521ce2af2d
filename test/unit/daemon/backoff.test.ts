import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, slowRetryMs } from '../../../src/core/daemon/backoff.ts';

const ALMOST_ONE = 1 - 2 ** -53;
const failures = fc.integer({ min: 1, max: 100_000 });

describe('backoffMs', () => {
  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [10, 512_000],
    [11, 600_000],
    [5_000, 600_000],
  ])('backoffMs: failure %d → anything from 0 up to %d ms', (count, longest) => {
    expect(backoffMs(count, 0)).toBe(0);
    expect(backoffMs(count, 0.5)).toBe(longest / 2);
    expect(backoffMs(count, ALMOST_ONE)).toBeCloseTo(longest, 3);
  });

  test('backoffMs: any failure and draw → between 0 and 10 min, the same draw never shorter later', () => {
    fc.assert(
      fc.property(failures, fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }), (count, draw) => {
        expect(backoffMs(count, draw)).toBeGreaterThanOrEqual(0);
        expect(backoffMs(count, draw)).toBeLessThan(600_000);
        expect(backoffMs(count + 1, draw)).toBeGreaterThanOrEqual(backoffMs(count, draw));
      }),
    );
  });
});

describe('slowRetryMs', () => {
  test.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [4, 40],
    [5, 60],
    [5_000, 60],
  ])('slowRetryMs: failure %d → %d min', (count, minutes) => {
    expect(slowRetryMs(count)).toBe(minutes * 60_000);
  });
});
