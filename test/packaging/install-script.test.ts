import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CA_FILES } from '../../src/core/cloudflare/transport.ts';
import { BareRoot } from './bare-root.ts';
import { IS_ROOT, make, run, succeed, temporaryFolder } from './run.ts';

const { version: VERSION } = JSON.parse(await readFile('package.json', 'utf8'));
const SCRIPT = resolve('build/dist/install.sh');
const CONFIG = '/etc/ipv6ddns/config.toml';
const MANIFEST = '/usr/local/share/ipv6ddns/installed';

let machine = '';
let archive = '';
beforeAll(async () => {
  machine = (await succeed(['gcc', '-dumpmachine'])).split('-')[0] ?? '';
  archive = `ipv6ddns-${VERSION}-linux-${machine}.tar.xz`;
  await make('-s', 'build/dist/install.sh', `build/dist/${archive}`, `DIST_ARCHS=${machine}`);
});

let root: BareRoot;
beforeEach(async () => {
  root = await BareRoot.create();
  await mkdir(root.at('/release'));
  await copyFile(SCRIPT, root.at('/release/install.sh'));
  await copyFile(`build/dist/${archive}`, root.at(`/release/${archive}`));
  await sum();
});

/** Writes the release's checksums. */
async function sum(): Promise<void> {
  await root.write(
    '/release/SHA256SUMS',
    await succeed(['sh', '-c', `cd '${root.at('/release')}' && sha256sum -- *z`]),
  );
}

const install = (...parameters: readonly string[]) =>
  root.run('/bin/busybox', 'sh', '/release/install.sh', ...parameters);
const inDash = (...parameters: readonly string[]) => root.run('/bin/dash', '/release/install.sh', ...parameters);

/** Installs without a word of an error. */
async function installed(...parameters: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await install('--init', 'none', ...parameters, '/release');
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

const files = async () => (await root.files()).filter((file) => !file.startsWith('/release/'));

/** Puts another release in the place of the first: its tree is changed by a script. */
async function release(change: string): Promise<void> {
  const folder = await temporaryFolder();
  await succeed(['tar', '-C', folder, '-xf', `build/dist/${archive}`]);
  const tree = archive.replace('.tar.xz', '');
  const program = '#!/bin/busybox sh\\necho ipv6ddns 99\\n';
  await succeed(['sh', '-ec', `cd '${folder}/${tree}' && printf '${program}' >bin/ipv6ddns && ${change}`]);
  await succeed(['tar', '-C', folder, '-cJf', root.at(`/release/${archive}`), tree]);
  await sum();
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
    expect(await files()).toEqual([...listed, MANIFEST].sort());
    expect(listed).toEqual(expect.arrayContaining([CONFIG, '/usr/local/share/man/man8/ipv6ddns.8']));
    await succeed(['sh', '-c', `cd '${root.path}' && sed 's,  /,  ,' '.${MANIFEST}' | sha256sum --check --quiet`]);
  });

  test('install.sh: another prefix → all goes there, and the texts name it', async () => {
    await installed('--prefix=/opt/x');
    expect((await files()).filter((file) => !file.startsWith('/opt/x/'))).toEqual([CONFIG]);
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
    await release('rm -r share/fish');
    const said = await installed();
    expect(said).toContain(`ipv6ddns 99 is installed below /usr/local, in place of ipv6ddns ${VERSION}.\n`);
    expect(said).toContain(`${CONFIG} is there: kept\n`);
    expect(await root.read(CONFIG)).toBe('record_name = "home.example.com"\n');
    expect((await files()).filter((file) => file.includes('fish'))).toEqual([]);
  });

  test('install.sh: an upgrade, the config is as it was installed → the new sample is in its place', async () => {
    await installed();
    await release('echo "# of version 99" >share/doc/ipv6ddns/examples/config.toml');
    await installed();
    expect(await root.read(CONFIG)).toBe('# of version 99\n');
  });

  test('install.sh: --uninstall → nothing is left', async () => {
    const before = await files();
    await installed();
    const { status, stdout } = await install('--uninstall', '--init', 'none');
    expect([status, stdout]).toEqual([0, 'ipv6ddns is removed from /usr/local.\n']);
    expect(await files()).toEqual(before);
  });

  test('install.sh: --uninstall beside the administrator’s files → these stay, and are named', async () => {
    await installed();
    const kept = [CONFIG, '/etc/ipv6ddns/token', '/usr/local/bin/other'];
    for (const file of kept) await root.write(file, 'mine\n');
    const { stdout } = await install('--uninstall', '--init', 'none');
    expect(stdout).toContain(`${CONFIG} was changed: it stays\n`);
    expect(stdout).toContain('rm -r /etc/ipv6ddns');
    expect(await files()).toEqual(kept);
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
    await writeFile(root.at(`/release/${archive}`), 'x', { flag: 'a' });
    await refuses(`${archive} is not the file that SHA256SUMS lists`, 1, '/release');
  });

  test('install.sh: an executable that does not run here → says what it said', async () => {
    await release('printf "#!/bin/busybox sh\\necho no such system call; exit 1\\n" >bin/ipv6ddns');
    await refuses('does not run on this machine: no such system call', 1, '/release');
  });

  test('install.sh: an archive that is none, and is listed → nothing unpacks it', async () => {
    await writeFile(root.at(`/release/${archive}`), 'x');
    await sum();
    await refuses('nothing here unpacks xz.', 1, '/release');
  });

  test('install.sh: two releases in one folder → asks for one', async () => {
    await copyFile(root.at(`/release/${archive}`), root.at(`/release/${archive.replace(VERSION, '99')}`));
    await sum();
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
      `${call} https://example.com/release/${archive}`,
    ]);
  });

  test('install.sh: nothing comes → says what may be the reason, nothing is installed', async () => {
    await root.standIn('curl', 'exit 22');
    const { status, stderr } = await install('https://example.com/release');
    expect([status, stderr]).toEqual([1, expect.stringContaining('/SHA256SUMS could not be brought.')]);
    expect(await files()).toEqual([]);
  });

  test('install.sh: neither curl nor wget → says what else can be done', async () => {
    await rm(root.at('/bin/wget'));
    const { status, stderr } = await inDash('https://example.com/release');
    expect([status, stderr]).toEqual([1, expect.stringContaining('neither curl nor wget is here')]);
  });
});

