import {
  IFA_F_DADFAILED,
  IFA_F_DEPRECATED,
  IFA_F_MANAGETEMPADDR,
  IFA_F_OPTIMISTIC,
  IFA_F_PERMANENT,
  IFA_F_STABLE_PRIVACY,
  IFA_F_TEMPORARY,
  IFA_F_TENTATIVE,
  IFAPROT_KERNEL_RA,
  INFINITE_LIFETIME_SEC,
  RT_SCOPE_UNIVERSE,
} from '../wire/constants.ts';
import type { AddressMessage, LinkMessage } from '../wire/reader.ts';
import { ADDRESS_BYTES, type Address, addressBytes, formatAddress } from './address.ts';
import { DefaultRoutes } from './default-routes.ts';
import { FIELD, PackedRows, ROW_WORDS } from './packed-rows.ts';
import { specialRange } from './ranges.ts';
import { Renewals } from './renewals.ts';

/** A row of the address table, as people and the selection see it. */
export interface IfAddr {
  readonly address: Address;
  readonly ifIndex: number;
  readonly prefixLength: number;
  readonly scope: number;
  /** IFA_F_ bits. */
  readonly flags: number;
  /** IFA_PROTO; 0 = not told. */
  readonly protocol: number;
  /** When the lifetimes end, seconds on CLOCK_BOOTTIME; Infinity = never, 0 = is over. */
  readonly preferredUntilSec: number;
  readonly validUntilSec: number;
  /** Hundredths of a second since boot, modulo 2^32; null where the source does not tell (polling). */
  readonly createdStamp: number | null;
  /** Its router goes on advertising other prefixes, but no longer this one. */
  readonly stale: boolean;
  /** Its interface holds the IPv6 default route with the lowest metric. */
  readonly uplink: boolean;
}

export interface Link {
  readonly ifIndex: number;
  readonly ifName: string;
  /** IFF_ bits. */
  readonly flags: number;
}

/** The link's name, or its number where the name is not known. */
export const linkName = (links: ReadonlyMap<number, Link>, ifIndex: number): string =>
  links.get(ifIndex)?.ifName ?? `link ${ifIndex}`;

/** Why an address is not published whatever the settings say; null = it may be. */
export type Flaw =
  | { readonly kind: 'temporary' | 'tentative' | 'dadFailed' | 'deprecated' | 'scope' }
  | { readonly kind: 'range'; readonly name: string };

/** For each link the highest rank (`rankOf`) that an address there may have gained. */
export type Gains = ReadonlyMap<number, number>;

/** In FIELD.detail. */
const PUBLISHABLE_RANGE = 1 << 24;

/** What the ranking rules before `published` see of an address, the first in the highest bit. */
const RANK = { uplink: 4, advertised: 2, permanent: 1 } as const;

/** The kernel's IPv6 address table, link names and default routes, kept from a dump and the events after it.
 *  The few rows that may be published are also kept as a set, so that an event costs what it changes, not what there
 *  is. Times are seconds on CLOCK_BOOTTIME. */
export class AddressTable {
  readonly links = new Map<number, Link>();
  /** Replaced as a whole by every dump of the routes. */
  defaultRoutes = new DefaultRoutes();
  readonly #rows = new PackedRows();
  /** Numbers of the rows with no flaw. */
  readonly #sound = new Set<number>();
  readonly #renewals = new Renewals(this.#rows);
  #generation = 0;
  /** No sound row's preferred lifetime ends before this; it may be too early, never too late. */
  #deadlineSec = Number.POSITIVE_INFINITY;
  #gains: Map<number, number> | null = null;

  /** How many addresses the table holds. */
  get size(): number {
    return this.#rows.count;
  }

  /** When `expire` has to be called: the kernel does not announce that a preferred lifetime ended while the machine was
   *  suspended, because its own count stands still meanwhile. Infinity = never. */
  get deadlineSec(): number {
    return this.#deadlineSec;
  }

  /** What came or rose since the last call; null = anything may have changed. What went is not among it. */
  takeGains(): Gains | null {
    const gains = this.#gains;
    this.#gains = new Map();
    return gains;
  }

  /** Links or routes changed, and with them the rank of any address. */
  linksChanged(): void {
    this.#gains = null;
  }

