import { describe, expect, test } from 'vitest';
import { type AddressKind, addressKind, describeKind, matches, type Origin } from '../../../src/core/address/kinds.ts';
import { bytesOf } from '../../fakes/routes.ts';

function kind(text: string): AddressKind {
  const read = addressKind(text);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

const isOf = (text: string, address: string, origin: Origin = 'slaac'): boolean =>
  matches(kind(text), { bytes: bytesOf(address), origin });

describe('matches', () => {
  test.each([
    ['2a01:db8::/32', '2a01:db8:ffff::1', '2a01:db9::1'],
    ['2a01:db8::/33', '2a01:db8:7fff::1', '2a01:db8:8000::1'],
    ['3ffe::7/128', '3ffe::7', '3ffe::6'],
    ['::7', '3ffe:1:2:3::7', '3ffe:1:2:3::8'],
    ['::1:0:0:7', '3ffe:1:2:3:1::7', '3ffe:1:2:3::7'],
    ['::100:0:0:7', '3ffe:1:2:3:100::7', '3ffe:1:2:3::7'],
    ['::', '3ffe:1::', '3ffe::1'],
  ])('matches: %s → %s is of it, %s is not', (text, inside, outside) => {
    expect([isOf(text, inside), isOf(text, outside)]).toEqual([true, false]);
  });

  test.each(['static', 'slaac', 'dhcpv6'] as const)('matches: %s → addresses of that origin', (origin) => {
    const others = (['static', 'slaac', 'dhcpv6'] as const).filter((own) => own !== origin);
    expect(isOf(origin, '3ffe::1', origin)).toBe(true);
    for (const other of others) expect(isOf(origin, '3ffe::1', other)).toBe(false);
  });
});

describe('addressKind', () => {
  test.each([
    ['2A01:0DB8::/32', '2a01:db8::/32'],
    ['2a01:db8:: / 32', '2a01:db8::/32'],
    [' 2a01:db8::/ 32 ', '2a01:db8::/32'],
    ['8000::/1', '8000::/1'],
    ['2a01:db8::7/128', '2a01:db8::7/128'],
    ['::7/128', '::7/128'],
    ['::1:0:0:0', '::1:0:0:0'],
    ['::0:7', '::7'],
    ['Static', 'static'],
    ['DHCPv6', 'dhcpv6'],
  ])('addressKind: %j → shown as %s', (text, shown) => {
    expect(describeKind(kind(text))).toBe(shown);
  });

  test.each([
    ['2a01:db8::7/32', 'bits are set behind the prefix; write "2a01:db8::/32"'],
    ['::7/64', 'write a host part without a length: "::7"'],
    ['2a01:db8::7', 'write "2a01:db8::7/128" for one address, or its prefix with a length, such as "2a01:db8::/64"'],
    ['2a01:db8::/0', 'allowed are prefix lengths from 1 to 128'],
    ['2a01:db8::/129', 'allowed are prefix lengths from 1 to 128'],
    ['2a01:db8::/x', 'allowed are prefix lengths from 1 to 128'],
    ['2a01:db8::/1234', 'allowed are prefix lengths from 1 to 128'],
    ['2a01:db8::/x32', 'allowed are prefix lengths from 1 to 128'],
    ['2a01:db8::/32x', 'allowed are prefix lengths from 1 to 128'],
    ['0:0:0:1::7', 'write "::1:0:0:0:7/128" for one address, or its prefix with a length, such as "0:0:0:1::/64"'],
    ['0:0:0:1::7/80', 'bits are set behind the prefix; write "0:0:0:1::/80"'],
    ...['dhcp', 'DHCPv4', 'dhcp6'].map((text) => [text, 'write "dhcpv6"']),
    ...['manual', 'permanent', 'fixed', 'Manual'].map((text) => [text, 'write "static"']),
    ...['auto', 'autoconf', 'ra', 'eui64', 'eui-64', 'RA'].map((text) => [text, 'write "slaac"']),
  ])('addressKind: %j → what to write', (text = '', error = '') => {
    expect(addressKind(text)).toEqual({ ok: false, error });
  });

  const OTHERS = ['xdhcp', 'not manual', 'fixed address', 'no auto', 'autoconfigured', 'static/64'];

  test.each(['', 'eth0', '192.0.2.1', '2a01:db8::/32/7', 'fe80::1%eth0', 'static, slaac', ...OTHERS])(
    'addressKind: %j → what is allowed',
    (text) => {
      const error =
        'allowed are a prefix ("2a01:db8::/32"), a host part ("::7", the low 64 bits), "static", "slaac" and "dhcpv6"';
      expect(addressKind(text)).toEqual({ ok: false, error });
    },
  );
});
