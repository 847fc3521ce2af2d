import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../src/core/address/candidates.ts';
import { type Choice, choose, nothingChosen, recordSays } from '../../../src/core/daemon/chooser.ts';
import { A, B, C, candidate, D } from '../../fakes/samples.ts';

type Look = readonly [nowMs: number, ...candidates: Candidate[]];

/** What is chosen after each look at what may be published, one after the other. */
function follow(start: Choice, looks: readonly Look[], knowsRoutes = true): (string | null)[] {
  let choice = start;
  return looks.map(([nowMs, ...candidates]) => {
    choice = choose(choice, candidates, knowsRoutes, nowMs);
    return choice.current?.address ?? null;
  });
}

const chosen = (...looks: readonly Look[]): (string | null)[] => follow(nothingChosen, looks);

const STATIC = { isStatic: true };
const [oldA, midB, newC] = [candidate(A, 100), candidate(B, 200), candidate(C, 300)];

describe('choose: gains', () => {
  test('choose: the first eligible address → at once', () => {
    expect(chosen([0], [10, midB])).toEqual([null, B]);
  });

  test('choose: one as good as the chosen → no change', () => {
    expect(chosen([0, midB], [10, midB, oldA, newC])).toEqual([B, B]);
  });

  test('choose: a better-ranked one → at once, whatever its age', () => {
    expect(chosen([0, midB], [10, midB, candidate(A, 100, STATIC)])).toEqual([B, A]);
  });

  test('choose: the chosen one is outranked by another that was there → at once', () => {
    expect(chosen([0, midB, newC], [10, { ...midB, uplink: null }, newC])).toEqual([B, C]);
  });
});

/** The same where the record says B from the start. */
const afterB = (...looks: readonly Look[]): (string | null)[] => follow(recordSays(B, 0), looks);

describe('choose: losses', () => {
  test('choose: a younger one is there → it is the successor, at once', () => {
    expect(chosen([0, midB], [5, midB, newC], [10, newC])).toEqual([B, B, C]);
  });

  test('choose: a younger and an older one are there, equally good → the younger, at once', () => {
    expect(afterB([0, oldA, midB, newC], [20, oldA, newC])).toEqual([B, C]);
  });

  test('choose: a younger one on another link, passed over before → only after 3 s', () => {
    const elsewhere = candidate(C, 300, { row: { ifIndex: 3 } });
    expect(afterB([0, midB, elsewhere], [10, elsewhere], [3_009, elsewhere], [3_010, elsewhere])).toEqual([B, B, B, C]);
  });

  test('choose: a younger one is there and an older one that outranks it → the older, at once', () => {
    const unserved = candidate(C, 300, { uplink: null });
    expect(afterB([0, oldA, midB, unserved], [10, oldA, unserved])).toEqual([B, A]);
  });

  test('choose: an older one was there → only after 3 s', () => {
    const looks = [3_009, 3_010].map((nowMs): Look => [nowMs, oldA]);
    expect(afterB([0, oldA, midB], [10, oldA], ...looks)).toEqual([B, B, B, A]);
  });

  test('choose: an older one that was not eligible before the loss → at once', () => {
    expect(chosen([0, midB], [10, oldA])).toEqual([B, A]);
  });

  test('choose: the wait is on → looks in between do not prolong it', () => {
    const looks = [10, 1_000, 2_000, 3_010].map((nowMs): Look => [nowMs, oldA]);
    expect(afterB([0, oldA, midB], ...looks)).toEqual([B, B, B, B, A]);
  });

  test('choose: another becomes eligible during the wait → the wait ends, and the best of all is taken', () => {
    expect(afterB([0, oldA, midB], [10, oldA], [1_600, oldA, candidate(D, 150, STATIC)])).toEqual([B, B, D]);
    expect(afterB([0, oldA, midB], [10, oldA], [1_600, oldA, candidate(D, 250, { uplink: null })])).toEqual([B, B, A]);
  });

  test('choose: the lost one comes back during the wait → it stays, and the wait is over', () => {
    expect(afterB([0, oldA, midB], [10, oldA], [500, oldA, midB], [5_000, oldA, midB])).toEqual([B, B, B, B]);
  });

  test('choose: the lost one was made anew → a later loss is measured by its new age', () => {
    const anew = candidate(B, 400);
    const looks = [600, 3_599, 3_600].map((nowMs): Look => [nowMs, newC]);
    const before: Look[] = [
      [0, midB, newC],
      [500, anew, newC],
    ];
    expect(afterB(...before, ...looks)).toEqual([B, B, B, B, C]);
  });

  test('choose: ages unknown (polling) → passed over before: after 3 s; not in the table before: at once', () => {
    const [first, second] = [candidate(A, null), candidate(B, null)];
    expect(chosen([0, first, second], [10, second], [3_010, second])).toEqual([A, A, B]);
    expect(chosen([0, first], [10, second])).toEqual([A, B]);
  });

  test('choose: one of the two ages is unknown → never the younger one: after 3 s', () => {
    const LATE = 0xffff_fff0;
    const untold = candidate(C, null);
    expect(afterB([0, candidate(B, LATE), untold], [10, untold])).toEqual([B, B]);
    expect(afterB([0, candidate(B, null), newC], [10, newC])).toEqual([B, B]);
  });

  test('choose: the age counter wrapped around since → still the younger one', () => {
    const [before, after] = [0xffff_ff00, 0x10];
    expect(afterB([0, candidate(B, before), candidate(C, after)], [10, candidate(C, after)])).toEqual([B, C]);
    expect(afterB([0, candidate(B, after), candidate(C, before)], [10, candidate(C, before)])).toEqual([B, B]);
  });
});

describe('choose: nothing eligible', () => {
  test('choose: everything is lost → the choice stays, and nothing is waited for', () => {
    const lost = choose(choose(nothingChosen, [midB], true, 0), [], true, 10);
    expect(lost.current?.address).toBe(B);
    expect(lost.dueMs).toBeNull();
  });

  test('choose: everything was lost, an older one becomes eligible → a gain, at once', () => {
    expect(chosen([0, midB], [10], [20, oldA])).toEqual([B, B, A]);
  });

  test('choose: everything was lost, ages unknown → a gain, at once', () => {
    expect(chosen([0, candidate(A, null)], [10], [20, candidate(B, null)])).toEqual([A, A, B]);
  });

  test('choose: the last candidate is lost during the wait and comes back → a gain, at once', () => {
    expect(afterB([0, oldA, midB], [10, oldA], [20], [30, oldA])).toEqual([B, B, B, A]);
  });

  test('choose: everything was lost, the chosen one comes back → it stays', () => {
    expect(chosen([0, midB], [10], [20, oldA, midB])).toEqual([B, B, B]);
  });
});
