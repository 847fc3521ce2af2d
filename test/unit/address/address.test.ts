import { expect, test } from 'vitest';
import {
  addressBytes,
  formatAddress,
  parseAddress,
  prefixMask,
  withInterfaceId,
} from '../../../src/core/address/address.ts';
import { blockOf, bytesOf } from '../../fakes/bits.ts';

test.each([
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['1:0:0:2:0:0:0:0', '1:0:0:2::'],
  ['64:ff9b::c000:201', '64:ff9b::c000:201'],
  ['2001:db8::aaaa:0:0:1', '2001:db8::aaaa:0:0:1'],
  ['2001:0DB8::0001', '2001:db8::1'],
  ['2001:db8:aaaa:bbbb:cccc:dddd::1', '2001:db8:aaaa:bbbb:cccc:dddd:0:1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['ff01:0:0:0:0:0:0:101', 'ff01::101'],
  ['FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['::13.1.68.3', '::d01:4403'],
  ['::FFFF:129.144.52.38', '::ffff:8190:3426'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
])('parseAddress: %s → canonical %s (RFC 5952 §4)', (text, canonical) => {
  expect(parseAddress(text)).toBe(canonical);
});

test.each([
  ['no text', ''],
  ['blanks around it', ' 3ffe::1'],
  ['a line end', '3ffe::1\n'],
  ['a zone id', 'fe80::1%eth0'],
  ['a zone id of a digit', 'fe80::1%1'],
  ['an empty zone id', 'fe80::1%'],
  ['a prefix length', '3ffe::/64'],
  ['brackets', '[3ffe::1]'],
  ['a gap and nine groups', '3ffe::1:2:3:4:5:6:7:8'],
  ['two gaps', '3ffe::1::2'],
  ['three colons', '3ffe:::1'],
  ['a single colon', ':'],
  ['a leading colon', ':1:2:3:4:5:6:7'],
  ['a trailing colon', '1:2:3:4:5:6:7:'],
  ['seven groups', '1:2:3:4:5:6:7'],
  ['nine groups', '1:2:3:4:5:6:7:8:9'],
  ['a gap of no group', '1:2:3:4::5:6:7:8'],
  ['five digits', '3ffe::00001'],
  ['a letter past f', '3ffe::g'],
  ['a sign', '3ffe::-1'],
  ['a hexadecimal mark', '3ffe::0x1'],
  ['an IPv4 address', '192.0.2.1'],
  ['three octets', '::192.0.2'],
  ['five octets', '::192.0.2.1.1'],
  ['an octet past 255', '::192.0.2.256'],
  ['an octal octet', '::192.0.2.01'],
  ['a hexadecimal octet', '::192.0.2.0x1'],
  ['octets before the end', '::192.0.2.1:1'],
  ['octets in place of one group', '1:2:3:4:5:6:7:192.0.2.1'],
  ['digits of another script', '3ffe::١'],
  ['endless text', `${'0:'.repeat(100_000)}:1`],
])('parseAddress: %s → null', (_, text) => {
  expect(parseAddress(text)).toBeNull();
});

test('formatAddress: bytes in the middle of a buffer → the text of those 16 alone', () => {
  const buffer = Uint8Array.from([0xee, ...bytesOf(blockOf('3ffe:1::2/128').first), 0xee]);
  expect(formatAddress(buffer, 1)).toBe('3ffe:1::2');
});

test('addressBytes: canonical text → its 16 bytes', () => {
  const address = formatAddress([0x3f, 0xfe, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd]);
  expect(addressBytes(address)).toEqual([0x3f, 0xfe, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd]);
});

test.each<[number, number, number]>([
  [0, 0, 0x00],
  [1, 0, 0x80],
  [7, 0, 0xfe],
  [8, 0, 0xff],
  [8, 1, 0x00],
  [60, 7, 0xf0],
  [64, 7, 0xff],
  [64, 8, 0x00],
  [128, 15, 0xff],
])('prefixMask: /%i, byte %i → %i', (prefixLength, index, mask) => {
  expect(prefixMask(prefixLength, index)).toBe(mask);
});

test.each<[number, string]>([
  [0, '5:6:7:88bb:aaaa:bbbb:cccc:dddd'],
  [56, '3ffe:1:2:33bb:aaaa:bbbb:cccc:dddd'],
  [60, '3ffe:1:2:334b:aaaa:bbbb:cccc:dddd'],
  [64, '3ffe:1:2:3344:aaaa:bbbb:cccc:dddd'],
  [128, '3ffe:1:2:3344::9'],
])('withInterfaceId: /%i → the prefix of one, the low bits of the other', (prefixLength, expected) => {
  const interfaceId = bytesOf(blockOf('5:6:7:88bb:aaaa:bbbb:cccc:dddd/128').first);
  const address = formatAddress(bytesOf(blockOf('3ffe:1:2:3344::9/128').first));
  expect(withInterfaceId(address, prefixLength, interfaceId)).toBe(expected);
});
