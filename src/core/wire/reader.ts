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
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
} from './constants.ts';
import { endErrno, requireBytes, WireError, walkAttributes, walkMessages } from './framing.ts';

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

/** Reads every message of one datagram; unknown types are skipped.
 *  @throws WireError when a length reaches outside its container */
export function readDatagram(view: DataView): Envelope<Message>[] {
  const found: Envelope<Message>[] = [];
  walkMessages(view, (type, flags, sequence, body, end) => {
    const message = readMessage(view, type, body, end);
    if (message !== null) found.push({ sequence, interrupted: (flags & NLM_F_DUMP_INTR) !== 0, message });
  });
  return found;
}

function readMessage(view: DataView, type: number, body: number, end: number): Message | null {
  switch (type) {
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return readAddress(view, body, end, type === RTM_DELADDR);
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return readLink(view, body, end, type === RTM_DELLINK);
    case NLMSG_DONE:
    case NLMSG_ERROR:
      return { kind: 'end', errno: endErrno(view, body, end) };
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
  walkAttributes(view, body + IFADDRMSG_LEN, end, (type, payload, limit) => {
    switch (type) {
      case IFA_ADDRESS:
        addressAt = requireBytes(payload, limit, 16, 'IFA_ADDRESS');
        break;
      case IFA_LOCAL:
        localAt = requireBytes(payload, limit, 16, 'IFA_LOCAL');
        break;
      case IFA_CACHEINFO:
        cacheAt = requireBytes(payload, limit, 16, 'IFA_CACHEINFO');
        break;
      case IFA_FLAGS:
        flags = view.getUint32(requireBytes(payload, limit, 4, 'IFA_FLAGS'), HOST_IS_LITTLE_ENDIAN);
        break;
      case IFA_PROTO:
        protocol = view.getUint8(requireBytes(payload, limit, 1, 'IFA_PROTO'));
        break;
    }
  });
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
  walkAttributes(view, body + IFINFOMSG_LEN, end, (type, payload, limit) => {
    if (type === IFLA_IFNAME) ifName = readName(view, payload, limit);
  });
  return {
    kind: 'link',
    removed,
    ifIndex: view.getUint32(body + 4, HOST_IS_LITTLE_ENDIAN),
    ifName,
    flags: view.getUint32(body + 8, HOST_IS_LITTLE_ENDIAN),
  };
}

/** Text up to the first NUL; interface names are bytes, printed as Latin-1 (IFNAMSIZ bounds them to 15). */
function readName(view: DataView, start: number, end: number): string {
  let name = '';
  for (let at = start; at < end && view.getUint8(at) !== 0; at++) name += String.fromCharCode(view.getUint8(at));
  return name;
}
