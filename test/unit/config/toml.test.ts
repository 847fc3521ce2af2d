import { describe, expect, test } from 'vitest';
import { type KeyPath, keyLines, parseToml } from '../../../src/core/config/toml.ts';

describe('parseToml', () => {
  test('parseToml: valid text → its table', () => {
    expect(parseToml('a = 1\n[b]\nc = "x"')).toEqual({ ok: true, value: { a: 1, b: { c: 'x' } } });
  });

  test.each([
    ['an unclosed string', 'timeout = 30\napi_token = "s3cret\n', 2],
    ['text without quotes', 'timeout = 30\n\napi_token = s3cret\n', 3],
    ['a lone word', 's3cret', 1],
    ['a key twice', 'api_token = "s3cret"\napi_token = "s3cret"', 2],
    ['no value', 'api_token =\nzone_id = "s3cret"', 1],
    ['nested far too deep', `a = ${'['.repeat(5000)}`, 1],
  ])('parseToml: %s → line and column, without the text', (_, text, line) => {
    const result = parseToml(text);
    expect(result).toMatchObject({ ok: false, error: { line, column: expect.any(Number) } });
    expect(JSON.stringify(result)).not.toContain('s3cret');
    expect(!result.ok && result.error.detail).toMatch(/^not TOML: [^\n]+$/);
  });

  test.each([
    ['a dotted key of 2,000 parts', `x = 1\na${'.a'.repeat(2000)} = 1`, 2, 'dots'],
    ['a header of 2,000 parts', `[a${'.a'.repeat(2000)}]`, 1, 'dots'],
    ['lines of 300 dots', `x${'.a'.repeat(300)} = 1\n`.repeat(9), 4, 'dots'],
    ['50,000 keys', Array.from({ length: 50_000 }, (_, i) => `k${i} = 1`).join('\n'), 1001, 'keys in one table'],
    ['50,000 tables', Array.from({ length: 50_000 }, (_, i) => `[t${i}]`).join('\n'), 1001, 'tables'],
  ])('parseToml: %s → refused at its line, before it costs anything', (_, text, line, what) => {
    expect(parseToml(text)).toEqual({
      ok: false,
      error: { line, column: null, detail: `no settings: more than 1000 ${what}` },
    });
  });

  test('parseToml: many names, comments and texts with dots → fine', () => {
    const tables = Array.from({ length: 2000 }, (_, i) => `# a = b.c\n[[record]]\nname = "n${i}.example.com"\n`);
    const parsed = parseToml(tables.join(''));
    expect(parsed.ok && parsed.value['record']).toHaveLength(2000);
  });
});

describe('keyLines', () => {
  const text = [
    '# comment with "quotes and [ brackets', // 1
    'plain = 1', // 2
    'list = [ # [', // 3
    '  "a]", # "', // 4
    "  'b[',", // 5
    ']', // 6
    'after = """', // 7
    'fake = 1', // 8
    'ends with quotes""""', // 9
    "literal = '''", // 10
    "it's \\''''", // 11
    '"quoted \\" key" = 1', // 12
    'dotted.inner = 1', // 13
    'inline = { x = 1, y.z = 2 }', // 14
    '', // 15
    '[table]', // 16
    'plain = 2', // 17
    '[[record]] # first', // 18
    'name = "a"', // 19
    '[record.sub]', // 20
    'deep = 1', // 21
    '  [[record]]', // 22
    '', // 23
    'ttl = 1', // 24
    '[["record" . "tags"]]', // 25
    'tag = 1', // 26
    '[[record.tags]]', // 27
    'tag = 2', // 28
  ].join('\n');

  test.each<[KeyPath, number | null]>([
    [['plain'], 2],
    [['list'], 3],
    [['list', 1], 3],
    [['after'], 7],
    [['literal'], 10],
    [['quoted " key'], 12],
    [['dotted'], 13],
    [['dotted', 'inner'], 13],
    [['inline', 'y', 'z'], 14],
    [['table'], 16],
    [['table', 'plain'], 17],
    [['record'], 18],
    [['record', 0], 18],
    [['record', 0, 'name'], 19],
    [['record', 0, 'sub', 'deep'], 21],
    [['record', 1], 22],
    [['record', 1, 'ttl'], 24],
    [['record', 1, 'tags', 0, 'tag'], 26],
    [['record', 1, 'tags', 1, 'tag'], 28],
    [['record', 1, 'name'], 22],
    [['fake'], null],
    [['missing'], null],
  ])('keyLines: %j → line %j', (path, line) => {
    expect(parseToml(text).ok).toBe(true);
    expect(keyLines(text)(path)).toBe(line);
  });

  test('keyLines: CRLF and a byte order mark → the same lines', () => {
    const find = keyLines('\ufeffa = 1\r\n\r\n[[record]]\r\nname = "x"\r\n');
    expect([find(['a']), find(['record', 0]), find(['record', 0, 'name'])]).toEqual([1, 3, 4]);
  });

  test('keyLines: an array of inline tables → the keys inside are found', () => {
    expect(keyLines('\nrecord = [\n  { name = "x" },\n]')(['record', 0, 'name'])).toBe(2);
  });
});
