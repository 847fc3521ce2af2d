import { describe, expect, test } from 'vitest';
import { advance, dueMs } from '../../../src/core/daemon/agenda.ts';
import { aimed, holding, type NameState } from '../../../src/core/daemon/name-life.ts';
import { describeNotice } from '../../../src/core/daemon/notices.ts';
import type { Trouble } from '../../../src/core/daemon/trouble.ts';
import { type Effect, newZone, type ZoneState } from '../../../src/core/daemon/zone-state.ts';
import { A, B, record, recordSettings, ZONE } from '../../fakes/samples.ts';

const NOW_MS = 1_000_000;

const failedTimes = (failures: number, retryAtMs: number): Trouble => ({
  what: 'it broke',
  permanent: false,
  ray: null,
  scope: 'name',
  failures,
  retryAtMs,
});

/** A zone with a name for each trouble, all to be read. */
function zoneOf(...troubles: readonly (Trouble | null)[]): ZoneState {
  const zone = newZone(
    ZONE,
    troubles.map((_, i) => recordSettings(`h${i}.example.com`)),
    false,
    0,
  );
  const desired = { address: A, equallyGood: [], sinceMs: 0 };
  const names = zone.names.map((name, i): NameState => ({ ...aimed(name, desired), trouble: troubles[i] ?? null }));
  return { ...zone, names };
}

/** The index of the name whose turn it is; null = nobody's. */
function turnOf(zone: ZoneState): number | null {
  const { inFlight } = advance(zone, NOW_MS, []);
  return inFlight?.kind === 'list' ? inFlight.index : null;
}

describe('advance: whose turn it is', () => {
  test.each<[string, (Trouble | null)[], number | null]>([
    ['nobody has failed', [null, null], 0],
    ['the first has failed, and its wait is over', [failedTimes(1, NOW_MS - 9_000), null], 1],
    ['all have failed', [failedTimes(3, NOW_MS), failedTimes(2, NOW_MS), failedTimes(2, NOW_MS)], 1],
    ['seven failures and six', [failedTimes(7, NOW_MS - 9_000), failedTimes(6, NOW_MS)], 1],
    ['eight failures and seven, which waits for longer', [failedTimes(8, NOW_MS - 9_000), failedTimes(7, NOW_MS)], 1],
    ['seven failures each', [failedTimes(7, NOW_MS - 1), failedTimes(7, NOW_MS - 2)], 0],
    ['nine failures and eight', [failedTimes(9, NOW_MS - 2), failedTimes(8, NOW_MS - 1)], 0],
    [
      'eight failures and a hundred, whose wait was over first',
      [failedTimes(8, NOW_MS - 1), failedTimes(100, NOW_MS - 2)],
      1,
    ],
    ['many failures, the waits are over since the same time', [failedTimes(9, NOW_MS), failedTimes(8, NOW_MS)], 0],
    ['every wait is on', [failedTimes(1, NOW_MS + 1), failedTimes(9, NOW_MS + 1)], null],
  ])('advance: %s → the right one', (_, troubles, expected) => {
    expect(turnOf(zoneOf(...troubles))).toBe(expected);
  });

  test('dueMs: one of two waits → the other one is due at once; both wait → the earlier end', () => {
    expect(dueMs(zoneOf(failedTimes(1, 7), null))).toBe(0);
    expect(dueMs(zoneOf(failedTimes(1, 7), failedTimes(1, 5)))).toBe(5);
  });
});

describe('advance: what the policy refuses', () => {
  const say = (...contents: Parameters<typeof record>[]): [ZoneState, string[]] => {
    const zone = zoneOf(null, null);
    const [first, second] = zone.names as [NameState, NameState]; // as many as there are troubles
    const barred = holding(
      first,
      contents.map((own) => record(...own)),
    );
    const effects: Effect[] = [];
    const next = advance({ ...zone, names: [barred, holding(second, [record('r9', A)])] }, NOW_MS, effects);
    return [next, effects.flatMap((effect) => (effect.kind === 'notice' ? describeNotice(effect.notice).msg : []))];
  };

  test('advance: a record of another product → said with the address that it cannot be set to, for that name alone', () => {
    const [zone, log] = say(['r1', B, { readOnly: true }]);
    expect(log).toEqual([
      `h0.example.com: its record belongs to another product of Cloudflare and cannot be set to ${A}: use another name. ` +
        `AAAA ${B} when last seen. Next try in 5 min (failure 1).`,
    ]);
    expect(zone.names.map(({ trouble }) => trouble?.what ?? null)).toEqual([expect.stringContaining(A), null]);
  });

  test('advance: that was said and its wait is on → not a second time', () => {
    const [zone] = say(['r1', B], ['r2', B]);
    const effects: Effect[] = [];
    advance(zone, NOW_MS + 1, effects);
    expect(effects).toEqual([]);
  });
});
