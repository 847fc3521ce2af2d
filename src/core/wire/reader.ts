import {
  AF_INET6,
  IFA_ADDRESS,
  IFA_CACHEINFO,
  IFA_FLAGS,
  IFA_LOCAL,
  IFA_PROTO,
  IFADDRMSG_LEN,
  IFINFOMSG_LEN,
  IFLA_IFNAME,
  INFINITE_LIFETIME_SEC,
  RTM_DELADDR,
  RTM_DELLINK,
} from './constants.ts';
import { type DatagramReader, requireBytes, WireError, wanted } from './framing.ts';

/** A row of the address table as the kernel reported it (struct ifaddrmsg and its attributes, rtnetlink(7)). */
export interface AddressMessage {
  removed: boolean;
  ifIndex: number;
  /** Where the own address's 16 bytes start: IFA_LOCAL if present (else IFA_ADDRESS would be the peer). */
  localAt: number;
  prefixLength: number;
  scope: number;
  /** IFA_F_ bits: IFA_FLAGS when present, else the header's low 8. */
  flags: number;
  /** IFA_PROTO, kernels from 5.18: 2 = made from a router advertisement; 0 = not told. */
  protocol: number;
  /** Seconds left when the message was made; INFINITE_LIFETIME_SEC = for ever. */
  preferredSec: number;
  validSec: number;
  /** Created and last renewed, hundredths of a second since boot without suspend, modulo 2^32. */
  createdStamp: number;
  renewedStamp: number;
}

/** One to read into. */
export const emptyAddress = (): AddressMessage => ({
  removed: false,
  ifIndex: 0,
  localAt: 0,
  prefixLength: 0,
  scope: 0,
  flags: 0,
  protocol: 0,
  preferredSec: 0,
  validSec: 0,
  createdStamp: 0,
  renewedStamp: 0,
});

export interface LinkMessage {
  readonly removed: boolean;
  readonly ifIndex: number;
  readonly ifName: string;
  /** IFF_ bits. */
  readonly flags: number;
}

/** What holds without struct ifa_cacheinfo: both lifetimes, both stamps. */
const NO_CACHEINFO = Int32Array.of(INFINITE_LIFETIME_SEC, INFINITE_LIFETIME_SEC, 0, 0);

const ADDRESS_ATTRIBUTES = wanted([
  [IFA_ADDRESS, 16],
  [IFA_LOCAL, 16],
  [IFA_CACHEINFO, 16],
  [IFA_FLAGS, 4],
  [IFA_PROTO, 1],
]);

/** Reads RTM_NEWADDR or RTM_DELADDR.
 *  @param into takes what was read: one object for all, because to make one costs as much as to read the message
 *  @returns whether it is of IPv6
 *  @throws WireError when a length reaches outside its container, as below */
export function readAddress(reader: DatagramReader, into: AddressMessage): boolean {
  const bytes = reader.bytes;
  const words = reader.words;
  const body = reader.body;
  const start = requireBytes(body, reader.end, IFADDRMSG_LEN, 'struct ifaddrmsg') + IFADDRMSG_LEN;
  if (bytes[body] !== AF_INET6) return false;
  const found = reader.findAttributes(ADDRESS_ATTRIBUTES, start);
  const flagsAt = found[IFA_FLAGS];
  const protocolAt = found[IFA_PROTO];
  const cacheAt = found[IFA_CACHEINFO];
  into.removed = reader.type === RTM_DELADDR;
  into.ifIndex = (words[(body >> 2) + 1] as number) >>> 0;
  into.localAt = start + (found[IFA_LOCAL] || found[IFA_ADDRESS] || noAddress(body));
  into.prefixLength = bytes[body + 1] as number;
  into.scope = bytes[body + 3] as number;
  into.flags = ((flagsAt ? words[(start + flagsAt) >> 2] : bytes[body + 2]) as number) >>> 0;
  into.protocol = protocolAt ? (bytes[start + protocolAt] as number) : 0;
  const at = cacheAt ? (start + cacheAt) >> 2 : 0;
  const cache = cacheAt ? words : NO_CACHEINFO;
  into.preferredSec = (cache[at] as number) >>> 0;
  into.validSec = (cache[at + 1] as number) >>> 0;
  into.createdStamp = (cache[at + 2] as number) >>> 0;
  into.renewedStamp = (cache[at + 3] as number) >>> 0;
  return true;
}

function noAddress(body: number): never {
  throw new WireError(`address message at byte ${body} without an address`);
}

const LINK_ATTRIBUTES = wanted([[IFLA_IFNAME, 0]]);

/** Reads RTM_NEWLINK or RTM_DELLINK. */
export function readLink(reader: DatagramReader): LinkMessage {
  const { body, end } = reader;
  requireBytes(body, end, IFINFOMSG_LEN, 'struct ifinfomsg');
  const start = body + IFINFOMSG_LEN;
  const nameAt = reader.findAttributes(LINK_ATTRIBUTES, start)[IFLA_IFNAME];
  return {
    removed: reader.type === RTM_DELLINK,
    ifIndex: reader.word(body + 4),
    ifName: nameAt ? readName(reader.payload(start + nameAt)) : '',
    flags: reader.word(body + 8),
  };
}

/** Text up to the first NUL; interface names are bytes, printed as Latin-1 (IFNAMSIZ bounds them to 15). */
function readName(bytes: Uint8Array): string {
  let name = '';
  for (const byte of bytes) {
    if (byte === 0) break;
    name += String.fromCharCode(byte);
  }
  return name;
}
