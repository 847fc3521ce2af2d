import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bucket, fullBucket, nextTokenMs, refill } from '../../../src/core/daemon/bucket.ts';

const empty = (countedMs: number): Bucket => ({ tokens: 0, countedMs });

test('bucket: new → 50 tokens', () => {
  expect(fullBucket(0).tokens).toBe(50);
});

test.each([
  [0, 0],
  [5_999, 0],
  [6_000, 1],
  [11_999, 1],
  [12_000, 2],
  [299_999, 49],
  [300_000, 50],
  [1e12, 50],
])('bucket: empty, %d ms later → %d tokens', (laterMs, tokens) => {
  expect(refill(empty(1_000), 1_000 + laterMs).tokens).toBe(tokens);
});

test('bucket: empty → its next token comes when nextTokenMs says, not earlier', () => {
  const drained = refill(empty(1_000), 4_000);
  expect(refill(drained, nextTokenMs(drained) - 1).tokens).toBe(0);
  expect(refill(drained, nextTokenMs(drained)).tokens).toBe(1);
});

test('bucket: a clock that seems to go back → nothing is lost or won', () => {
  expect(refill({ tokens: 7, countedMs: 10_000 }, 4_000)).toEqual({ tokens: 7, countedMs: 10_000 });
});

test('bucket: looked at any number of times in between → as many tokens as without', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50 }), steps, (tokens, waits) => {
      let nowMs = 0;
      let bucket: Bucket = { tokens, countedMs: 0 };
      for (const waitMs of waits) {
        nowMs += waitMs;
        bucket = refill(bucket, nowMs);
      }
      expect(bucket.tokens).toBe(refill({ tokens, countedMs: 0 }, nowMs).tokens);
    }),
  );
});

test('bucket: one token taken whenever there is one → 50 at once, then 10 a minute', () => {
  let bucket = fullBucket(0);
  let taken = 0;
  for (let nowMs = 0; nowMs <= 600_000; nowMs += 500) {
    bucket = refill(bucket, nowMs);
    if (bucket.tokens < 1) continue;
    bucket = { ...bucket, tokens: bucket.tokens - 1 };
    taken++;
  }
  expect(taken).toBeGreaterThanOrEqual(149);
  expect(taken).toBeLessThanOrEqual(150);
});
