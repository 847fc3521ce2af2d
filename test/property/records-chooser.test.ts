import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IfAddr } from '../../src/core/address/table.ts';
import { type Choice, choose, GRACE_MS, nothingChosen } from '../../src/core/daemon/chooser.ts';
import { A, B, C, D, ifAddr } from '../fakes/samples.ts';

const row = fc
  .record({
    address: fc.constantFrom(A, B, C, D),
    createdStamp: fc.option(fc.integer({ min: 0, max: 0xffff_ffff })),
    uplink: fc.boolean(),
    preferredUntilSec: fc.constantFrom(3_600, 86_400, Number.POSITIVE_INFINITY),
  })
  .map(({ address, createdStamp, ...own }) => ifAddr(address, createdStamp, own));

const rows = fc.uniqueArray(row, { maxLength: 4, selector: ({ address }) => address });
const looks = fc.array(fc.tuple(rows, fc.integer({ min: 0, max: 5_000 })), { minLength: 1, maxLength: 20 });

/** Runs `check` after every look with the choice before and after it. */
function follow(
  steps: readonly (readonly [readonly IfAddr[], number])[],
  check: (before: Choice, after: Choice, eligible: readonly IfAddr[], nowMs: number) => void,
): void {
  let choice: Choice = nothingChosen;
  let nowMs = 0;
  for (const [eligible, laterMs] of steps) {
    nowMs += laterMs;
    const next = choose(choice, eligible, nowMs);
    check(choice, next, eligible, nowMs);
    choice = next;
  }
}

test('choose: any history → what is chosen is eligible, or was chosen before', () => {
  fc.assert(
    fc.property(looks, (steps) => {
      follow(steps, (before, after, eligible) => {
        const address = after.current?.address ?? null;
        const known = [before.current?.address ?? null, ...eligible.map((own) => own.address)];
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
        expect(choose(after, eligible, nowMs)).toEqual(after);
      });
    }),
  );
});

test('choose: any history → a wait ends within 3 s, with an eligible address', () => {
  fc.assert(
    fc.property(looks, (steps) => {
      follow(steps, (_, after, eligible, nowMs) => {
        const untilMs = after.grace?.untilMs ?? null;
        if (untilMs !== null) expect(untilMs - nowMs).toBeLessThanOrEqual(GRACE_MS);
        if (eligible.length === 0) return;
        const settled = choose(after, eligible, nowMs + GRACE_MS);
        expect(settled.grace).toBeNull();
        expect(eligible.map((own) => own.address)).toContain(settled.current?.address);
      });
    }),
  );
});
