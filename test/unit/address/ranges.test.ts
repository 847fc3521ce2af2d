import { describe, expect, test } from 'vitest';
import { specialRange } from '../../../src/core/address/ranges.ts';
import { ALL_ONES, blockOf, bytesOf, covers } from '../../fakes/bits.ts';

const UNICAST = blockOf('2000::/3');
const NOT_UNICAST = 'outside global unicast, 2000::/3 (RFC 4291)';

/** Every block that must not be published (IANA IPv6 Special-Purpose Address Registry), with the reason given. */
const SPECIAL: readonly (readonly [block: string, reason: string])[] = [
  ['::/128', NOT_UNICAST],
  ['::1/128', 'loopback (RFC 4291)'],
  ['::/96', NOT_UNICAST],
  ['::ffff:0:0/96', 'IPv4-mapped (RFC 4291)'],
  ['64:ff9b::/96', 'NAT64 (RFC 6052)'],
  ['64:ff9b:1::/48', 'local NAT64 (RFC 8215)'],
  ['100::/64', 'discard-only (RFC 6666)'],
  ['100:0:0:1::/64', NOT_UNICAST],
  ['200::/7', NOT_UNICAST],
  ['2001::/23', 'IETF protocol assignments (RFC 2928)'],
  ['2001::/32', 'IETF protocol assignments (RFC 2928)'],
  ['2001:1::1/128', 'IETF protocol assignments (RFC 2928)'],
  ['2001:1::2/128', 'IETF protocol assignments (RFC 2928)'],
  ['2001:1::3/128', 'IETF protocol assignments (RFC 2928)'],
  ['2001:2::/48', 'IETF protocol assignments (RFC 2928)'],
  ['2001:3::/32', 'IETF protocol assignments (RFC 2928)'],
  ['2001:4:112::/48', 'IETF protocol assignments (RFC 2928)'],
  ['2001:10::/28', 'IETF protocol assignments (RFC 2928)'],
  ['2001:20::/28', 'IETF protocol assignments (RFC 2928)'],
  ['2001:30::/28', 'IETF protocol assignments (RFC 2928)'],
  ['2001:db8::/32', 'documentation (RFC 3849)'],
  ['2002::/16', '6to4 (RFC 3056)'],
  ['2620:4f:8000::/48', 'AS112 (RFC 7534)'],
  ['3fff::/20', 'documentation (RFC 9637)'],
  ['5f00::/16', 'SRv6 segment identifiers (RFC 9602)'],
  ['fc00::/7', 'unique local (RFC 4193)'],
  ['fe80::/10', 'link-local (RFC 4291)'],
  ['fec0::/10', 'site-local (RFC 3879)'],
  ['ff00::/8', 'multicast (RFC 4291)'],
];

const publishable = (bits: bigint): boolean =>
  covers(UNICAST, bits) && !SPECIAL.some(([block]) => covers(blockOf(block), bits));

describe('specialRange', () => {
  test.each(SPECIAL)('specialRange: first and last address of %s → refused: %s', (block, reason) => {
    const { first, last } = blockOf(block);
    expect(specialRange(bytesOf(first))).toBe(reason);
    expect(specialRange(bytesOf(last))).toBe(reason);
  });

  test.each(SPECIAL)('specialRange: just outside %s → refused only where another block is', (block) => {
    const { first, last } = blockOf(block);
    for (const outside of [first - 1n, last + 1n].filter((bits) => bits >= 0n && bits <= ALL_ONES)) {
      expect(specialRange(bytesOf(outside)) === null).toBe(publishable(outside));
    }
  });

  test.each(['2000::/128', '2001:200::/128', '2a00::/128', '3ffe::/128', '3fff:1000::/128', '3fff:ffff:ffff::/128'])(
    'specialRange: %s → may be published',
    (block) => {
      expect(specialRange(bytesOf(blockOf(block).first))).toBeNull();
    },
  );

  test('specialRange: first and last address of 2000::/3 → published, their neighbours not', () => {
    const outcomes = [UNICAST.first - 1n, UNICAST.first, UNICAST.last, UNICAST.last + 1n].map((bits) =>
      specialRange(bytesOf(bits)),
    );
    expect(outcomes).toEqual([NOT_UNICAST, null, null, NOT_UNICAST]);
  });

  test('specialRange: bytes in the middle of a buffer → judged alone', () => {
    const buffer = Uint8Array.from([0xfe, 0x80, ...bytesOf(blockOf('3ffe::1/128').first), 0xff]);
    expect(specialRange(buffer, 2)).toBeNull();
  });
});
