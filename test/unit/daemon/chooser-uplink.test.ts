import { describe, expect, test } from 'vitest';
import type { IfAddr } from '../../../src/core/address/table.ts';
import { type Choice, choose, nothingChosen } from '../../../src/core/daemon/chooser.ts';
import { IFA_F_PERMANENT } from '../../../src/core/wire/constants.ts';
import { A, B, C, ifAddr } from '../../fakes/samples.ts';

/** Made by a router that the default route leads to, or led to. */
const routed = ifAddr(A, 200);
const unrouted = ifAddr(A, 200, { uplink: false });

/** On another link, older, and outranking A while no interface holds a default route. */
const permanent = { flags: IFA_F_PERMANENT, preferredUntilSec: Number.POSITIVE_INFINITY };
const elsewhere = ifAddr(B, 100, { ...permanent, ifIndex: 3, uplink: false });

/** What is chosen after each look at the eligible addresses, one after the other. */
function chosen(...looks: readonly (readonly [nowMs: number, ...rows: IfAddr[]])[]): (string | null)[] {
  let choice: Choice = nothingChosen;
  return looks.map(([nowMs, ...rows]) => {
    choice = choose(choice, rows, nowMs);
    return choice.current?.address ?? null;
  });
}

describe('choose: the default route', () => {
  test('choose: the last default route goes → another address only after 3 s', () => {
    const looks = chosen(
      [0, routed, elsewhere],
      [10, unrouted, elsewhere],
      [3_009, unrouted, elsewhere],
      [3_010, unrouted, elsewhere],
    );
    expect(looks).toEqual([A, A, A, B]);
  });

  test('choose: the last default route goes and is back within 3 s → no change, and the next wait is a whole one', () => {
    const looks = chosen(
      [0, routed, elsewhere],
      [10, unrouted, elsewhere],
      [2_000, routed, elsewhere],
      [2_500, unrouted, elsewhere],
      [5_499, unrouted, elsewhere],
      [5_500, unrouted, elsewhere],
    );
    expect(looks).toEqual([A, A, A, A, A, B]);
  });

  test('choose: link lost, the address is back a moment before its default route → no change', () => {
    const again = ifAddr(A, 300, { uplink: false });
    const looks = chosen([0, routed, elsewhere], [10, elsewhere], [1_000, again, elsewhere], [1_001, ifAddr(A, 300)]);
    expect(looks).toEqual([A, A, A, A]);
  });

  test('choose: link lost, the address is back but its default route is not → the wait counts from the loss', () => {
    const again = ifAddr(A, 300, { uplink: false });
    const looks = chosen([0, routed, elsewhere], [10, elsewhere], [1_000, again, elsewhere], [3_010, again, elsewhere]);
    expect(looks).toEqual([A, A, A, B]);
  });

  test('choose: another interface takes the default route over → at once, also during the wait', () => {
    const uplink = { ...elsewhere, uplink: true };
    expect(chosen([0, routed, elsewhere], [10, unrouted, uplink])).toEqual([A, B]);
    expect(chosen([0, routed, elsewhere], [10, unrouted, elsewhere], [20, unrouted, uplink])).toEqual([A, A, B]);
  });

  test('choose: no default route, and a better address comes → at once', () => {
    const newcomer = ifAddr(C, 300, { ...permanent, uplink: false });
    expect(chosen([0, unrouted], [10, unrouted, newcomer])).toEqual([A, C]);
    expect(chosen([0, routed, elsewhere], [10, unrouted, elsewhere], [20, unrouted, newcomer])).toEqual([A, A, C]);
  });
});
