import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CA_FILES } from '../../src/core/cloudflare/transport.ts';
import type { BareRoot } from './bare-root.ts';
import { ARCHIVE, Installer, makeRelease, SCRIPT, VERSION } from './installer.ts';
import { IS_ROOT, run, succeed, temporaryFolder } from './run.ts';

const CONFIG = '/etc/ipv6ddns/config.toml';
const MANIFEST = '/usr/local/share/ipv6ddns/installed';

beforeAll(async () => {
  await makeRelease();
});

let root: BareRoot;
let installer: Installer;
beforeEach(async () => {
  installer = await Installer.create();
  root = installer.root;
});

const install = (...parameters: readonly string[]) => installer.install(...parameters);
const inDash = (...parameters: readonly string[]) => root.run('/bin/dash', '/release/install.sh', ...parameters);

/** Installs without a word of an error. */
async function installed(...parameters: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await install('--init', 'none', ...parameters, '/release');
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

describe('with nothing but busybox', () => {
  test('install.sh: a first installation → the files of the release below /usr/local, a config, a word on the first steps', async () => {
    const said = await installed();
    expect(said).toContain(`ipv6ddns ${VERSION} is installed below /usr/local.\n`);
    expect(said).toContain('  /usr/local/bin/ipv6ddns setup\n');
    expect(said).toContain('There are no root certificates here');
    expect((await root.run('/usr/local/bin/ipv6ddns', '--version')).stdout).toBe(`ipv6ddns ${VERSION}\n`);
    const listed = (await root.read(MANIFEST))
      .trim()
      .split('\n')
      .map((line) => line.slice(66));
    expect(await installer.files()).toEqual([...listed, MANIFEST].sort());
    expect(listed).toEqual(expect.arrayContaining([CONFIG, '/usr/local/share/man/man8/ipv6ddns.8']));
    await succeed(['sh', '-c', `cd '${root.path}' && sed 's,  /,  ,' '.${MANIFEST}' | sha256sum --check --quiet`]);
  });

  test('install.sh: a umask that keeps others out → all may read and run what is installed', async () => {
    const call = 'umask 077; exec sh /release/install.sh --init none /release';
    expect((await root.run('/bin/busybox', 'sh', '-c', call)).stderr).toBe('');
    const closed = [
      'find',
      root.at('/usr'),
      root.at('/etc'),
      '!',
      '-perm',
      '-044',
      '-o',
      '-type',
      'd',
      '!',
      '-perm',
      '-055',
    ];
    expect(await succeed(closed)).toBe('');
  });

  test('install.sh: another prefix → all goes there, and the texts name it', async () => {
    await installed('--prefix=/opt/x');
    expect((await installer.files()).filter((file) => !file.startsWith('/opt/x/'))).toEqual([CONFIG]);
    expect(await root.read('/opt/x/share/man/man8/ipv6ddns.8')).toContain('/opt/x/share/doc/ipv6ddns/examples');
    await installed('--prefix', '/opt/x');
  });

  test('install.sh: root certificates are there → does not speak of them', async () => {
    await root.write(CA_FILES.at(-1) ?? '', 'certificates');
    expect(await installed()).not.toContain('root certificates');
    for (const file of CA_FILES) expect(await readFile(SCRIPT, 'utf8')).toContain(file);
  });

  test('install.sh: an upgrade → new files, what the new version lacks is gone, changed settings stay', async () => {
    await installed();
    await root.write(CONFIG, 'record_name = "home.example.com"\n');
    await installer.release('rm -r share/fish');
    const said = await installed();
    expect(said).toContain(`ipv6ddns 99 is installed below /usr/local, in place of ipv6ddns ${VERSION}.\n`);
    expect(said).toContain(`${CONFIG} is there: kept\n`);
    expect(await root.read(CONFIG)).toBe('record_name = "home.example.com"\n');
    expect((await installer.files()).filter((file) => file.includes('fish'))).toEqual([]);
  });

  test('install.sh: an upgrade, the config is as it was installed → the new sample is in its place', async () => {
    await installed();
    await installer.release('echo "# of version 99" >share/doc/ipv6ddns/examples/config.toml');
    await installed();
    expect(await root.read(CONFIG)).toBe('# of version 99\n');
  });

  test('install.sh: --uninstall → nothing is left', async () => {
    const before = await installer.files();
    await installed();
    const { status, stdout } = await install('--uninstall', '--init', 'none');
    expect([status, stdout]).toEqual([0, 'ipv6ddns is removed from /usr/local.\n']);
    expect(await installer.files()).toEqual(before);
  });

  test('install.sh: --uninstall beside the administrator’s files → these stay, and are named', async () => {
    await installed();
    const kept = [CONFIG, '/etc/ipv6ddns/token', '/usr/local/bin/other'];
    for (const file of kept) await root.write(file, 'mine\n');
    const { stdout } = await install('--uninstall', '--init', 'none');
    expect(stdout).toContain(`${CONFIG} was changed: it stays\n`);
    expect(stdout).toContain('rm -r /etc/ipv6ddns');
    expect(await installer.files()).toEqual(kept);
  });

  test('install.sh: --uninstall where it has installed nothing → refused', async () => {
    const { status, stderr } = await install('--uninstall');
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('this script has installed nothing below /usr/local.'),
    ]);
  });
});

