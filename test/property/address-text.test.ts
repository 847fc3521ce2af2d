import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes, formatAddress, parseAddress, withInterfaceId } from '../../src/core/address/address.ts';
import { specialRange } from '../../src/core/address/ranges.ts';
import { ALL_ONES, bitsOf, bytesOf, canonicalText, groupsOf, readBits } from '../fakes/bits.ts';

/** Any address, zero groups often, because they are what the text forms differ in. */
const bits = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
  .map(bitsOf);

/** How to write an address down: digits, case, which zero groups to leave out, whether to end in octets. */
const style = fc.record({
  digits: fc.integer({ min: 1, max: 4 }),
  upper: fc.boolean(),
  gap: fc.nat(7),
  octets: fc.boolean(),
});

type Style = typeof style extends fc.Arbitrary<infer T> ? T : never;

function write(address: bigint, { digits, upper, gap, octets }: Style): string {
  const parts = groupsOf(address).map((group) => group.toString(16).padStart(digits, '0'));
  if (octets) parts.splice(6, 2, bytesOf(address).slice(12).join('.'));
  let end = gap;
  while (/^0+$/.test(parts[end] ?? '')) end++;
  const text = end === gap ? parts.join(':') : `${parts.slice(0, gap).join(':')}::${parts.slice(end).join(':')}`;
  return upper ? text.toUpperCase() : text;
}

test('parseAddress: any address written in any form of RFC 4291 → its canonical RFC 5952 text', () => {
  fc.assert(
    fc.property(bits, style, (address, form) => {
      expect(parseAddress(write(address, form))).toBe(canonicalText(address));
    }),
  );
});

test('formatAddress: any 16 bytes → canonical text that reads back as them', () => {
  fc.assert(
    fc.property(bits, (address) => {
      const text = formatAddress(bytesOf(address));
      expect(text).toBe(canonicalText(address));
      expect(addressBytes(text)).toEqual(bytesOf(address));
      expect(parseAddress(text)).toBe(text);
    }),
  );
});

test('parseAddress: text made of what addresses are made of → read as RFC 4291 has it, or null', () => {
  const piece = fc.constantFrom(
    ...[':', ':', ':', ':', '::', '0', '1', 'f', 'F', '12', 'abcd', '00000', '.', '1.2.3.4', '010', '256', '0x1'],
    ...['%', '%eth0', '/64', ' ', '\n', 'g', '-', '[', ']'],
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 18 }).map((pieces) => pieces.join('')),
    fc.array(fc.constantFrom('0', '1', 'ff', 'abcd', '1.2.3.4', ''), { maxLength: 10 }).map((parts) => parts.join(':')),
    fc.string({ maxLength: 50 }),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      const address = readBits(candidate);
      expect(parseAddress(candidate)).toBe(address === null ? null : canonicalText(address));
    }),
    { numRuns: 1000 },
  );
});

test('withInterfaceId: any prefix length → the high bits of one, the low bits of the other', () => {
  fc.assert(
    fc.property(bits, bits, fc.integer({ min: 0, max: 128 }), (address, low, prefixLength) => {
      const hostMask = ALL_ONES >> BigInt(prefixLength);
      const made = withInterfaceId(formatAddress(bytesOf(address)), prefixLength, bytesOf(low));
      expect(made).toBe(canonicalText((address & (ALL_ONES ^ hostMask)) | (low & hostMask)));
    }),
  );
});

test('specialRange: any address outside 2000::/3 → refused', () => {
  fc.assert(
    fc.property(bits, (address) => {
      fc.pre(address >> 125n !== 1n);
      expect(specialRange(bytesOf(address))).not.toBeNull();
    }),
  );
});
