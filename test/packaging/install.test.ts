import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { INSTALLED } from './installed.ts';
import type { Ended } from './program.ts';
import { filesOf, isolated, make, run, succeed, temporaryFolder } from './run.ts';

const CONFIG = '/etc/ipv6ddns/config.toml';
const below = (prefix: string, files: readonly string[]) => files.map((file) => `${prefix}/${file}`);

test('install: under DESTDIR → everything below /usr/local, the settings in /etc, nothing else', async () => {
  const root = await temporaryFolder();
  await make('install', `DESTDIR=${root}`);
  expect(await filesOf(root)).toEqual([CONFIG, ...below('/usr/local', INSTALLED)]);
  expect((await stat(join(root, 'usr/local/bin/ipv6ddns'))).mode & 0o777).toBe(0o755);
  expect((await stat(join(root, 'usr/local/lib/systemd/system/ipv6ddns.service'))).mode & 0o777).toBe(0o644);
});

test('install: what was installed → runs and says its version', async () => {
  const root = await temporaryFolder();
  await make('install', `DESTDIR=${root}`);
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  const { stdout } = await run([join(root, 'usr/local/bin/ipv6ddns'), '--version']);
  expect(stdout).toBe(`ipv6ddns ${version}\n`);
});

test('install: another PREFIX, a DESTDIR with a blank → unit and man pages name the real paths', async () => {
  const root = `${await temporaryFolder()}/a root`;
  await make('install', `DESTDIR=${root}`, 'PREFIX=/opt/ipv6ddns');
  expect(await filesOf(root)).toEqual([CONFIG, ...below('/opt/ipv6ddns', INSTALLED)]);
  const texts = await Promise.all(
    INSTALLED.filter((file) => file !== 'bin/ipv6ddns').map((file) =>
      readFile(join(root, '/opt/ipv6ddns', file), 'utf8'),
    ),
  );
  expect(texts.join('')).toContain('\nExecStart=/opt/ipv6ddns/bin/ipv6ddns\n');
  expect(texts.join('')).not.toMatch(/\/usr\/local\/\S*ipv6ddns/);
});

test.each(['systemd', 'openrc', 'procd'])(
  'install: INIT=%s over changed files of /etc → keeps them and says so',
  async (init) => {
    const root = await temporaryFolder();
    await make('install', `DESTDIR=${root}`, `INIT=${init}`);
    const settings = (await filesOf(root)).filter((file) => file.startsWith('/etc/'));
    expect(settings).toEqual([...(init === 'systemd' ? [] : ['/etc/init.d/ipv6ddns']), CONFIG]);
    for (const file of settings) {
      await writeFile(join(root, file), 'mine\n');
      await chmod(join(root, file), 0o600);
    }
    const said = await make('install', `DESTDIR=${root}`, `INIT=${init}`);
    for (const file of settings) {
      expect(said).toContain(`${root}${file} is there: kept\n`);
      expect(await readFile(join(root, file), 'utf8')).toBe('mine\n');
      expect((await stat(join(root, file))).mode & 0o777).toBe(0o600);
    }
  },
);

test('install: an INIT that is none → refused, nothing is installed', async () => {
  const root = await temporaryFolder();
  const { status, stderr } = await run(['make', 'install', `DESTDIR=${root}`, 'INIT=upstart']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('INIT is systemd, openrc or procd')]);
  expect(await filesOf(root)).toEqual([]);
});

/** Runs make install among a machine's /etc/systemd, /usr/local and /opt that are the test's own. */
async function installOnto(files: readonly string[], ...parameters: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  const own = ['/etc', '/usr/local', '/opt'];
  for (const place of own) await mkdir(join(folder, place), { recursive: true });
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), '', { mode: 0o755 });
  }
  const mounts = own.map((place) => `mount --bind '${folder}${place}' ${place}`).join(' && ');
  const { status, stderr } = await run(
    isolated('sh', '-c', `${mounts} && exec make --no-print-directory install ${parameters.join(' ')}`),
    { PATH: `/usr/local/bin:${process.env['PATH']}` },
  );
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  return stderr;
}

test('install: a machine without another version → says nothing', async () => {
  expect(await installOnto([])).toBe('');
  expect(await installOnto([], 'INIT=openrc')).toBe('');
});

test('install: a unit in /etc/systemd/system, another executable in PATH → says which are in the way, and what to do', async () => {
  const said = await installOnto(
    ['/etc/systemd/system/ipv6ddns.service', '/usr/local/bin/ipv6ddns'],
    'PREFIX=/opt/ipv6ddns',
  );
  expect(said).toContain(
    '/etc/systemd/system/ipv6ddns.service is in force in place of /opt/ipv6ddns/lib/systemd/system/ipv6ddns.service.',
  );
  expect(said).toContain('    rm /etc/systemd/system/ipv6ddns.service\n    systemctl daemon-reload');
  expect(said).toContain('another one, /usr/local/bin/ipv6ddns, beside /opt/ipv6ddns/bin/ipv6ddns.');
  expect(said).toContain('    rm /usr/local/bin/ipv6ddns\n');
});

