import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Routes } from '../../src/core/address/routes.ts';
import { AddressTable } from '../../src/core/address/table.ts';
import { Group } from '../../src/core/daemon/group.ts';
import { INFINITE_LIFETIME_SEC } from '../../src/core/wire/constants.ts';
import { defaultRoute } from '../fakes/routes.ts';
import { type Row, tell } from '../fakes/table-model.ts';

const row: fc.Arbitrary<Row> = fc.record({
  ifIndex: fc.integer({ min: 1, max: 2 }),
  text: fc.constantFrom('3ffe:1::1', '3ffe:1::2', '3ffe:2::1', '3ffe:2::2', 'fd00::1'),
  flags: fc.constantFrom(0x80, 0x100, 0x100, 0x01, 0x20, 0x40),
  protocol: fc.constantFrom(0, 2),
  scope: fc.constant(0),
  lifetimeSec: fc.constantFrom(INFINITE_LIFETIME_SEC, 3600, 7200, 0),
  renewedStamp: fc.integer({ min: 1, max: 9 }),
});

const ifIndex = fc.integer({ min: 1, max: 2 });

/** What happens to a machine; returns whether the publisher is told. */
type Step = (table: AddressTable, nowSec: number) => boolean;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: row.map(
      (own): Step =>
        (table, nowSec) =>
          tell(table, own, false, nowSec),
    ),
  },
  {
    weight: 3,
    arbitrary: row.map(
      (own): Step =>
        (table, nowSec) =>
          tell(table, own, true, nowSec),
    ),
  },
  fc.record({ ifIndex, flags: fc.constantFrom(0, 1), removed: fc.boolean() }).map(
    (link): Step =>
      (table) =>
        table.applyLink({ ifName: `eth${link.ifIndex}`, ...link }),
  ),
  fc.record({ ifIndex, isThere: fc.boolean() }).map(
    ({ isThere, ...own }): Step =>
      (table) => {
        table.routes = new Routes(isThere ? [defaultRoute(own.ifIndex)] : [], []);
        table.linksChanged();
        return true;
      },
  ),
  fc.constant<Step>((table, nowSec) => table.expire(nowSec)),
);

/** Steps, each with the milliseconds that pass before it. */
const history = fc.array(fc.tuple(step, fc.constantFrom(0, 0, 100, 2000, 4000)), { maxLength: 80, size: 'max' });

test('Group: any history of addresses, links and routes → told what came, it chooses as if it looked at everything each time', () => {
  fc.assert(
    fc.property(history, fc.nat(20), fc.constantFrom(null, ['eth1']), (steps, settledAt, interfaces) => {
      const table = new AddressTable();
      for (const own of [1, 2]) {
        table.applyLink({ removed: false, ifIndex: own, ifName: `eth${own}`, flags: 1 });
      }
      const [sparing, thorough] = [new Group(interfaces), new Group(interfaces)];
      let nowMs = 1_000_000;
      for (const [i, [change, laterMs]] of steps.entries()) {
        nowMs += laterMs;
        if (change(table, nowMs / 1000)) {
          sparing.tableChanged(table, table.takeGains());
          thorough.tableChanged(table, null);
        }
        const said: [string[], string[]] = [[], []];
        const moved = sparing.decide(table, nowMs, ({ msg }) => said[0].push(msg));
        expect(thorough.decide(table, nowMs, ({ msg }) => said[1].push(msg))).toBe(moved);
        expect(said[0]).toEqual(said[1]);
        expect(sparing.chosen).toEqual(thorough.chosen);
        expect(sparing.dueMs).toBe(thorough.dueMs);
        if (i !== settledAt) continue;
        for (const group of [sparing, thorough]) group.settle(table, (address) => address === '3ffe:2::1');
      }
    }),
    { numRuns: 200 },
  );
});
