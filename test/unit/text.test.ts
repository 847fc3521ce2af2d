import { expect, test } from 'vitest';
import { printable } from '../../src/core/text.ts';

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
