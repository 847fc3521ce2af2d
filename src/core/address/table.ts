import { IFA_F_TEMPORARY, IFF_LOOPBACK, IFF_LOWER_UP, IFF_UP } from '../wire/constants.ts';
import type { AddressMessage, LinkMessage } from '../wire/reader.ts';
import type { Address } from './address.ts';
import type { NamedLink } from './interfaces.ts';
import { type Routes, UNKNOWN_ROUTES } from './routes.ts';
import { flawOf, type IfAddr, nextRow } from './row.ts';

export interface Link extends NamedLink {
  readonly ifIndex: number;
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
}

/** The link's name, or its number where the name is not known. */
export const linkName = (links: ReadonlyMap<number, Link>, ifIndex: number): string =>
  links.get(ifIndex)?.ifName ?? `link ${ifIndex}`;

/** The kernel's IPv6 addresses, links and routes, kept from a dump and the events after it. Times are seconds on
 *  CLOCK_BOOTTIME. */
export class AddressTable {
  readonly links = new Map<number, Link>();
  /** Replaced as a whole whenever they change. */
  routes: Routes = UNKNOWN_ROUTES;
  /** By link number, then by address: two links may have the same one. */
  readonly #rows = new Map<number, Map<Address, IfAddr>>();
  #dumps = 0;
  #deadlineSec = Number.POSITIVE_INFINITY;

  /** When `expire` has to be called: the kernel does not announce that a preferred lifetime ended while the machine was
   *  suspended, because its own count stands still meanwhile. It may be too early, never too late. Infinity = never. */
  get deadlineSec(): number {
    return this.#deadlineSec;
  }

  /** Whether packets may leave by the link. */
  hasCarrier(ifIndex: number): boolean {
    const link = this.links.get(ifIndex);
    return link?.isUp === true && link.hasCarrier;
  }

  /** Every address, in no particular order. */
  *rows(): Generator<IfAddr> {
    for (const onLink of this.#rows.values()) yield* onLink.values();
  }

  /** Starts a dump: rows not seen again until `endDump` are gone by then. */
  beginDump(): void {
    this.#dumps += 1;
  }

  /** Drops every address that was neither dumped nor announced since `beginDump`. */
  endDump(): void {
    for (const { ifIndex, address, dump } of this.rows()) if (dump !== this.#dumps) this.#delete(ifIndex, address);
  }

  /** Takes one message of the kernel over.
   *  @returns whether another address may be the one to publish now */
  apply(message: AddressMessage, nowSec: number): boolean {
    const { ifIndex, address } = message;
    const before = this.#rows.get(ifIndex)?.get(address);
    if (message.removed) {
      this.#delete(ifIndex, address);
      return before !== undefined && isSign(before);
    }
    const row = nextRow(message, before, nowSec, this.#dumps);
    const onLink = this.#rows.get(ifIndex) ?? new Map<Address, IfAddr>();
    onLink.set(row.address, row);
    this.#rows.set(ifIndex, onLink);
    if (flawOf(row, nowSec) === null) this.#deadlineSec = Math.min(this.#deadlineSec, row.preferredUntilSec);
    if (before === undefined) return isSign(row);
    return (isSign(before) || isSign(row)) && isOther(before, row);
  }

  /** @returns whether anything that matters changed */
  applyLink({ removed, ifIndex, ifName, altNames, flags }: LinkMessage): boolean {
    if (removed) return this.links.delete(ifIndex);
    const before = this.links.get(ifIndex);
    const link: Link = {
      ifIndex,
      ifName,
      altNames,
      isLoopback: (flags & IFF_LOOPBACK) !== 0,
      isUp: (flags & IFF_UP) !== 0,
      hasCarrier: (flags & IFF_LOWER_UP) !== 0,
    };
    this.links.set(ifIndex, link);
    return JSON.stringify(before) !== JSON.stringify(link);
  }

  /** To be called at `deadlineSec`. @returns whether an address counts as deprecated from now on */
  expire(nowSec: number): boolean {
    const sinceSec = this.#deadlineSec;
    let changed = false;
    this.#deadlineSec = Number.POSITIVE_INFINITY;
    for (const row of this.rows()) {
      const { preferredUntilSec } = row;
      if (flawOf(row, nowSec) === null) this.#deadlineSec = Math.min(this.#deadlineSec, preferredUntilSec);
      else changed ||= preferredUntilSec >= sinceSec && preferredUntilSec <= nowSec;
    }
    return changed;
  }

  #delete(ifIndex: number, address: Address): void {
    const onLink = this.#rows.get(ifIndex);
    onLink?.delete(address);
    if (onLink?.size === 0) this.#rows.delete(ifIndex);
  }
}

/** Whether the row may be published, or tell of the life of its prefix where it may not. */
const isSign = ({ flags }: IfAddr): boolean => (flags & IFA_F_TEMPORARY) === 0;

/** Whether more differs than how much is left of a lifetime. Of an administrator's address nothing else is renewed. */
const isOther = (before: IfAddr, row: IfAddr): boolean =>
  before.flags !== row.flags ||
  before.createdStamp !== row.createdStamp ||
  before.renewals !== row.renewals ||
  before.prefixLength !== row.prefixLength ||
  before.protocol !== row.protocol ||
  before.flaw?.kind !== row.flaw?.kind ||
  Number.isFinite(before.preferredUntilSec) !== Number.isFinite(row.preferredUntilSec) ||
  (before.preferredUntilSec === 0) !== (row.preferredUntilSec === 0);
