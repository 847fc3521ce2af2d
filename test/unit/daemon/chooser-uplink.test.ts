import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../src/core/address/candidates.ts';
import { type Choice, choose, nothingChosen, recordSays } from '../../../src/core/daemon/chooser.ts';
import { A, B, C, candidate, UPLINK } from '../../fakes/samples.ts';

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

/** A on the first uplink, B on another link, with a second one or none. */
const routed = candidate(A, 200);
const noCarrier = candidate(A, 200, { uplink: { ...UPLINK, hasCarrier: false } });
const unrouted = candidate(A, 200, { uplink: null });
const SECOND = { ...UPLINK, ifIndex: 3, metric: 2048 };
const onSecond = candidate(B, 100, { row: { ifIndex: 3 }, uplink: SECOND, isStatic: true });
const unserved = candidate(B, 100, { row: { ifIndex: 3 }, uplink: null, isStatic: true });

const at = (...times: readonly number[]) => ({
  see: (...candidates: Candidate[]): Look[] => times.map((nowMs) => [nowMs, ...candidates]),
});

describe('choose: two uplinks', () => {
  test('choose: carrier of the first lost → the second after 3 s, and back at once', () => {
    const looks = [
      ...at(0).see(routed, onSecond),
      ...at(10, 3_009, 3_010).see(noCarrier, onSecond),
      ...at(9_000).see(routed, onSecond),
    ];
    expect(chosen(...looks)).toEqual([A, A, A, B, A]);
  });

  test('choose: carrier lost and back within 3 s → no change, and the next wait is a whole one', () => {
    const looks = [
      ...at(0).see(routed, onSecond),
      ...at(10).see(noCarrier, onSecond),
      ...at(2_000).see(routed, onSecond),
      ...at(2_500, 5_499, 5_500).see(noCarrier, onSecond),
    ];
    expect(chosen(...looks)).toEqual([A, A, A, A, A, B]);
  });

  test('choose: carrier lost, then the route, then the address → one wait, from the first of them', () => {
    const looks = [
      ...at(0).see(routed, onSecond),
      ...at(10).see(noCarrier, onSecond),
      ...at(1_000).see(unrouted, onSecond),
      ...at(2_000, 3_010).see(onSecond),
    ];
    expect(chosen(...looks)).toEqual([A, A, A, A, B]);
  });

  test('choose: another interface takes the default route over → at once, also during the wait', () => {
    expect(chosen([0, routed, unserved], [10, unrouted, onSecond])).toEqual([A, B]);
    expect(chosen([0, routed, unserved], [10, unrouted, unserved], [20, unrouted, onSecond])).toEqual([A, A, B]);
  });
});

describe('choose: patience with what no default route serves', () => {
  test('choose: the default route goes → another address only after 60 s', () => {
    const looks = [...at(0).see(routed, unserved), ...at(10, 3_010, 60_009, 60_010).see(unrouted, unserved)];
    expect(chosen(...looks)).toEqual([A, A, A, A, B]);
  });

  test('choose: everything served is gone → what is not served only after 60 s, what is at once', () => {
    const looks = [...at(0).see(routed, unserved), ...at(10, 60_009, 60_010).see(unserved)];
    expect(chosen(...looks)).toEqual([A, A, A, B]);
    expect(chosen([0, routed], ...at(10, 8_000).see(unserved), [8_010, unserved, candidate(C, 300)])).toEqual([
      A,
      A,
      A,
      C,
    ]);
  });

  test('choose: nothing is eligible for a time, then only what is not served → 60 s after the loss', () => {
    expect(chosen([0, routed], [10], ...at(5_000, 60_009, 60_010).see(unserved))).toEqual([A, A, A, A, B]);
  });

  test('choose: the address is back a moment before its default route → no change', () => {
    const again = candidate(A, 300, { uplink: null });
    const looks = [...at(0).see(routed, unserved), ...at(10).see(unserved), ...at(1_000).see(again, unserved)];
    expect(chosen(...looks, [1_001, candidate(A, 300), unserved])).toEqual([A, A, A, A]);
  });

  test('choose: nothing was ever served → a gain and a successor at once', () => {
    expect(chosen([0, unrouted], [10, unrouted, unserved])).toEqual([A, B]);
    expect(chosen([0, unrouted], [10, candidate(C, 300, { uplink: null })])).toEqual([A, C]);
  });

  test('choose: at a start the record says an address that is not there → 60 s for what is not served', () => {
    expect(follow(recordSays(C, 0), at(10, 59_999, 60_000).see(unserved))).toEqual([C, C, B]);
    expect(follow(recordSays(C, 0), [[10, unserved], ...at(6_000).see(unserved, routed)])).toEqual([C, A]);
  });

  test.each<[string, Candidate, boolean]>([
    ['its interface is named in full', { ...unserved, isNamed: true }, true],
    ['the network reaches it', { ...unserved, proof: 'reached' }, true],
    ['the routes are not known (polling)', unserved, false],
  ])('choose: %s → no patience', (_, own, knowsRoutes) => {
    expect(follow(recordSays(C, 0), [[10, own]], knowsRoutes)).toEqual([B]);
  });
});

