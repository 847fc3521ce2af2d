import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressTable } from '../../src/core/address/table.ts';
import { INFINITE_LIFETIME_SEC } from '../../src/core/wire/constants.ts';
import { type Row, rankedOf, TableModel, tell } from '../fakes/table-model.ts';

/** Few addresses, so that they meet again; among them ones that may not be published. */
const TEXTS = ['3ffe:1::1', '3ffe:1::2', '3ffe:1::3', '3ffe:2::1', 'fd00::1', 'fe80::1', '2001:db8::1'];

const often = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));

const row: fc.Arbitrary<Row> = fc.record({
  ifIndex: fc.integer({ min: 1, max: 2 }),
  text: fc.constantFrom(...TEXTS),
  flags: often(0x100, 0, 0x80, 0x01, 0x20, 0x40, 0x44, 0xc8, 0x900, 0x180),
  protocol: often(2, 0, 3),
  scope: often(0, 253),
  lifetimeSec: often(3600, 0, 5, INFINITE_LIFETIME_SEC),
  renewedStamp: fc.integer({ min: 1, max: 6 }),
});

type Step = Readonly<
  { kind: 'add' | 'remove'; row: Row } | { kind: 'pass'; sec: number } | { kind: 'begin' | 'end' | 'expire' }
>;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('add' as const), row }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), row }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), sec: fc.integer({ min: 1, max: 10 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('begin' as const, 'end' as const, 'expire' as const) }) },
);

/** A table and its model, side by side. */
class Pair {
  readonly table = new AddressTable();
  readonly model = new TableModel();
  nowSec = 1000;
  isDumping = false;

  constructor() {
    for (const ifIndex of [1, 2]) {
      this.table.applyLink({ removed: false, ifIndex, ifName: `eth${ifIndex}`, flags: 1 });
    }
  }

  /** @returns what the table says about changes; null = it was not asked */
  take(next: Step): boolean | null {
    switch (next.kind) {
      case 'add':
        this.model.apply(next.row, this.nowSec);
        return tell(this.table, next.row, false, this.nowSec);
      case 'remove':
        this.model.remove(next.row);
        return tell(this.table, next.row, true, this.nowSec);
      case 'pass':
        this.nowSec += next.sec;
        return null;
      case 'expire':
        this.model.expire(this.nowSec);
        return this.table.expire(this.nowSec);
      case 'begin':
        this.isDumping = true;
        this.model.beginDump();
        this.table.beginDump();
        return null;
      case 'end':
        if (!this.isDumping) return null;
        this.isDumping = false;
        this.model.endDump();
        return this.table.endDump();
    }
  }
}

test('AddressTable: routers that renew some of their addresses → stale is what was left out of three renewals', () => {
  const renewal = fc.record({ ifIndex: fc.integer({ min: 1, max: 2 }), text: fc.constantFrom(...TEXTS.slice(0, 4)) });
  fc.assert(
    fc.property(fc.array(renewal, { maxLength: 40, size: 'max' }), (renewals) => {
      const pair = new Pair();
      for (const [stamp, { ifIndex, text }] of renewals.entries()) {
        const before = pair.model.ranked;
        const advertised: Row = {
          ifIndex,
          text,
          flags: 0,
          protocol: 2,
          scope: 0,
          lifetimeSec: 3600,
          renewedStamp: stamp,
        };
        const changed = pair.take({ kind: 'add', row: advertised });
        expect(rankedOf(pair.table.sound())).toEqual(pair.model.ranked);
        expect(changed).toBe(pair.model.ranked.join() !== before.join());
      }
    }),
  );
});

test('AddressTable: any history of events and dumps → the rows of the model, "changed" when what is ranked changed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const pair = new Pair();
      for (const next of steps) {
        const before = pair.model.ranked;
        const changed = pair.take(next);
        const after = pair.model.ranked;
        expect(rankedOf(pair.table.sound())).toEqual(after);
        expect(pair.table.size).toBe(pair.model.rows.size);
        expect(changed ?? false).toBe(after.join() !== before.join());
        for (const { preferredUntilSec } of pair.table.sound()) {
          expect(pair.table.deadlineSec).toBeLessThanOrEqual(preferredUntilSec);
        }
      }
    }),
    { numRuns: 300 },
  );
});
