import { NLA_HDRLEN, NLA_TYPE_MASK, NLMSG_HDRLEN } from './constants.ts';

const ATTRIBUTE_TYPES = 32;
/** Attributes of a message whose places are remembered; address messages have four or five. */
const MOST_REMEMBERED = 8;

/** Which attributes to look for: by type, the least length with header, 0 = not this one. */
export type Wanted = Uint8Array;

/** @param leastBytes of the payload; types are below 32 */
export function wanted(attributes: readonly (readonly [type: number, leastBytes: number])[]): Wanted {
  const lengths = new Uint8Array(ATTRIBUTE_TYPES);
  for (const [type, leastBytes] of attributes) lengths[type] = NLA_HDRLEN + leastBytes;
  return lengths;
}

/** Bytes that are no well-formed netlink message: drop the datagram and resync. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** Goes through the messages of a datagram (netlink(7)) and copies nothing: it tells the header of the message it stands
 *  at, and where the parts are. Positions are bytes of the buffer that the datagram lies in. */
export class DatagramReader {
  /** The buffer: as bytes, and as 16-bit and 32-bit numbers of the host's byte order, which rtnetlink speaks. Where a
   *  length has been checked they are read `as number`: to look each time whether something is there would be a tenth of
   *  the steps that an event takes. 32-bit numbers are signed because the engine has no others that are whole. */
  bytes: Uint8Array = new Uint8Array(0);
  halves: Uint16Array = new Uint16Array(0);
  words: Int32Array = new Int32Array(0);
  /** Of struct nlmsghdr; `sequence` is the number of the request that it answers, 0 = an event. */
  type = 0;
  sequence = 0;
  /** Where the message's own header starts, and where it ends. */
  body = 0;
  end = 0;
  #buffer: ArrayBufferLike | null = null;
  #limit = 0;
  #next = 0;
  /** Of the attributes found last: by type, as `findAttributes` returns them; what was wanted, and bytes of all; how many
   *  there were, and of each the header and where it lies, in words from the first on. */
  readonly #attributes = new Uint32Array(ATTRIBUTE_TYPES);
  #wanted: Wanted | null = null;
  #span = 0;
  #count = 0;
  readonly #headers = new Int32Array(MOST_REMEMBERED);
  readonly #places = new Uint32Array(MOST_REMEMBERED);

  /** Stands before the first message.
   *  @param datagram starts at a multiple of 4 of its buffer */
  open(datagram: ArrayBufferView): this {
    const { buffer, byteOffset, byteLength } = datagram;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.bytes = new Uint8Array(buffer);
      this.halves = new Uint16Array(buffer, 0, buffer.byteLength >> 1);
      this.words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
    }
    this.#next = byteOffset;
    this.#limit = byteOffset + byteLength;
    return this;
  }

  /** NLM_F_ bits of the message. */
  get flags(): number {
    return this.halves[(this.body - NLMSG_HDRLEN + 6) >> 1] ?? 0;
  }

  /** Goes to the next message. @returns whether there is one
   *  @throws WireError when its length reaches outside the datagram */
  next(): boolean {
    const at = this.#next;
    const left = this.#limit - at;
    if (left <= 0) return false;
    const words = this.words;
    const length = left < NLMSG_HDRLEN ? 0 : (words[at >> 2] as number);
    if (length < NLMSG_HDRLEN || length > left) {
      throw new WireError(`message length ${length} at byte ${at}, ${left} bytes left`);
    }
    this.type = this.halves[(at >> 1) + 2] as number;
    this.sequence = words[(at >> 2) + 2] as number;
    this.body = at + NLMSG_HDRLEN;
    this.end = at + length;
    this.#next = at + ((length + 3) & ~3);
    return true;
  }

  /** Finds attributes from `start` on (struct nlattr: u16 length with header, u16 type, payload, padding).
   *  @returns by type: how many bytes behind `start` the payload is, 0 = there is none; until the next call
   *  @throws WireError when a length reaches outside, or is too short */
  findAttributes(what: Wanted, start: number, end = this.end): Uint32Array {
    // The kernel writes messages of one kind alike: comparing the headers with those found last is a quarter of the work.
    if (what === this.#wanted && end - start === this.#span) {
      const words = this.words;
      const headers = this.#headers;
      const places = this.#places;
      const first = start >> 2;
      let i = this.#count - 1;
      while (i >= 0 && words[first + (places[i] as number)] === headers[i]) i--;
      if (i < 0) return this.#attributes;
    }
    return this.#search(what, start, end);
  }

  #search(what: Wanted, start: number, end: number): Uint32Array {
    const { halves, words } = this;
    const found = this.#attributes.fill(0);
    let count = 0;
    this.#wanted = null;
    for (let at = start; at < end; count++) {
      const length = end - at < NLA_HDRLEN ? 0 : (halves[at >> 1] as number);
      const type = (halves[(at >> 1) + 1] ?? 0) & NLA_TYPE_MASK;
      const least = what[type];
      if (length < (least || NLA_HDRLEN) || length > end - at) {
        throw new WireError(`attribute ${type} of length ${length} at byte ${at}, ${end - at} bytes left`);
      }
      if (least) found[type] = at - start + NLA_HDRLEN;
      if (count < MOST_REMEMBERED) {
        this.#headers[count] = words[at >> 2] as number;
        this.#places[count] = (at - start) >> 2;
      }
      at += (length + 3) & ~3;
    }
    if (count <= MOST_REMEMBERED) {
      this.#wanted = what;
      this.#span = end - start;
      this.#count = count;
    }
    return found;
  }

  /** The payload of an attribute that starts at `at`. */
  payload(at: number): Uint8Array {
    return this.bytes.subarray(at, at - NLA_HDRLEN + (this.halves[(at - NLA_HDRLEN) >> 1] ?? 0));
  }

  /** The 32-bit number at a position. */
  word(at: number): number {
    return (this.words[at >> 2] ?? 0) >>> 0;
  }
}

/** @returns `at`
 *  @throws WireError when fewer than `bytes` bytes are left */
export function requireBytes(at: number, end: number, bytes: number, what: string): number {
  if (end - at < bytes) throw new WireError(`${what} at byte ${at} has ${end - at} of ${bytes} bytes`);
  return at;
}

/** What NLMSG_DONE and NLMSG_ERROR say; 0 = all went well. Errors of a dump arrive inside NLMSG_DONE, those of a request in
 *  NLMSG_ERROR. Old kernels end a dump without a status. */
export const endErrno = (reader: DatagramReader): number =>
  reader.end - reader.body >= 4 ? Math.abs(reader.word(reader.body) | 0) : 0;