test('install: that unit, but OpenRC → does not speak of it', async () => {
  expect(await installOnto(['/etc/systemd/system/ipv6ddns.service'], 'INIT=openrc')).toBe('');
});

/** Names of folders in which a shell, make, sed or install could see more than a name. */
const ODD = ['a b', "it's", 'a"b', 'a,b', 'a#b', 'a:b', 'a%b', 'a&b', 'a;b', 'a\\b', 'a*b', 'é'];

test('install, uninstall: all odd characters in DESTDIR → all goes there, and all of it away again', async () => {
  const root = `${await temporaryFolder()}/-v ${ODD.join('')}`;
  expect(await make('install', `DESTDIR=${root}`)).toBe('');
  expect(await filesOf(root)).toEqual([CONFIG, ...below('/usr/local', INSTALLED)]);
  await make('uninstall', `DESTDIR=${root}`);
  expect(await filesOf(root)).toEqual([CONFIG]);
});

test.each(ODD)('install, uninstall: PREFIX below "%s" → refused in words, nothing is touched', async (odd) => {
  const root = await temporaryFolder();
  const place = join(root, 'opt', odd.split(' ')[0] ?? '', 'bin');
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'ipv6ddns'), 'not ours\n');
  const before = await filesOf(root);
  for (const target of ['install', 'uninstall']) {
    const { status, stderr } = await run(['make', target, `DESTDIR=${root}`, `PREFIX=/opt/${odd}`]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(`PREFIX "/opt/${odd}" has a character that is not`)]);
  }
  expect(await filesOf(root)).toEqual(before);
});

test.each(['DESTDIR', 'PREFIX', 'UNITDIR', 'ZSHDIR'])(
  'uninstall: a dollar sign in %s → refused in words',
  async (name) => {
    const { status, stderr } = await run([
      'make',
      'uninstall',
      `DESTDIR=${await temporaryFolder()}`,
      `${name}=/tmp/a$b`,
    ]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining(`${name} has a dollar sign in it: name another folder`),
    ]);
  },
);

test('uninstall: a PREFIX that is no path from the root → refused in words', async () => {
  const { status, stderr } = await run(['make', 'uninstall', 'PREFIX=usr']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('PREFIX has to be a path from the root, not "usr"')]);
});

/** What make says in a copy of the folder with that name. */
async function makeIn(name: string): Promise<Ended> {
  const folder = `${await temporaryFolder()}/${name}`;
  await mkdir(folder);
  await succeed(['cp', '--parents', '-t', folder, 'Makefile', 'package.json', ...MAKEFILES]);
  return run(['make', '-C', folder, '--dry-run', 'help']);
}

const MAKEFILES = [
  ...['native/architectures.mk', 'native/third-party.mk'],
  ...['packaging/packaging.mk', 'packaging/dist.mk', 'packaging/architectures'],
];
const BUILDABLE = ['a,b', 'é'];

test.each(ODD.filter((name) => !BUILDABLE.includes(name)))(
  'build: in a folder "%s" → refused at once, in words',
  async (odd) => {
    const { status, stderr } = await makeIn(odd);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/cannot be built below ".*": move this folder to a path of/),
    ]);
    expect(stderr).toContain(`${odd}"`);
  },
);

test.each(BUILDABLE)('build: in a folder "%s" → not refused', async (name) => {
  expect((await makeIn(name)).status).toBe(0);
});

test('uninstall: after install, beside a stranger’s files → only the settings and the stranger’s files stay', async () => {
  const root = await temporaryFolder();
  await make('install', `DESTDIR=${root}`);
  await writeFile(join(root, 'usr/local/bin/other'), '');
  expect(await make('uninstall', `DESTDIR=${root}`)).toContain(`${root}${CONFIG} stays\n`);
  expect(await filesOf(root)).toEqual([CONFIG, '/usr/local/bin/other']);
  await expect(stat(join(root, 'usr/local/share/doc/ipv6ddns'))).rejects.toThrow('ENOENT');
});

test('uninstall: nothing is installed → succeeds', async () => {
  await make('uninstall', `DESTDIR=${await temporaryFolder()}`);
});

test('licences: the bundled libraries → the notices of these are in the copyright file, and no others', async () => {
  const copyright = await readFile('packaging/copyright', 'utf8');
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
  const [, fetched = ''] = /^THIRD_PARTY := (.*)$/m.exec(await readFile('native/third-party.mk', 'utf8')) ?? [];
  const libraries = [...Object.keys(dependencies), ...fetched.split(' ')];
  const noticed = [...copyright.matchAll(/^Files: (.*)\nCopyright: \S/gm)].map(([, name = '']) => name.toLowerCase());
  expect(noticed.sort()).toEqual(['*', ...libraries].sort());
  const licences = [...copyright.matchAll(/^License: (.*)$/gm)].map(([, name]) => name);
  const texts = [...copyright.matchAll(/\n\nLicense: (.*)\n \S/g)].map(([, name]) => name);
  expect(new Set(texts)).toEqual(new Set(licences));
});
