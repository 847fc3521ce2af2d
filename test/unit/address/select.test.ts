import { describe, expect, test } from 'vitest';
import { type Candidate, isGivenUp } from '../../../src/core/address/candidates.ts';
import type { Life } from '../../../src/core/address/prefix-lives.ts';
import { bestByPrefix, equallyGood, explain, type Rule, select } from '../../../src/core/address/select.ts';
import { A, address, B, C, candidate, D, UPLINK } from '../../fakes/samples.ts';

const FOR_EVER = { preferredUntilSec: Number.POSITIVE_INFINITY };

type Own = Parameters<typeof candidate>[2];

/** A has everything against it but what the case gives it: B is preferred for a day longer. */
const ofA = (own: Own = {}): Candidate => candidate(A, 1, { ...own, row: { preferredUntilSec: 100_000, ...own?.row } });
const ofB = (own: Own = {}): Candidate => candidate(B, 1, { ...own, row: { preferredUntilSec: 186_400, ...own?.row } });

const winnerOf = (rows: readonly Candidate[], published: Candidate['row']['address'] | null = null) => {
  const selection = select(rows, published);
  return selection && [selection.winner.row.address, selection.rule];
};

const ELSEWHERE = { ...UPLINK, ifIndex: 3 };
const STATIC = { isStatic: true };

describe('select', () => {
  test('select: nothing eligible → null', () => {
    expect(select([], A)).toBeNull();
  });

  test('select: one eligible, whatever it is → it', () => {
    expect(winnerOf([ofA({ life: 'withdrawn', uplink: null, proof: 'silent' })], B)).toEqual([A, 'only']);
  });

  test.each<[string, Candidate, Candidate, Rule]>([
    ['reached, the other proven silent', ofA({ uplink: null }), ofB({ ...STATIC, proof: 'silent' }), 'reached'],
    ['served', ofA(), ofB({ ...STATIC, uplink: null }), 'uplink'],
    ['with carrier', ofA(), ofB({ ...STATIC, uplink: { ...ELSEWHERE, hasCarrier: false, metric: 1 } }), 'uplink'],
    ['over the lower metric', ofA(), ofB({ ...STATIC, uplink: { ...ELSEWHERE, metric: 2000 } }), 'uplink'],
    ['over the preferred router', ofA(), ofB({ ...STATIC, uplink: { ...ELSEWHERE, preference: -1 } }), 'uplink'],
    ['over its own interface', ofA(), ofB({ ...STATIC, uplink: { ...ELSEWHERE, isOwn: false } }), 'uplink'],
    ['the other withdrawn', ofA(), ofB({ life: 'withdrawn', preference: 0 }), 'livingPrefix'],
    ['the other withdrawn, though reached', ofA(), ofB({ life: 'withdrawn', proof: 'reached' }), 'livingPrefix'],
    ['the other silent', ofA(), ofB({ life: 'silent', preference: 0 }), 'livingPrefix'],
    ['preferred by the settings', ofA({ preference: 1 }), ofB({ ...STATIC, preference: 2 }), 'prefer'],
    ['preferred by the settings, the other not', ofA({ preference: 1 }), ofB(STATIC), 'prefer'],
    ['the administrator’s', ofA(STATIC), ofB(), 'static'],
    ['preferred for longer', ofA({ row: { preferredUntilSec: 200_000 } }), ofB(), 'preferredLifetime'],
    ['… by 30 min and a second', ofA({ row: { preferredUntilSec: 188_201 } }), ofB(), 'preferredLifetime'],
    ['preferred for ever', ofA({ row: FOR_EVER }), ofB(), 'preferredLifetime'],
    ['numerically lower, preferred for 30 min less', ofA({ row: { preferredUntilSec: 184_600 } }), ofB(), 'lowest'],
    ['numerically lower', ofA(STATIC), ofB({ ...STATIC, row: { preferredUntilSec: 100_000 } }), 'lowest'],
  ])('select: %s → it wins by that rule', (_, winner, loser, rule) => {
    for (const rows of [
      [winner, loser],
      [loser, winner],
    ]) {
      expect(select(rows, null)).toEqual({ winner, rule });
    }
  });

  test.each<[string, Own]>([
    ['withdrawn, but the administrator’s', { ...STATIC, life: 'withdrawn' }],
    ['silent, but reached', { life: 'silent', proof: 'reached' }],
    ['doubtful', { life: 'doubtful' }],
  ])('select: its prefix is %s → not given up', (_, own) => {
    expect(winnerOf([ofA({ ...own, preference: 0 }), ofB()])).toEqual([A, 'prefer']);
  });

  test('select: all prefixes given up → that rule tells nothing apart', () => {
    expect(winnerOf([ofA({ life: 'silent' }), ofB({ life: 'withdrawn' })])).toEqual([B, 'preferredLifetime']);
  });

  test('select: all-zero host bits → it loses against the next', () => {
    const anycast = candidate(address('2a01:db8::'), 1);
    expect(winnerOf([anycast, candidate(B, 1)])).toEqual([B, 'hostBits']);
    const lease = candidate(address('2a01:db8::'), 1, { row: { prefixLength: 128 } });
    expect(winnerOf([lease, candidate(B, 1)])).toEqual(['2a01:db8::', 'lowest']);
    const between = (prefixLength: number) => candidate(address('2a01:db8::'), 1, { row: { prefixLength } });
    expect(winnerOf([between(127), candidate(B, 1)])).toEqual(['2a01:db8::', 'lowest']);
    expect(winnerOf([between(126), candidate(B, 1)])).toEqual([B, 'hostBits']);
  });

  test('select: published already → stays against a longer lifetime', () => {
    expect(winnerOf([ofA(), ofB()], A)).toEqual([A, 'published']);
  });

  test('select: published already, another the administrator’s → that', () => {
    expect(winnerOf([ofA(), ofB(STATIC)], A)).toEqual([B, 'static']);
  });

  test('select: published is not eligible → no rule of it', () => {
    expect(winnerOf([ofA(), ofB()], C)).toEqual([B, 'preferredLifetime']);
  });

  test('select: three lifetimes, neighbours within 30 min, ends not → the same winner in any order', () => {
    const chain = [ofA(), ofB({ row: { preferredUntilSec: 101_500 } })];
    const longest = candidate(C, 1, { row: { preferredUntilSec: 103_000 } });
    for (const rows of [[...chain, longest], [longest, ...chain], [...chain, longest].reverse()]) {
      expect(winnerOf(rows)).toEqual([B, 'lowest']);
    }
  });

  test('select: one address on two links → the lower link number', () => {
    const rows = [ofA({ row: { ifIndex: 3 } }), ofA({ row: { ifIndex: 2 } })];
    expect(select(rows, null)).toMatchObject({ winner: { row: { ifIndex: 2 } }, rule: 'lowest' });
  });

  test('select: 70,000 eligible → one winner', () => {
    const rows = Array.from({ length: 70_000 }, (_, i) => ofA({ row: { ifIndex: i + 2 } }));
    expect(winnerOf([ofB(), ...rows])).toEqual([B, 'preferredLifetime']);
  });

  test('select: numeric order, not that of the text → ::a before ::10', () => {
    expect(winnerOf([candidate(address('2a01:db8::10'), 1), candidate(A, 1)])).toEqual([A, 'lowest']);
  });
});

