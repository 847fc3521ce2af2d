import { expect, test } from 'vitest';
import { hostPart } from '../../../src/core/config/host-id.ts';

const bytes = (hex: string) => (hex.padStart(32, '0').match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));

test.each<[string, number, string]>([
  ['::1', 64, '01'],
  ['::a:b:c:d', 64, '000a000b000c000d'],
  ['::1:0:0:0:1', 56, '00010000000000000001'],
  ['52:54:00:12:34:56', 64, '505400fffe123456'],
  ['34-56-78-9A-BC-DE', 64, '365678fffe9abcde'],
  ['::1', 127, '01'],
  ['8000::1', 1, ''],
])('hostPart: %s below /%i → its bytes, or a refusal', (text, prefixLength, hex) => {
  const result = hostPart(text, prefixLength);
  if (hex === '') expect(result).toMatchObject({ ok: false });
  else expect(result).toEqual({ ok: true, value: { interfaceId: bytes(hex), prefixLength } });
});

test.each<[string, number, string]>([
  ['::1:0:0:0:1', 64, 'found "::1:0:0:0:1", which reaches into the first 64 bits; allowed are bits below the prefix'],
  ['2001:db8::1', 64, 'found "2001:db8::1", which reaches into the first 64 bits; allowed are bits below the prefix'],
  [
    '52:54:00:12:34:56',
    66,
    'found "52:54:00:12:34:56", which reaches into the first 66 bits; allowed are bits below the prefix',
  ],
  ['::', 64, 'found "::"; allowed are bits other than all zero'],
  ...[
    ...['::192.0.2.1', '::1%eth0', '1', '52:54:00:12:34', '52:54-00:12:34:56', '', 'x52:54:00:12:34:56'],
    ...['52:54:00:12:34:56x', '5:54:00:12:34:56', '52:54:00:12:34:56:78', '52-54-00-12-34', '52:54:00:12:34:5g'],
  ].map((text): [string, number, string] => [
    text,
    64,
    `found "${text}"; allowed are low bits such as "::1" and MAC addresses such as "52:54:00:12:34:56"`,
  ]),
])('hostPart: %s below /%i → refused', (text, prefixLength, error) => {
  expect(hostPart(text, prefixLength)).toEqual({ ok: false, error });
});
