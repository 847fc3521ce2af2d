import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INFINITE_LIFETIME_SEC } from '../../../src/core/wire/constants.ts';
import { readIfInet6 } from '../../../src/core/wire/if-inet6.ts';

/** Of a machine with every kind of address; made by tools/capture-fixtures. */
const REAL = readFileSync('test/fixtures/if_inet6.txt', 'utf8');

test('readIfInet6: what a real kernel shows → address, link, prefix length, scope, flags, name', () => {
  const found = readIfInet6(REAL).map(({ message, ifName }) => [
    message.address,
    message.ifIndex,
    message.prefixLength,
    message.scope,
    message.flags,
    ifName,
  ]);
  expect(found).toEqual([
    ['3ffe:1::3', 9, 64, 0, 0xc8, 'port0'],
    ['::1', 1, 128, 0x10, 0x80, 'lo'],
    ['fe80::ff:fe00:1', 9, 64, 0x20, 0x80, 'port0'],
    ['3ffe:1::1', 9, 64, 0, 0x22, 'port0'],
    ['3ffe:1::4', 9, 56, 0, 0xc0, 'port0'],
    ['fd00::5', 300, 128, 0, 0x82, 'long-name-15-ch'],
    ['3ffe:1::2', 9, 128, 0, 0x82, 'port0'],
  ]);
});

test('readIfInet6: no lifetimes in the file → for ever, but a deprecated address’s is over', () => {
  const over = readIfInet6(REAL).filter(({ message }) => message.preferredSec !== INFINITE_LIFETIME_SEC);
  expect(over).toMatchObject([{ message: { preferredSec: 0, flags: 0x22 } }]);
});

test('readIfInet6: no final line end → the last line counts', () => {
  expect(readIfInet6(REAL.trimEnd())).toHaveLength(7);
});

test.each([
  ['empty', ''],
  ['a page of HTML', '<html></html>'],
  ['an address of 31 digits', '3ffe000100000000000000000000005 02 40 00 80 port0'],
  ['an address of 33 digits', '3ffe00010000000000000000000000005 02 40 00 80 port0'],
  ['no name', '3ffe0001000000000000000000000005 02 40 00 80'],
  ['a word too many', '3ffe0001000000000000000000000005 02 40 00 80 port0 up'],
  ['letters in a number', '3ffe0001000000000000000000000005 0x 40 00 80 port0'],
  ['NUL bytes', '\0\0\0\0'],
])('readIfInet6: %s between good lines → skipped alone', (_, line) => {
  const good = '3ffe0001000000000000000000000005 02 40 00 80 port0';
  expect(readIfInet6(`${good}\n${line}\n${good}\n`)).toEqual(readIfInet6(`${good}\n${good}\n`));
});
