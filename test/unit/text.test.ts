import { expect, test } from 'vitest';
import { printable, printableJson } from '../../src/core/text.ts';

test.each([
  ['text in any script', 'é ÿ 中文 مرحبا 👍', 'é ÿ 中文 مرحبا 👍'],
  ['a line break', 'a\r\nb\tc', 'a??b?c'],
  ['a command for the terminal', '\x1b[31mred\x9b0m', '?[31mred?0m'],
  ['text turned around', 'a\u202eb\u2066c\u200f', 'a?b?c?'],
  ['what nobody sees', 'a\u200bb\u00adc\ufeff\u{e0041}', 'a?b?c??'],
  ['separators of lines and paragraphs', 'a\u2028b\u2029', 'a?b?'],
  ['half a character', 'a\ud800b', 'a?b'],
  ['private use', 'a\ue000\u{f0000}', 'a??'],
])('printable: %s → %j is %j', (_what, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test('printableJson: characters that are not printable → escaped, and there again once it is read', () => {
  const value = { a: 'é\u001b\u009b\u007f\u202e\u2028\u{e0041}\ud800', 'b\u200b': ['\n', 1] };
  const text = printableJson(value);
  expect(printable(text)).toBe(text);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toContain('é\\u001b\\u009b');
});
