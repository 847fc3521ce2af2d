import { expect, test } from 'vitest';
import { candidatesOf, domainOf, isInZone } from '../../../src/core/dns/names.ts';

test.each<[string, string, boolean]>([
  ['example.com', 'example.com', true],
  ['a.b.example.com', 'example.com', true],
  ['badexample.com', 'example.com', false],
  ['example.com', 'a.example.com', false],
  ['example.com.evil.net', 'example.com', false],
])('isInZone: %s, zone %s → %s', (name, zone, expected) => {
  expect(isInZone(name, zone)).toBe(expected);
});

test.each<[string, readonly string[]]>([
  ['a.b.example.com', ['a.b.example.com', 'b.example.com', 'example.com']],
  ['example.com', ['example.com']],
  ['*.b.example.com', ['b.example.com', 'example.com']],
  ['a.*.example.com', ['a.*.example.com', '*.example.com', 'example.com']],
  ['com', []],
])('candidatesOf: %s → the zones that may hold it, the deepest first', (name, expected) => {
  expect(candidatesOf(name)).toEqual(expected);
});

test('domainOf: a deep name and a short one → the last two labels, with a dot before them', () => {
  expect(['a.b.example.com', 'example.com'].map(domainOf)).toEqual(['.example.com', '.example.com']);
});
