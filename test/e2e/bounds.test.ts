/** Settings, status files and command lines that cost as much as possible: none takes more than 32 MiB and 5 s. */
import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../src/shell/exit.ts';
import { Lab } from './harness/lab.ts';
import { makeMeasure, type Run, runMeasured } from './harness/measured.ts';

const MOST_KIB = 32 * 1024;
const MOST_MS = 5_000;

/** Longer than any line that is for people. */
const MOST_CHARACTERS = 5_000;

/** Longest file of settings that is read. */
const FILE_BYTES = 256 * 1024;

/** Longest argument and variable that the kernel hands over (MAX_ARG_STRLEN), with what stands before it. */
const WORD_BYTES = 128 * 1024 - 100;

const results: Record<string, unknown>[] = [];
let lab: Lab;
let measure: string;

beforeAll(async () => {
  lab = await Lab.open();
  measure = await makeMeasure(lab.folder);
});
afterAll(async () => {
  console.table(results);
  await lab.close();
});

function judge(what: string, { status, lines, peakKib, cpuMs }: Run, allowed: readonly number[]): void {
  results.push({
    what,
    status,
    'peak KiB': peakKib,
    'cpu ms': cpuMs,
    lines: lines.length,
    said: lines[0]?.slice(0, 90),
  });
  expect(allowed).toContain(status);
  expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThan(MOST_CHARACTERS);
  expect(lines.length).toBeLessThan(110);
  expect(peakKib).toBeLessThan(MOST_KIB);
  expect(cpuMs).toBeLessThan(MOST_MS);
}

/** `unit` as often as it fits into a file, with `before` and `after`. */
const filled = (before: string, unit: string, after = ''): string =>
  before + unit.repeat(Math.floor((FILE_BYTES - before.length - after.length) / Buffer.byteLength(unit))) + after;

/** What `make` makes of 0, 1, …, as long as it fits into a file. */
function numbered(make: (i: number) => string, before = '', after = ''): string {
  let text = before;
  for (let i = 0; text.length + make(i).length + after.length <= FILE_BYTES; i++) text += make(i);
  return text + after;
}

const NAME = 'record_name = "home.example.com"\n';

const CONFIGS: Readonly<Record<string, string>> = {
  'dotted keys of 900 parts': numbered((i) => `k${i}${'.a'.repeat(900)} = 1\n`),
  'tables with names of 900 parts': numbered((i) => `[t${i}${'.a'.repeat(900)}]\nx = 1\n`),
  'unknown keys': numbered((i) => `k${i}=1\n`),
  '999 unknown keys of 250 characters': numbered((i) => (i < 999 ? `k${i}${'x'.repeat(250)}=1\n` : '#\n')),
  'tables of 40 keys': numbered((i) => `[t${i % 999}x]\n${Array.from({ length: 40 }, (_, j) => `k${j}=1\n`).join('')}`),
  'records without anything': filled('', '[[record]]\n'),
  'records of bad keys': filled('', '[[record]]\nname=1\nttl="x"\nproxied=3\ncomment=4\nhost_id=3\n'),
  'records with deep tables': filled('', '[[record]]\na={b={c={d={e={f=1}}}}}\n'),
  'arrays of tables in one another': filled('', '[[a.b.c.d]]\n'),
  'open brackets': filled('x = ', '['),
  'a list of empty lists': filled('x = [', '[],', ']\n'),
  'a list of tables': filled('x = [', '{a=1},', '{}]\n'),
  'a list of dates': filled('x = [', '2020-01-01T00:00:00Z,', '1]\n'),
  'a number': filled('x = ', '1', '\n'),
  'a number of many groups': filled('x = 1', '_1', '\n'),
  'a key': filled('', 'k', ' = 1\n'),
  'a key of escapes': filled('"', '\\u0041', '" = 1\n'),
  'a text of escapes': filled('x = "', '\\n', '"\n'),
  'a text that does not end': filled('x = "', '\\"'),
  'a text of lines': filled('x = """', '\\\n', '"""\n'),
  'blank lines': filled('', '\n'),
  quotes: filled('', '"\n'),
  'names of records': numbered((i) => `"n${i}.e.com",`, 'record_name = [', ']\n'),
  'one name of labels': filled('record_name = "', 'ü.', '"\n'),
  'a token like a placeholder': filled('api_token = "', 'your', '"\n'),
  'patterns of interfaces': filled(`${NAME}interface = "`, 'e*,', '"\n'),
  'kinds of addresses': filled(`${NAME}prefer = [`, '"2a01:db8::/33",', ']\n'),
  'a URL': filled(`${NAME}[notify]\nurl = "https://a/`, '?', '"\n'),
  'a line of values': filled('record_name = ', 'a, ', '\n'),
  'a line of comments': filled('record_name = x', ' #', '\n'),
  'bytes that are no text': filled('x = "', '\u0000', '"\n'),
};

test.each(Object.keys(CONFIGS))('settings: %s → 78, memory, time and words bounded', async (what) => {
  writeFileSync(join(lab.folder, 'config.toml'), CONFIGS[what] ?? '');
  writeFileSync(join(lab.folder, 'variables'), '');
  const own = { CLOUDFLARE_RECORD_NAME: undefined, CLOUDFLARE_API_TOKEN: undefined };
  judge(what, await runMeasured(lab, measure, ['once', ...FILES()], own), [EXIT.config]);
});

