import {
  IFA_F_DADFAILED,
  IFA_F_DEPRECATED,
  IFA_F_OPTIMISTIC,
  IFA_F_TEMPORARY,
  IFA_F_TENTATIVE,
  INFINITE_LIFETIME_SEC,
  RT_SCOPE_UNIVERSE,
} from '../wire/constants.ts';
import type { AddressMessage, LinkMessage } from '../wire/reader.ts';
import { ADDRESS_BYTES, type Address, formatAddress } from './address.ts';
import { specialRange } from './ranges.ts';

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
}

export interface Link {
  readonly ifIndex: number;
  readonly ifName: string;
  /** IFF_ bits. */
  readonly flags: number;
}

/** Why an address is not published whatever the settings say; null = it may be. */
export type Flaw =
  | { readonly kind: 'temporary' | 'tentative' | 'dadFailed' | 'deprecated' | 'scope' }
  | { readonly kind: 'range'; readonly name: string };

/** The kernel's IPv6 address table and link names, kept from a dump and the events after it.
 *
 *  Rows are packed into typed arrays (56 bytes each with their index), because a machine may hold ten thousand
 *  addresses; the few that may be published are also kept as a set, so that an event costs what it changes. */
export class AddressTable {
  readonly links = new Map<number, Link>();
  /** Rows with no flaw, by row number. */
  readonly #sound = new Set<number>();
  #bytes = new Uint8Array(0);
  #words = new Uint32Array(0);
  /** Open addressing with linear probing: row number + 1, 0 = free. */
  #index = new Int32Array(0);
  #rows = 0;
  #generation = 0;

  /** How many addresses the table holds. */
  get size(): number {
    return this.#rows;
  }

  /** Starts a dump: rows and links not seen again until `endDump` are gone by then. */
  beginDump(): void {
    this.#generation = (this.#generation + 1) >>> 0;
  }

