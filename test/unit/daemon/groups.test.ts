import { beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/address/address.ts';
import { Routes } from '../../../src/core/address/routes.ts';
import { AddressTable } from '../../../src/core/address/table.ts';
import { Groups } from '../../../src/core/daemon/groups.ts';
import { type NameState, newName } from '../../../src/core/daemon/name-life.ts';
import { IFA_F_PERMANENT } from '../../../src/core/wire/constants.ts';
import { defaultRoute } from '../../fakes/routes.ts';
import { ANY, address, HOME, recordSettings, WWW } from '../../fakes/samples.ts';
import { FOR_EVER_SEC, tell, tellLink } from '../../fakes/told-table.ts';

/** On eth2; on eth3. */
const [P, Q] = [address('2a01:1::1'), address('2a01:2::1')];
const [U, V] = [address('2a01:5::1'), address('2a01:6::1')];

/** One name for each of the two interfaces, neither of which is named in full. */
const ON_2 = recordSettings(HOME, { interfaces: ['eth2*'] });
const ON_3 = recordSettings(WWW, { interfaces: ['eth3*'] });

let table: AddressTable;

beforeEach(() => {
  table = new AddressTable();
  for (const ifIndex of [2, 3]) tellLink(table, ifIndex);
  table.routes = new Routes([defaultRoute(2), defaultRoute(3)], []);
});

const place = (own: Address, isThere = true): void =>
  void tell(
    table,
    {
      ifIndex: own === U || own === V ? 3 : 2,
      text: own,
      flags: IFA_F_PERMANENT,
      protocol: 0,
      scope: 0,
      lifetimeSec: FOR_EVER_SEC,
      renewedStamp: 1,
    },
    !isThere,
    0,
  );

const groupsOf = (...records: readonly (typeof ON_2)[]): Groups => new Groups(records, ANY, 0, null);

function look(groups: Groups, nowMs = 1): void {
  groups.tableChanged();
  groups.decide(table, nowMs, () => {});
}

const nameOf = (settings: typeof ON_2, own: Partial<NameState> = {}): NameState => ({ ...newName(settings), ...own });

describe.each([
  ['the first', [ON_2, ON_3]],
  ['the second', [ON_3, ON_2]],
])('Groups: %s of two has addresses', (_, records) => {
  test('Groups: the other one has none → there is not one for every name, and not all are stranded', () => {
    place(P);
    const groups = groupsOf(...records);
    look(groups);
    expect([groups.hasAddresses, groups.isStranded]).toEqual([false, false]);
    place(P, false);
    look(groups, 2);
    expect([groups.hasAddresses, groups.isStranded]).toEqual([false, true]);
    for (const own of [P, U]) place(own);
    look(groups, 3);
    expect([groups.hasAddresses, groups.isStranded]).toEqual([true, false]);
  });

  test('Groups: one has an address that no default route serves → it waits for a better one', () => {
    table.routes = new Routes([defaultRoute(3)], []);
    for (const own of [P, U]) place(own);
    const groups = groupsOf(...records);
    look(groups);
    expect([groups.isPatient, groups.dueMs]).toEqual([true, 60_000]);
  });

  test('Groups: requests fail, one has another prefix → asked there; where it is reached, requests leave from', () => {
    for (const own of [P, Q, U]) place(own);
    const groups = groupsOf(...records);
    look(groups);
    groups.settle([nameOf(ON_2, { seen: true, published: P }), nameOf(ON_3, { seen: true, published: U })]);
    look(groups, 2);
    expect([groups.isInDoubt, groups.question]).toEqual([false, null]);
    groups.requested(true);
    look(groups, 3);
    expect([groups.isInDoubt, groups.question]).toEqual([true, P]);
    expect(groups.probed(P, 'silent', 4)).toBeNull();
    expect(groups.question).toBe(Q);
    expect(groups.probed(Q, 'reached', 5)).toBe(Q);
    expect([groups.isInDoubt, groups.question]).toEqual([false, null]);
  });
});

describe('Groups: what the records say first', () => {
  const goods = (groups: Groups, settings = ON_3) => groups.desiredOf(nameOf(settings))?.equallyGood;

  test('Groups: one name is read → its own group is settled, the other one is open', () => {
    for (const own of [P, Q, U, V]) place(own);
    const groups = groupsOf(ON_2, ON_3);
    look(groups);
    expect([goods(groups, ON_2), goods(groups)]).toEqual([
      [P, Q],
      [U, V],
    ]);
    groups.settle([nameOf(ON_2, { seen: true, published: Q }), nameOf(ON_3)]);
    look(groups, 2);
    expect([goods(groups, ON_2), goods(groups)]).toEqual([[], [U, V]]);
    expect(groups.desiredOf(nameOf(ON_2, { seen: true }))).toMatchObject({ address: Q, equallyGood: [] });
  });

  test('Groups: a name that was read says nothing, another one is to be read → open; that one says nothing either → settled', () => {
    const other = { ...ON_3, name: HOME };
    for (const own of [U, V]) place(own);
    const groups = groupsOf(ON_3, other);
    look(groups);
    groups.settle([nameOf(ON_3, { seen: true }), nameOf(other)]);
    look(groups, 2);
    expect(goods(groups)).toEqual([U, V]);
    groups.settle([nameOf(ON_3, { seen: true }), nameOf(other, { seen: true })]);
    look(groups, 3);
    expect(goods(groups)).toEqual([]);
  });

  test('Groups: no name has a record, and no address was ever served → one that follows is taken at once', () => {
    table.routes = new Routes([defaultRoute(2)], []);
    place(U);
    const groups = groupsOf(ON_3);
    look(groups);
    groups.settle([nameOf(ON_3, { seen: true })]);
    look(groups, 2);
    place(U, false);
    place(V);
    look(groups, 3);
    expect(groups.desiredOf(nameOf(ON_3, { seen: true, published: U }))?.address).toBe(V);
  });
});

describe('Groups: what a name is to say while an address waits for its default route', () => {
  test('Groups: it has no record, or one that was made so → that address; another one → nothing', () => {
    table.routes = new Routes([defaultRoute(2)], []);
    place(U);
    const groups = groupsOf(ON_3);
    look(groups);
    const desired = (own: Partial<NameState>) => groups.desiredOf(nameOf(ON_3, own))?.address ?? null;
    expect(desired({ seen: true })).toBe(U);
    expect(desired({ seen: true, published: U })).toBe(U);
    expect(desired({ seen: true, published: P })).toBeNull();
    expect(desired({ seen: false })).toBeNull();
  });
});

test('Groups: interfaces whose names run together to the same letters → two groups; a name of no group → a fault', () => {
  const [one, two] = [
    recordSettings(HOME, { interfaces: ['eth2', 'x'] }),
    recordSettings(WWW, { interfaces: ['eth', '2x'] }),
  ];
  place(P);
  const groups = groupsOf(one, two);
  look(groups);
  expect([groups.desiredOf(nameOf(one))?.address, groups.desiredOf(nameOf(two))]).toEqual([P, null]);
  expect(() => groups.desiredOf(nameOf(ON_3))).toThrow(`no group for ${WWW}`);
});
