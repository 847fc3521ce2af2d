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
import { type Address, addressWords, formatAddress } from './address.ts';
import {
  CREATED_STAMP,
  DETAIL,
  FLAGS,
  GENERATION,
  IF_INDEX,
  PackedRows,
  PREFERRED_TOLD,
  PREFERRED_UNTIL,
  RENEWED_STAMP,
  ROW_WORDS,
  VALID_UNTIL,
} from './packed-rows.ts';
import { specialRange } from './ranges.ts';
import { Renewals } from './renewals.ts';
import { compareUplinks, UNKNOWN_ROUTES } from './routes.ts';

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

/** In DETAIL. */
const PUBLISHABLE_RANGE = 0x1000000;

/** Flags that may rule an address out. */
const FLAWED = IFA_F_TEMPORARY | IFA_F_DADFAILED | IFA_F_TENTATIVE | IFA_F_DEPRECATED;

const { ceil } = Math;

/** What the ranking rules before `published` see of an address, the first in the highest bit. */
const RANK = { uplink: 4, advertised: 2, permanent: 1 } as const;

/** The kernel's IPv6 address table, link names and default routes, kept from a dump and the events after it.
 *  Times are seconds on CLOCK_BOOTTIME. */
export class AddressTable {
  readonly links = new Map<number, Link>();
  /** Replaced as a whole by every dump of the routes. */
  routes = UNKNOWN_ROUTES;
  readonly #rows = new PackedRows();
  readonly #renewals = new Renewals(this.#rows);
  #generation = 0;
  /** No sound row's preferred lifetime ends before this; it may be too early, never too late. As in PREFERRED_UNTIL. */
  #deadline = INFINITE_LIFETIME_SEC;
  #gains: Map<number, number> | null = null;

  /** How many addresses the table holds. */
  get size(): number {
    return this.#rows.count;
  }