describe('service managers', () => {
  const UNIT = '/usr/local/lib/systemd/system/ipv6ddns.service';
  const SCRIPT_OF_INIT = '/etc/init.d/ipv6ddns';
  const MANAGERS: Readonly<Record<string, () => Promise<void>>> = {
    systemd: async () => {
      await mkdir(root.at('/run/systemd/system'), { recursive: true });
      await root.standIn('systemctl', '[ "$1" != is-active ] || [ -e /running ]');
    },
    openrc: async () => {
      await root.write('/sbin/openrc-run', '#!/bin/sh\n', 0o755);
      await root.standIn('rc-service', '[ "$2" != status ] || [ -e /running ]');
      await root.standIn('rc-update');
    },
    procd: () => root.write('/sbin/procd', '', 0o755),
  };

  test.each([
    ['systemd', UNIT, ['systemctl daemon-reload', 'systemctl is-active --quiet ipv6ddns']],
    ['openrc', SCRIPT_OF_INIT, ['rc-service ipv6ddns status']],
    ['procd', SCRIPT_OF_INIT, []],
  ])('install.sh: %s → what it reads is there, nothing is started', async (init, file, calls) => {
    await MANAGERS[init]?.();
    if (init === 'procd') await release('printf "#!/bin/sh\\nfalse\\n" >init.d/ipv6ddns.procd');
    const { status, stdout } = await install('/release');
    expect([status, stdout]).toEqual([0, expect.stringContaining('It is not running.')]);
    expect(await root.calls()).toEqual(calls);
    expect((await files()).filter((path) => path === UNIT || path === SCRIPT_OF_INIT)).toEqual([file]);
  });

  test.each([
    ['systemd', 'systemctl restart ipv6ddns'],
    ['openrc', 'rc-service ipv6ddns restart'],
  ])('install.sh: an upgrade while %s runs the daemon → says how to restart it', async (init, restart) => {
    await MANAGERS[init]?.();
    await install('/release');
    await root.write('/running', '');
    const { stdout } = await install('/release');
    expect(stdout).toContain(`The version before is still running. Restart it with:\n  ${restart}\n`);
  });

  test.each([
    ['systemd', 'systemctl --quiet disable --now ipv6ddns'],
    ['openrc', 'rc-service ipv6ddns stop'],
  ])('install.sh: --uninstall under %s → stopped before its files go', async (init, stop) => {
    await MANAGERS[init]?.();
    const before = await files();
    await install('/release');
    await root.write('/running', '');
    await root.calls();
    expect((await install('--uninstall')).status).toBe(0);
    expect(await root.calls()).toContain(stop);
    await rm(root.at('/running'));
    expect(await files()).toEqual(before);
  });

  test('install.sh: an init script that the administrator has changed → kept by an upgrade and by --uninstall', async () => {
    await MANAGERS['openrc']?.();
    await install('/release');
    await root.write(SCRIPT_OF_INIT, 'mine\n', 0o755);
    expect((await install('/release')).stdout).toContain(`${SCRIPT_OF_INIT} is there: kept\n`);
    expect((await install('--uninstall')).stdout).toContain(`${SCRIPT_OF_INIT} was changed: it stays\n`);
    expect(await root.read(SCRIPT_OF_INIT)).toBe('mine\n');
  });

  test('install.sh: systemd, a prefix that it does not search → the unit is where it looks, and names the executable', async () => {
    await MANAGERS['systemd']?.();
    await install('--prefix', '/opt/x', '/release');
    expect(await root.read('/etc/systemd/system/ipv6ddns.service')).toContain('\nExecStart=/opt/x/bin/ipv6ddns\n');
  });

  test('install.sh: an older unit is in force → says so', async () => {
    await MANAGERS['systemd']?.();
    await root.write('/etc/systemd/system/ipv6ddns.service', '');
    expect((await install('/release')).stderr).toContain('is in force in place of');
  });
});
