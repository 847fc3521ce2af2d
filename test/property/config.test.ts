import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/core/config/command-line.ts';
import { parseEnvironmentFile } from '../../src/core/config/environment-file.ts';
import { hostPart } from '../../src/core/config/host-id.ts';
import { loadSettings } from '../../src/core/config/load.ts';
import { recordName } from '../../src/core/config/names.ts';
import { describeProblem } from '../../src/core/config/problem.ts';
import { TOP_LEVEL_KEYS, VARIABLES } from '../../src/core/config/schema.ts';
import { keyLines, parseToml } from '../../src/core/config/toml.ts';
import { failed, ok } from '../../src/core/result.ts';

const TOKEN = 'Abcdefghij0123456789_-klmnopqrstuvwxyz12';

function loadFrom(config: string, environment: Record<string, string> = {}) {
  return loadSettings(
    { configFile: '/c.toml', environmentFile: null, verbose: false, environment, isReload: false },
    {
      readFile: (path) =>
        path === '/c.toml' ? ok(config) : failed({ kind: 'missing', detail: 'No such file or directory' }),
      changedMs: () => null,
      isFolder: () => false,
      hasCertificate: () => false,
    },
  );
}

describe('recordName', () => {
  test('recordName: any accepted name → within the limits of the DNS, and itself when read again', () => {
    const label = fc.oneof(
      fc.stringMatching(/^[a-zA-Z0-9_-]{1,70}$/),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constant('*'),
    );
    const text = fc
      .tuple(fc.array(label, { maxLength: 6 }), fc.constantFrom('', '.'))
      .map(([labels, end]) => labels.join('.') + end);
    fc.assert(
      fc.property(text, (name) => {
        const result = recordName(name);
        if (!result.ok) return;
        expect(result.value).toMatch(
          /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/,
        );
        expect(result.value.length).toBeLessThanOrEqual(253);
        expect(recordName(result.value)).toEqual(result);
        expect(recordName(`${result.value}.`)).toEqual(result);
        expect(recordName(result.value.toUpperCase())).toEqual(result);
      }),
      { numRuns: 500 },
    );
  });

  test('recordName: well-formed labels → always accepted', () => {
    const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,30}[a-z0-9_])?$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 2, maxLength: 7 }), (labels) => {
        expect(recordName(labels.join('.'))).toEqual({ ok: true, value: labels.join('.') });
      }),
    );
  });
});

describe('parseEnvironmentFile', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/);
  const value = fc.string({ unit: 'binary' }).map((text) => text.replace(/\r/g, ''));
  const quoting: readonly ((text: string) => string)[] = [
    (text) => `'${text.replaceAll("'", "'\\''")}'`,
    (text) => `"${text.replace(/["\\$`]/g, '\\$&')}"`,
    (text) => [...text].map((char) => (char === '\n' ? "'\n'" : `\\${char}`)).join(''),
  ];

  test('parseEnvironmentFile: any value, quoted in any way → the same value, at its line', () => {
    const entry = fc.record({
      name,
      value,
      quote: fc.constantFrom(...quoting),
      head: fc.constantFrom('', 'export ', '  ', '# x\n\n'),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        let text = '';
        const expected = entries.map(({ name, value, quote, head }) => {
          const line = (text + head).split('\n').length;
          text += `${head}${name}=${quote(value)}\n`;
          return { name, value, line };
        });
        expect(parseEnvironmentFile(text, 'f')).toEqual({ ok: true, value: expected });
      }),
    );
  });

  test('parseEnvironmentFile: any text → ends, and a problem never shows a part of it', () => {
    const text = fc
      .array(fc.constantFrom('A=', 'export ', 's3cret', '"', "'", '\\', '\n', ' ', ';', '#', '$(', '`', '|', '\r\n'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (content) => {
        const result = parseEnvironmentFile(content, 'f');
        if (result.ok) return;
        expect(result.error.length).toBeGreaterThan(0);
        for (const problem of result.error) expect(describeProblem(problem)).toMatch(/^f:\d+: (?!.*s3cret)[^\n]+$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('keyLines', () => {
  test('keyLines: any layout of statements → every key at the line it starts on', () => {
    const value = fc.constantFrom(
      '1',
      '"x # ["',
      "'[\"'",
      '"""a\n b = 1\n"""',
      "'''\n[[record]]\n'''",
      '[\n 1, # ]\n "]"\n]',
      '{ a = "}", b = [1] }',
      '"\\\\" # "',
    );
    const statement = fc.oneof(
      fc.record({ kind: fc.constant('key' as const), value }),
      fc.record({ kind: fc.constantFrom('record' as const, 'table' as const, 'blank' as const, 'comment' as const) }),
    );
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 20 }), fc.constantFrom('\n', '\r\n'), (statements, newline) => {
        const lines: string[] = [];
        const expected: [path: (string | number)[], line: number][] = [];
        let table: (string | number)[] = [];
        let records = 0;
        for (const [index, item] of statements.entries()) {
          const at = lines.length + 1;
          if (item.kind === 'blank') lines.push('  ');
          else if (item.kind === 'comment') lines.push('# [[record]] "');
          else if (item.kind === 'key') {
            lines.push(...`key${index} = ${item.value}`.split('\n'));
            expected.push([[...table, `key${index}`], at]);
          } else {
            table = item.kind === 'record' ? ['record', records++] : [`table${index}`];
            lines.push(item.kind === 'record' ? '[[record]]' : `[table${index}]`);
            expected.push([table, at]);
          }
        }
        const text = lines.join(newline);
        expect(parseToml(text).ok).toBe(true);
        const find = keyLines(text);
        expect(expected.map(([path]) => [path, find(path)])).toEqual(expected);
      }),
    );
  });
});

describe('hostPart', () => {
  test('hostPart: any accepted low bits → none of them inside the prefix', () => {
    const group = fc.nat(0xffff).map((n) => n.toString(16));
    const mac = fc.array(
      fc.nat(255).map((n) => n.toString(16).padStart(2, '0')),
      { minLength: 6, maxLength: 6 },
    );
    const text = fc.oneof(
      fc.array(group, { minLength: 1, maxLength: 7 }).map((groups) => `::${groups.join(':')}`),
      mac.map((octets) => octets.join(':')),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 127 }), (id, prefixLength) => {
        const result = hostPart(id, prefixLength);
        if (!result.ok) return;
        const bits = result.value.interfaceId.map((byte) => byte.toString(2).padStart(8, '0')).join('');
        expect(bits).toMatch(/^[01]{128}$/);
        expect(bits.indexOf('1')).toBeGreaterThanOrEqual(prefixLength);
      }),
    );
  });
});