const FILES = (): string[] => ['-c', join(lab.folder, 'config.toml'), '--env-file', join(lab.folder, 'variables')];

const VARIABLES: Readonly<Record<string, string>> = {
  assignments: numbered((i) => `N${i}=1\n`),
  'unknown variables': numbered((i) => (i < 999 ? `IPV6DDNS_${'N'.repeat(240)}${i}=1\n` : '#\n')),
  'one unknown variable': filled('IPV6DDNS_', 'N', '=1\n'),
  'assignments on one line': filled('', 'A=1 '),
  'commands on one line': filled('', 'A=1;'),
  'pieces of one word': filled('A=', `'a'"b"`),
  'escapes in quotes': filled('A="', '\\"', '"\n'),
  'escapes outside of quotes': filled('A=', '\\a'),
  'lines that are none': filled('', '$\n'),
  'lines that go on': filled('', '\\\n'),
  'hosts without a proxy': filled('NO_PROXY=', 'a,'),
  'folders of certificates': filled('SSL_CERT_DIR=', '/a:'),
  'a proxy': filled('HTTPS_PROXY=http://', 'a:@'),
  names: numbered((i) => `n${i}.e.com,`, 'CLOUDFLARE_RECORD_NAME='),
};

test.each(Object.keys(VARIABLES))('environment file: %s → memory, time and words bounded', async (what) => {
  writeFileSync(join(lab.folder, 'config.toml'), '');
  writeFileSync(join(lab.folder, 'variables'), VARIABLES[what] ?? '');
  const own = { CLOUDFLARE_RECORD_NAME: what === 'names' ? undefined : 'home.example.com' };
  judge(what, await runMeasured(lab, measure, ['once', ...FILES()], own), [EXIT.config, EXIT.noAddress]);
});

const long = (before: string, unit: string): string => before + unit.repeat((WORD_BYTES - before.length) / unit.length);

test.each<[what: string, parameters: readonly string[]]>([
  ['an unknown command', [long('', 'x')]],
  ['an unknown option', [long('--', 'x')]],
  ['short options in one word', [long('-', 'v'), 'x']],
  ['the value of an option', ['once', long('--log-format=', 'x ')]],
  ['a path', ['once', '-c', long('/', 'x ')]],
  ['10,000 unknown options', Array.from({ length: 10_000 }, (_, i) => `--x${i}`)],
  ['10,000 operands', Array.from({ length: 10_000 }, () => 'once')],
  ['as many options as the kernel takes', Array.from({ length: 14 }, () => long('--y', 'y'))],
])('command line: %s → refused, memory, time and words bounded', async (what, parameters) => {
  judge(what, await runMeasured(lab, measure, parameters, {}), [EXIT.usage, EXIT.config]);
});

test.each<[what: string, environment: Readonly<Record<string, string>>]>([
  ['a token', { CLOUDFLARE_API_TOKEN: long('', 'your') }],
  ['names', { CLOUDFLARE_RECORD_NAME: long('', 'a.b,') }],
  ['the place of the status', { RUNTIME_DIRECTORY: long('/', 'a/') }],
  ['an unknown variable', { [long('IPV6DDNS_', 'V')]: '1' }],
  ['14 unknown variables', Object.fromEntries(Array.from({ length: 14 }, (_, i) => [long(`IPV6DDNS_${i}`, 'V'), '1']))],
  ['10,000 variables', Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`IPV6DDNS_V${i}`, '1']))],
])('environment: %s as long as the kernel takes → memory, time and words bounded', async (what, environment) => {
  for (const file of ['config.toml', 'variables']) writeFileSync(join(lab.folder, file), '');
  judge(what, await runMeasured(lab, measure, ['once', ...FILES()], environment), [EXIT.config, EXIT.noAddress]);
});

const record = (more: string): string =>
  `{"name":"a","state":"synced","address":null,"published":null,"last_sync":null,"failures":0,"next_try":null,"error":null${more}}`;
const status = (records: string): string =>
  `{"version":"1","pid":1,"mode":"netlink","since":"2020-01-01T00:00:00Z","records":${records}}`;

/** A status file may have 4 MiB. */
const wide = (unit: string): string => unit.repeat(Math.floor((4 * 1024 * 1024 - 1024) / unit.length));

test.each<[what: string, make: (path: string) => void]>([
  ['lists in one another', (path) => writeFileSync(path, wide('['))],
  ['records that are empty', (path) => writeFileSync(path, status(`[${wide('{},')}{}]`))],
  ['records that are numbers', (path) => writeFileSync(path, status(`[${wide('1,')}1]`))],
  ['one key again and again', (path) => writeFileSync(path, `{${wide('"a":1,')}"a":1}`)],
  ['a long error', (path) => writeFileSync(path, status(`[${record(`,"error":"${wide('x')}"`)}]`))],
  ['more than 4 MiB', (path) => writeFileSync(path, status(`[${wide(' ')}${wide(' ')}]`))],
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['a device without an end', (path) => symlinkSync('/dev/zero', path)],
])('status: a status file with %s → memory, time and words bounded', async (what, make) => {
  const path = join(lab.folder, 'odd-status.json');
  rmSync(path, { force: true });
  make(path);
  for (const file of ['config.toml', 'variables']) writeFileSync(join(lab.folder, file), '');
  const run = await runMeasured(lab, measure, ['status', ...FILES()], { IPV6DDNS_STATUS_FILE: path });
  judge(what, run, [EXIT.notRunning, EXIT.notSynced, EXIT.ok]);
});
