import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Candidate, isGivenUp } from '../../src/core/address/candidates.ts';
import { equallyGood, explain, select } from '../../src/core/address/select.ts';
import { A, B, C, candidate, D, UPLINK } from '../fakes/samples.ts';

const ADDRESSES = [A, B, C, D];
const TOLERANCE_SEC = 1800;

/** Distinct by address and link, as rows of a table are; lifetimes around the tolerance of 30 minutes. */
const candidates: fc.Arbitrary<Candidate[]> = fc.uniqueArray(
  fc
    .record({
      address: fc.constantFrom(...ADDRESSES),
      ifIndex: fc.integer({ min: 2, max: 3 }),
      preferredUntilSec: fc.oneof(
        fc.integer({ min: 90_000, max: 96_000 }),
        fc.constantFrom(90_000, 91_800, 91_801, Number.POSITIVE_INFINITY),
      ),
      uplink: fc.constantFrom(null, UPLINK, { ...UPLINK, metric: 512 }, { ...UPLINK, hasCarrier: false }),
      life: fc.constantFrom('living' as const, 'withdrawn' as const, 'silent' as const, 'doubtful' as const),
      proof: fc.constantFrom(null, null, 'reached' as const, 'silent' as const),
      isStatic: fc.boolean(),
      preference: fc.integer({ min: -1, max: 1 }),
    })
    .map(({ address, ifIndex, preferredUntilSec, ...own }) =>
      candidate(address, 1, { ...own, row: { ifIndex, preferredUntilSec } }),
    ),
  { maxLength: 8, selector: ({ row }) => `${row.address}/${row.ifIndex}` },
);

const published = fc.option(fc.constantFrom(...ADDRESSES));

test('select: any order of the same candidates → the same winner by the same rule', () => {
  const shuffled = candidates.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, published, ([all, reordered], now) => {
      expect(select(reordered, now)).toEqual(select(all, now));
      expect(new Set(equallyGood(reordered))).toEqual(new Set(equallyGood(all)));
    }),
  );
});

test('select: the winner published → it stays the winner', () => {
  fc.assert(
    fc.property(candidates, published, (all, now) => {
      const winner = select(all, now)?.winner.row.address ?? null;
      expect(select(all, winner)?.winner.row.address ?? null).toBe(winner);
    }),
  );
});

test('equallyGood: nothing silent → exactly the addresses that win once they are published', () => {
  fc.assert(
    fc.property(candidates, (any) => {
      const all = any.filter(({ life }) => life !== 'silent');
      const staying = ADDRESSES.filter((own) => select(all, own)?.winner.row.address === own);
      expect(new Set(equallyGood(all))).toEqual(new Set(staying));
    }),
  );
});

test('explain: any table → every candidate but the winner was dropped by some rule', () => {
  fc.assert(
    fc.property(candidates, published, (all, now) => {
      const { selection, droppedBy } = explain(all, now);
      expect(new Set([...droppedBy.keys(), ...(selection === null ? [] : [selection.winner])])).toEqual(new Set(all));
      expect(droppedBy.size).toBe(Math.max(0, all.length - 1));
    }),
  );
});

/** The rules once more, as a comparison of the winner with each other candidate. */
function beats(winner: Candidate, other: Candidate, now: string | null): boolean {
  const order: readonly ((own: Candidate) => number)[] = [
    ({ proof }) => Number(proof === 'silent'),
    ({ uplink }) => (uplink === null ? 3_000 : uplink.metric + (uplink.hasCarrier ? 0 : 1_000)),
    (own) => Number(isGivenUp(own)),
    ({ preference }) => (preference < 0 ? 2 : preference),
    ({ isStatic }) => Number(!isStatic),
    ({ row }) => Number(row.address !== now),
  ];
  for (const rank of order) if (rank(winner) !== rank(other)) return rank(winner) < rank(other);
  // Within the tolerance anything may follow: a third one may have been preferred for longer still.
  return winner.row.preferredUntilSec >= other.row.preferredUntilSec - TOLERANCE_SEC;
}

test('select: any table → the winner beats every other candidate by the rules of the contract', () => {
  fc.assert(
    fc.property(candidates, published, (all, now) => {
      const winner = select(all, now)?.winner;
      for (const other of all)
        if (winner !== undefined && other !== winner) expect(beats(winner, other, now)).toBe(true);
    }),
  );
});
