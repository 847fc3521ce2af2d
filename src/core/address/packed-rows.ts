import { ADDRESS_BYTES } from './address.ts';

// The words of a row. Plain numbers, first in the file: only those the bundler puts where they are used.
export const IF_INDEX = 0;
export const FLAGS = 1;
/** When the lifetimes end, seconds on CLOCK_BOOTTIME; INFINITE_LIFETIME_SEC = never, 0 = is over. */
export const PREFERRED_UNTIL = 2;
export const VALID_UNTIL = 3;
export const CREATED_STAMP = 4;
export const RENEWED_STAMP = 5;
/** prefix length | scope << 8 | protocol << 16 | 1 << 24 when no range rules the address out */
export const DETAIL = 6;
/** Number of the dump, or of the one before the event, that the row was last seen in. */
export const GENERATION = 7;
/** Numbers of the last renewal and of the one before, see Renewals; 0 = there was none. */
export const LAST_RENEWAL = 8;
export const RENEWAL_BEFORE = 9;
/** Preferred lifetime as it was last told, seconds. */
export const PREFERRED_TOLD = 10;
/** The address's 16 bytes in their order. */
const ADDRESS = 11;

export const ROW_WORDS = 15;
const MIN_WORDS = 16 * ROW_WORDS;
/** 2^32 divided by the golden ratio, odd. */
const MULTIPLIER = 0x9e3779b1;

const { imul } = Math;

/** Rows identified by link number and address, packed into one typed array: 60 bytes each and 8 to 16 of an index,
 *  because a machine may hold ten thousand addresses. A row is called by the number of its first word, which holds until
 *  rows are removed or filed. They stand close together, the sound ones first: an event costs what it changes, and so
 *  does a look at the few that may be published. */
export class PackedRows {
  /** What a row's number leads to is always there: it is read `as number`. */
  words = new Uint32Array(0);
  /** The same as signed numbers, which is how addresses are compared, see DatagramReader. */
  #signed = new Int32Array(0);
  /** Where the rows end, in words. */
  end = 0;
  /** Where the sound rows end. */
  soundEnd = 0;
  /** Open addressing with linear probing: number of the row + 1, 0 = free. A power of two of slots, never full. */
  #index = new Int32Array(2);
  #mask = 1;
  /** Leaves the highest bits of a hash, as many as number a slot. */
  #shift = 31;

  get count(): number {
    return this.end / ROW_WORDS;
  }

  /** @returns the row of that link and of the four words at `from`, -1 = there is none */
  find(ifIndex: number, words: Int32Array, from: number): number {
    const own = this.#signed;
    const index = this.#index;
    for (let slot = hash(ifIndex, words, from) >>> this.#shift; ; slot = (slot + 1) & this.#mask) {
      const row = (index[slot] as number) - 1;
      if (row < 0) return -1;
      const at = row + ADDRESS;
      // The first word last: it is nearly always the same on one machine.
      if (
        own[at + 1] === words[from + 1] &&
        own[at + 3] === words[from + 3] &&
        own[at + 2] === words[from + 2] &&
        own[at] === words[from] &&
        this.words[row + IF_INDEX] === ifIndex
      )
        return row;
    }
  }

  /** Adds a row that `find` did not find, not among the sound, its other fields 0. @returns its number */
  add(ifIndex: number, words: Int32Array, from: number): number {
    const row = this.end;
    if (row === this.words.length) this.#resize(Math.max(MIN_WORDS, row * 2));
    this.end = row + ROW_WORDS;
    this.words.fill(0, row, this.end);
    this.words[row + IF_INDEX] = ifIndex;
    this.#signed.set(words.subarray(from, from + ADDRESS_BYTES / 4), row + ADDRESS);
    this.#index[this.#slotOf(row, 0)] = row + 1;
    return row;
  }

  /** Removes a row; others may get its number. */
  remove(row: number): void {
    const last = this.end - ROW_WORDS;
    this.#swap(this.file(row, false), last);
    this.#removeSlot(this.#slotOf(last, last + 1));
    this.end = last;
    if (last > MIN_WORDS && last * 4 < this.words.length) this.#resize(last * 2);
  }

  /** Puts a row among the sound ones or the others. @returns its number from now on */
  file(row: number, isSound: boolean): number {
    if (row < this.soundEnd === isSound) return row;
    if (!isSound) this.soundEnd -= ROW_WORDS;
    const place = this.soundEnd;
    if (isSound) this.soundEnd += ROW_WORDS;
    this.#swap(row, place);
    return place;
  }

  /** The 16 bytes of the row's address. */
  addressOf(row: number): Uint8Array {
    return new Uint8Array(this.words.buffer, (row + ADDRESS) * 4, ADDRESS_BYTES);
  }

  #swap(row: number, other: number): void {
    if (row === other) return;
    const { words } = this;
    const slot = this.#slotOf(row, row + 1);
    this.#index[this.#slotOf(other, other + 1)] = row + 1;
    this.#index[slot] = other + 1;
    const moved = words.slice(row, row + ROW_WORDS);
    words.copyWithin(row, other, other + ROW_WORDS);
    words.set(moved, other);
  }

  #resize(capacity: number): void {
    const words = new Uint32Array(capacity);
    words.set(this.words.subarray(0, this.end));
    this.words = words;
    this.#signed = new Int32Array(words.buffer);
    const bits = Math.ceil(Math.log2((capacity / ROW_WORDS) * 2));
    this.#index = new Int32Array(2 ** bits);
    this.#mask = 2 ** bits - 1;
    this.#shift = 32 - bits;
    for (let row = 0; row < this.end; row += ROW_WORDS) this.#index[this.#slotOf(row, 0)] = row + 1;
  }

  /** The first slot for the row's address that says `entry`. */
  #slotOf(row: number, entry: number): number {
    let slot = this.#homeOf(row);
    while (this.#index[slot] !== entry) slot = (slot + 1) & this.#mask;
    return slot;
  }

  /** Where the search for a row begins. */
  #homeOf(row: number): number {
    return hash(this.words[row + IF_INDEX] as number, this.#signed, row + ADDRESS) >>> this.#shift;
  }

  /** Closes the gap by moving later entries of the same run back (Knuth, TAOCP 6.4, algorithm R). */
  #removeSlot(first: number): void {
    let gap = first;
    for (let slot = (gap + 1) & this.#mask; this.#index[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const entry = this.#index[slot] as number;
      if (((slot - this.#homeOf(entry - 1)) & this.#mask) < ((slot - gap) & this.#mask)) continue;
      this.#index[gap] = entry;
      gap = slot;
    }
    this.#index[gap] = 0;
  }
}

/** Over the link number and the last 12 bytes: the first four are nearly always the same on one machine. Subnets, hosts
 *  and links that are numbered in order differ in a few high or low bits of a word, as the host's byte order has it. A
 *  product carries them to the highest bits (Knuth, TAOCP 6.4), and the shift brings these back down for the next word.
 *  @returns 32 bits as a signed number, of which the highest are the best */
function hash(ifIndex: number, words: Int32Array, from: number): number {
  let value = imul(words[from + 1] as number, MULTIPLIER);
  value = imul((value ^ (value >>> 15)) + (words[from + 2] as number) + ifIndex, MULTIPLIER);
  return imul((value ^ (value >>> 15)) + (words[from + 3] as number), MULTIPLIER);
}
