import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equallyGood, explain, select } from '../../src/core/address/select.ts';
import type { IfAddr } from '../../src/core/address/table.ts';
import { A, B, C, D, ifAddr } from '../fakes/samples.ts';

const ADDRESSES = [A, B, C, D];
const TOLERANCE_SEC = 1800;

/** Distinct by address and link, as rows of a table are; lifetimes around the tolerance of 30 minutes. */
const rows: fc.Arbitrary<IfAddr[]> = fc.uniqueArray(
  fc
    .record({
      address: fc.constantFrom(...ADDRESSES),
      ifIndex: fc.integer({ min: 2, max: 3 }),
      flags: fc.constantFrom(0, 0x80),
      preferredUntilSec: fc.oneof(
        fc.integer({ min: 90_000, max: 96_000 }),
        fc.constantFrom(90_000, 91_800, 91_801, Number.POSITIVE_INFINITY),
      ),
      stale: fc.boolean(),
      uplink: fc.boolean(),
    })
    .map(({ address, ...own }) => ifAddr(address, 1, own)),
  { maxLength: 8, selector: ({ address, ifIndex }) => `${address}/${ifIndex}` },
);

const published = fc.option(fc.constantFrom(...ADDRESSES));

test('select: any order of the same rows → the same winner by the same rule', () => {
  const shuffled = rows.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, published, ([all, reordered], now) => {
      expect(select(reordered, { published: now })).toEqual(select(all, { published: now }));
      expect(new Set(equallyGood(reordered))).toEqual(new Set(equallyGood(all)));
    }),
  );
});

test('select: the winner published → it stays the winner', () => {
  fc.assert(
    fc.property(rows, published, (all, now) => {
      const winner = select(all, { published: now })?.winner.address ?? null;
      expect(select(all, { published: winner })?.winner.address ?? null).toBe(winner);
    }),
  );
});

test('equallyGood: → exactly the addresses that win once they are published', () => {
  fc.assert(
    fc.property(rows, (all) => {
      const staying = ADDRESSES.filter((own) => select(all, { published: own })?.winner.address === own);
      const first = select(all, { published: null })?.winner.address;
      expect(new Set(equallyGood(all))).toEqual(new Set(staying));
      if (first !== undefined) expect(equallyGood(all)).toContain(first);
    }),
  );
});

test('explain: → every row but the winner was dropped by some rule', () => {
  fc.assert(
    fc.property(rows, published, (all, now) => {
      const { selection, droppedBy } = explain(all, { published: now });
      expect(new Set([...droppedBy.keys(), ...(selection === null ? [] : [selection.winner])])).toEqual(new Set(all));
      expect(droppedBy.size).toBe(Math.max(0, all.length - 1));
    }),
  );
});

/** The rules once more, as a comparison of the winner with each other row. */
function beats(winner: IfAddr, other: IfAddr, all: readonly IfAddr[], now: string | null): boolean {
  const left = all.some(({ uplink }) => uplink) ? all.filter(({ uplink }) => uplink) : all;
  if (winner.uplink !== other.uplink) return winner.uplink;
  const isOutdone = (row: IfAddr) => row.stale && left.some((own) => own.ifIndex === row.ifIndex && !own.stale);
  if (isOutdone(winner) !== isOutdone(other)) return !isOutdone(winner);
  const isPermanent = (row: IfAddr) => row.flags === 0x80 && row.preferredUntilSec === Number.POSITIVE_INFINITY;
  if (isPermanent(winner) !== isPermanent(other)) return isPermanent(winner);
  if ((winner.address === now) !== (other.address === now)) return winner.address === now;
  // Within the tolerance anything may follow: a third row may have been preferred for longer still.
  return winner.preferredUntilSec >= other.preferredUntilSec - TOLERANCE_SEC;
}

test('select: → the winner beats every other row by the rules of the contract', () => {
  fc.assert(
    fc.property(rows, published, (all, now) => {
      const selection = select(all, { published: now });
      for (const other of all) {
        if (selection !== null && other !== selection.winner) {
          expect(beats(selection.winner, other, all, now)).toBe(true);
        }
      }
    }),
  );
});
