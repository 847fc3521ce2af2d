import { describe, expect, test } from 'vitest';
import type { IfAddr } from '../../../src/core/address/table.ts';
import { adopt, type Choice, choose, nothingChosen } from '../../../src/core/daemon/chooser.ts';
import { IFA_F_PERMANENT } from '../../../src/core/wire/constants.ts';
import { A, B, C, D, ifAddr } from '../../fakes/samples.ts';

const permanent = { flags: IFA_F_PERMANENT, preferredUntilSec: Number.POSITIVE_INFINITY };

/** What is chosen after each look at the eligible addresses, one after the other. */
function chosen(...looks: readonly (readonly [nowMs: number, ...rows: IfAddr[]])[]): (string | null)[] {
  let choice: Choice = nothingChosen;
  return looks.map(([nowMs, ...rows]) => {
    choice = choose(choice, rows, nowMs);
    return choice.current?.address ?? null;
  });
}

const [oldA, midB, newC] = [ifAddr(A, 100), ifAddr(B, 200), ifAddr(C, 300)];

describe('choose: gains', () => {
  test('choose: the first eligible address → at once', () => {
    expect(chosen([0], [10, midB])).toEqual([null, B]);
  });

  test('choose: one as good as the chosen → no change', () => {
    expect(chosen([0, midB], [10, midB, oldA, newC])).toEqual([B, B]);
  });

  test('choose: a better-ranked one → at once, whatever its age', () => {
    expect(chosen([0, midB], [10, midB, ifAddr(A, 100, permanent)])).toEqual([B, A]);
  });

  test('choose: the chosen one is outranked by another that was there → at once', () => {
    expect(chosen([0, midB, newC], [10, { ...midB, uplink: false }, newC])).toEqual([B, C]);
  });
});

describe('choose: losses', () => {
  test('choose: a younger one is there → it is the successor, at once', () => {
    expect(chosen([0, midB], [5, midB, newC], [10, newC])).toEqual([B, B, C]);
  });

  test('choose: a younger and an older one are there, equally good → the younger, at once', () => {
    expect(chosen([0, midB], [10, oldA, midB, newC], [20, oldA, newC])).toEqual([B, B, C]);
  });

  test('choose: a younger one is there and an older one that outranks it → the older, at once', () => {
    const elsewhere = ifAddr(C, 300, { uplink: false });
    expect(chosen([0, midB], [10, oldA, elsewhere])).toEqual([B, A]);
  });

  test('choose: an older one is there → only after 3 s', () => {
    expect(chosen([0, midB], [10, oldA], [3_009, oldA], [3_010, oldA])).toEqual([B, B, B, A]);
  });

  test('choose: the wait is on → looks in between do not prolong it', () => {
    expect(chosen([0, midB], [10, oldA], [1_000, oldA], [2_000, oldA], [3_010, oldA]).at(-1)).toBe(A);
  });

  test('choose: an older one is there and another comes during the wait → the wait ends', () => {
    const younger = ifAddr(D, 250);
    expect(chosen([0, midB], [10, oldA], [1_600, oldA, ifAddr(D, 150, permanent)])).toEqual([B, B, D]);
    expect(chosen([0, midB], [10, ifAddr(A, 100)], [1_600, younger])).toEqual([B, B, D]);
  });

  test('choose: the lost one comes back during the wait → it stays, and the wait is over', () => {
    expect(chosen([0, midB], [10, oldA], [500, oldA, midB], [5_000, oldA, midB])).toEqual([B, B, B, B]);
  });

  test('choose: the lost one was made anew → a later loss is measured by its new age', () => {
    const anew = ifAddr(B, 400);
    expect(chosen([0, midB], [10, oldA], [500, anew, oldA], [600, newC], [3_599, newC], [3_600, newC])).toEqual([
      B,
      B,
      B,
      B,
      B,
      C,
    ]);
  });

  test('choose: ages unknown (polling) → after 3 s', () => {
    const [first, second] = [ifAddr(A, null), ifAddr(B, null)];
    expect(chosen([0, first, second], [10, second], [3_010, second])).toEqual([A, A, B]);
  });

  test('choose: the age counter wrapped around since → still the younger one', () => {
    const beforeWrap = ifAddr(B, 0xffff_ff00);
    expect(chosen([0, beforeWrap], [10, ifAddr(C, 0x10)])).toEqual([B, C]);
    expect(chosen([0, ifAddr(B, 0x10)], [10, ifAddr(A, 0xffff_ff00)])).toEqual([B, B]);
  });
});

describe('choose: nothing eligible', () => {
  test('choose: everything is lost → the choice stays, and nothing is waited for', () => {
    const lost = choose(choose(nothingChosen, [midB], 0), [], 10);
    expect(lost.current?.address).toBe(B);
    expect(lost.grace?.untilMs ?? null).toBeNull();
  });

  test('choose: everything was lost, an older one becomes eligible → a gain, at once', () => {
    expect(chosen([0, midB], [10], [20, oldA])).toEqual([B, B, A]);
  });

  test('choose: everything was lost, ages unknown → a gain, at once', () => {
    expect(chosen([0, ifAddr(A, null)], [10], [20, ifAddr(B, null)])).toEqual([A, A, B]);
  });

  test('choose: the last candidate is lost during the wait and comes back → a gain, at once', () => {
    expect(chosen([0, midB], [10, oldA], [20], [30, oldA])).toEqual([B, B, B, A]);
  });

  test('choose: everything was lost, the chosen one comes back → it stays', () => {
    expect(chosen([0, midB], [10], [20, oldA, midB])).toEqual([B, B, B]);
  });
});

describe('adopt', () => {
  const blind = choose(nothingChosen, [oldA, midB], 0);

  test('adopt: the record says another eligible address → that one is the choice and stays it', () => {
    const adopted = adopt(blind, [oldA, midB], (own) => own === B);
    expect([blind.current?.address, adopted.current?.address]).toEqual([A, B]);
    expect(choose(adopted, [oldA, midB], 10).current?.address).toBe(B);
  });

  test('adopt: the record fits the choice and others → no change', () => {
    expect(adopt(blind, [midB, oldA], () => true)).toBe(blind);
  });

  test('adopt: the record says an address that is not eligible → no change', () => {
    expect(adopt(blind, [oldA, midB], (own) => own === D)).toBe(blind);
  });
});