describe('refusals: nothing is changed', () => {
  let before: string[] = [];
  beforeEach(async () => {
    await installed();
    before = await snapshot();
  });

  const snapshot = async () =>
    (await succeed(['sh', '-c', `cd '${root.path}' && find etc usr tmp -type f | sort | xargs sha256sum; ls tmp`]))
      .trim()
      .split('\n');

  async function refuses(words: string, status: number, ...parameters: readonly string[]): Promise<void> {
    const ended = await install('--init', 'none', ...parameters);
    expect([ended.status, ended.stderr]).toEqual([status, expect.stringContaining(words)]);
    expect(await snapshot()).toEqual(before);
  }

  test('install.sh: a damaged archive → is not the one that SHA256SUMS lists', async () => {
    await writeFile(root.at(`/release/${ARCHIVE}`), 'x', { flag: 'a' });
    await refuses(`${ARCHIVE} is not the file that SHA256SUMS lists`, 1, '/release');
  });

  test('install.sh: an executable that does not run here → says what it said', async () => {
    await installer.release('printf "#!/bin/busybox sh\\necho no such system call; exit 1\\n" >bin/ipv6ddns');
    await refuses('does not run on this machine: no such system call', 1, '/release');
  });

  test('install.sh: an archive that is none, and is listed → nothing unpacks it', async () => {
    await writeFile(root.at(`/release/${ARCHIVE}`), 'x');
    await installer.sum();
    await refuses('nothing here unpacks xz.', 1, '/release');
  });

  test('install.sh: two releases in one folder → asks for one', async () => {
    await copyFile(root.at(`/release/${ARCHIVE}`), root.at(`/release/${ARCHIVE.replace(VERSION, '99')}`));
    await installer.sum();
    await refuses('has several releases in it', 1, '/release');
  });

  test('install.sh: ended in the middle → nothing lies about', async () => {
    await root.standIn('curl', 'kill -TERM $PPID; exit 1');
    const { status } = await install('https://example.com/release');
    expect(status).toBe(143);
    expect(await snapshot()).toEqual(before);
  });

  test('install.sh: calls that make no sense → what is wrong with them', async () => {
    await refuses('where is the release?', 64);
    await refuses('there is no option --frobnicate.', 64, '--frobnicate');
    await refuses('one release at a time: /release or /other.', 64, '/release', '/other');
    await refuses('--prefix needs a value.', 64, '--prefix');
    for (const prefix of ['opt', '/', '/opt/', "/it's", '/a b']) {
      await refuses('--prefix has to be a path from the root', 64, '--prefix', prefix, '/release');
    }
    await refuses('--init is systemd, openrc, procd or none, not upstart.', 64, '--init=upstart', '/release');
    await refuses('http://example.com: a release comes by https, or from a folder.', 1, 'http://example.com');
    await refuses('SHA256SUMS is not in /nowhere, which should be a release.', 1, '/nowhere');
  });

  test('install.sh: not root → says so', async () => {
    const as = IS_ROOT ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
    const copy = join(await temporaryFolder(), 'install.sh');
    await copyFile(SCRIPT, copy);
    const { status, stderr } = await run([...as, 'sh', '-s', '--', '/release'], {}, await readFile(copy, 'utf8'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('only root can install')]);
  });
});

describe('a release by https', () => {
  const COPY =
    'for last; do :; done; while [ "$1" != "$option" ]; do shift; done; cp "/release/$(basename $last)" "$2"';

  test.each([
    ['curl', 'curl --proto =https --fail --silent --show-error --location --output', '--output'],
    ['wget', 'wget -q -O', '-O'],
  ])('install.sh: %s is there → brings checksums and archive', async (program, call, option) => {
    await root.standIn(program, `option=${option}; ${COPY}`);
    const { status, stderr } = await install('--init', 'none', 'https://example.com/release/');
    expect([status, stderr]).toEqual([0, '']);
    const calls = await root.calls();
    expect(calls.map((line) => line.replace(/ \/tmp\/\S+/, ''))).toEqual([
      `${call} https://example.com/release/SHA256SUMS`,
      `${call} https://example.com/release/${ARCHIVE}`,
    ]);
  });

  test('install.sh: nothing comes → says what may be the reason, nothing is installed', async () => {
    await root.standIn('curl', 'exit 22');
    const { status, stderr } = await install('https://example.com/release');
    expect([status, stderr]).toEqual([1, expect.stringContaining('/SHA256SUMS could not be brought.')]);
    expect(await installer.files()).toEqual([]);
  });

  test('install.sh: neither curl nor wget → says what else can be done', async () => {
    await rm(root.at('/bin/wget'));
    const { status, stderr } = await inDash('https://example.com/release');
    expect([status, stderr]).toEqual([1, expect.stringContaining('neither curl nor wget is here')]);
  });
});
