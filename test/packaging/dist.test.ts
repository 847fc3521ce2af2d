import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { INSTALLED } from './installed.ts';
import { filesOf, make, succeed, temporaryFolder } from './run.ts';

const { version: VERSION } = JSON.parse(await readFile('package.json', 'utf8'));
const DIST = 'build/dist';
const TABLE = 'packaging/architectures';
/** The names of an architecture: ours, Debian's, the container's, npm's, OpenWrt's. */
const ROWS = (await readFile(TABLE, 'utf8'))
  .split('\n')
  .filter((line) => /^[a-z]/.test(line))
  .map((line) => line.split(/ +/));

let machine = '';
beforeAll(async () => {
  machine = (await succeed(['gcc', '-dumpmachine'])).split('-')[0] ?? '';
  await mkdir(DIST, { recursive: true });
  await writeFile(join(DIST, 'ipv6ddns-0.0.9.tar.xz'), 'of another version');
  await make('-s', 'dist', `DIST_ARCHS=${machine}`);
}, 600_000);

/** What there is for this machine alone. */
function ownFiles(): string[] {
  const [, debian = '', , npm = '', ...openwrt] = ROWS.find(([name]) => name === machine) ?? [];
  return [
    `ipv6ddns-${VERSION}-linux-${machine}.tar.xz`,
    `ipv6ddns_${VERSION}_${debian}.deb`,
    ...openwrt.map((name) => `ipv6ddns_${VERSION}-1_${name}.ipk`),
    `ipv6ddns-${VERSION}-oci.tar`,
    `ipv6ddns-${VERSION}.tgz`,
    `ipv6ddns-linux-${npm}-${VERSION}.tgz`,
    'install.sh',
  ];
}

test('dist: its folder → what there is for each kind of machine, checksums of all of it, nothing of another version', async () => {
  const others = ['.tar.xz', '.cdx.json', '-recipes.tar.xz'].map((end) => `ipv6ddns-${VERSION}${end}`);
  const made = (await filesOf(DIST)).map((file) => file.slice(1));
  expect(made).toEqual(['SHA256SUMS', ...others, ...ownFiles()].sort());
  await succeed(['sh', '-c', `cd ${DIST} && sha256sum --check --quiet SHA256SUMS`]);
  const summed = (await readFile(join(DIST, 'SHA256SUMS'), 'utf8')).trim().split('\n');
  expect(summed.map((line) => line.slice(66))).toEqual(made.filter((file) => file !== 'SHA256SUMS'));
});

test('dist: made again with another umask and time zone → the same bytes', async () => {
  const folder = await temporaryFolder();
  await rm(`build/${machine}/dist-layer.tar.gz`, { force: true });
  const files = ownFiles().map((file) => join(folder, file));
  const command = `umask 077 && exec make -s DIST='${folder}' DIST_ARCHS=${machine} ${files.join(' ')}`;
  await succeed(['sh', '-c', command], { TZ: 'Asia/Tokyo' });
  await succeed([
    'sh',
    '-c',
    `cd '${folder}' && grep -Fe "$(ls)" '${process.cwd()}/${DIST}/SHA256SUMS' | sha256sum --check`,
  ]);
});

test('dist: the archive of an architecture → executable, services, man pages, completions, sample config, notices', async () => {
  const archive = `ipv6ddns-${VERSION}-linux-${machine}`;
  const listing = await succeed(['tar', '-tvf', join(DIST, `${archive}.tar.xz`)], { TZ: 'UTC' });
  const lines = listing.trim().split('\n');
  for (const line of lines) expect(line).toMatch(/^[d-]rw[x-]r-[x-]r-[x-] root\/root /);
  const files = lines.filter((line) => line.startsWith('-')).map((line) => line.split(`${archive}/`)[1]);
  const services = ['init.d/ipv6ddns.openrc', 'init.d/ipv6ddns.procd'];
  expect(files.sort()).toEqual(['LICENSE', 'README.md', ...services, ...INSTALLED].sort());
});

test('dist: the architectures that there are executables for → install.sh knows each of them', async () => {
  const script = await readFile('packaging/install/machine.sh', 'utf8');
  for (const [name] of ROWS) expect(script).toContain(`echo ${name}`);
  expect(ROWS.map(([name]) => name)).toContain(machine);
});

test('dist: asked for with other settings → made anew with these, and back', async () => {
  const deb = join(DIST, ownFiles().find((file) => file.endsWith('.deb')) ?? '');
  for (const maintainer of ["It's me <me@example.com>", 'You & they <you@example.com>']) {
    await make('-s', deb, `DIST_ARCHS=${machine}`, `MAINTAINER=${maintainer}`);
    expect(await succeed(['dpkg-deb', '-f', deb, 'Maintainer'])).toBe(`${maintainer}\n`);
  }
});
