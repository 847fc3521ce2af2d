import { describe, expect, test } from 'vitest';
import { recordName } from '../../../src/core/config/names.ts';
import { quote } from '../../../src/core/config/problem.ts';

describe('recordName: accepted', () => {
  test.each([
    ['home.example.com', 'home.example.com'],
    ['Home.EXAMPLE.com', 'home.example.com'],
    ['home.example.com.', 'home.example.com'],
    ['*.example.com', '*.example.com'],
    ['_sip._tcp.example.com', '_sip._tcp.example.com'],
    ['1and1.example', '1and1.example'],
    ['a．b｡c', 'a.b.c'],
    ['a-b.c', 'a-b.c'],
    ['_.c', '_.c'],
    ['a\u0301.\u0915\u093e', 'xn--1ca.xn--11b6f'],
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
    ['home', 'give the full name, such as home.example.com'],
    ['home.', 'give the full name, such as home.example.com'],
    ['', 'give the full name, such as home.example.com'],
    ['.', 'give the full name, such as home.example.com'],
    ['@', 'give the full name, such as home.example.com'],
    ['a..example.com', 'it has an empty label'],
    ['.example.com', 'it has an empty label'],
    ['home.example.com..', 'it has an empty label'],
    ['a.*.example.com', '"*" may only be the whole first label'],
    ['a*.example.com', '"*" may only be the whole first label'],
    ['ho me.example.com', 'allowed are letters, digits, "-" and "_" between dots'],
    ['https://home.example.com', 'allowed are letters, digits, "-" and "_" between dots'],
    ['home.example.com:443', 'allowed are letters, digits, "-" and "_" between dots'],
    ['a.example.com,b.example.com', 'allowed are letters, digits, "-" and "_" between dots'],
    ['💩.example', 'allowed are letters, digits, "-" and "_" between dots'],
    ['a\u200db.example', 'allowed are letters, digits, "-" and "_" between dots'],
    ['\ud800.example', 'allowed are letters, digits, "-" and "_" between dots'],
    ['-a.example.com', 'no label may start or end with "-" or start with a combining mark'],
    ['a-.example.com', 'no label may start or end with "-" or start with a combining mark'],
    ['\u0301a.example.com', 'no label may start or end with "-" or start with a combining mark'],
    ['ｅxample.com', 'it has compatibility characters; write the ordinary letters'],
    [`${'a'.repeat(64)}.example`, 'a label has more than 63 characters'],
    [`${'ü'.repeat(62)}.example`, 'a label has more than 63 characters'],
    [
      `${'a'.repeat(62)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`,
      'it has 254 characters; allowed are 253',
    ],
  ])('recordName: %j → refused because of %s', (text, reason) => {
    expect(recordName(text)).toEqual({ ok: false, error: `${quote(text)} is not a record name: ${reason}` });
  });
});
