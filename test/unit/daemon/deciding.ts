import type { Address } from '../../../src/core/address/address.ts';
import { Routes } from '../../../src/core/address/routes.ts';
import { AddressTable } from '../../../src/core/address/table.ts';
import { Group } from '../../../src/core/daemon/group.ts';
import type { LogEntry } from '../../../src/core/daemon/notices.ts';
import { IFA_F_PERMANENT } from '../../../src/core/wire/constants.ts';
import { defaultRoute } from '../../fakes/routes.ts';
import { ANY, address } from '../../fakes/samples.ts';
import { FOR_EVER_SEC, tell, tellLink } from '../../fakes/told-table.ts';

/** On the uplink eth2; on eth3, which no default route leads over. */
export const [P, Q] = [address('2a01:1::1'), address('2a01:2::1')];
export const [U, V] = [address('2a01:5::1'), address('2a01:6::1')];

export const START_MS = 10_000;

/** A group, the table that it chooses from, and what it says of that. */
export interface Scene {
  readonly table: AddressTable;
  readonly group: Group;
  readonly log: LogEntry[];
}

/** Both links and no address. */
export function newScene(): Scene {
  const table = new AddressTable();
  for (const ifIndex of [2, 3]) tellLink(table, ifIndex);
  table.routes = new Routes([defaultRoute(2)], []);
  return { table, group: new Group(ANY, START_MS), log: [] };
}

/** What happens to the scene that a test has made. */
export function deciding(scene: () => Scene) {
  function place(own: Address, isThere = true): void {
    const { table, group } = scene();
    const ifIndex = own === U || own === V ? 3 : 2;
    const row = { ifIndex, text: own, flags: IFA_F_PERMANENT, protocol: 0, scope: 0, lifetimeSec: FOR_EVER_SEC };
    tell(table, { ...row, renewedStamp: 1 }, !isThere, 0);
    group.tableChanged();
  }

  /** @returns whether the names are to be told */
  function decide(nowMs: number): boolean {
    const { table, group, log } = scene();
    return group.decide(table, nowMs, (entry) => log.push(entry));
  }

  const settle = (said: Address | null, nowMs = START_MS): void => {
    scene().group.settle(said, (own) => own === said);
    decide(nowMs);
  };

  const chosen = (): Address | null => scene().group.chosen?.address ?? null;

  return { place, decide, settle, chosen };
}
