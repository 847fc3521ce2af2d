import { describe, expect, test } from 'vitest';
import { recordName } from '../../../src/core/config/names.ts';

describe('recordName: accepted', () => {
  test.each([
    ['home.example.com', 'home.example.com'],
    ['Home.EXAMPLE.com', 'home.example.com'],
    ['home.example.com.', 'home.example.com'],
    ['*.example.com', '*.example.com'],
    ['_sip._tcp.example.com', '_sip._tcp.example.com'],
    ['1and1.example', '1and1.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['faß.example', 'xn--fa-hia.example'],
    ['例え。テスト', 'xn--r8jz45g.xn--zckzah'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
    [
      `${'a'.repeat(61)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.`,
      `${'a'.repeat(61)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`,
    ],
  ])('recordName: %s → %s', (text, name) => {
    expect(recordName(text)).toEqual({ ok: true, value: name });
  });
});

describe('recordName: refused', () => {
  test.each([
    ['home', 'full name'],
    ['home.', 'full name'],
    ['', 'full name'],
    ['.', 'full name'],
    ['@', 'full name'],
    ['a..example.com', 'empty label'],
    ['.example.com', 'empty label'],
    ['home.example.com..', 'empty label'],
    ['a.*.example.com', '"*" may only be the whole first label'],
    ['a*.example.com', '"*" may only be the whole first label'],
    ['ho me.example.com', 'allowed are letters, digits'],
    ['https://home.example.com', 'allowed are letters, digits'],
    ['home.example.com:443', 'allowed are letters, digits'],
    ['a.example.com,b.example.com', 'allowed are letters, digits'],
    ['💩.example', 'allowed are letters, digits'],
    ['a\u200db.example', 'allowed are letters, digits'],
    ['\ud800.example', 'allowed are letters, digits'],
    ['-a.example.com', 'start or end with "-"'],
    ['a-.example.com', 'start or end with "-"'],
    ['\u0301a.example.com', 'combining mark'],
    ['ｅxample.com', 'compatibility characters'],
    [`${'a'.repeat(64)}.example`, 'more than 63'],
    [`${'ü'.repeat(62)}.example`, 'more than 63'],
    [
      `${'a'.repeat(62)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`,
      'it has 254 characters; allowed are 253',
    ],
  ])('recordName: %j → refused because of %s', (text, reason) => {
    const result = recordName(text);
    expect(result.ok).toBe(false);
    expect(!result.ok && result.error).toContain(reason);
  });
});
