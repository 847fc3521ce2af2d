import {
  AF_INET6,
  HOST_IS_LITTLE_ENDIAN,
  IFA_ADDRESS,
  IFA_CACHEINFO,
  IFA_FLAGS,
  IFA_LOCAL,
  IFA_PROTO,
  IFADDRMSG_LEN,
  IFINFOMSG_LEN,
  IFLA_IFNAME,
  INFINITE_LIFETIME_SEC,
  NLA_HDRLEN,
  NLA_TYPE_MASK,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
} from './constants.ts';

/** Bytes that are no well-formed netlink message: drop the datagram and resync. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** A row of the address table as the kernel reported it (struct ifaddrmsg and its attributes, rtnetlink(7)). */
export interface AddressMessage {
  readonly kind: 'address';
  readonly removed: boolean;
  readonly ifIndex: number;
  /** Where the own address's 16 bytes start in the datagram: IFA_LOCAL if present (else IFA_ADDRESS would be the peer). */
  readonly localAt: number;
  readonly prefixLength: number;
  readonly scope: number;
  /** IFA_F_ bits: IFA_FLAGS when present, else the header's low 8. */
  readonly flags: number;
  /** IFA_PROTO, kernels from 5.18: 2 = made from a router advertisement; 0 = not told. */
  readonly protocol: number;
  /** Seconds left when the message was made; INFINITE_LIFETIME_SEC = for ever. */
  readonly preferredSec: number;
  readonly validSec: number;
  /** Created and last renewed, hundredths of a second since boot without suspend, modulo 2^32. */
  readonly createdStamp: number;
  readonly renewedStamp: number;
}

export interface LinkMessage {
  readonly kind: 'link';
  readonly removed: boolean;
  readonly ifIndex: number;
  readonly ifName: string;
  /** IFF_ bits. */
  readonly flags: number;
}

/** The end of a dump: `errno` 0 = complete. Errors of a dump arrive inside NLMSG_DONE, those of a request in NLMSG_ERROR. */
export interface EndMessage {
  readonly kind: 'end';
  readonly errno: number;
}

export interface Envelope<T> {
  /** 0 = an event; else the number of the request it answers. */
  readonly sequence: number;
  /** NLM_F_DUMP_INTR: the table changed during the dump, which has to be repeated. */
  readonly interrupted: boolean;
  readonly message: T;
}

export type Message = AddressMessage | LinkMessage | EndMessage;

const align = (length: number): number => (length + 3) & ~3;

/** Reads every message of one datagram; unknown types are skipped.
 *  @throws WireError when a length reaches outside its container */
export function readDatagram(view: DataView): Envelope<Message>[] {
  const found: Envelope<Message>[] = [];
  for (let at = 0; at < view.byteLength; ) {
    const left = view.byteLength - at;
    const length = left < NLMSG_HDRLEN ? 0 : view.getUint32(at, HOST_IS_LITTLE_ENDIAN);
    if (length < NLMSG_HDRLEN || length > left) {
      throw new WireError(`message length ${length} at byte ${at}, ${left} bytes left`);
    }
    const message = readMessage(view, at, at + length);
    if (message !== null) {
      found.push({
        sequence: view.getUint32(at + 8, HOST_IS_LITTLE_ENDIAN),
        interrupted: (view.getUint16(at + 6, HOST_IS_LITTLE_ENDIAN) & NLM_F_DUMP_INTR) !== 0,
        message,
      });
    }
    at += align(length);
  }
  return found;
}

function readMessage(view: DataView, start: number, end: number): Message | null {
  const type = view.getUint16(start + 4, HOST_IS_LITTLE_ENDIAN);
  const body = start + NLMSG_HDRLEN;
  switch (type) {
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return readAddress(view, body, end, type === RTM_DELADDR);
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return readLink(view, body, end, type === RTM_DELLINK);
    case NLMSG_DONE:
    case NLMSG_ERROR:
      // Kernels before 2.6.24 end a dump without a status; a request's error always carries one.
      return { kind: 'end', errno: end - body >= 4 ? -view.getInt32(body, HOST_IS_LITTLE_ENDIAN) : 0 };
    default:
      return null;
  }
}

