import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect } from 'vitest';
import { make } from '../packaging/program.ts';
import { A, BootedLab, booted, NAME } from './harness/lab.ts';

const { version: VERSION } = JSON.parse(readFileSync('package.json', 'utf8'));
const MACHINE = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const ARCHIVE = `ipv6ddns-${VERSION}-linux-${MACHINE}.tar.xz`;
const INSTALL = 'sh /root/release/install.sh';

let lab: BootedLab;

beforeAll(async () => {
  lab = await BootedLab.open();
});
afterAll(() => lab?.close());

booted(
  'install.sh: in a booted Debian → installs, starts nothing, upgrades beside a running daemon, removes',
  async () => {
    const { machine } = lab;
    await lab.beginTest();
    await make('-s', 'build/dist/install.sh', `build/dist/${ARCHIVE}`, `DIST_ARCHS=${MACHINE}`);
    await machine.run('mkdir /root/release');
    for (const file of ['install.sh', ARCHIVE]) await machine.copy(`build/dist/${file}`, `/root/release/${file}`);
    await machine.run('cd /root/release; sha256sum -- *.tar.xz >SHA256SUMS');
    // So small a Debian has no xz.
    await machine.copy('/usr/bin/busybox', '/usr/local/bin/busybox');
    const shown = async (property: string) =>
      (await machine.run(`systemctl show ipv6ddns --property=${property} --value`)).trim();

    const said = await machine.run(`${INSTALL} /root/release`);
    expect(said).toContain('It is not running. The first steps');
    expect(await shown('ActiveState')).toBe('inactive');
    expect((await machine.try('systemctl is-enabled ipv6ddns')).stdout).toBe('disabled\n');

    await machine.write('/etc/ipv6ddns/config.toml', `record_name = "${NAME}"\n`);
    await machine.write('/etc/ipv6ddns/token', `${lab.token.value}\n`, '0600');
    await machine.run('systemctl enable --now ipv6ddns 2>/dev/null');
    await lab.says(NAME, A);

    const before = await shown('MainPID');
    const upgraded = await machine.run(`${INSTALL} file:///root/release`);
    expect(upgraded).toContain('/etc/ipv6ddns/config.toml is there: kept');
    expect(upgraded).toContain('Restart it with:\n  systemctl restart ipv6ddns\n');
    expect(await shown('MainPID')).toBe(before);
    await machine.run('systemctl restart ipv6ddns');
    await machine.shows('ipv6ddns status', new RegExp(`^${NAME} +synced +${A}`, 'm'));

    expect(await machine.run(`${INSTALL} --uninstall`)).toContain('Settings and token stay in /etc/ipv6ddns');
    expect(await shown('LoadState')).toBe('not-found');
    const left = "find /etc /usr /var/lib /run -name '*ipv6ddns*' | sort";
    expect(await machine.run(left)).toBe('/etc/ipv6ddns\n');
    expect(await machine.run('ls /etc/ipv6ddns')).toBe('config.toml\ntoken\n');
    expect((await machine.run('systemctl is-system-running')).trim()).toBe('running');
  },
);
