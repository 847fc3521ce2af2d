import { ADDRESS_BYTES } from './address.ts';

/** Fields of a row beside the address, each one 32-bit word. */
export const FIELD = {
  ifIndex: 0,
  flags: 1,
  preferredUntil: 2,
  validUntil: 3,
  createdStamp: 4,
  renewedStamp: 5,
  /** prefix length | scope << 8 | protocol << 16 | 1 << 24 when no range rules the address out */
  detail: 6,
  /** Number of the dump, or of the one before the event, that the row was last seen in. */
  generation: 7,
  /** Numbers of the last renewal and of the one before, see Renewals; 0 = there was none. */
  lastRenewal: 8,
  renewalBefore: 9,
  /** Preferred lifetime as it was last told, seconds. */
  preferredTold: 10,
} as const;

export type Field = (typeof FIELD)[keyof typeof FIELD];

export const ROW_WORDS = Object.keys(FIELD).length;
const MIN_ROWS = 16;

/** Rows identified by link number and address, packed into typed arrays: about 70 bytes each with the index, because
 *  a machine may hold ten thousand addresses. Row numbers are dense; removing one moves the last row into its place. */
export class PackedRows {
  bytes = new Uint8Array(0);
  /** The fields, ROW_WORDS a row, for those who need many of one row. */
  words = new Uint32Array(0);
  /** Open addressing with linear probing: row number + 1, 0 = free. */
  #index = new Int32Array(0);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get(row: number, field: Field): number {
    return this.words[row * ROW_WORDS + field] ?? 0;
  }

  set(row: number, field: Field, value: number): void {
    this.words[row * ROW_WORDS + field] = value;
  }

  /** @returns the row of that link and of the 16 bytes at `at`, -1 = there is none */
  find(ifIndex: number, bytes: Uint8Array, at: number): number {
    if (this.#index.length === 0) return -1;
    const mask = this.#index.length - 1;
    for (let slot = hash(ifIndex, bytes, at) & mask; ; slot = (slot + 1) & mask) {
      const row = (this.#index[slot] ?? 0) - 1;
      if (row < 0 || this.#isAt(row, ifIndex, bytes, at)) return row;
    }
  }

  /** Adds a row that `find` did not find, its other fields 0. @returns its number */
  add(ifIndex: number, bytes: Uint8Array, at: number): number {
    if (this.#count * ADDRESS_BYTES === this.bytes.length) this.#resize(Math.max(MIN_ROWS, this.#count * 2));
    const row = this.#count++;
    this.bytes.set(bytes.subarray(at, at + ADDRESS_BYTES), row * ADDRESS_BYTES);
    this.words.fill(0, row * ROW_WORDS, (row + 1) * ROW_WORDS);
    this.set(row, FIELD.ifIndex, ifIndex);
    this.#insertSlot(row);
    return row;
  }

  /** Removes a row. @returns the number of the row that now stands in its place under another number; -1 = none */
  remove(row: number): number {
    const last = this.#count - 1;
    this.#removeSlot(row);
    if (row !== last) {
      this.#removeSlot(last);
      this.bytes.copyWithin(row * ADDRESS_BYTES, last * ADDRESS_BYTES, (last + 1) * ADDRESS_BYTES);
      this.words.copyWithin(row * ROW_WORDS, last * ROW_WORDS, (last + 1) * ROW_WORDS);
    }
    this.#count = last;
    if (row !== last) this.#insertSlot(row);
    if (this.#count > MIN_ROWS && this.#count * 4 < this.bytes.length / ADDRESS_BYTES) this.#resize(this.#count * 2);
    return row === last ? -1 : last;
  }

  #isAt(row: number, ifIndex: number, bytes: Uint8Array, at: number): boolean {
    if (this.words[row * ROW_WORDS + FIELD.ifIndex] !== ifIndex) return false;
    const own = this.bytes;
    const start = row * ADDRESS_BYTES;
    // From the end: addresses of one machine differ there.
    let i = ADDRESS_BYTES - 1;
    while (i >= 0 && own[start + i] === bytes[at + i]) i--;
    return i < 0;
  }

  #resize(capacity: number): void {
    const bytes = new Uint8Array(capacity * ADDRESS_BYTES);
    const words = new Uint32Array(capacity * ROW_WORDS);
    bytes.set(this.bytes.subarray(0, this.#count * ADDRESS_BYTES));
    words.set(this.words.subarray(0, this.#count * ROW_WORDS));
    this.bytes = bytes;
    this.words = words;
    this.#index = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
    for (let row = 0; row < this.#count; row++) this.#insertSlot(row);
  }

  #slotOf(row: number): number {
    return hash(this.get(row, FIELD.ifIndex), this.bytes, row * ADDRESS_BYTES) & (this.#index.length - 1);
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

/** Over the link number and the last 12 bytes: the first four are nearly always the same on one machine. Steps stay within
 *  the engine's small integers; the last one scatters neighbours, which would fill runs of slots (Knuth, TAOCP 6.4). */
function hash(ifIndex: number, bytes: Uint8Array, at: number): number {
  let value = ifIndex & 0xffffff;
  for (let i = at + 4; i < at + ADDRESS_BYTES; i++) value = (value * 31 + (bytes[i] ?? 0)) & 0xffffff;
  return Math.imul(value, 0x9e3779b1) >>> 8;
}
