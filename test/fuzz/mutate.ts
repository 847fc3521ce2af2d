import type { Random } from '../explorer/random.ts';

/** Longest input: what costs by its size alone is the business of the tests of bounds. */
const MOST_BYTES = 64 * 1024;

const MOST_CHANGES = 8;
const MOST_REPEATS = 64;

/** Where counts and lengths overflow, change their sign or end. */
const NUMBERS = [0, 1, 2, 3, 4, 7, 8, 15, 16, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0xffffffff];

type Change = (random: Random, bytes: Uint8Array, others: readonly Uint8Array[]) => Uint8Array;

/** `bytes` with those from `start` to `end` replaced. */
function spliced(bytes: Uint8Array, start: number, end: number, middle: ArrayLike<number>): Uint8Array {
  const result = new Uint8Array(start + middle.length + bytes.length - end);
  result.set(bytes.subarray(0, start));
  result.set(middle, start);
  result.set(bytes.subarray(end), start + middle.length);
  return result;
}

/** A piece of the bytes, more often short than long. */
function pieceOf(random: Random, bytes: Uint8Array): readonly [start: number, end: number] {
  const start = random.below(bytes.length + 1);
  const longest = random.chance(0.7) ? Math.min(16, bytes.length - start) : bytes.length - start;
  return [start, start + random.below(longest + 1)];
}

/** The number in one, two or four bytes, in either order. */
function numberBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, random.pick(NUMBERS), random.chance(0.5));
  const width = random.pick([1, 2, 4]);
  return random.chance(0.5) ? bytes.subarray(0, width) : bytes.subarray(4 - width);
}

const CHANGES: readonly Change[] = [
  function flipBit(random, bytes) {
    const changed = bytes.slice();
    const at = random.below(bytes.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    return changed;
  },
  function setNumber(random, bytes) {
    const number = numberBytes(random);
    const start = random.below(bytes.length + 1);
    return spliced(bytes, start, Math.min(bytes.length, start + number.length), number);
  },
  function setByte(random, bytes) {
    const start = random.below(bytes.length + 1);
    return spliced(bytes, start, Math.min(bytes.length, start + 1), [random.below(256)]);
  },
  (random, bytes) => spliced(bytes, ...pieceOf(random, bytes), []),
  function repeatPiece(random, bytes) {
    const [start, end] = pieceOf(random, bytes);
    const piece = bytes.subarray(start, end);
    const times = 1 + random.below(MOST_REPEATS);
    const repeated = new Uint8Array(piece.length * times);
    for (let i = 0; i < times; i++) repeated.set(piece, i * piece.length);
    return spliced(bytes, end, end, repeated);
  },
  function movePiece(random, bytes) {
    const [start, end] = pieceOf(random, bytes);
    const at = random.below(bytes.length + 1);
    return spliced(bytes, at, at, bytes.slice(start, end));
  },
  function takeFromAnother(random, bytes, others) {
    const other = random.pick(others);
    const [start, end] = pieceOf(random, other);
    return spliced(bytes, ...pieceOf(random, bytes), other.subarray(start, end));
  },
  (random, bytes) => bytes.slice(0, random.below(bytes.length + 1)),
];

/** A seed with some changes.
 *  @param words what often stands in such inputs; none = they are no text */
export function mutate(random: Random, seeds: readonly Uint8Array[], words: readonly Uint8Array[]): Uint8Array {
  let bytes = random.pick(seeds);
  for (let left = 1 + random.below(MOST_CHANGES); left > 0; left--) {
    if (words.length > 0 && random.chance(0.3)) {
      bytes = spliced(bytes, ...pieceOf(random, bytes), random.pick(words));
    } else {
      bytes = random.pick(CHANGES)(random, bytes, seeds);
    }
  }
  return bytes.length > MOST_BYTES ? bytes.slice(0, MOST_BYTES) : bytes;
}
