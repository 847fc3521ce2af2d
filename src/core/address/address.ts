import ipaddr from 'ipaddr.js';

/** An IPv6 address as canonical RFC 5952 text: `===` is equality. Made only by this module. */
export type Address = string & { readonly __brand: 'Address' };

/** Bytes of an IPv6 address. */
export const ADDRESS_BYTES = 16;

/** Longest text of an IPv6 address (RFC 4291 §2.2 form 3, full). */
const MAX_TEXT_LENGTH = 45;

/** Reads any text form of RFC 4291 §2.2; null for everything else, zone ids and prefix lengths included. */
export function parseAddress(text: string): Address | null {
  if (text.length > MAX_TEXT_LENGTH) return null;
  const groups = withoutDottedQuad(text);
  if (/[%.]/.test(groups) || !ipaddr.IPv6.isValid(groups)) return null;
  return formatAddress(ipaddr.IPv6.parse(groups).toByteArray());
}

/** The text with the dotted-decimal octets at its end, if any, as two groups: the library takes octal numbers there, and
 *  `::192.0.2.1` for the IPv4-mapped `::ffff:192.0.2.1`. */
function withoutDottedQuad(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  const quad = text.slice(at);
  if (!ipaddr.IPv4.isValidFourPartDecimal(quad)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(quad).octets;
  return `${text.slice(0, at)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
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
