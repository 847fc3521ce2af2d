import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Candidate } from '../../src/core/address/candidates.ts';
import { type Choice, choose, GRACE_MS, nothingChosen, PATIENCE_MS } from '../../src/core/daemon/chooser.ts';
import { A, B, C, candidate, D, UPLINK } from '../fakes/samples.ts';

const one = fc
  .record({
    address: fc.constantFrom(A, B, C, D),
    createdStamp: fc.option(fc.integer({ min: 0, max: 0xffff_ffff })),
    uplink: fc.constantFrom(null, UPLINK, { ...UPLINK, hasCarrier: false }),
    life: fc.constantFrom('living' as const, 'withdrawn' as const),
    preferredUntilSec: fc.constantFrom(3_600, 86_400, Number.POSITIVE_INFINITY),
  })
  .map(({ address, createdStamp, preferredUntilSec, ...own }) =>
    candidate(address, createdStamp, { ...own, row: { preferredUntilSec } }),
  );

const candidates = fc.uniqueArray(one, { maxLength: 4, selector: ({ row }) => row.address });
const looks = fc.array(fc.tuple(candidates, fc.integer({ min: 0, max: 5_000 })), { minLength: 1, maxLength: 20 });

/** Runs `check` after every look with the choice before and after it. */
function follow(
  steps: readonly (readonly [readonly Candidate[], number])[],
  check: (before: Choice, after: Choice, eligible: readonly Candidate[], nowMs: number) => void,
): void {
  let choice: Choice = nothingChosen;
  let nowMs = 0;
  for (const [eligible, laterMs] of steps) {
    nowMs += laterMs;
    const next = choose(choice, eligible, true, nowMs);
    check(choice, next, eligible, nowMs);
    choice = next;
  }
}

test('choose: any history → what is chosen is eligible, or was chosen before', () => {
  fc.assert(
    fc.property(looks, (steps) => {
      follow(steps, (before, after, eligible) => {
        const address = after.current?.address ?? null;
        const known = [before.current?.address ?? null, ...eligible.map(({ row }) => row.address)];
        expect(known).toContain(address);
        if (eligible.length > 0) expect(address).not.toBeNull();
      });
    }),
  );
});

test('choose: any history → looking again at the same changes nothing', () => {
  fc.assert(
    fc.property(looks, (steps) => {
      follow(steps, (_, after, eligible, nowMs) => {
        expect(choose(after, eligible, true, nowMs)).toEqual(after);
      });
    }),
  );
});

test('choose: any history → a wait ends within 3 s, patience within 60 s, with the best of all', () => {
  fc.assert(
    fc.property(looks, (steps) => {
      follow(steps, (_, after, eligible, nowMs) => {
        if (after.dueMs === null) return;
        expect(after.dueMs - nowMs).toBeLessThanOrEqual(after.held === null ? GRACE_MS : PATIENCE_MS);
        const later = choose(after, eligible, true, nowMs + GRACE_MS);
        const settled = choose(later, eligible, true, nowMs + PATIENCE_MS);
        expect([later.graceUntilMs !== null && later.held === null, settled.dueMs]).toEqual([false, null]);
        expect(eligible.map(({ row }) => row.address)).toContain(settled.current?.address);
      });
    }),
  );
});

test('choose: any history → what no route serves never replaces what was served within 60 s', () => {
  fc.assert(
    fc.property(looks, (steps) => {
      let servedMs = Number.NEGATIVE_INFINITY;
      follow(steps, (before, after, eligible, nowMs) => {
        const isReplaced = before.current !== null && after.current?.address !== before.current.address;
        if (isReplaced && after.current?.uplink === null) expect(nowMs - servedMs).toBeGreaterThanOrEqual(PATIENCE_MS);
        const current = eligible.find(({ row }) => row.address === after.current?.address);
        if (current?.uplink) servedMs = nowMs;
      });
    }),
  );
});
