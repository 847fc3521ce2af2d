import { addressBytes } from '../../src/core/address/address.ts';
import type { Flaw, IfAddr } from '../../src/core/address/row.ts';
import { flawOf } from '../../src/core/address/row.ts';
import type { AddressTable } from '../../src/core/address/table.ts';
import { IFF_LOWER_UP, IFF_UP, INFINITE_LIFETIME_SEC } from '../../src/core/wire/constants.ts';
import { address } from './samples.ts';

/** What the kernel says of one address. */
export interface Row {
  readonly ifIndex: number;
  readonly text: string;
  readonly prefixLength?: number;
  readonly flags: number;
  readonly protocol: number;
  readonly scope: number;
  readonly lifetimeSec: number;
  readonly createdStamp?: number;
  readonly renewedStamp: number;
}

/** Tells a table of a row. @returns what it says about changes */
export const tell = (table: AddressTable, row: Row, removed: boolean, nowSec: number): boolean =>
  table.apply(
    {
      removed,
      ifIndex: row.ifIndex,
      address: address(row.text),
      prefixLength: row.prefixLength ?? 64,
      scope: row.scope,
      flags: row.flags,
      protocol: row.protocol,
      preferredSec: row.lifetimeSec,
      validSec: row.lifetimeSec,
      createdStamp: row.createdStamp ?? 1,
      renewedStamp: row.renewedStamp,
    },
    nowSec,
  );

export const FOR_EVER_SEC = INFINITE_LIFETIME_SEC;

/** Tells a table of a link, by default up and with a carrier. */
export const tellLink = (
  table: AddressTable,
  ifIndex: number,
  ifName = `eth${ifIndex}`,
  flags = IFF_UP | IFF_LOWER_UP,
): boolean => table.applyLink({ removed: false, ifIndex, ifName, altNames: [], flags });

/** The rows without any flaw of their own, in numeric order. */
export const flawless = (table: AddressTable, nowSec = 0): IfAddr[] =>
  [...table.rows()]
    .filter((row) => flawOf(row, nowSec) === null)
    .sort((a, b) => compare(addressBytes(a.address), addressBytes(b.address)) || a.ifIndex - b.ifIndex);

export const flawsOf = (table: AddressTable, nowSec = 0): (Flaw | null)[] =>
  [...table.rows()].map((row) => flawOf(row, nowSec));

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, byte] of a.entries()) if (byte !== b[i]) return byte - (b[i] ?? 0);
  return 0;
}
