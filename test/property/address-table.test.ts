import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Candidate, candidatesOf } from '../../src/core/address/candidates.ts';
import type { IfAddr } from '../../src/core/address/row.ts';
import { AddressTable } from '../../src/core/address/table.ts';
import { INFINITE_LIFETIME_SEC } from '../../src/core/wire/constants.ts';
import { ANY } from '../fakes/samples.ts';
import { type Row, tell, tellLink } from '../fakes/told-table.ts';

/** Few addresses, so that they meet again; among them ones that may not be published. */
const TEXTS = ['3ffe:1::1', '3ffe:1::2', '3ffe:1::3', '3ffe:2::1', 'fd00::1', 'fe80::1', '2001:db8::1'];

const often = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));

/** Of one making of an address nothing but a renewal changes a lifetime. */
const row: fc.Arbitrary<Row> = fc
  .record({
    ifIndex: fc.integer({ min: 1, max: 2 }),
    text: fc.constantFrom(...TEXTS),
    prefixLength: often(64, 128),
    flags: often(0x100, 0, 0x80, 0x01, 0x20, 0x40, 0x44, 0xc8, 0x900, 0x180),
    protocol: often(2, 0, 3),
    scope: often(0, 253),
    createdStamp: fc.integer({ min: 1, max: 3 }),
    ageStamps: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ ageStamps, ...own }) => {
    const lifetimeSec = own.flags & 0x80 ? INFINITE_LIFETIME_SEC : 3600 * (1 + (ageStamps % 2));
    return { ...own, lifetimeSec, renewedStamp: own.createdStamp + ageStamps };
  });

type Step = Readonly<{ kind: 'add' | 'remove'; row: Row } | { kind: 'dump' }>;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('add' as const), row }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), row }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dump' as const) }) },
);

const steps = fc.array(step, { maxLength: 60, size: 'max' });

const NOW_SEC = 1000;

/** A table told of events, and what a dump would show after them. */
class Machine {
  readonly table = new AddressTable();
  readonly #rows = new Map<string, Row>();

  constructor() {
    for (const ifIndex of [1, 2]) tellLink(this.table, ifIndex);
  }

  /** @returns what the table says about changes; null = it was not asked */
  take(next: Step): boolean | null {
    if (next.kind === 'dump') {
      this.table.beginDump();
      this.#tellAll(this.table);
      this.table.endDump();
      return null;
    }
    const key = `${next.row.text} ${next.row.ifIndex}`;
    if (next.kind === 'add') this.#rows.set(key, next.row);
    else this.#rows.delete(key);
    return tell(this.table, next.row, next.kind === 'remove', NOW_SEC);
  }

  dumped(): AddressTable {
    const table = new AddressTable();
    this.#tellAll(table);
    return table;
  }

  #tellAll(table: AddressTable): void {
    for (const own of this.#rows.values()) tell(table, own, false, NOW_SEC);
  }
}

/** The rows without what only their history tells. */
const contentsOf = (table: AddressTable): unknown[] =>
  [...table.rows()]
    .map(({ renewals, dump, preferredUntilSec, validUntilSec, preferredToldSec, ...content }) => content)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

const nameOf = ({ address, ifIndex }: Pick<IfAddr, 'address' | 'ifIndex'>): string => `${address} ${ifIndex}`;

/** What ranks the candidates, but for how much is left of their lifetimes. */
const rankedIn = (table: AddressTable): unknown[] =>
  candidatesOf(table, ANY, NOW_SEC)
    .map(({ row: { address, ifIndex, preferredUntilSec }, ...rank }: Candidate) => {
      return { address, ifIndex, isForEver: preferredUntilSec === Number.POSITIVE_INFINITY, ...rank };
    })
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

test('AddressTable: any history of events and dumps → the rows of a fresh dump', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const machine = new Machine();
      for (const next of history) machine.take(next);
      expect(contentsOf(machine.table)).toEqual(contentsOf(machine.dumped()));
    }),
  );
});

test('AddressTable: any event that it calls no change → nothing that ranks changes', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const machine = new Machine();
      for (const next of history) {
        const before = rankedIn(machine.table);
        if (machine.take(next) === false) expect(rankedIn(machine.table)).toEqual(before);
      }
    }),
  );
});

test('AddressTable: any history → never a deadline later than the end of what may be published', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const machine = new Machine();
      for (const next of history) machine.take(next);
      for (const { row: own } of candidatesOf(machine.table, ANY, NOW_SEC)) {
        expect(machine.table.deadlineSec).toBeLessThanOrEqual(own.preferredUntilSec);
      }
    }),
  );
});
