import { describe, expect, test } from 'vitest';
import { describeProblem, nearest, quote, show } from '../../../src/core/config/problem.ts';
import { Secret } from '../../../src/core/config/secret.ts';

test.each([
  [{ file: 'a.toml', line: 7, column: null, key: 'timeout', detail: 'bad' }, 'a.toml:7: timeout: bad'],
  [{ file: 'a.toml', line: 7, column: 3, key: null, detail: 'bad' }, 'a.toml:7:3: bad'],
  [{ file: 'a.toml', line: null, column: null, key: null, detail: 'bad' }, 'a.toml: bad'],
  [{ file: null, line: null, column: null, key: 'NAME', detail: 'bad' }, 'NAME: bad'],
  [{ file: null, line: null, column: null, key: null, detail: 'bad' }, 'bad'],
])('describeProblem: %j → %s', (problem, text) => {
  expect(describeProblem(problem)).toBe(text);
});

describe('quote', () => {
  test.each([
    ['plain', '"plain"'],
    ['two\nlines\u001b[31m\u202e', '"two\ufffdlines\ufffd[31m\ufffd"'],
    ['b '.repeat(40), `"${'b '.repeat(40)}"`],
    ['a '.repeat(100), `"${'a '.repeat(40)}…"`],
    ['/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x/token', '"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x/token"'],
  ])('quote: %j → %s', (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });

  test.each([
    'cfut_short',
    `cfat_${'x'.repeat(48)}`,
    'Abcdefghij0123456789_-klmnopqrstuvwxyz12',
    '0123456789abcdef0123456789abcdef01234',
  ])('quote: what may be a token → its length only', (text) => {
    expect(quote(text)).toBe(`(${text.length} characters, not shown: may be a secret)`);
  });
});

test.each([
  ['text', false, '"text"'],
  ['text', true, 'text'],
  [5, false, '5'],
  [5, true, 'a number'],
  [true, false, 'true'],
  [[], false, 'an empty list'],
  [['s3cret'], true, 'a list'],
  [{ a: 's3cret' }, false, 'a table or a date'],
])('show: %j, secret %j → %s', (value, secret, text) => {
  expect(show(value, secret)).toBe(text);
});

test.each([
  ['recordname', 'record_name'],
  ['recordName', 'record_name'],
  ['tll', 'ttl'],
  ['timeot', 'timeout'],
  ['xyz', null],
  ['completely_else', null],
  ['timeo', 'timeout'],
  ['meout', 'timeout'],
  ['xytimeout', 'timeout'],
  ['xeout', null],
  ['abcimeout', null],
  ['txx', null],
  ['tt', 'ttl'],
  ['ttlxy', 'ttl'],
  ['ttxy', 'ttl'],
])('nearest: %s → %s', (word, known) => {
  expect(nearest(word, ['timeout', 'record_name', 'ttl', 'api_token'])).toBe(known);
});

test('nearest: two keys equally far → the first', () => {
  expect(nearest('abcdx', ['abcde', 'abcdf'])).toBe('abcde');
});

test('Secret: turned into text in any way → hidden', () => {
  const secret = new Secret('s3cret');
  const texts = [`${secret}`, JSON.stringify({ secret }), String(secret)];
  expect(texts).toEqual(['[hidden]', '{"secret":"[hidden]"}', '[hidden]']);
  expect(JSON.stringify(Object.entries(secret))).toBe('[]');
  expect(secret.reveal()).toBe('s3cret');
});
