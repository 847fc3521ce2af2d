import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { IS_ROOT, make, run, succeed, temporaryFolder } from './run.ts';

/** The libraries are built once more, which takes two minutes of a processor. */
const BUILD_TIMEOUT_MS = 1_800_000;

/** What a machine that only packages may lack. */
const ABSENT = ['node', 'nodejs', 'npm', 'npx', 'git', 'curl', 'wget'];

/** A network of its own in which nothing is up, not even loopback. */
const offline = (...command: readonly string[]): string[] => ['unshare', IS_ROOT ? '-n' : '-rn', ...command];

/** @returns a folder with links to all programs but those */
async function programsWithout(absent: readonly string[]): Promise<string> {
  const folder = join(await temporaryFolder(), 'bin');
  await mkdir(folder);
  const names = (await readdir('/usr/bin')).filter((name) => !absent.includes(name));
  await Promise.all(names.map((name) => symlink(join('/usr/bin', name), join(folder, name))));
  return folder;
}

/** @returns the archive's path */
const madeSource = async (...parameters: readonly string[]): Promise<string> =>
  resolve((await make('-s', 'source', ...parameters)).trim());

test(
  'source: unpacked in an empty folder, without network, Node, npm and git → the same executable, to be installed',
  async () => {
    await make('-s', 'all');
    const folder = await temporaryFolder();
    await succeed(['tar', '-xf', await madeSource(), '-C', folder, '--strip-components=1']);
    const environment = { PATH: await programsWithout(ABSENT) };
    await succeed(offline('make', '-j2', '-C', folder), environment);
    const [ours, theirs] = await Promise.all(['.', folder].map((root) => readFile(join(root, 'build/ipv6ddns'))));
    expect(theirs?.equals(ours ?? Buffer.of())).toBe(true);
    const root = await temporaryFolder();
    await succeed(offline('make', '-C', folder, 'install', `DESTDIR=${root}`), environment);
    const { stdout } = await run([join(root, 'usr/local/bin/ipv6ddns'), '--version']);
    expect(stdout).toMatch(/^ipv6ddns \d/);
  },
  BUILD_TIMEOUT_MS,
);

test('source: made twice, with another umask → the same bytes; everything is root’s, sorted, of one time', async () => {
  const first = await readFile(await madeSource('SOURCE_DATE_EPOCH=1700000000'));
  const again = ['sh', '-c', 'umask 077 && exec make -s source SOURCE_DATE_EPOCH=1700000000'];
  const path = resolve((await succeed(again)).trim());
  expect((await readFile(path)).equals(first)).toBe(true);
  const lines = (await succeed(['tar', '-tvf', path, '--utc', '--full-time'])).trimEnd().split('\n');
  const [kinds, names] = [/^(\S+) (\S+) +\d+ (\S+ \S+)/, / (\S+)$/];
  const found = new Set(lines.map((line) => kinds.exec(line)?.slice(1).join(' ')));
  expect([...found].sort()).toEqual([
    '-rw-r--r-- root/root 2023-11-14 22:13:20',
    '-rwxr-xr-x root/root 2023-11-14 22:13:20',
    'drwxr-xr-x root/root 2023-11-14 22:13:20',
  ]);
  expect(lines.map((line) => names.exec(line)?.[1])).toContain('ipv6ddns-0.1.0/generated/settings.c');
});

test('source: the generated C → says nothing of where it was made', async () => {
  await make('-s', 'build/ipv6ddns');
  const programs = (await readdir('build')).filter((name) => /^(ipv6ddns|settings|part-\w+)\.(c|js)$/.test(name));
  expect(programs.length).toBeGreaterThanOrEqual(6);
  const texts = await Promise.all(programs.map((name) => readFile(join('build', name), 'utf8')));
  expect(texts.filter((text) => text.includes(process.cwd()))).toEqual([]);
});

test('source: no network, and npm is to bring the tools → it fails within seconds and names the source archive', async () => {
  const folder = await temporaryFolder();
  await succeed(['sh', '-c', `git ls-files -z | xargs -0 cp --parents -t '${folder}'`]);
  const started = Date.now();
  const cache = `npm_config_cache=${await temporaryFolder()}`;
  const { status, stderr } = await run(offline('env', cache, 'make', '-C', folder, 'build/node_modules.stamp'));
  expect([status, stderr]).toEqual([2, expect.stringContaining('make source')]);
  expect(stderr).toMatch(/npm error .*EAI_AGAIN/);
  expect(Date.now() - started).toBeLessThan(45_000);
});
