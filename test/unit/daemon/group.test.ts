import { beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/address/address.ts';
import { Routes } from '../../../src/core/address/routes.ts';
import type { ProbeVerdict } from '../../../src/core/ports.ts';
import { defaultRoute } from '../../fakes/routes.ts';
import { ANY, address } from '../../fakes/samples.ts';
import { deciding, newScene, P, Q, START_MS, U, V } from './deciding.ts';

const MINUTE_MS = 60_000;

let { table, group, log } = newScene();

beforeEach(() => {
  ({ table, group, log } = newScene());
});

const { place, decide, settle, chosen } = deciding(() => ({ table, group, log }));

function answer(verdict: ProbeVerdict): Address | null {
  const asked = group.question;
  if (asked !== null) group.probed(asked, verdict);
  return asked;
}

describe('Group: before a record was read', () => {
  test('Group: nothing has happened → nothing chosen, nothing to decide, not settled', () => {
    expect([chosen(), group.chosenForEmpty, group.dueMs, group.isSettled, group.isStranded]).toEqual([
      null,
      null,
      null,
      false,
      false,
    ]);
    expect([decide(START_MS), group.isInDoubt, group.isPatient]).toEqual([false, false, false]);
  });

  test('Group: the first address → told once, with the time of the choice and what is as good', () => {
    place(P);
    expect([decide(START_MS + 5), decide(START_MS + 6)]).toEqual([true, false]);
    place(Q);
    expect(decide(START_MS + 7)).toBe(false);
    expect(group.chosen).toEqual({ address: P, equallyGood: [P, Q], sinceMs: START_MS + 5 });
  });

  test('Group: a better address follows → told again, from then on', () => {
    place(U);
    table.routes = new Routes([], []);
    decide(START_MS);
    table.routes = new Routes([defaultRoute(2)], []);
    place(P);
    decide(START_MS + 50);
    expect(group.chosen).toMatchObject({ address: P, sinceMs: START_MS + 50 });
  });

  test('Group: only an address that no default route serves → waits a minute from the start, but not for a name without a record', () => {
    place(U);
    decide(START_MS + 1);
    expect([chosen(), group.chosenForEmpty?.address, group.isPatient, group.hasAddress]).toEqual([null, U, true, true]);
    expect(group.dueMs).toBe(START_MS + MINUTE_MS);
    expect(decide(START_MS + MINUTE_MS - 1)).toBe(false);
    decide(START_MS + MINUTE_MS);
    expect([chosen(), group.isPatient]).toEqual([U, false]);
  });

  test('Group: the routes are not known → there is no patience', () => {
    table.routes = new Routes([], [], false);
    place(U);
    decide(START_MS + 1);
    expect([chosen(), group.isPatient]).toEqual([U, false]);
  });
});

describe('Group: a record was read', () => {
  test('Group: it says one of two that are as good → that one stays, told anew, with no alternatives', () => {
    place(P);
    place(Q);
    decide(START_MS);
    group.settle(Q, (own) => own === Q);
    expect([group.isSettled, decide(START_MS + 5), chosen()]).toEqual([true, true, Q]);
    expect(group.chosen?.equallyGood).toEqual([]);
    settle(P, START_MS + 6);
    expect(chosen()).toBe(Q);
  });

  test('Group: it says a prefix only, which two addresses are in → the one that was chosen stays', () => {
    place(P);
    place(Q);
    decide(START_MS);
    group.settle(address('2a01:1::ffff'), (own) => own === P || own === Q);
    decide(START_MS + 1);
    expect(chosen()).toBe(P);
  });

  test('Group: all records are empty → the best one, without patience for another', () => {
    place(U);
    decide(START_MS);
    settle(null, START_MS + 1);
    expect(chosen()).toBe(U);
  });

  test('Group: it says an address that is not here → the best one after the grace', () => {
    place(P);
    decide(START_MS);
    settle(address('2a01:9::1'));
    decide(START_MS + MINUTE_MS);
    expect(chosen()).toBe(P);
  });

  test('Group: every address goes and one comes back → nothing to write meanwhile, told again then', () => {
    place(P);
    decide(START_MS);
    settle(P);
    place(P, false);
    decide(START_MS + 1);
    expect([chosen(), group.hasAddress, group.isStranded]).toEqual([null, false, true]);
    place(P);
    expect([decide(START_MS + 2), chosen(), group.hasAddress, group.isStranded]).toEqual([true, P, true, false]);
  });

  test('Group: the settings were read again → told anew, though nothing has changed', () => {
    place(P);
    decide(START_MS);
    settle(P);
    expect(decide(START_MS + 1)).toBe(false);
    group.configure(ANY);
    expect([decide(START_MS + 2), chosen()]).toEqual([true, P]);
  });

  test('Group: the settings exclude what was published → the other one', () => {
    place(P);
    place(Q);
    decide(START_MS);
    settle(P);
    group.configure({ ...ANY, interfaces: ['eth3'] });
    place(U);
    decide(START_MS + 3);
    decide(START_MS + 2 * MINUTE_MS);
    expect(chosen()).toBe(U);
  });
});

describe('Group: the uplink’s address goes, others stay that no default route serves', () => {
  beforeEach(() => {
    for (const own of [P, U, V]) place(own);
    decide(START_MS);
    settle(P);
    expect(chosen()).toBe(P);
    place(P, false);
    decide(START_MS);
  });

  /** As the clock and answers go on. */
  const wait = (nowMs: number): void => void decide(nowMs);

  test('Group: for three seconds → it stands; then nothing is written, but for names without a record', () => {
    expect([chosen(), group.isPatient, group.isStranded]).toEqual([P, false, false]);
    expect(group.dueMs).toBe(START_MS + 3_000);
    wait(START_MS + 3_000);
    expect([chosen(), group.isPatient, group.isStranded]).toEqual([null, true, false]);
    expect([group.chosenForEmpty?.address, group.dueMs]).toEqual([U, START_MS + MINUTE_MS]);
  });

  test('Group: after a minute → each is asked; the one that is reached is taken', () => {
    wait(START_MS + MINUTE_MS);
    expect([chosen(), group.isInDoubt]).toEqual([null, true]);
    expect(answer('silent')).toBe(U);
    wait(START_MS + MINUTE_MS + 1);
    expect(answer('reached')).toBe(V);
    wait(START_MS + MINUTE_MS + 2);
    expect([chosen(), group.isInDoubt]).toEqual([V, false]);
  });

  test('Group: none can be reached or nobody can tell → the best of them', () => {
    wait(START_MS + MINUTE_MS);
    expect(answer('unknown')).toBe(U);
    wait(START_MS + MINUTE_MS + 1);
    expect([chosen(), group.question]).toEqual([U, null]);
  });

  test('Group: the uplink’s comes back while others are asked → it stays', () => {
    wait(START_MS + MINUTE_MS);
    place(P);
    wait(START_MS + MINUTE_MS + 1);
    expect(chosen()).toBe(P);
  });
});

describe('Group: requests fail', () => {
  beforeEach(() => {
    place(P);
    place(Q);
    decide(START_MS);
    settle(P);
  });

  test('Group: no request fails → nobody is asked', () => {
    group.requested(false);
    decide(START_MS + 1);
    expect([group.question, group.wayOut(START_MS + 1)]).toEqual([null, null]);
  });

  test('Group: one fails, the published prefix is silent and another one reached → that one is published, requests leave from it', () => {
    group.requested(true);
    decide(START_MS + 1);
    expect([answer('silent'), answer('reached'), group.question]).toEqual([P, Q, null]);
    decide(START_MS + 2);
    expect([chosen(), group.wayOut(START_MS + 2)]).toEqual([Q, Q]);
  });

  test('Group: one fails and the published one is reached → it stays', () => {
    group.requested(true);
    decide(START_MS + 1);
    expect(answer('reached')).toBe(P);
    decide(START_MS + 2);
    expect([chosen(), group.wayOut(START_MS + 2)]).toEqual([P, P]);
  });

  test('Group: one fails and there is no other prefix → nobody is asked', () => {
    place(Q, false);
    group.requested(true);
    decide(START_MS + 1);
    expect(group.question).toBeNull();
  });

  test('Group: nine other prefixes → eight addresses are asked from, the published one first', () => {
    for (let i = 3; i <= 11; i++) place(address(`2a01:a${i}::1`));
    group.requested(true);
    decide(START_MS + 1);
    const asked: (Address | null)[] = [];
    while (group.isInDoubt) asked.push(answer('silent'));
    expect([asked.length, asked[0]]).toEqual([8, P]);
  });

  test('Group: an answer that nobody waits for → nothing to decide', () => {
    group.probed(P, 'reached');
    expect([decide(START_MS + 1), group.question]).toEqual([false, null]);
  });
});