  /** When `expire` has to be called: the kernel does not announce that a preferred lifetime ended while the machine was
   *  suspended, because its own count stands still meanwhile. Infinity = never. */
  get deadlineSec(): number {
    return fromDeadline(this.#deadline);
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
    const row = this.#rows.find(ifIndex, addressWords(address), 0);
    if (row < 0 || row >= this.#rows.soundEnd || this.#word(row, CREATED_STAMP) !== (createdStamp ?? 0)) return -1;
    return this.#rankOf(row) - (this.#renewals.isStale(row) ? RANK.advertised : 0);
  }

  /** Starts a dump: rows not seen again until `endDump` are gone by then. */
  beginDump(): void {
    this.#generation = (this.#generation + 1) >>> 0;
  }

  /** Drops every address that was neither dumped nor announced since `beginDump`. @returns whether a sound one went */
  endDump(): boolean {
    let changed = false;
    // From the end: removing a row moves none that was not looked at.
    for (let row = this.#rows.end - ROW_WORDS; row >= 0; row -= ROW_WORDS) {
      if (this.#word(row, GENERATION) === this.#generation) continue;
      changed = row < this.#rows.soundEnd || changed;
      this.#rows.remove(row);
    }
    this.#renewals.keep(this.links);
    this.linksChanged();
    return changed;
  }

  /** Takes one message of the kernel over.
   *  @param datagram the words of the bytes that `message.localAt` points into
   *  @returns whether the set of sound addresses, or what ranks them, changed: renewals return false */
  apply(message: Readonly<AddressMessage>, datagram: Int32Array, nowSec: number): boolean {
    const rows = this.#rows;
    const found = rows.find(message.ifIndex, datagram, message.localAt >> 2);
    const wasSound = found >= 0 && found < rows.soundEnd;
    if (message.removed) {
      if (found >= 0) rows.remove(found);
      return wasSound;
    }
    const row = found < 0 ? this.#add(message, datagram) : found;
    const words = rows.words;
    const renewed = found < 0 || words[row + RENEWED_STAMP] !== message.renewedStamp;
    const flagsBefore = words[row + FLAGS];
    const wasForEver = words[row + PREFERRED_UNTIL] === INFINITE_LIFETIME_SEC;
    this.#write(row, message, renewed, nowSec);
    const filed = this.#judge(row, nowSec);
    if (filed >= rows.soundEnd) return wasSound;
    const restaled = renewed && isAdvertised(message) && this.#renewals.renewed(filed);
    const isForEver = words[filed + PREFERRED_UNTIL] === INFINITE_LIFETIME_SEC;
    // Of what the ranking sees lifetimes do not count, because renewals change them.
    const changed = !wasSound || restaled || message.flags !== flagsBefore || isForEver !== wasForEver;
    if (changed) this.#gained(message.ifIndex, this.#rankOf(filed));
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
    this.#deadline = INFINITE_LIFETIME_SEC;
    const before = this.#rows.soundEnd;
    for (let row = before - ROW_WORDS; row >= 0; row -= ROW_WORDS) this.#judge(row, nowSec);
    return this.#rows.soundEnd !== before;
  }

  /** The addresses that no flag, lifetime or range rules out, in no particular order. */
  sound(): IfAddr[] {
    const sound: IfAddr[] = [];
    for (let row = 0; row < this.#rows.soundEnd; row += ROW_WORDS) sound.push(this.#read(row));
    return sound;
  }

  /** Every address with its flaw. */
  *all(nowSec: number): Generator<{ readonly row: IfAddr; readonly flaw: Flaw | null }> {
    for (let row = 0; row < this.#rows.end; row += ROW_WORDS)
      yield { row: this.#read(row), flaw: this.#flawOf(row, nowSec) };
  }

  #add(message: Readonly<AddressMessage>, datagram: Int32Array): number {
    const row = this.#rows.add(message.ifIndex, datagram, message.localAt >> 2);
    if (specialRange(this.#rows.addressOf(row)) === null) this.#rows.words[row + DETAIL] = PUBLISHABLE_RANGE;
    return row;
  }

  #write(row: number, message: Readonly<AddressMessage>, renewed: boolean, nowSec: number): void {
    const words = this.#rows.words;
    const preferredSec = message.preferredSec;
    // A lifetime only ever counts down: more than before is a new one, set within the same hundredth of a second.
    const isNew = renewed || preferredSec > (words[row + PREFERRED_TOLD] as number);
    const now = ceil(nowSec);
    const preferredUntil = deadline(preferredSec, now);
    const validUntil = deadline(message.validSec, now);
    // The kernel's count stands still in suspend: of one and the same lifetime the first reckoning is the right one.
    if (isNew || preferredUntil < (words[row + PREFERRED_UNTIL] as number))
      words[row + PREFERRED_UNTIL] = preferredUntil;
    if (isNew || validUntil < (words[row + VALID_UNTIL] as number)) words[row + VALID_UNTIL] = validUntil;
    words[row + PREFERRED_TOLD] = preferredSec;
    words[row + FLAGS] = message.flags;
    words[row + CREATED_STAMP] = message.createdStamp;
    words[row + RENEWED_STAMP] = message.renewedStamp;
    const range = (words[row + DETAIL] as number) & PUBLISHABLE_RANGE;
    words[row + DETAIL] = message.prefixLength | (message.scope << 8) | (message.protocol << 16) | range;
    words[row + GENERATION] = this.#generation;
  }

  /** Files the row among the sound or not. @returns its number from now on */
  #judge(row: number, nowSec: number): number {
    const rows = this.#rows;
    const isSound = this.#flawOf(row, nowSec) === null;
    const until = rows.words[row + PREFERRED_UNTIL] as number;
    if (isSound && until < this.#deadline) this.#deadline = until;
    return row < rows.soundEnd === isSound ? row : rows.file(row, isSound);
  }

  #flawOf(row: number, nowSec: number): Flaw | null {
    const words = this.#rows.words;
    const flags = words[row + FLAGS] as number;
    if (flags & FLAWED) {
      if (flags & IFA_F_TEMPORARY) return { kind: 'temporary' };
      if (flags & IFA_F_DADFAILED) return { kind: 'dadFailed' };
      // An optimistic address is in use while its uniqueness is still being checked (RFC 4429).
      if (flags & IFA_F_TENTATIVE && !(flags & IFA_F_OPTIMISTIC)) return { kind: 'tentative' };
      if (flags & IFA_F_DEPRECATED) return { kind: 'deprecated' };
    }
    // The kernel announces the lifetime of 0 an instant before it sets the flag.
    if ((words[row + PREFERRED_UNTIL] as number) <= nowSec) return { kind: 'deprecated' };
    const detail = words[row + DETAIL] as number;
    if ((detail & PUBLISHABLE_RANGE) === 0) {
      return { kind: 'range', name: specialRange(this.#rows.addressOf(row)) ?? '' };
    }
    return scopeOf(detail) === RT_SCOPE_UNIVERSE ? null : { kind: 'scope' };
  }

  /** The rank, as if its router went on advertising it. */
  #rankOf(row: number): number {
    const uplink = this.#isUplink(row) ? RANK.uplink : 0;
    const permanent = this.#isForEver(row) && this.#word(row, FLAGS) & IFA_F_PERMANENT ? RANK.permanent : 0;
    return uplink + RANK.advertised + permanent;
  }

  /** Whether no link has a better default route for the address. */
  #isUplink(row: number): boolean {
    const address = Uint8Array.from(this.#rows.addressOf(row));
    const serving = (ifIndex: number) => this.routes.serving(address, ifIndex, () => true);
    const own = serving(this.#word(row, IF_INDEX));
    return own !== null && [...this.links.keys()].every((ifIndex) => compareUplinks(own, serving(ifIndex)) <= 0);
  }

  #gained(ifIndex: number, rank: number): void {
    if (this.#gains !== null && rank > (this.#gains.get(ifIndex) ?? -1)) this.#gains.set(ifIndex, rank);
  }

  #isForEver(row: number): boolean {
    return this.#word(row, PREFERRED_UNTIL) === INFINITE_LIFETIME_SEC;
  }

  #word(row: number, field: number): number {
    return this.#rows.words[row + field] as number;
  }

  #read(row: number): IfAddr {
    const ifIndex = this.#word(row, IF_INDEX);
    const detail = this.#word(row, DETAIL);
    const createdStamp = this.#word(row, CREATED_STAMP);
    return {
      address: formatAddress(this.#rows.addressOf(row)),
      ifIndex,
      prefixLength: detail & 0xff,
      scope: scopeOf(detail),
      flags: this.#word(row, FLAGS),
      protocol: protocolOf(detail),
      preferredUntilSec: fromDeadline(this.#word(row, PREFERRED_UNTIL)),
      validUntilSec: fromDeadline(this.#word(row, VALID_UNTIL)),
      createdStamp: createdStamp === 0 ? null : createdStamp,
      stale: this.#renewals.isStale(row),
      uplink: this.#isUplink(row),
    };
  }
}

/** Made from a router's advertisement, by the kernel, or by a manager that marks it as kernels before 5.18 did. */
const isAdvertised = (message: Readonly<AddressMessage>): boolean =>
  message.protocol === IFAPROT_KERNEL_RA ||
  ((message.flags & IFA_F_PERMANENT) === 0 && (message.flags & (IFA_F_MANAGETEMPADDR | IFA_F_STABLE_PRIVACY)) !== 0);

const scopeOf = (detail: number): number => (detail >> 8) & 0xff;
const protocolOf = (detail: number): number => (detail >> 16) & 0xff;

/** A lifetime made into a point in time; 0 stays 0 = over. */
const deadline = (lifetimeSec: number, nowSec: number): number => {
  if (lifetimeSec === 0 || lifetimeSec === INFINITE_LIFETIME_SEC) return lifetimeSec;
  const until = nowSec + lifetimeSec;
  return until < INFINITE_LIFETIME_SEC ? until : INFINITE_LIFETIME_SEC - 1;
};

const fromDeadline = (word: number): number => (word === INFINITE_LIFETIME_SEC ? Number.POSITIVE_INFINITY : word);
