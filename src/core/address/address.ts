import ipaddr from 'ipaddr.js';

/** An IPv6 address as canonical RFC 5952 text: `===` is equality. Made only by this module. */
export type Address = string & { readonly __brand: 'Address' };

/** Bytes of an IPv6 address. */
export const ADDRESS_BYTES = 16;

/** Longest text of an IPv6 address (RFC 4291 §2.2 form 3, full). */
const MAX_TEXT_LENGTH = 45;

/** Reads any text form of RFC 4291 §2.2; null for everything else, zone ids and prefix lengths included. */
export function parseAddress(text: string): Address | null {
  if (text.length > MAX_TEXT_LENGTH || text.includes('%') || !ipaddr.IPv6.isValid(text)) return null;
  return formatAddress(ipaddr.IPv6.parse(text).toByteArray());
}

/** The canonical text of the 16 bytes that start at `at` (RFC 5952). */
export function formatAddress(bytes: ArrayLike<number>, at = 0): Address {
  const own: number[] = [];
  for (let i = 0; i < ADDRESS_BYTES; i++) own.push(bytes[at + i] ?? 0);
  // The library's text is canonical RFC 5952, which is what the brand promises.
  return new ipaddr.IPv6(own).toRFC5952String() as Address;
}

/** The address's 16 bytes, most significant first. */
export function addressBytes(address: Address): number[] {
  return ipaddr.IPv6.parse(address).toByteArray();
}

/** The leading `prefixLength` bits (0–128) of `address` followed by the low bits of `interfaceId` (16 bytes). */
export function withInterfaceId(address: Address, prefixLength: number, interfaceId: readonly number[]): Address {
  const combine = (byte: number, i: number): number => {
    const mask = prefixMask(prefixLength, i);
    return (byte & mask) | ((interfaceId[i] ?? 0) & ~mask & 0xff);
  };
  return formatAddress(addressBytes(address).map(combine));
}

/** The bits of byte `index` that lie inside a prefix of `prefixLength` bits, as a mask. */
export function prefixMask(prefixLength: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefixLength - 8 * index));
  return (0xff00 >> bits) & 0xff;
}