  /** Drops every address that was neither dumped nor announced since `beginDump`. @returns whether a sound one went */
  endDump(): boolean {
    let changed = false;
    for (let row = this.#rows - 1; row >= 0; row--) {
      if (this.#words[row * WORDS + GENERATION] === this.#generation) continue;
      changed = this.#sound.has(row) || changed;
      this.#removeRow(row);
    }
    return changed;
  }

  /** Takes one message of the kernel over.
   *  @param datagram the bytes that `message.localAt` points into
   *  @param nowSec CLOCK_BOOTTIME
   *  @returns whether the set of sound addresses, or what ranks them, changed: renewals return false */
  apply(message: AddressMessage, datagram: Uint8Array, nowSec: number): boolean {
    const row = this.#find(message.ifIndex, datagram, message.localAt);
    if (message.removed) {
      if (row < 0) return false;
      const wasSound = this.#sound.has(row);
      this.#removeRow(row);
      return wasSound;
    }
    const target = row < 0 ? this.#addRow(message.ifIndex, datagram, message.localAt) : row;
    const wasSound = this.#sound.has(target);
    const at = target * WORDS;
    const flagsBefore = this.#words[at + FLAGS];
    const foreverBefore = this.#words[at + PREFERRED_UNTIL] === INFINITE_LIFETIME_SEC;
    this.#words[at + FLAGS] = message.flags;
    this.#words[at + PREFERRED_UNTIL] = deadline(message.preferredSec, nowSec);
    this.#words[at + VALID_UNTIL] = deadline(message.validSec, nowSec);
    this.#words[at + CREATED] = message.createdStamp;
    this.#words[at + DETAIL] = message.prefixLength | (message.scope << 8) | (message.protocol << 16);
    this.#words[at + GENERATION] = this.#generation;
    const isSound = this.#flawOf(target) === null;
    if (isSound) this.#sound.add(target);
    else this.#sound.delete(target);
    const reranked =
      flagsBefore !== message.flags || foreverBefore !== (message.preferredSec === INFINITE_LIFETIME_SEC);
    return wasSound !== isSound || (isSound && reranked);
  }

  /** @returns whether a name or a flag that matters changed */
  applyLink(message: LinkMessage): boolean {
    const before = this.links.get(message.ifIndex);
    if (message.removed) return this.links.delete(message.ifIndex);
    if (before !== undefined && before.flags === message.flags && before.ifName === message.ifName) return false;
    this.links.set(message.ifIndex, { ifIndex: message.ifIndex, ifName: message.ifName, flags: message.flags });
    return true;
  }

  /** The addresses that no flag, lifetime or range rules out, in no particular order. */
  sound(): IfAddr[] {
    return [...this.#sound].map((row) => this.#row(row));
  }

  /** Every address with its flaw. */
  *all(): Generator<{ readonly row: IfAddr; readonly flaw: Flaw | null }> {
    for (let row = 0; row < this.#rows; row++) yield { row: this.#row(row), flaw: this.#flawOf(row) };
  }

  #row(row: number): IfAddr {
    const word = (field: number): number => this.#words[row * WORDS + field] ?? 0;
    const detail = word(DETAIL);
    return {
      address: formatAddress(this.#bytes, row * ADDRESS_BYTES),
      ifIndex: word(IF_INDEX),
      prefixLength: detail & 0xff,
      scope: (detail >> 8) & 0xff,
      flags: word(FLAGS),
      protocol: (detail >> 16) & 0xff,
      preferredUntilSec: fromDeadline(word(PREFERRED_UNTIL)),
      validUntilSec: fromDeadline(word(VALID_UNTIL)),
      createdStamp: word(CREATED) === 0 ? null : word(CREATED),
    };
  }

  #flawOf(row: number): Flaw | null {
    const flags = this.#words[row * WORDS + FLAGS] ?? 0;
    if (flags & IFA_F_TEMPORARY) return { kind: 'temporary' };
    if (flags & IFA_F_DADFAILED) return { kind: 'dadFailed' };
    // An optimistic address is in use while its uniqueness is still being checked (RFC 4429).
    if (flags & IFA_F_TENTATIVE && !(flags & IFA_F_OPTIMISTIC)) return { kind: 'tentative' };
    // The kernel announces the lifetime of 0 an instant before it sets the flag.
    if (flags & IFA_F_DEPRECATED || this.#words[row * WORDS + PREFERRED_UNTIL] === 0) return { kind: 'deprecated' };
    const range = specialRange(this.#bytes, row * ADDRESS_BYTES);
    if (range !== null) return { kind: 'range', name: range };
    const scope = ((this.#words[row * WORDS + DETAIL] ?? 0) >> 8) & 0xff;
    return scope === RT_SCOPE_UNIVERSE ? null : { kind: 'scope' };
  }

  /** @returns the row number, -1 = not in the table */
  #find(ifIndex: number, bytes: Uint8Array, at: number): number {
    if (this.#index.length === 0) return -1;
    const mask = this.#index.length - 1;
    for (let slot = hash(ifIndex, bytes, at) & mask; ; slot = (slot + 1) & mask) {
      const row = (this.#index[slot] ?? 0) - 1;
      if (row < 0 || this.#isAt(row, ifIndex, bytes, at)) return row;
    }
  }

  #isAt(row: number, ifIndex: number, bytes: Uint8Array, at: number): boolean {
    if (this.#words[row * WORDS + IF_INDEX] !== ifIndex) return false;
    for (let i = ADDRESS_BYTES - 1; i >= 0; i--) {
      if (this.#bytes[row * ADDRESS_BYTES + i] !== bytes[at + i]) return false;
    }
    return true;
  }

  #addRow(ifIndex: number, bytes: Uint8Array, at: number): number {
    if (this.#rows * ADDRESS_BYTES === this.#bytes.length) this.#resize(Math.max(MIN_ROWS, this.#rows * 2));
    const row = this.#rows++;
    this.#bytes.set(bytes.subarray(at, at + ADDRESS_BYTES), row * ADDRESS_BYTES);
    this.#words.fill(0, row * WORDS, (row + 1) * WORDS);
    this.#words[row * WORDS + IF_INDEX] = ifIndex;
    this.#insertSlot(row);
    return row;
  }

  /** Moves the last row into the gap, so that rows stay dense. */
  #removeRow(row: number): void {
    const last = this.#rows - 1;
    this.#removeSlot(row);
    this.#sound.delete(row);
    if (row !== last) {
      this.#removeSlot(last);
      this.#bytes.copyWithin(row * ADDRESS_BYTES, last * ADDRESS_BYTES, (last + 1) * ADDRESS_BYTES);
      this.#words.copyWithin(row * WORDS, last * WORDS, (last + 1) * WORDS);
      if (this.#sound.delete(last)) this.#sound.add(row);
    }
    this.#rows = last;
    if (row !== last) this.#insertSlot(row);
    if (this.#rows > MIN_ROWS && this.#rows * 4 < this.#bytes.length / ADDRESS_BYTES) this.#resize(this.#rows * 2);
  }

  #resize(capacity: number): void {
    const bytes = new Uint8Array(capacity * ADDRESS_BYTES);
    const words = new Uint32Array(capacity * WORDS);
    bytes.set(this.#bytes.subarray(0, this.#rows * ADDRESS_BYTES));
    words.set(this.#words.subarray(0, this.#rows * WORDS));
    this.#bytes = bytes;
    this.#words = words;
    this.#index = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
    for (let row = 0; row < this.#rows; row++) this.#insertSlot(row);
  }

  #slotOf(row: number): number {
    return hash(this.#words[row * WORDS + IF_INDEX] ?? 0, this.#bytes, row * ADDRESS_BYTES) & (this.#index.length - 1);
  }

  #insertSlot(row: number): void {
    const mask = this.#index.length - 1;
    let slot = this.#slotOf(row);
    while (this.#index[slot] !== 0) slot = (slot + 1) & mask;
    this.#index[slot] = row + 1;
  }

  /** Closes the gap by moving later entries of the same run back (Knuth, TAOCP 6.4, algorithm R). */
  #removeSlot(row: number): void {
    const mask = this.#index.length - 1;
    let gap = this.#slotOf(row);
    while (this.#index[gap] !== row + 1) gap = (gap + 1) & mask;
    for (let slot = (gap + 1) & mask; this.#index[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#slotOf((this.#index[slot] ?? 0) - 1);
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      this.#index[gap] = this.#index[slot] ?? 0;
      gap = slot;
    }
    this.#index[gap] = 0;
  }
}

/** Fields of a row, each one 32-bit word. */
const WORDS = 7;
const IF_INDEX = 0;
const FLAGS = 1;
const PREFERRED_UNTIL = 2;
const VALID_UNTIL = 3;
const CREATED = 4;
/** prefix length | scope << 8 | protocol << 16 */
const DETAIL = 5;
const GENERATION = 6;

const MIN_ROWS = 16;

/** A lifetime that was made into a point in time; 0 stays 0 = over. */
const deadline = (lifetimeSec: number, nowSec: number): number => {
  if (lifetimeSec === 0 || lifetimeSec === INFINITE_LIFETIME_SEC) return lifetimeSec;
  return Math.min(Math.ceil(nowSec) + lifetimeSec, INFINITE_LIFETIME_SEC - 1);
};

const fromDeadline = (word: number): number => (word === INFINITE_LIFETIME_SEC ? Number.POSITIVE_INFINITY : word);

/** FNV-1a over the index and the last 12 bytes: the first four are nearly always the same on one machine. */
function hash(ifIndex: number, bytes: Uint8Array, at: number): number {
  let value = 0x811c9dc5 ^ ifIndex;
  for (let i = 4; i < ADDRESS_BYTES; i++) value = Math.imul(value ^ (bytes[at + i] ?? 0), 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}
