import { copyFile, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { laterRelease } from './release.ts';
import { filesOf, isolated, make, succeed, temporaryFolder } from './run.ts';

const CONFIG = '/etc/ipv6ddns/config.toml';
const TOKEN = '/etc/ipv6ddns/token';
const VARIABLES = '/etc/default/ipv6ddns';
const UNIT_LINK = '/etc/systemd/system/multi-user.target.wants/ipv6ddns.service';

let deb = '';
beforeAll(async () => {
  deb = (await make('deb')).trim().split('\n').at(-1) ?? '';
});

/** A root with nothing but dpkg's database and what a maintainer script needs: sh, rm, rmdir. */
class Root {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Root> {
    const root = new Root(await temporaryFolder());
    for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
      await mkdir(root.at(`/usr/${folder}`), { recursive: true });
      await symlink(`usr/${folder}`, root.at(`/${folder}`));
    }
    for (const folder of ['/var/lib/dpkg/info', '/dev']) await mkdir(root.at(folder), { recursive: true });
    await writeFile(root.at('/dev/null'), ''); // a file does
    await writeFile(root.at('/var/lib/dpkg/status'), '');
    const programs = ['/bin/sh', '/bin/rm', '/bin/rmdir'];
    const needed = (await succeed(['ldd', ...programs])).matchAll(/(\/\S+) \(0x/g);
    for (const file of new Set([...programs, ...[...needed].map(([, path = '']) => path)])) {
      await mkdir(dirname(root.at(file)), { recursive: true });
      await copyFile(file, root.at(file));
    }
    return root;
  }

  at(path: string): string {
    return join(this.path, path);
  }

  dpkg(...parameters: readonly string[]): Promise<string> {
    const log = ['--log=/dev/null', '--force-not-root', '--force-unsafe-io'];
    return succeed(isolated('dpkg', `--root=${this.path}`, ...log, ...parameters));
  }

  /** A systemd that is running: what would be told to it is written down. */
  async pretendSystemd(): Promise<() => Promise<string[]>> {
    const calls = this.at('/calls');
    await mkdir(this.at('/run/systemd/system'), { recursive: true });
    for (const program of ['systemctl', 'deb-systemd-invoke']) {
      await writeFile(this.at(`/usr/bin/${program}`), `#!/bin/sh\necho "${program} $*" >>/calls\n`, { mode: 0o755 });
    }
    return async () => {
      const said = await readFile(calls, 'utf8').catch(() => '');
      await writeFile(calls, '');
      return said.split('\n').filter((line) => line !== '');
    };
  }

  /** Everything that is not dpkg's or the root's own. */
  async files(): Promise<string[]> {
    const own =
      /^\/(dev\/null|var\/lib\/dpkg|usr\/bin\/(sh|rm|rmdir)$|usr\/lib\/\S*\.so|usr\/lib64|bin$|sbin$|lib$|lib64$)/;
    return (await filesOf(this.path)).filter((file) => !own.test(file));
  }
}

describe('package', () => {
  test('package: built again with another umask, time zone and folder times → the same bytes', async () => {
    const again = join(await temporaryFolder(), 'again.deb');
    await succeed(['sh', '-c', `umask 077 && exec make deb DEB=${again}`], { TZ: 'Asia/Tokyo' });
    expect((await readFile(again)).equals(await readFile(deb))).toBe(true);
  });

  test('package: its contents → root’s, as make install puts them below /usr, times of SOURCE_DATE_EPOCH', async () => {
    const folder = await temporaryFolder();
    const old = join(folder, 'old.deb');
    await make('deb', `DEB=${old}`, 'SOURCE_DATE_EPOCH=1700000000');
    const listing = await succeed(['dpkg-deb', '--contents', old], { TZ: 'UTC' });
    const asBuilt = /^[d-]rw[x-]r-[x-]r-[x-] root\/root .* 2023-11-14 22:13 /;
    for (const line of listing.trim().split('\n')) expect(line).toMatch(asBuilt);
    await succeed(['dpkg-deb', '-x', old, folder]);
    const unit = await readFile(join(folder, 'usr/lib/systemd/system/ipv6ddns.service'), 'utf8');
    expect(unit).toContain('\nExecStart=/usr/bin/ipv6ddns\n');
    await stat(join(folder, 'usr/share/zsh/vendor-completions/_ipv6ddns'));
  });

  test('package: its checksums → cover every file but the config, and are right', async () => {
    const folder = await temporaryFolder();
    await succeed(['dpkg-deb', '-R', deb, folder]);
    const sums = await readFile(join(folder, 'DEBIAN/md5sums'), 'utf8');
    await succeed(['sh', '-c', `cd ${folder} && md5sum -c --quiet DEBIAN/md5sums`]);
    const listed = sums
      .trim()
      .split('\n')
      .map((line) => `/${line.slice(34)}`);
    const shipped = (await filesOf(folder)).filter((file) => !file.startsWith('/DEBIAN/'));
    expect(new Set([...listed, CONFIG])).toEqual(new Set(shipped));
    expect(await readFile(join(folder, 'DEBIAN/conffiles'), 'utf8')).toBe(`${CONFIG}\n`);
  });
});

describe('without systemd', () => {
  test('package: installed, removed, installed, purged → nothing is left, the token neither', async () => {
    const root = await Root.create();
    const before = await root.files();
    await root.dpkg('--install', deb);
    expect(await succeed(isolated('chroot', root.path, '/usr/bin/ipv6ddns', '--version'))).toMatch(/^ipv6ddns /);
    await mkdir(root.at(dirname(VARIABLES)));
    for (const file of [TOKEN, VARIABLES]) await writeFile(root.at(file), 'secret\n');
    await root.dpkg('--remove', 'ipv6ddns');
    expect(await root.files()).toEqual([...before, CONFIG, TOKEN, VARIABLES].sort());
    await root.dpkg('--install', deb);
    await root.dpkg('--purge', 'ipv6ddns');
    expect(await root.files()).toEqual(before);
    await expect(stat(root.at('/etc/ipv6ddns'))).rejects.toThrow('ENOENT');
  });

  test('package: purged beside a file of the administrator’s → that file stays', async () => {
    const root = await Root.create();
    await root.dpkg('--install', deb);
    await writeFile(root.at('/etc/ipv6ddns/notes'), '');
    await root.dpkg('--purge', 'ipv6ddns');
    expect(await root.files()).toEqual(['/etc/ipv6ddns/notes']);
  });

  test('package: upgraded over a changed config → the administrator’s stays, the new one lies beside it', async () => {
    const root = await Root.create();
    await root.dpkg('--install', deb);
    await writeFile(root.at(CONFIG), 'record_name = "home.example.com"\n');
    await root.dpkg('--install', deb);
    await root.dpkg('--force-confold', '--install', await laterRelease(deb));
    expect(await readFile(root.at(CONFIG), 'utf8')).toBe('record_name = "home.example.com"\n');
    expect(await readFile(root.at(`${CONFIG}.dpkg-dist`), 'utf8')).toBe('# of version 99\n');
    await root.dpkg('--purge', 'ipv6ddns');
    expect(await root.files()).toEqual([]);
  });

  test('package: upgraded over an unchanged config → the new one is in force', async () => {
    const root = await Root.create();
    await root.dpkg('--install', deb);
    await root.dpkg('--install', await laterRelease(deb));
    expect(await readFile(root.at(CONFIG), 'utf8')).toBe('# of version 99\n');
  });
});

describe('with systemd running', () => {
  test('package: life → started by nobody, restarted by an upgrade if it runs, stopped before a removal', async () => {
    const root = await Root.create();
    const calls = await root.pretendSystemd();
    await root.dpkg('--install', deb);
    expect(await calls()).toEqual(['systemctl --system daemon-reload']);
    await root.dpkg('--install', await laterRelease(deb));
    expect(await calls()).toEqual([
      'systemctl --system daemon-reload',
      'deb-systemd-invoke try-restart ipv6ddns.service',
    ]);
    await root.dpkg('--remove', 'ipv6ddns');
    expect(await calls()).toEqual(['deb-systemd-invoke stop ipv6ddns.service', 'systemctl --system daemon-reload']);
    await root.dpkg('--purge', 'ipv6ddns');
    expect(await calls()).toEqual([]);
  });

  test('package: systemctl fails → installs all the same', async () => {
    const root = await Root.create();
    await root.pretendSystemd();
    await writeFile(root.at('/usr/bin/systemctl'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    await root.dpkg('--install', deb);
    expect(await root.files()).toContain('/usr/bin/ipv6ddns');
  });

  test('package: enabled by the administrator → an upgrade keeps that, a purge takes it away', async () => {
    const root = await Root.create();
    // The machine's own helpers work on the root: deb-systemd-helper, systemctl.
    const chrootless = ['--force-script-chrootless'];
    await root.dpkg(...chrootless, '--install', deb);
    expect(await root.files()).not.toContain(UNIT_LINK);
    await succeed(isolated('systemctl', `--root=${root.path}`, 'enable', 'ipv6ddns.service'));
    expect(await root.files()).toContain(UNIT_LINK);
    await root.dpkg(...chrootless, '--install', await laterRelease(deb));
    expect(await root.files()).toContain(UNIT_LINK);
    await root.dpkg(...chrootless, '--purge', 'ipv6ddns');
    expect(await root.files()).toEqual([]);
  });
});
