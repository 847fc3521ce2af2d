import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { arch } from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openLab } from './harness/open.ts';
import { EXECUTABLE } from './harness/programs.ts';

const run = async (command: string, ...parameters: readonly string[]): Promise<string> =>
  (await promisify(execFile)(command, parameters, { maxBuffer: 2 ** 26 })).stdout;

/** Where make puts what is built for this machine (native/architectures.mk). */
const FLAVOUR = `build/${new Map([
  ['x64', 'x86_64'],
  ['arm64', 'aarch64'],
]).get(arch)}`;

/** One line of /proc/PID/maps, or what a program header asks for: [start, end). */
interface Range {
  readonly start: number;
  readonly end: number;
}

interface Mapping extends Range {
  /** As `r-xp`. */
  readonly access: string;
  readonly path: string;
}

async function mappingsOf(pid: number): Promise<readonly Mapping[]> {
  const lines = (await readFile(`/proc/${pid}/maps`, 'latin1')).trimEnd().split('\n');
  return lines.map((line) => {
    const [range = '', access = '', , , , ...path] = line.split(/ +/);
    const [start = Number.NaN, end = Number.NaN] = range.split('-').map((hex) => Number.parseInt(hex, 16));
    return { start, end, access, path: path.join(' ') };
  });
}

/** @returns the program headers of that type, as `readelf -lW` prints them */
async function headers(type: string): Promise<readonly (Range & { readonly flags: string })[]> {
  const line = new RegExp(
    `^ +${type} +0x\\w+ (?<start>0x\\w+) 0x\\w+ 0x\\w+ (?<size>0x\\w+) (?<flags>[RWE ]+) 0x`,
    'gm',
  );
  return [...(await run('readelf', '-lW', EXECUTABLE)).matchAll(line)].map(({ groups }) => {
    const start = Number(groups?.['start']);
    return { start, end: start + Number(groups?.['size']), flags: groups?.['flags']?.replaceAll(' ', '') ?? '' };
  });
}

/** Where the executable is in the memory of a daemon that has just been started. */
async function started(): Promise<{ readonly base: number; readonly mappings: readonly Mapping[] }> {
  const lab = await openLab();
  await lab.add('3ffe:1::a');
  const daemon = await lab.daemon();
  await daemon.line(/ created in /);
  const mappings = await mappingsOf(daemon.pid);
  return { base: mappings.find(({ path }) => path === EXECUTABLE)?.start ?? Number.NaN, mappings };
}

test('hardening: the executable’s program headers → position-independent, nothing writable can be executed', async () => {
  expect(await run('readelf', '-hW', EXECUTABLE)).toMatch(/^ +Type: +DYN /m);
  const loaded = await headers('LOAD');
  expect(loaded.map(({ flags }) => flags)).toEqual(expect.arrayContaining(['RE', 'R', 'RW']));
  expect(loaded.filter(({ flags }) => flags.includes('W') && flags.includes('E'))).toEqual([]);
  expect((await headers('GNU_STACK')).map(({ flags }) => flags)).toEqual(['RW']);
  expect(await headers('GNU_RELRO')).toHaveLength(1);
});

test('hardening: two running daemons → at addresses of their own', async () => {
  const [first, second] = [await started(), await started()];
  expect(first.base).toBeGreaterThan(0);
  expect(second.base).not.toBe(first.base);
});

test('hardening: the running daemon → what the start filled in is read-only, and no stack can be executed', async () => {
  const { base, mappings } = await started();
  const [relro] = await headers('GNU_RELRO');
  if (relro === undefined) throw new Error('no RELRO');
  const pageBytes = 4096;
  const first = base + relro.start - (relro.start % pageBytes);
  const end = base + relro.end - (relro.end % pageBytes);
  expect(end).toBeGreaterThan(first);
  const inside = mappings.filter((mapping) => mapping.start < end && mapping.end > first);
  expect(inside.map(({ access }) => access)).toEqual(inside.map(() => 'r--p'));
  expect(Math.min(...inside.map(({ start }) => start))).toBeLessThanOrEqual(first);
  expect(Math.max(...inside.map(({ end }) => end))).toBeGreaterThanOrEqual(end);
  expect(mappings.filter(({ access }) => access.includes('w') && access.includes('x'))).toEqual([]);
  expect(mappings.find(({ path }) => path === '[stack]')?.access).toBe('rw-p');
});

test('hardening: our own code and every library → functions with buffers watch their stack', async () => {
  const ours = ['host', 'http', 'netlink', 'system'].map((name) => `${FLAVOUR}/native/${name}.o`);
  const libraries = ['libquickjs.a', 'curl/lib/.libs/libcurl.a', 'mbedtls/lib/libmbedx509.a', 'libc/lib/libc.a'];
  for (const file of [...ours, ...libraries.map((name) => `${FLAVOUR}/${name}`)])
    expect(await run('nm', '--undefined-only', '--quiet', file), file).toMatch(/ U __stack_chk_fail$/m);
});

test.runIf(arch === 'x64')('hardening: the marks on x86-64 → indirect branches and the shadow stack', async () => {
  expect(await run('readelf', '-nW', EXECUTABLE)).toMatch(/x86 feature: IBT, SHSTK/);
});

test.runIf(arch === 'x64')(
  'hardening: what the C library has in assembler → begins with the mark, and none of us leaves frames by longjmp',
  async () => {
    const code = await run('objdump', '-d', `${FLAVOUR}/libc/lib/libc.a`);
    for (const name of ['memset', 'memcpy', 'memmove', '__clone', '__syscall_cp_asm'])
      expect(code).toMatch(new RegExp(`<${name}>:\\n +0:\\t[\\w ]+\\tendbr64`));
    const libraries = ['libquickjs.a', 'curl/lib/.libs/libcurl.a'].map((name) => `${FLAVOUR}/${name}`);
    expect(await run('nm', '--undefined-only', '--quiet', ...libraries)).not.toMatch(/ U (_?longjmp|siglongjmp)$/m);
  },
);

test('stack: a small one (ulimit -s 1024), and an API that answers with deeply nested JSON → no JSON, nothing worse', async () => {
  const lab = await openLab();
  const body = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  await lab.api.addFault({
    kind: 'reply',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body,
    times: 1,
  });
  await lab.add('3ffe:1::a');
  const daemon = await lab.daemon({ under: ['prlimit', '--stack=1048576:1048576'] });
  await daemon.line(/not the JSON that the API promises/);
  await daemon.line(/ created in /);
});