describe('explain', () => {
  test('explain: every one but the winner → the rule that dropped it', () => {
    const [winner, other, dynamic] = [candidate(A, 1, STATIC), candidate(B, 1, STATIC), candidate(C, 1)];
    const elsewhere = candidate(D, 1, { ...STATIC, uplink: null });
    const { selection, droppedBy } = explain([elsewhere, dynamic, other, winner], null);
    expect(selection).toEqual({ winner, rule: 'lowest' });
    expect(droppedBy).toEqual(
      new Map<Candidate, Rule>([
        [elsewhere, 'uplink'],
        [dynamic, 'static'],
        [other, 'lowest'],
      ]),
    );
  });
});

describe('equallyGood', () => {
  test('equallyGood: lifetimes and numbers differ → all', () => {
    expect(equallyGood([ofA(), ofB(), candidate(C, 1)])).toEqual([A, B, C]);
  });

  test('equallyGood: some are the administrator’s on the uplink → those', () => {
    const rows = [candidate(A, 1), candidate(B, 1, STATIC), candidate(C, 1, { ...STATIC, uplink: null })];
    expect(equallyGood(rows)).toEqual([B]);
  });

  test('equallyGood: withdrawn and silent among living → without the withdrawn: silence is yet to be proven', () => {
    expect(equallyGood([ofA({ life: 'withdrawn' }), ofB(), candidate(C, 1, { life: 'silent' })])).toEqual([B, C]);
  });

  test('equallyGood: nothing eligible → none', () => {
    expect(equallyGood([])).toEqual([]);
  });
});

describe('bestByPrefix', () => {
  const at = (text: string, own: Parameters<typeof candidate>[2] = {}) => candidate(address(text), 1, own);
  const several = [at('2a01:1::2'), at('2a01:1::1'), at('2a01:2::1', { isStatic: true }), at('2a01:3::1')];
  const addresses = (most: number) => bestByPrefix(several, most).map(({ row }) => row.address);

  test('bestByPrefix: three prefixes → one of each, the best one first', () => {
    expect(addresses(8)).toEqual(['2a01:2::1', '2a01:1::1', '2a01:3::1']);
  });

  test.each([0, 1, 2, 3])('bestByPrefix: %d of three prefixes → so many', (most) => {
    expect(addresses(most)).toHaveLength(most);
  });
});

describe('isGivenUp', () => {
  test.each<[Life, Candidate['proof'], boolean]>([
    ['living', null, false],
    ['living', 'silent', false],
    ['doubtful', null, false],
    ['doubtful', 'silent', true],
    ['silent', null, true],
    ['silent', 'reached', false],
    ['silent', 'silent', true],
    ['withdrawn', 'reached', true],
  ])('isGivenUp: signs say %s, the network %j → %j; of an administrator’s address never', (life, proof, expected) => {
    expect(isGivenUp(candidate(A, 1, { life, proof }))).toBe(expected);
    expect(isGivenUp(candidate(A, 1, { life, proof, isStatic: true }))).toBe(false);
  });
});