  /** How an address ranks by the rules that come before what is published now: the higher the better. -1 = it is not
   *  sound, or not the one that was created then. */
  rankOf({ address, ifIndex, createdStamp }: Pick<IfAddr, 'address' | 'ifIndex' | 'createdStamp'>): number {
    const row = this.#rows.find(ifIndex, Uint8Array.from(addressBytes(address)), 0);
    if (!this.#sound.has(row) || this.#rows.get(row, FIELD.createdStamp) !== (createdStamp ?? 0)) return -1;
    return this.#rankOf(row) - (this.#renewals.isStale(row) ? RANK.advertised : 0);
  }

  /** Starts a dump: rows not seen again until `endDump` are gone by then. */
  beginDump(): void {
    this.#generation = (this.#generation + 1) >>> 0;
  }

  /** Drops every address that was neither dumped nor announced since `beginDump`. @returns whether a sound one went */
  endDump(): boolean {
    let changed = false;
    for (let row = this.#rows.count - 1; row >= 0; row--) {
      if (this.#rows.get(row, FIELD.generation) === this.#generation) continue;
      changed = this.#sound.has(row) || changed;
      this.#remove(row);
    }
    this.#renewals.keep(this.links);
    this.linksChanged();
    return changed;
  }

  /** Takes one message of the kernel over.
   *  @param datagram the bytes that `message.localAt` points into
   *  @returns whether the set of sound addresses, or what ranks them, changed: renewals return false */
  apply(message: AddressMessage, datagram: Uint8Array, nowSec: number): boolean {
    const found = this.#rows.find(message.ifIndex, datagram, message.localAt);
    if (message.removed) {
      const wasSound = found >= 0 && this.#sound.has(found);
      if (found >= 0) this.#remove(found);
      return wasSound;
    }
    const row = found >= 0 ? found : this.#add(message, datagram);
    const renewed = found < 0 || this.#rows.get(row, FIELD.renewedStamp) !== message.renewedStamp;
    const wasSound = this.#sound.has(row);
    const factsBefore = this.#factsOf(row);
    this.#write(row, message, renewed, nowSec);
    const isSound = this.#judge(row, nowSec);
    const restaled = renewed && isSound && this.#isAdvertised(row) && this.#renewals.renewed(row, this.#sound);
    const changed = wasSound !== isSound || (isSound && this.#factsOf(row) !== factsBefore) || restaled;
    if (changed && isSound) this.#gained(message.ifIndex, this.#rankOf(row));
    return changed;
  }

  /** @returns whether a name or a flag that matters changed */
  applyLink(message: LinkMessage): boolean {
    const before = this.links.get(message.ifIndex);
    if (before?.flags === message.flags && before.ifName === message.ifName && !message.removed) return false;
    this.linksChanged();
    if (message.removed) return this.links.delete(message.ifIndex);
    this.links.set(message.ifIndex, { ifIndex: message.ifIndex, ifName: message.ifName, flags: message.flags });
    return true;
  }

  /** Treats addresses whose preferred lifetime is over as deprecated. @returns whether there was one */
  expire(nowSec: number): boolean {
    this.#deadlineSec = Number.POSITIVE_INFINITY;
    let changed = false;
    for (const row of [...this.#sound]) changed = !this.#judge(row, nowSec) || changed;
    return changed;
  }

  /** The addresses that no flag, lifetime or range rules out, in no particular order. */
  sound(): IfAddr[] {
    return [...this.#sound].map((row) => this.#read(row));
  }

  /** Every address with its flaw. */
  *all(nowSec: number): Generator<{ readonly row: IfAddr; readonly flaw: Flaw | null }> {
    for (let row = 0; row < this.#rows.count; row++) yield { row: this.#read(row), flaw: this.#flawOf(row, nowSec) };
  }

  #add(message: AddressMessage, datagram: Uint8Array): number {
    const row = this.#rows.add(message.ifIndex, datagram, message.localAt);
    if (specialRange(datagram, message.localAt) === null) this.#rows.set(row, FIELD.detail, PUBLISHABLE_RANGE);
    return row;
  }

  #write(row: number, message: AddressMessage, renewed: boolean, nowSec: number): void {
    const { words } = this.#rows;
    const at = row * ROW_WORDS;
    // A lifetime only ever counts down: more than before is a new one, set within the same hundredth of a second.
    const isNew = renewed || message.preferredSec > (words[at + FIELD.preferredTold] ?? 0);
    const preferredUntil = deadline(message.preferredSec, nowSec);
    const validUntil = deadline(message.validSec, nowSec);
    // The kernel's count stands still in suspend: of one and the same lifetime the first reckoning is the right one.
    if (isNew || preferredUntil < (words[at + FIELD.preferredUntil] ?? 0))
      words[at + FIELD.preferredUntil] = preferredUntil;
    if (isNew || validUntil < (words[at + FIELD.validUntil] ?? 0)) words[at + FIELD.validUntil] = validUntil;
    words[at + FIELD.preferredTold] = message.preferredSec;
    words[at + FIELD.flags] = message.flags;
    words[at + FIELD.createdStamp] = message.createdStamp;
    words[at + FIELD.renewedStamp] = message.renewedStamp;
    const told = message.prefixLength | (message.scope << 8) | (message.protocol << 16);
    words[at + FIELD.detail] = told | ((words[at + FIELD.detail] ?? 0) & PUBLISHABLE_RANGE);
    words[at + FIELD.generation] = this.#generation;
  }

  #remove(row: number): void {
    this.#sound.delete(row);
    const moved = this.#rows.remove(row);
    if (moved >= 0 && this.#sound.delete(moved)) this.#sound.add(row);
  }

  /** Files the row among the sound or not. @returns which */
  #judge(row: number, nowSec: number): boolean {
    if (this.#flawOf(row, nowSec) !== null) {
      this.#sound.delete(row);
      return false;
    }
    this.#sound.add(row);
    this.#deadlineSec = Math.min(this.#deadlineSec, fromDeadline(this.#rows.get(row, FIELD.preferredUntil)));
    return true;
  }

  #flawOf(row: number, nowSec: number): Flaw | null {
    const flags = this.#rows.get(row, FIELD.flags);
    if (flags & IFA_F_TEMPORARY) return { kind: 'temporary' };
    if (flags & IFA_F_DADFAILED) return { kind: 'dadFailed' };
    // An optimistic address is in use while its uniqueness is still being checked (RFC 4429).
    if (flags & IFA_F_TENTATIVE && !(flags & IFA_F_OPTIMISTIC)) return { kind: 'tentative' };
    // The kernel announces the lifetime of 0 an instant before it sets the flag.
    const over = fromDeadline(this.#rows.get(row, FIELD.preferredUntil)) <= nowSec;
    if (flags & IFA_F_DEPRECATED || over) return { kind: 'deprecated' };
    if ((this.#rows.get(row, FIELD.detail) & PUBLISHABLE_RANGE) === 0) {
      return { kind: 'range', name: specialRange(this.#rows.bytes, row * ADDRESS_BYTES) ?? '' };
    }
    return this.#scopeOf(row) === RT_SCOPE_UNIVERSE ? null : { kind: 'scope' };
  }

  /** Made from a router's advertisement, by the kernel, or by a manager that marks it as kernels before 5.18 did. */
  #isAdvertised(row: number): boolean {
    const flags = this.#rows.get(row, FIELD.flags);
    if (this.#protocolOf(row) === IFAPROT_KERNEL_RA) return true;
    return (flags & IFA_F_PERMANENT) === 0 && (flags & (IFA_F_MANAGETEMPADDR | IFA_F_STABLE_PRIVACY)) !== 0;
  }

  /** What the ranking sees of a row, but for lifetimes, which renewals change. */
  #factsOf(row: number): number {
    return this.#rows.get(row, FIELD.flags) * 2 + (this.#isForEver(row) ? 1 : 0);
  }

  /** The rank, as if its router went on advertising it. */
  #rankOf(row: number): number {
    const uplink = this.defaultRoutes.isUplink(this.#rows.get(row, FIELD.ifIndex)) ? RANK.uplink : 0;
    const permanent = this.#isForEver(row) && this.#rows.get(row, FIELD.flags) & IFA_F_PERMANENT ? RANK.permanent : 0;
    return uplink + RANK.advertised + permanent;
  }

  #gained(ifIndex: number, rank: number): void {
    if (this.#gains !== null && rank > (this.#gains.get(ifIndex) ?? -1)) this.#gains.set(ifIndex, rank);
  }

  #isForEver(row: number): boolean {
    return this.#rows.get(row, FIELD.preferredUntil) === INFINITE_LIFETIME_SEC;
  }

  #scopeOf(row: number): number {
    return (this.#rows.get(row, FIELD.detail) >> 8) & 0xff;
  }

  #protocolOf(row: number): number {
    return (this.#rows.get(row, FIELD.detail) >> 16) & 0xff;
  }

  #read(row: number): IfAddr {
    const rows = this.#rows;
    const ifIndex = rows.get(row, FIELD.ifIndex);
    const createdStamp = rows.get(row, FIELD.createdStamp);
    return {
      address: formatAddress(rows.bytes, row * ADDRESS_BYTES),
      ifIndex,
      prefixLength: rows.get(row, FIELD.detail) & 0xff,
      scope: this.#scopeOf(row),
      flags: rows.get(row, FIELD.flags),
      protocol: this.#protocolOf(row),
      preferredUntilSec: fromDeadline(rows.get(row, FIELD.preferredUntil)),
      validUntilSec: fromDeadline(rows.get(row, FIELD.validUntil)),
      createdStamp: createdStamp === 0 ? null : createdStamp,
      stale: this.#renewals.isStale(row),
      uplink: this.defaultRoutes.isUplink(ifIndex),
    };
  }
}

/** A lifetime made into a point in time; 0 stays 0 = over. */
const deadline = (lifetimeSec: number, nowSec: number): number => {
  if (lifetimeSec === 0 || lifetimeSec === INFINITE_LIFETIME_SEC) return lifetimeSec;
  return Math.min(Math.ceil(nowSec) + lifetimeSec, INFINITE_LIFETIME_SEC - 1);
};

const fromDeadline = (word: number): number => (word === INFINITE_LIFETIME_SEC ? Number.POSITIVE_INFINITY : word);