describe('parseCommandLine', () => {
  test('parseCommandLine: any words → a command line or a usage error, never an exception', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'run',
        'once',
        '-c',
        '--config',
        '--config=x',
        '--env-file=',
        '-v',
        '-vv',
        '--json',
        '--',
        '-',
        '--dry-run',
        '--log-format',
        'json',
      ),
      fc.string(),
      fc.string().map((text) => `--${text}`),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        const result = parseCommandLine(argv);
        if (!result.ok) expect(result.error).toMatch(/^ipv6ddns: .*\nUsage: ipv6ddns /s);
      }),
      { numRuns: 500 },
    );
  });
});

describe('loadSettings', () => {
  const tomlValue = fc.constantFrom(
    '0',
    '1',
    '60',
    '-5',
    '1e9',
    'inf',
    'true',
    '""',
    '"x"',
    '[]',
    '["a.example.com"]',
    '[1]',
    '{ a = 1 }',
    '1979-05-27',
    `"${TOKEN}"`,
    `["${TOKEN}"]`,
  );
  const key = fc.constantFrom(...TOP_LEVEL_KEYS, 'host_id', 'unknown', '__proto__');
  const config = fc
    .tuple(
      fc.uniqueArray(fc.tuple(key, tomlValue), { selector: ([name]) => name, maxLength: 8 }),
      fc.constantFrom('', '[[extra]]\n', '[[more]]\nname = "x"\n'),
    )
    .map(([entries, tail]) => entries.map(([name, value]) => `${name} = ${value}\n`).join('') + tail);

  test('loadSettings: any values for any keys → settings or one-line problems at a line, the token in none', () => {
    fc.assert(
      fc.property(
        config,
        fc.dictionary(fc.constantFrom(...Object.keys(VARIABLES)), fc.oneof(fc.string(), fc.constant(TOKEN)), {
          maxKeys: 4,
        }),
        (text, environment) => {
          const result = loadFrom(text, environment);
          const shown = result.ok
            ? JSON.stringify(result.value.settings.apiToken)
            : result.error.map(describeProblem).join('\n');
          expect(shown).not.toContain(TOKEN);
          if (result.ok) return;
          expect(result.error.length).toBeGreaterThan(0);
          for (const problem of result.error) {
            expect(describeProblem(problem)).not.toContain('\n');
            if (problem.file === '/c.toml') expect(problem.line).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('loadSettings: valid settings, in the config file or in the environment → the same result', () => {
    const sec = (min: number, max: number) => fc.integer({ min, max });
    const entries = fc.record({
      timeout: sec(1, 300),
      poll_interval: sec(10, 3600),
      verify_interval: fc.oneof(fc.constant(0), sec(60, 86400)),
      multi_record: fc.constantFrom('error', 'first', 'all'),
      verbose: fc.boolean(),
      zone_id: fc.stringMatching(/^[0-9a-f]{32}$/),
      record_name: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,20}\.example\.com$/), { minLength: 1, maxLength: 4 }),
      interface: fc.array(fc.stringMatching(/^[a-z0-9.@_-]{3,15}$/), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(entries, (values) => {
        const all = { api_token: TOKEN, ...values };
        const variableOf = new Map(Object.entries(VARIABLES).map(([variable, { key }]) => [key as string, variable]));
        const toml = Object.entries(all)
          .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
          .join('\n');
        const environment = Object.fromEntries(
          Object.entries(all).map(([name, value]) => [variableOf.get(name), String(value)]),
        );
        const [fromFile, fromEnvironment] = [loadFrom(toml), loadFrom('', environment)];
        expect(fromFile.ok).toBe(true);
        expect(JSON.stringify(fromEnvironment)).toBe(JSON.stringify(fromFile));
      }),
    );
  });
});
