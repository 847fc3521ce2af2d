import { type Address, formatAddress } from '../address/address.ts';
import {
  AF_INET6,
  AF_UNSPEC,
  IFA_ADDRESS,
  IFA_CACHEINFO,
  IFA_FLAGS,
  IFA_LOCAL,
  IFA_PROTO,
  IFADDRMSG_LEN,
  IFINFOMSG_LEN,
  IFLA_ALT_IFNAME,
  IFLA_IFNAME,
  IFLA_PROP_LIST,
  INFINITE_LIFETIME_SEC,
  RTM_DELADDR,
  RTM_DELLINK,
} from './constants.ts';
import { type DatagramReader, requireBytes, WireError, wanted } from './framing.ts';

/** A row of the address table as the kernel reported it (struct ifaddrmsg and its attributes, rtnetlink(7)). */
export interface AddressMessage {
  readonly removed: boolean;
  readonly ifIndex: number;
  /** The own address: IFA_LOCAL if present (else IFA_ADDRESS would be the peer). */
  readonly address: Address;
  readonly prefixLength: number;
  readonly scope: number;
  /** IFA_F_ bits: IFA_FLAGS when present, else the header's low 8. */
  readonly flags: number;
  /** IFA_PROTO, kernels from 5.18: 2 = made from a router advertisement; 0 = not told. */
  readonly protocol: number;
  /** Seconds left when the message was made; INFINITE_LIFETIME_SEC = for ever. */
  readonly preferredSec: number;
  readonly validSec: number;
  /** Created and last renewed, hundredths of a second since boot without suspend, modulo 2^32; null = not told. */
  readonly createdStamp: number | null;
  readonly renewedStamp: number | null;
}

export interface LinkMessage {
  readonly removed: boolean;
  readonly ifIndex: number;
  readonly ifName: string;
  /** Further names, in any number. */
  readonly altNames: readonly string[];
  /** IFF_ bits. */
  readonly flags: number;
}

const ADDRESS_ATTRIBUTES = wanted([
  [IFA_ADDRESS, 16],
  [IFA_LOCAL, 16],
  [IFA_CACHEINFO, 16],
  [IFA_FLAGS, 4],
  [IFA_PROTO, 1],
]);

/** Reads RTM_NEWADDR or RTM_DELADDR.
 *  @returns null = not of IPv6
 *  @throws WireError when a length reaches outside its container, as below */
export function readAddress(reader: DatagramReader): AddressMessage | null {
  const { bytes, body, end } = reader;
  const start = requireBytes(body, end, IFADDRMSG_LEN, 'struct ifaddrmsg') + IFADDRMSG_LEN;
  if (bytes[body] !== AF_INET6) return null;
  const found = reader.findAttributes(ADDRESS_ATTRIBUTES, start);
  const ownAt = found[IFA_LOCAL] || found[IFA_ADDRESS];
  const flagsAt = found[IFA_FLAGS];
  const protocolAt = found[IFA_PROTO];
  const cacheAt = found[IFA_CACHEINFO];
  if (!ownAt) throw new WireError(`address message at byte ${body} without an address`);
  return {
    removed: reader.type === RTM_DELADDR,
    ifIndex: reader.word(body + 4),
    address: formatAddress(bytes, start + ownAt),
    prefixLength: bytes[body + 1] ?? 0,
    scope: bytes[body + 3] ?? 0,
    flags: flagsAt ? reader.word(start + flagsAt) : (bytes[body + 2] ?? 0),
    protocol: protocolAt ? (bytes[start + protocolAt] ?? 0) : 0,
    // struct ifa_cacheinfo
    preferredSec: cacheAt ? reader.word(start + cacheAt) : INFINITE_LIFETIME_SEC,
    validSec: cacheAt ? reader.word(start + cacheAt + 4) : INFINITE_LIFETIME_SEC,
    createdStamp: cacheAt ? reader.word(start + cacheAt + 8) : null,
    renewedStamp: cacheAt ? reader.word(start + cacheAt + 12) : null,
  };
}

const LINK_ATTRIBUTES = wanted([
  [IFLA_IFNAME, 0],
  [IFLA_PROP_LIST, 0],
]);

/** Reads RTM_NEWLINK or RTM_DELLINK.
 *  @returns null = not of the link itself: a bridge reports its ports by the same types, also that one has left */
export function readLink(reader: DatagramReader): LinkMessage | null {
  const { bytes, body, end } = reader;
  requireBytes(body, end, IFINFOMSG_LEN, 'struct ifinfomsg');
  if (bytes[body] !== AF_UNSPEC) return null;
  const start = body + IFINFOMSG_LEN;
  const found = reader.findAttributes(LINK_ATTRIBUTES, start);
  const nameAt = found[IFLA_IFNAME];
  const propertiesAt = found[IFLA_PROP_LIST];
  return {
    removed: reader.type === RTM_DELLINK,
    ifIndex: reader.word(body + 4),
    ifName: nameAt ? readName(reader.payload(start + nameAt)) : '',
    altNames: propertiesAt ? readAltNames(reader, start + propertiesAt) : [],
    flags: reader.word(body + 8),
  };
}

function readAltNames(reader: DatagramReader, start: number): string[] {
  const end = start + reader.payload(start).length;
  return reader.everyAttribute(IFLA_ALT_IFNAME, start, end).map((at) => readName(reader.payload(at)));
}

/** Text up to the first NUL. Names are bytes (at most 15 of them, 127 of an alternative name), for everybody's eyes UTF-8;
 *  those that are not are read as Latin-1. */
function readName(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const own = [...(end < 0 ? bytes : bytes.subarray(0, end))];
  try {
    return decodeURIComponent(own.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
  } catch {
    return String.fromCharCode(...own);
  }
}