function readAddress(view: DataView, body: number, end: number, removed: boolean): AddressMessage | null {
  requireBytes(body, end, IFADDRMSG_LEN, 'struct ifaddrmsg');
  if (view.getUint8(body) !== AF_INET6) return null;
  let localAt = 0;
  let addressAt = 0;
  let flags = view.getUint8(body + 2);
  let protocol = 0;
  let cacheAt = 0;
  for (let at = body + IFADDRMSG_LEN; at < end; ) {
    const length = attributeLength(view, at, end);
    const payload = at + NLA_HDRLEN;
    switch (view.getUint16(at + 2, HOST_IS_LITTLE_ENDIAN) & NLA_TYPE_MASK) {
      case IFA_ADDRESS:
        addressAt = requireBytes(payload, at + length, 16, 'IFA_ADDRESS');
        break;
      case IFA_LOCAL:
        localAt = requireBytes(payload, at + length, 16, 'IFA_LOCAL');
        break;
      case IFA_CACHEINFO:
        cacheAt = requireBytes(payload, at + length, 16, 'IFA_CACHEINFO');
        break;
      case IFA_FLAGS:
        flags = view.getUint32(requireBytes(payload, at + length, 4, 'IFA_FLAGS'), HOST_IS_LITTLE_ENDIAN);
        break;
      case IFA_PROTO:
        protocol = view.getUint8(requireBytes(payload, at + length, 1, 'IFA_PROTO'));
        break;
    }
    at += align(length);
  }
  if (localAt === 0 && addressAt === 0) throw new WireError(`address message at byte ${body} without an address`);
  return {
    kind: 'address',
    removed,
    ifIndex: view.getUint32(body + 4, HOST_IS_LITTLE_ENDIAN),
    localAt: localAt === 0 ? addressAt : localAt,
    prefixLength: view.getUint8(body + 1),
    scope: view.getUint8(body + 3),
    flags,
    protocol,
    preferredSec: cacheAt === 0 ? INFINITE_LIFETIME_SEC : view.getUint32(cacheAt, HOST_IS_LITTLE_ENDIAN),
    validSec: cacheAt === 0 ? INFINITE_LIFETIME_SEC : view.getUint32(cacheAt + 4, HOST_IS_LITTLE_ENDIAN),
    createdStamp: cacheAt === 0 ? 0 : view.getUint32(cacheAt + 8, HOST_IS_LITTLE_ENDIAN),
    renewedStamp: cacheAt === 0 ? 0 : view.getUint32(cacheAt + 12, HOST_IS_LITTLE_ENDIAN),
  };
}

function readLink(view: DataView, body: number, end: number, removed: boolean): LinkMessage {
  requireBytes(body, end, IFINFOMSG_LEN, 'struct ifinfomsg');
  let ifName = '';
  for (let at = body + IFINFOMSG_LEN; at < end; ) {
    const length = attributeLength(view, at, end);
    if ((view.getUint16(at + 2, HOST_IS_LITTLE_ENDIAN) & NLA_TYPE_MASK) === IFLA_IFNAME) {
      ifName = readName(view, at + NLA_HDRLEN, at + length);
    }
    at += align(length);
  }
  return {
    kind: 'link',
    removed,
    ifIndex: view.getUint32(body + 4, HOST_IS_LITTLE_ENDIAN),
    ifName,
    flags: view.getUint32(body + 8, HOST_IS_LITTLE_ENDIAN),
  };
}

/** The attribute's length (struct nlattr: u16 length with header, u16 type, payload, padding to 4 bytes). */
function attributeLength(view: DataView, at: number, end: number): number {
  const length = end - at < NLA_HDRLEN ? 0 : view.getUint16(at, HOST_IS_LITTLE_ENDIAN);
  if (length < NLA_HDRLEN || length > end - at) {
    throw new WireError(`attribute length ${length} at byte ${at}, ${end - at} bytes left`);
  }
  return length;
}

function requireBytes(at: number, end: number, bytes: number, what: string): number {
  if (end - at < bytes) throw new WireError(`${what} at byte ${at} has ${end - at} of ${bytes} bytes`);
  return at;
}

/** Text up to the first NUL; interface names are bytes, printed as Latin-1 (IFNAMSIZ bounds them to 15). */
function readName(view: DataView, start: number, end: number): string {
  let name = '';
  for (let at = start; at < end && view.getUint8(at) !== 0; at++) name += String.fromCharCode(view.getUint8(at));
  return name;
}
