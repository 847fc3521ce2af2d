import { HOST_IS_LITTLE_ENDIAN, NLA_HDRLEN, NLA_TYPE_MASK, NLMSG_HDRLEN } from './constants.ts';

/** Bytes that are no well-formed netlink message: drop the datagram and resync. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** Takes one message: type, NLM_F_ flags and sequence number of struct nlmsghdr, where its own header starts, and where
 *  it ends. */
export type VisitMessage = (type: number, flags: number, sequence: number, body: number, end: number) => void;

const align = (length: number): number => (length + 3) & ~3;

/** Visits every message of a datagram (netlink(7)).
 *  @throws WireError when a length reaches outside the datagram */
export function walkMessages(view: DataView, visit: VisitMessage): void {
  for (let at = 0; at < view.byteLength; ) {
    const left = view.byteLength - at;
    const length = left < NLMSG_HDRLEN ? 0 : view.getUint32(at, HOST_IS_LITTLE_ENDIAN);
    if (length < NLMSG_HDRLEN || length > left) {
      throw new WireError(`message length ${length} at byte ${at}, ${left} bytes left`);
    }
    const type = view.getUint16(at + 4, HOST_IS_LITTLE_ENDIAN);
    const flags = view.getUint16(at + 6, HOST_IS_LITTLE_ENDIAN);
    const sequence = view.getUint32(at + 8, HOST_IS_LITTLE_ENDIAN);
    visit(type, flags, sequence, at + NLMSG_HDRLEN, at + length);
    at += align(length);
  }
}

/** Visits every attribute between `start` and `end` (struct nlattr: u16 length with header, u16 type, payload, padding).
 *  @param visit gets where the payload starts and ends
 *  @throws WireError when a length reaches outside */
export function walkAttributes(
  view: DataView,
  start: number,
  end: number,
  visit: (type: number, payload: number, limit: number) => void,
): void {
  for (let at = start; at < end; ) {
    const length = end - at < NLA_HDRLEN ? 0 : view.getUint16(at, HOST_IS_LITTLE_ENDIAN);
    if (length < NLA_HDRLEN || length > end - at) {
      throw new WireError(`attribute length ${length} at byte ${at}, ${end - at} bytes left`);
    }
    visit(view.getUint16(at + 2, HOST_IS_LITTLE_ENDIAN) & NLA_TYPE_MASK, at + NLA_HDRLEN, at + length);
    at += align(length);
  }
}

/** @returns `at`
 *  @throws WireError when fewer than `bytes` bytes are left */
export function requireBytes(at: number, end: number, bytes: number, what: string): number {
  if (end - at < bytes) throw new WireError(`${what} at byte ${at} has ${end - at} of ${bytes} bytes`);
  return at;
}

/** What NLMSG_DONE and NLMSG_ERROR say; 0 = all went well. Errors of a dump arrive inside NLMSG_DONE. Old kernels end a
 *  dump without a status. */
export const endErrno = (view: DataView, body: number, end: number): number =>
  end - body >= 4 ? Math.abs(view.getInt32(body, HOST_IS_LITTLE_ENDIAN)) : 0;
