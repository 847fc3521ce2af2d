import type { AddressTable, IfAddr } from '../../src/core/address/table.ts';
import { INFINITE_LIFETIME_SEC } from '../../src/core/wire/constants.ts';
import type { AddressMessage } from '../../src/core/wire/reader.ts';
import { bytesOf, readBits } from './bits.ts';
import { wordsOf } from './captured.ts';

/** What the kernel says of one address. */
export interface Row {
  readonly ifIndex: number;
  readonly text: string;
  readonly flags: number;
  readonly protocol: number;
  readonly scope: number;
  readonly lifetimeSec: number;
  readonly renewedStamp: number;
}

interface ModelRow extends Row {
  readonly untilSec: number;
  isSound: boolean;
}

/** An address table as simple as can be: what AddressTable is held to. Every question is answered by looking at
 *  everything. */
export class TableModel {
  readonly rows = new Map<string, ModelRow>();
  /** Every renewal by a router, oldest first. */
  readonly #renewals: { readonly ifIndex: number; key: string }[] = [];
  #removals = 0;
  #seen: Set<string> | null = null;

  apply(row: Row, nowSec: number): void {
    const key = keyOf(row);
    const before = this.rows.get(key);
    this.#seen?.add(key);
    const end = row.lifetimeSec === INFINITE_LIFETIME_SEC ? Number.POSITIVE_INFINITY : nowSec + row.lifetimeSec;
    const renewed = before?.renewedStamp !== row.renewedStamp;
    // Of one lifetime the first reckoning counts; more than before is another one.
    const isReckoned = !renewed && row.lifetimeSec <= before.lifetimeSec;
    const untilSec = isReckoned ? Math.min(before.untilSec, end) : end;
    const isSound = isFlawless(row) && row.lifetimeSec > 0 && untilSec > nowSec;
    this.rows.set(key, { ...row, untilSec, isSound });
    if (renewed && isSound && isAdvertised(row)) this.#renewals.push({ ifIndex: row.ifIndex, key });
  }

  remove(row: Row): void {
    const key = keyOf(row);
    this.rows.delete(key);
    // Made again, the address is another one.
    this.#removals += 1;
    for (const renewal of this.#renewals) if (renewal.key === key) renewal.key = `${key}, removed as ${this.#removals}`;
  }

  beginDump(): void {
    this.#seen = new Set();
  }

  endDump(): void {
    for (const [key, row] of [...this.rows]) if (!this.#seen?.has(key)) this.remove(row);
  }

  expire(nowSec: number): void {
    for (const row of this.rows.values()) row.isSound &&= row.untilSec > nowSec;
  }

  isStale(row: Row): boolean {
    const onLink = this.#renewals.filter(({ ifIndex }) => ifIndex === row.ifIndex).map(({ key }) => key);
    const own = onLink.lastIndexOf(keyOf(row));
    const since = own < 0 ? [] : onLink.slice(own + 1);
    return since.some((key) => since.filter((other) => other === key).length >= 3);
  }

  /** The sound rows with all that ranks them but their lifetimes. */
  get ranked(): string[] {
    const sound = [...this.rows.values()].filter(({ isSound }) => isSound);
    return sound.map((row) => describe(row.ifIndex, row.text, row.flags, row.untilSec, this.isStale(row))).sort();
  }
}

const keyOf = ({ ifIndex, text }: Row): string => `${ifIndex}/${text}`;

const isFlawless = ({ text, flags, scope }: Row): boolean => {
  const isTentative = (flags & 0x40) !== 0 && (flags & 0x04) === 0;
  return text.startsWith('3ffe:') && scope === 0 && (flags & (0x01 | 0x08 | 0x20)) === 0 && !isTentative;
};

const isAdvertised = ({ flags, protocol }: Row): boolean =>
  protocol === 2 || ((flags & 0x80) === 0 && (flags & (0x100 | 0x800)) !== 0);

const describe = (ifIndex: number, text: string, flags: number, untilSec: number, isStale: boolean): string =>
  `${text} on ${ifIndex}, flags ${flags}${untilSec === Number.POSITIVE_INFINITY ? ', for ever' : ''}${isStale ? ', stale' : ''}`;

/** The same of a real table. */
export const rankedOf = (rows: readonly IfAddr[]): string[] =>
  rows.map((row) => describe(row.ifIndex, row.address, row.flags, row.preferredUntilSec, row.stale)).sort();

/** Tells a table of a row. @returns what it says about changes */
export function tell(table: AddressTable, row: Row, removed: boolean, nowSec: number): boolean {
  const message: AddressMessage = {
    removed,
    ifIndex: row.ifIndex,
    localAt: 0,
    prefixLength: 64,
    scope: row.scope,
    flags: row.flags,
    protocol: row.protocol,
    preferredSec: row.lifetimeSec,
    validSec: row.lifetimeSec,
    createdStamp: 1,
    renewedStamp: row.renewedStamp,
  };
  return table.apply(message, wordsOf(Uint8Array.from(bytesOf(readBits(row.text) ?? 0n))), nowSec);
}
