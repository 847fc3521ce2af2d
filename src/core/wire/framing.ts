import { NLA_HDRLEN, NLA_TYPE_MASK, NLMSG_HDRLEN } from './constants.ts';

/** Attributes of a higher type are passed over. */
const ATTRIBUTE_TYPES = 64;

/** Which attributes to look for: by type, the least length with header, 0 = not this one. */
export type Wanted = Uint8Array;

/** @param leastBytes of the payload; types are below ATTRIBUTE_TYPES */
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
  /** The buffer: as bytes, and as 16-bit and 32-bit numbers of the host's byte order, which rtnetlink speaks. */
  bytes: Uint8Array = new Uint8Array(0);
  halves: Uint16Array = new Uint16Array(0);
  words: Uint32Array = new Uint32Array(0);
  /** Of struct nlmsghdr; `sequence` is the number of the request that it answers, 0 = an event. */
  type = 0;
  sequence = 0;
  /** Where the message's own header starts, and where it ends. */
  body = 0;
  end = 0;
  #buffer: ArrayBufferLike | null = null;
  #limit = 0;
  #next = 0;
  /** What `findAttributes` found last: one array for all messages, because a storm brings a hundred thousand. */
  readonly #found = new Uint32Array(ATTRIBUTE_TYPES);

  /** Stands before the first message.
   *  @param datagram starts at a multiple of 4 of its buffer */
  open(datagram: ArrayBufferView): this {
    const { buffer, byteOffset, byteLength } = datagram;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.bytes = new Uint8Array(buffer);
      this.halves = new Uint16Array(buffer, 0, buffer.byteLength >> 1);
      this.words = new Uint32Array(buffer, 0, buffer.byteLength >> 2);
    }
    this.#next = byteOffset;
    this.#limit = byteOffset + byteLength;
    return this;
  }

  /** NLM_F_ bits of the message. */
  get flags(): number {
    return this.half(this.body - NLMSG_HDRLEN + 6);
  }

  /** Goes to the next message. @returns whether there is one
   *  @throws WireError when its length reaches outside the datagram */
  next(): boolean {
    const at = this.#next;
    const left = this.#limit - at;
    if (left <= 0) return false;
    const length = left < NLMSG_HDRLEN ? 0 : this.word(at);
    if (length < NLMSG_HDRLEN || length > left) {
      throw new WireError(`message length ${length} at byte ${at}, ${left} bytes left`);
    }
    this.type = this.half(at + 4);
    this.sequence = this.word(at + 8);
    this.body = at + NLMSG_HDRLEN;
    this.end = at + length;
    this.#next = at + ((length + 3) & ~3);
    return true;
  }

  /** Finds attributes from `start` on (struct nlattr: u16 length with header, u16 type, payload, padding).
   *  @returns by type: how many bytes behind `start` the payload is, 0 = there is none; until the next call
   *  @throws WireError when a length reaches outside, or is too short */
  findAttributes(what: Wanted, start: number, end = this.end): Uint32Array {
    const found = this.#found.fill(0);
    for (let at = start; at < end; ) {
      const { type, length } = this.#attributeAt(at, end);
      const least = what[type];
      if (least) {
        if (length < least) throw new WireError(`attribute ${type} of length ${length} at byte ${at}`);
        found[type] = at - start + NLA_HDRLEN;
      }
      at += (length + 3) & ~3;
    }
    return found;
  }

  /** Where the payloads of all attributes of one type start, for a type that may be there several times.
   *  @throws WireError as `findAttributes` */
  everyAttribute(wantedType: number, start: number, end: number): number[] {
    const found: number[] = [];
    for (let at = start; at < end; ) {
      const { type, length } = this.#attributeAt(at, end);
      if (type === wantedType) found.push(at + NLA_HDRLEN);
      at += (length + 3) & ~3;
    }
    return found;
  }

  /** The payload of an attribute that starts at `at`. */
  payload(at: number): Uint8Array {
    return this.bytes.subarray(at, at - NLA_HDRLEN + this.half(at - NLA_HDRLEN));
  }

  /** The 16-bit number at a position. */
  half(at: number): number {
    return this.halves[at >> 1] ?? 0;
  }

  /** The 32-bit number at a position. */
  word(at: number): number {
    return this.words[at >> 2] ?? 0;
  }

  #attributeAt(at: number, end: number): { readonly type: number; readonly length: number } {
    const length = end - at < NLA_HDRLEN ? 0 : this.half(at);
    const type = this.half(at + 2) & NLA_TYPE_MASK;
    if (length < NLA_HDRLEN || length > end - at) {
      throw new WireError(`attribute ${type} of length ${length} at byte ${at}, ${end - at} bytes left`);
    }
    return { type, length };
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
