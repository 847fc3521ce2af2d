import { describe, expect, test } from 'vitest';
import { parseToml } from '../../../src/core/config/toml.ts';
import { withSettings } from '../../../src/core/setup/config-text.ts';

const NAME = { record_name: 'home.example.com' };
const LINE = 'record_name = "home.example.com"\n';

describe('withSettings', () => {
  test.each<[string, string, string]>([
    ['nothing is there', '', LINE],
    ['the key has a value', 'a = 1\nrecord_name = "x.y" # mine\nb = 2\n', `a = 1\n${LINE}b = 2\n`],
    ['its value has many lines', 'record_name = [\n  "x.y", # "]"\n  "z.y",\n]\nb = 2\n', `${LINE}b = 2\n`],
    ['the key stands in quotes', '"record_name" = "x.y"\n', LINE],
    ['the last line has no end', 'a = 1\nrecord_name = "x.y"', `a = 1\n${LINE}`],
    ['a comment shows the key', '# a name\n#record_name = ["x.y"]\nb = 2\n', `# a name\n${LINE}b = 2\n`],
    [
      'a comment shows it, and it has a value',
      '#record_name = "x.y"\nrecord_name = "z.y"\n',
      `#record_name = "x.y"\n${LINE}`,
    ],
    ['only a table has such a key', '[[record]]\nrecord_name = 1\n', `${LINE}[[record]]\nrecord_name = 1\n`],
    [
      'a comment in a table shows it',
      'a = 1\n[notify]\n#record_name = 1\n',
      `${LINE}a = 1\n[notify]\n#record_name = 1\n`,
    ],
    ['the key stands inside a text', 'a = """\nrecord_name = 1\n"""\n', `${LINE}a = """\nrecord_name = 1\n"""\n`],
    ['the lines end in CR LF', 'a = 1\r\nrecord_name = "x.y"\r\nb = 2\r\n', `a = 1\r\n${LINE}b = 2\r\n`],
  ])('withSettings: %s → the key has the value, the rest stays', (_, before, after) => {
    expect(withSettings(before, NAME)).toBe(after);
    expect(parseToml(after)).toMatchObject({ ok: true, value: NAME });
  });

  test('withSettings: two keys → both', () => {
    expect(withSettings('#zone_id = "0"\n', { ...NAME, zone_id: 'ab' })).toBe(`${LINE}zone_id = "ab"\n`);
  });
});
