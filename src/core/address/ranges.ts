/** A block of addresses that must not be published. */
interface Block {
  readonly start: readonly number[];
  readonly prefixLength: number;
  readonly name: string;
}

const block = (start: readonly number[], prefixLength: number, name: string): Block => ({ start, prefixLength, name });

/** Special-purpose blocks inside 2000::/3 (IANA IPv6 Special-Purpose Address Registry, state with RFC 9780). */
const SPECIAL_PURPOSE: readonly Block[] = [
  block([0x20, 0x01, 0x0d, 0xb8], 32, 'documentation (RFC 3849)'),
  block([0x20, 0x01, 0x00], 23, 'IETF protocol assignments (RFC 2928)'),
  block([0x20, 0x02], 16, '6to4 (RFC 3056)'),
  block([0x26, 0x20, 0x00, 0x4f, 0x80, 0x00], 48, 'AS112 (RFC 7534)'),
  block([0x3f, 0xff, 0x00], 20, 'documentation (RFC 9637)'),
];

/** Names for what lies outside 2000::/3, for the log only: none of it is published. */
const OUTSIDE: readonly Block[] = [
  block([0xfc], 7, 'unique local (RFC 4193)'),
  block([0xfe, 0x80], 10, 'link-local (RFC 4291)'),
  block([0xfe, 0xc0], 10, 'site-local (RFC 3879)'),
  block([0xff], 8, 'multicast (RFC 4291)'),
  block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 128, 'loopback (RFC 4291)'),
  block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 96, 'IPv4-mapped (RFC 4291)'),
  block([0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], 96, 'NAT64 (RFC 6052)'),
  block([0x00, 0x64, 0xff, 0x9b, 0x00, 0x01], 48, 'local NAT64 (RFC 8215)'),
  block([0x01, 0, 0, 0, 0, 0, 0, 0], 64, 'discard-only (RFC 6666)'),
  block([0x5f, 0x00], 16, 'SRv6 segment identifiers (RFC 9602)'),
];

const isInside = (bytes: ArrayLike<number>, at: number, { start, prefixLength }: Block): boolean => {
  for (let i = 0, bits = prefixLength; bits > 0; i++, bits -= 8) {
    const mask = bits >= 8 ? 0xff : 0xff00 >> bits;
    if (((bytes[at + i] ?? 0) ^ (start[i] ?? 0)) & mask & 0xff) return false;
  }
  return true;
};

/** Why the 16 bytes at `at` are not a publishable global unicast address: the block's name; null = they are one.
 *  Global unicast is 2000::/3, the only unicast space IANA has opened (RFC 4291 §2.5.4). */
export function specialRange(bytes: ArrayLike<number>, at = 0): string | null {
  const global = ((bytes[at] ?? 0) & 0xe0) === 0x20;
  const found = (global ? SPECIAL_PURPOSE : OUTSIDE).find((candidate) => isInside(bytes, at, candidate));
  if (found !== undefined) return found.name;
  return global ? null : 'outside global unicast, 2000::/3 (RFC 4291)';
}