describe('choose: whose wait it is', () => {
  const named = candidate(B, 100, { row: { ifIndex: 3 }, uplink: null, isNamed: true });
  const fixed = candidate(C, 300, { row: { ifIndex: 3 }, uplink: null, isStatic: true });

  test('choose: the chosen one, which has fallen, gets better and not good enough during the wait → the wait goes on', () => {
    const looks = [...at(10).see(unrouted, onSecond), ...at(20, 3_009, 3_010).see(noCarrier, onSecond)];
    expect(chosen([0, routed, onSecond], ...looks)).toEqual([A, A, A, A, B]);
  });

  test('choose: a successor has to wait for a default route → its turn is not another one’s, which was passed over', () => {
    const [older, younger] = [candidate(A, 50, { uplink: null }), candidate(C, 300, { uplink: null })];
    const looks = at(10, 60_009, 60_010).see(older, younger);
    expect(chosen([0, candidate(B, 200), older, younger], ...looks)).toEqual([B, B, B, C]);
  });

  test('choose: the chosen one was served once, goes on without, then goes → its successor waits all the same', () => {
    const looks = [...at(10).see(unrouted, unserved), ...at(20, 60_009, 60_010).see(unserved)];
    expect(chosen([0, routed], ...looks)).toEqual([A, A, A, A, B]);
  });

  test('choose: one that needs no default route stands in, a better one without one comes → that one waits', () => {
    const looks = [...at(10).see(named), ...at(20, 60_009, 60_010).see(named, fixed)];
    expect(chosen([0, routed], ...looks)).toEqual([A, B, B, B, C]);
  });

  test('choose: one that needs no default route stood in and goes → its successor does not wait either', () => {
    expect(chosen([0, routed], [10, named], [20, fixed])).toEqual([A, B, C]);
  });

  test('choose: the network does not reach the chosen one, which is served → another one without patience', () => {
    const silent: Candidate = { ...routed, life: 'doubtful', proof: 'silent' };
    expect(chosen([0, routed], [10, silent, unserved])).toEqual([A, B]);
  });
});

describe('choose: the prefix of the chosen one is given up', () => {
  const withdrawn = candidate(A, 200, { life: 'withdrawn' });
  const other = candidate(B, 100);
  const elsewhere = candidate(B, 100, { row: { ifIndex: 3 } });

  test('choose: withdrawn, and a new one comes → at once', () => {
    expect(chosen([0, routed], [10, withdrawn], [20, withdrawn, other])).toEqual([A, A, B]);
  });

  test('choose: withdrawn, and another one was passed over before → after 3 s', () => {
    const looks = [...at(0).see(routed, elsewhere), ...at(10, 3_009, 3_010).see(withdrawn, elsewhere)];
    expect(chosen(...looks)).toEqual([A, A, A, B]);
  });

  test('choose: it was given up already, and another one comes to outrank it → at once: nothing was lost', () => {
    const better = candidate(B, 100, { life: 'withdrawn', isStatic: true });
    const alike = candidate(B, 100, { life: 'withdrawn' });
    expect(chosen([0, withdrawn], [10, withdrawn, alike], [20, withdrawn, better])).toEqual([A, A, B]);
    expect(chosen([0, routed], [10, routed, other], [20, routed, { ...other, isStatic: true }])).toEqual([A, A, B]);
  });

  test('choose: proven silent → at once', () => {
    const silent = candidate(A, 200, { life: 'doubtful', proof: 'silent' });
    expect(chosen([0, routed, elsewhere], [10, silent, { ...elsewhere, proof: 'reached' }])).toEqual([A, B]);
  });
});
