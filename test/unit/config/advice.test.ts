import { describe, expect, test } from 'vitest';
import { adviceFor, asToml, meantBy, type Naming } from '../../../src/core/config/corrections.ts';
import { TOKEN } from './loading.ts';

/** As the settings have it, with fewer keys. */
const naming: Naming = (word) => {
  if (word === 'api_token') return { key: 'api_token', isSecret: true };
  return ['path', 'timeout', 'record_name', 'verbose'].includes(word) ? { key: word, isSecret: false } : null;
};

describe('adviceFor', () => {
  const QUOTES = 'put text in quotes';

  test.each([
    ['path = 7 // x', `${QUOTES}; write path = "7 // x"`],
    ['colour = 7 // x', null],
    ['colour = 7x', null],
    ['colour = x7', QUOTES],
    ['colour = "a" b', null],
    ['7 = x', null],
    ['= x', null],
    ['', null],
    ['export  path=x', '"export" is for environment files; write path = "x"'],
    ['  export colour=x', '"export" is for environment files'],
    ['exported path = x', '"=" is missing between key and value'],
    ['path: "x"', 'put "=" between key and value; write path = "x"'],
    ['path=x', `${QUOTES}; write path = "x"`],
    ['path = [ /x ] ', `${QUOTES}; write path = "/x"`],
    ['path = “[x]”', 'use straight quotes; write path = "[x]"'],
    ['path = a[b]c', `${QUOTES}; write path = "a[b]c"`],
    ['path = "a" b', null],
    ["path = 'a' b", null],
    ['path = it"s', `${QUOTES}; write path = "its"`],
    ["path = it's", `${QUOTES}; write path = "its"`],
    ['path = "it', 'the closing quote is missing; write path = "it"'],
    ["path = 'it # x", 'the closing quote is missing; write path = "it # x"'],
    ['path = a   # "b"', `${QUOTES}; write path = "a"`],
    ['path = a#b', `${QUOTES}; write path = "a#b"`],
    ['path = # b', `${QUOTES}; write path = "# b"`],
    ['path = ', 'write path = its value'],
    ['path = ""', null],
    ['path', '"=" is missing between key and value; write path = its value'],
    ['path = a=b', 'put each key on a line of its own'],
    ['timeout = 30 s', 'write timeout = 30'],
    ['timeout = soon', `${QUOTES}; write timeout = "soon"`],
    ['verbose = On', 'write verbose = true'],
    ['record_name = "a.b", c.d', 'write record_name = ["a.b", "c.d"]'],
    ['record_name = “a.b” “c.d”', 'use straight quotes; write record_name = ["a.b", "c.d"]'],
    ['api_token = x', `${QUOTES}; write api_token = "…"`],
    [`path = ${TOKEN}`, `${QUOTES}; write path = "…"`],
    ['[[record]] x', null],
    ['[record] x', 'write [[record]]'],
    ['[[record] x', 'write [[record]]'],
    ['[[ record', 'write [[record]]'],
    ['[notify] x', null],
    ['[ notify', 'write [notify]'],
    ['[ [record', null],
    ['[other', null],
    ['[', null],
    ['%', 'a comment starts with "#"'],
    ['-x = 1', null],
  ])('adviceFor: %s → %s', (line, expected) => {
    expect(adviceFor(line, naming)).toBe(expected);
  });

  test.each([...'“”„‟«»‘’‚‛`´'])('adviceFor: the quote %s → straight ones', (mark) => {
    expect(adviceFor(`path = ${mark}x${mark}`, naming)).toBe('use straight quotes; write path = "x"');
  });
});

describe('meantBy', () => {
  test.each<[string, unknown, unknown]>([
    ['timeout', '30', 30],
    ['timeout', ' 030 S', 30],
    ['timeout', '2 days', 172_800],
    ['timeout', '123456789', 123_456_789],
    ['timeout', '1234567890', undefined],
    ['timeout', 'soon', undefined],
    ['timeout', '-5', undefined],
    ['timeout', 30, 30],
    ['timeout', true, undefined],
    ['timeout', ['30'], undefined],
    ['timeout', 'auto', undefined],
    ['ttl', 'Auto', 1],
    ['ttl', '7', 7],
    ['verbose', '1', true],
    ['verbose', 'yes', true],
    ['verbose', 'true', true],
    ['verbose', 'false', false],
    ['verbose', 'off', false],
    ['verbose', '2', undefined],
    ['interface', 'eth0', 'eth0'],
    ['interface', ' eth0 ', 'eth0'],
    ['interface', 'eth0 , ; eth1', ['eth0', 'eth1']],
    ['exec', '/bin/x -y', ['/bin/x', '-y']],
    ['comment', 'x', undefined],
    ['constructor', 'x', undefined],
  ])('meantBy: %s, found %j → %j', (key, found, meant) => {
    expect(meantBy(key, found)).toEqual(meant);
  });
});

test.each<[unknown, string]>([
  ['x', '"x"'],
  [TOKEN, '"…"'],
  [['a', 7, true], '["a", 7, true]'],
  [30, '30'],
])('asToml: %j → %s', (value, text) => {
  expect(asToml(value)).toBe(text);
});

test('asToml: a list longer than anybody writes on a line → its beginning', () => {
  const text = asToml(Array.from({ length: 80_000 }, () => 'a'));
  expect(text).toMatch(/^\["a", ("a", )*…\]$/);
  expect(text.length).toBeLessThan(200);
});
