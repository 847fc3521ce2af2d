import { mkdir, rm } from 'node:fs/promises';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { BareRoot } from './bare-root.ts';
import { Installer, makeRelease } from './installer.ts';

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
  if (init === 'procd') await installer.release('printf "#!/bin/sh\\nfalse\\n" >init.d/ipv6ddns.procd');
  const { status, stdout } = await install('/release');
  expect([status, stdout]).toEqual([0, expect.stringContaining('It is not running.')]);
  expect(await root.calls()).toEqual(calls);
  expect((await installer.files()).filter((path) => path === UNIT || path === SCRIPT_OF_INIT)).toEqual([file]);
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
  const before = await installer.files();
  await install('/release');
  await root.write('/running', '');
  await root.calls();
  expect((await install('--uninstall')).status).toBe(0);
  expect(await root.calls()).toContain(stop);
  await rm(root.at('/running'));
  expect(await installer.files()).toEqual(before);
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

test('install.sh: a unit of somebody else’s where ours would go → kept by an upgrade and by --uninstall, too', async () => {
  await MANAGERS['systemd']?.();
  await root.write('/etc/systemd/system/ipv6ddns.service', 'theirs\n');
  for (const call of [['/release'], ['/release'], ['--uninstall']]) await install('--prefix', '/opt/x', ...call);
  expect(await root.read('/etc/systemd/system/ipv6ddns.service')).toBe('theirs\n');
});

test('install.sh: an older unit is in force → says so', async () => {
  await MANAGERS['systemd']?.();
  await root.write('/etc/systemd/system/ipv6ddns.service', '');
  expect((await install('/release')).stderr).toContain('is in force in place of');
});
