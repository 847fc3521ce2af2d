import { describe, expect, test } from 'vitest';
import { equallyGood, explain, type Rule, select } from '../../../src/core/address/select.ts';
import type { IfAddr } from '../../../src/core/address/table.ts';
import { A, B, C, D, ifAddr } from '../../fakes/samples.ts';

const FOR_EVER = { preferredUntilSec: Number.POSITIVE_INFINITY };
const PERMANENT = { flags: 0x80, ...FOR_EVER };
const NOTHING_PUBLISHED = { published: null };

/** A has everything against it but what the case gives it: B is preferred for a day longer. */
const rowA = (own: Partial<IfAddr> = {}): IfAddr => ifAddr(A, 1, { preferredUntilSec: 100_000, ...own });
const rowB = (own: Partial<IfAddr> = {}): IfAddr => ifAddr(B, 1, { preferredUntilSec: 186_400, ...own });

describe('select', () => {
  test('select: nothing eligible → null', () => {
    expect(select([], { published: A })).toBeNull();
  });

  test('select: one eligible, whatever it is → it', () => {
    const only = rowA({ stale: true, uplink: false });
    expect(select([only], { published: B })).toEqual({ winner: only, rule: 'only' });
  });

  test.each<[string, IfAddr, IfAddr, Rule]>([
    ['on the uplink', rowA(), rowB({ ...PERMANENT, uplink: false, ifIndex: 3 }), 'defaultRoute'],
    ['advertised', rowA(), rowB({ ...PERMANENT, stale: true }), 'advertised'],
    ['permanent for ever', rowA(PERMANENT), rowB(), 'permanent'],
    ['preferred for longer', rowA({ preferredUntilSec: 200_000 }), rowB(), 'preferredLifetime'],
    ['preferred for longer by 30 min and a second', rowA({ preferredUntilSec: 188_201 }), rowB(), 'preferredLifetime'],
    ['preferred for ever', rowA(FOR_EVER), rowB(), 'preferredLifetime'],
    ['numerically lower, preferred for 30 min less', rowA({ preferredUntilSec: 184_600 }), rowB(), 'lowest'],
    ['numerically lower', rowA(PERMANENT), rowB(PERMANENT), 'lowest'],
  ])('select: %s → it wins by that rule', (_, winner, loser, rule) => {
    for (const rows of [
      [winner, loser],
      [loser, winner],
    ]) {
      expect(select(rows, NOTHING_PUBLISHED)).toEqual({ winner, rule });
    }
  });

  test('select: published already → stays against a longer lifetime', () => {
    expect(select([rowA(), rowB()], { published: A })).toMatchObject({ winner: { address: A }, rule: 'published' });
  });

  test('select: published already, another permanent → the permanent one', () => {
    expect(select([rowA(), rowB(PERMANENT)], { published: A })).toMatchObject({
      winner: { address: B },
      rule: 'permanent',
    });
  });

  test('select: published is not eligible → no rule of it', () => {
    expect(select([rowA(), rowB()], { published: C })).toMatchObject({ rule: 'preferredLifetime' });
  });

  test('select: permanent, but preferred for a while only → no better than dynamic', () => {
    const rows = [rowA({ flags: 0x80 }), rowB()];
    expect(select(rows, NOTHING_PUBLISHED)).toMatchObject({ winner: { address: B }, rule: 'preferredLifetime' });
  });

  test('select: no uplink at all → that rule tells nothing apart', () => {
    const rows = [rowA({ uplink: false }), rowB({ uplink: false })];
    expect(select(rows, NOTHING_PUBLISHED)).toMatchObject({ rule: 'preferredLifetime' });
  });

  test('select: stale, the fresh one on another link → that rule tells nothing apart', () => {
    const rows = [rowA({ stale: true, preferredUntilSec: 300_000 }), rowB({ ifIndex: 3 })];
    expect(select(rows, NOTHING_PUBLISHED)).toMatchObject({ winner: { address: A }, rule: 'preferredLifetime' });
  });

  test('select: all of a link stale → none is outdone', () => {
    const rows = [rowA({ stale: true }), rowB({ stale: true })];
    expect(select(rows, NOTHING_PUBLISHED)).toMatchObject({ winner: { address: B }, rule: 'preferredLifetime' });
  });

  test('select: three lifetimes, neighbours within 30 min, ends not → the same winner in any order', () => {
    const chain = [rowA({ preferredUntilSec: 100_000 }), rowB({ preferredUntilSec: 101_500 })];
    const longest = ifAddr(C, 1, { preferredUntilSec: 103_000 });
    for (const rows of [[...chain, longest], [longest, ...chain], [...chain, longest].reverse()]) {
      expect(select(rows, NOTHING_PUBLISHED)).toMatchObject({ winner: { address: B }, rule: 'lowest' });
    }
  });

  test('select: one address on two links → the lower link number', () => {
    const rows = [rowA({ ifIndex: 3 }), rowA({ ifIndex: 2 })];
    expect(select(rows, NOTHING_PUBLISHED)).toMatchObject({ winner: { ifIndex: 2 }, rule: 'lowest' });
  });

  test('select: the published address on two links → still narrowed down', () => {
    const rows = [rowA({ ifIndex: 3 }), rowA({ ifIndex: 2 }), rowB()];
    expect(select(rows, { published: A })).toMatchObject({ winner: { address: A, ifIndex: 2 }, rule: 'lowest' });
  });

  test('select: 70,000 eligible → one winner', () => {
    const rows = Array.from({ length: 70_000 }, (_, i) => rowA({ ifIndex: i + 2 }));
    expect(select([rowB(), ...rows], NOTHING_PUBLISHED)).toMatchObject({ winner: { address: B } });
  });

  test('select: numeric order, not that of the text → ::a before ::10', () => {
    const low = ifAddr(A, 1);
    const rows = [ifAddr(`${A.slice(0, -1)}10` as typeof A, 1), low];
    expect(select(rows, NOTHING_PUBLISHED)).toEqual({ winner: low, rule: 'lowest' });
  });
});

describe('explain', () => {
  test('explain: every row but the winner → the rule that dropped it', () => {
    const [winner, other, dynamic] = [ifAddr(A, 1, PERMANENT), ifAddr(B, 1, PERMANENT), ifAddr(C, 1)];
    const elsewhere = ifAddr(D, 1, { ...PERMANENT, uplink: false });
    const { selection, droppedBy } = explain([elsewhere, dynamic, other, winner], NOTHING_PUBLISHED);
    expect(selection).toEqual({ winner, rule: 'lowest' });
    expect(droppedBy).toEqual(
      new Map<IfAddr, Rule>([
        [elsewhere, 'defaultRoute'],
        [dynamic, 'permanent'],
        [other, 'lowest'],
      ]),
    );
  });
});

describe('equallyGood', () => {
  test('equallyGood: lifetimes and numbers differ → all', () => {
    expect(equallyGood([rowA(), rowB(), ifAddr(C, 1)])).toEqual([A, B, C]);
  });

  test('equallyGood: some are permanent on the uplink → those', () => {
    const rows = [ifAddr(A, 1), ifAddr(B, 1, PERMANENT), ifAddr(C, 1, { ...PERMANENT, uplink: false })];
    expect(equallyGood(rows)).toEqual([B]);
  });

  test('equallyGood: stale among fresh → without the stale', () => {
    expect(equallyGood([rowA({ stale: true }), rowB()])).toEqual([B]);
  });

  test('equallyGood: nothing eligible → none', () => {
    expect(equallyGood([])).toEqual([]);
  });
});
