import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { filesOf, IS_ROOT, make, run, succeed, temporaryFolder } from './run.ts';

const { version: VERSION } = JSON.parse(await readFile('package.json', 'utf8'));

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

/** Runs functions of a distribution's recipe as its builder does, in a folder. */
const builder = (shell: readonly string[], recipe: string, folder: string, pkgdir: string, program: string) =>
  offline('env', '-C', folder, `srcdir=${folder}`, `pkgdir=${pkgdir}`, ...shell, '-euc', `. "${recipe}"; ${program}`);

test(
  'source: unpacked in an empty folder, without network, Node, npm and git → the recipes of Arch and Alpine make the same executable of it',
  async () => {
    await make('-s', 'all');
    const folder = await temporaryFolder();
    const archive = await madeSource();
    await succeed(['tar', '-xf', archive, '-C', folder]);
    await succeed(['packaging/recipes/fill', archive, VERSION, folder], {
      RELEASE_URL: '',
      MAINTAINER: 'A <a@b.invalid>',
    });
    const environment = { PATH: await programsWithout(ABSENT) };
    const root = await temporaryFolder();
    await succeed(builder(['bash'], join(folder, 'arch/PKGBUILD'), folder, root, '(build); (package)'), environment);
    const tree = join(folder, `ipv6ddns-${VERSION}`);
    const made = ['build/ipv6ddns', join(tree, 'build/ipv6ddns'), join(root, 'usr/bin/ipv6ddns')];
    const [ours, ...theirs] = await Promise.all(made.map((file) => readFile(file)));
    for (const each of theirs) expect(each.equals(ours ?? Buffer.of())).toBe(true);
    const files = await filesOf(root);
    expect(files).toEqual(
      expect.arrayContaining(['/etc/ipv6ddns/config.toml', '/usr/share/licenses/ipv6ddns/LICENSE']),
    );
    const alpine = await temporaryFolder();
    await succeed(
      builder(['busybox', 'sh'], join(folder, 'alpine/APKBUILD'), tree, alpine, 'build; package'),
      environment,
    );
    expect(await readFile(join(alpine, 'etc/init.d/ipv6ddns'), 'utf8')).toContain('command="/usr/bin/ipv6ddns"');
    const { stdout } = await run([join(alpine, 'usr/bin/ipv6ddns'), '--version']);
    expect(stdout).toBe(`ipv6ddns ${VERSION}\n`);
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
