import { beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/address/address.ts';
import { Routes } from '../../../src/core/address/routes.ts';
import { AddressTable } from '../../../src/core/address/table.ts';
import { Group } from '../../../src/core/daemon/group.ts';
import type { ProbeVerdict } from '../../../src/core/ports.ts';
import { IFA_F_PERMANENT } from '../../../src/core/wire/constants.ts';
import { defaultRoute } from '../../fakes/routes.ts';
import { ANY, address } from '../../fakes/samples.ts';
import { FOR_EVER_SEC, tell, tellLink } from '../../fakes/told-table.ts';

/** On the uplink eth2, from a router; the administrator's on eth3, which no default route leads over. */
const P = address('2a01:1::1');
const U = address('2a01:5::1');

const START_MS = 10_000;
const MINUTE_MS = 60_000;

let table: AddressTable;
let group: Group;

beforeEach(() => {
  table = new AddressTable();
  for (const ifIndex of [2, 3]) tellLink(table, ifIndex);
  table.routes = new Routes([defaultRoute(2)], []);
  group = new Group(ANY, START_MS);
});

const base = { protocol: 0, scope: 0, renewedStamp: 1 };
const advertise = (own: Address): void =>
  void tell(table, { ...base, ifIndex: 2, text: own, flags: 0, protocol: 2, lifetimeSec: 86_400 }, false, 0);
const configure = (own: Address, isThere = true): void =>
  void tell(table, { ...base, ifIndex: 3, text: own, flags: IFA_F_PERMANENT, lifetimeSec: FOR_EVER_SEC }, !isThere, 0);

/** The addresses that changed are told, and what follows is chosen. */
function look(nowMs: number): void {
  group.tableChanged();
  group.decide(table, nowMs, () => {});
}

const chosen = (): Address | null => group.chosen?.address ?? null;

/** The addresses asked from, while each gets that answer, until the choice stands. */
function ask(nowMs: number, verdictOn: (own: Address) => ProbeVerdict): Address[] {
  const asked: Address[] = [];
  for (let own = group.question; own !== null && asked.length < 20; own = group.question) {
    asked.push(own);
    group.probed(own, verdictOn(own));
  }
  group.decide(table, nowMs, () => {});
  return asked;
}

describe('Group: what is published is there and has lost its default route, another one outranks it', () => {
  beforeEach(() => {
    advertise(P);
    configure(U);
    look(START_MS);
    group.settle(P, (own) => own === P);
    look(START_MS);
    table.routes = new Routes([], []);
    look(START_MS);
    look(START_MS + 3_000);
  });

  test('Group: within a minute → it stays published, the other one waits', () => {
    expect([chosen(), group.isPatient, group.isInDoubt]).toEqual([P, true, false]);
    expect(group.dueMs).toBe(START_MS + MINUTE_MS);
  });

  test('Group: after a minute, it is reached → it stays, nobody else is asked', () => {
    look(START_MS + MINUTE_MS);
    expect(ask(START_MS + MINUTE_MS + 1, () => 'reached')).toEqual([P]);
    expect([chosen(), group.isInDoubt]).toEqual([P, false]);
  });

  test('Group: after a minute, the other one is reached → that one, and it is not asked about again', () => {
    look(START_MS + MINUTE_MS);
    expect(ask(START_MS + MINUTE_MS + 1, (own) => (own === P ? 'silent' : 'reached'))).toEqual([P, U]);
    expect(chosen()).toBe(U);
    look(START_MS + MINUTE_MS + 2);
    expect([chosen(), group.isInDoubt]).toEqual([U, false]);
  });

  test('Group: after a minute, none is reached → each was asked once, then the other one', () => {
    look(START_MS + MINUTE_MS);
    expect(ask(START_MS + MINUTE_MS + 1, () => 'silent')).toEqual([P, U]);
    expect(chosen()).toBe(U);
  });

  test('Group: nine others in as many prefixes → eight are asked, the published one first', () => {
    for (let i = 1; i <= 8; i++) configure(address(`2a01:a${i}::1`));
    look(START_MS + MINUTE_MS);
    const asked = ask(START_MS + MINUTE_MS + 1, () => 'silent');
    expect([asked.length, asked[0], new Set(asked).size]).toEqual([8, P, 8]);
  });
});

describe('Group: what it takes for granted', () => {
  test('Group: nothing was ever served → a successor that is not served either is taken unasked', () => {
    table.routes = new Routes([], []);
    configure(U);
    look(START_MS);
    group.settle(null, () => false);
    expect(chosen()).toBeNull();
    look(START_MS + 1);
    expect(chosen()).toBe(U);
    const other = address('2a01:6::1');
    configure(U, false);
    configure(other);
    look(START_MS + 2);
    expect([chosen(), group.isInDoubt]).toEqual([other, false]);
  });

  test('Group: nobody says that the table has changed → it is not looked at', () => {
    advertise(P);
    look(START_MS);
    group.settle(P, (own) => own === P);
    look(START_MS);
    advertise(address('2a01:2::1'));
    tell(table, { ...base, ifIndex: 2, text: P, flags: 0, protocol: 2, lifetimeSec: 86_400 }, true, 0);
    group.probed(P, 'silent');
    expect([group.decide(table, START_MS + 1, () => {}), chosen()]).toEqual([false, P]);
    look(START_MS + 1);
    expect(chosen()).not.toBe(P);
  });

  test('Group: before the first look → neither stranded nor settled, and a record may be read before it', () => {
    expect([group.decide(table, START_MS, () => {}), group.isStranded]).toEqual([false, false]);
    group.settle(P, (own) => own === P);
    advertise(P);
    look(START_MS + 1);
    expect([group.isSettled, chosen()]).toEqual([true, P]);
  });

  test('Group: a record says a prefix that only the second of two is in → that one', () => {
    advertise(P);
    advertise(address('2a01:2::1'));
    look(START_MS);
    group.settle(address('2a01:2::ffff'), (own) => own === address('2a01:2::1'));
    look(START_MS + 1);
    expect(chosen()).toBe(address('2a01:2::1'));
  });

  test('Group: somebody asked why there is no address when there was one → no word of its return', () => {
    const log: string[] = [];
    advertise(P);
    look(START_MS);
    group.reportNow(table, START_MS, ({ msg }) => log.push(msg));
    group.tableChanged();
    group.decide(table, START_MS + 1, ({ msg }) => log.push(msg));
    expect(log).toEqual([]);
  });
});
