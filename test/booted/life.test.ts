import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, inject } from 'vitest';
import { laterRelease } from '../packaging/release.ts';
import { A, BootedLab, booted, NAME } from './harness/lab.ts';

const B = '3ffe:1::b';
const { version: VERSION } = JSON.parse(readFileSync('package.json', 'utf8'));
const TOKEN = '/etc/ipv6ddns/token';
const CONFIG = '/etc/ipv6ddns/config.toml';

let lab: BootedLab;

beforeAll(async () => {
  lab = await BootedLab.open();
});
afterAll(() => lab?.close());

/** The package is installed, its service enabled, and the record right. */
async function atWork(): Promise<void> {
  const { machine } = lab;
  await machine.run('dpkg -s ipv6ddns >/dev/null 2>&1 || dpkg -i /root/ipv6ddns.deb >/dev/null');
  await machine.write(CONFIG, `record_name = "${NAME}"\n`);
  await machine.write(TOKEN, `${lab.token.value}\n`, '0600');
  await machine.run('systemctl enable --now ipv6ddns 2>/dev/null');
  await synced();
  await lab.beginTest();
}

const synced = (address = A): Promise<string> =>
  lab.machine.shows('ipv6ddns status', new RegExp(`^${NAME} +synced +${address}`, 'm'));

const shown = async (property: string): Promise<string> =>
  (await lab.machine.run(`systemctl show ipv6ddns --property=${property} --value`)).trim();

/** The daemon notices a change. */
async function works(): Promise<void> {
  await lab.machine.run(`ip addr add ${B}/64 dev wan0 nodad; ip addr del ${A}/64 dev wan0`);
  await lab.says(NAME, B);
  await lab.machine.run(`ip addr add ${A}/64 dev wan0 nodad; ip addr del ${B}/64 dev wan0`);
  await lab.says(NAME, A);
}

booted('package: installed for the first time → starts nothing', async () => {
  await lab.beginTest();
  await lab.install(inject('deb'));
  expect(await shown('ActiveState')).toBe('inactive');
  expect((await lab.machine.try('systemctl is-enabled ipv6ddns')).stdout).toBe('disabled\n');
  expect((await lab.machine.try('ipv6ddns status')).status).toBe(3);
});

describe('at work', () => {
  beforeEach(atWork);

  booted('package: upgraded while it runs, then downgraded → runs anew each time, with the settings', async () => {
    for (const [deb, version] of [
      [await laterRelease(inject('deb')), '99'],
      [inject('deb'), VERSION],
    ] as const) {
      const before = await shown('MainPID');
      await lab.install(deb, '--allow-downgrades', '-o Dpkg::Options::=--force-confold');
      expect(await lab.machine.run('dpkg -s ipv6ddns')).toContain(`\nVersion: ${version}\n`);
      expect(await shown('ActiveState')).toBe('active');
      expect(await shown('MainPID')).not.toBe(before);
      await synced();
    }
    expect(await lab.machine.run(`cat ${CONFIG}`)).toBe(`record_name = "${NAME}"\n`);
    expect((await lab.machine.run('systemctl is-enabled ipv6ddns')).trim()).toBe('enabled');
    await works();
  });

  booted('package: removed → stopped, the settings stay; installed again → as before at the next start', async () => {
    await lab.machine.run('apt-get -qq remove ipv6ddns');
    expect(await shown('ActiveState')).toBe('inactive');
    expect(await lab.machine.run(`cat ${TOKEN} ${CONFIG}`)).toBe(`${lab.token.value}\nrecord_name = "${NAME}"\n`);
    expect((await lab.machine.try('command -v ipv6ddns')).stdout).toBe('');
    await lab.install(inject('deb'));
    await lab.machine.run('systemctl start ipv6ddns');
    await synced();
  });

  booted('package: purged → no token, no settings, no link, nothing that systemd misses', async () => {
    await lab.machine.run('apt-get -qq purge ipv6ddns');
    const left = "find /etc /usr /var/lib /run -name '*ipv6ddns*' ! -path '/var/lib/dpkg/*'";
    expect(await lab.machine.run(left)).toBe('');
    expect(await shown('LoadState')).toBe('not-found');
    expect((await lab.machine.run('systemctl is-system-running')).trim()).toBe('running');
  });

  booted('service: the machine is shut down and booted again → the record is right without a hand', async () => {
    await lab.machine.powerOff();
    await lab.api.removeRecord(lab.zone.id, (await lab.api.records(lab.zone.id))[0]?.id ?? '');
    await lab.boot();
    await lab.says(NAME, A);
    await synced();
    expect(await lab.machine.journal('ipv6ddns')).toMatch(/stopping on SIGTERM[\s\S]*keeping .* right by netlink/);
  });

  booted('service: killed by SIGKILL → started anew, its status is true', async () => {
    const before = await shown('MainPID');
    await lab.machine.run(`kill -KILL ${before}`);
    await lab.machine.shows(
      'systemctl show ipv6ddns --property=NRestarts,ActiveState',
      /ActiveState=active\nNRestarts=1|NRestarts=1\nActiveState=active/,
    );
    expect(await shown('MainPID')).not.toBe(before);
    await synced();
    await works();
  });

  booted('service: hangs → the watchdog ends it, and it is started anew', async () => {
    const dropIn = '/etc/systemd/system/ipv6ddns.service.d/watchdog.conf';
    await lab.machine.write(dropIn, '[Service]\nWatchdogSec=3\nTimeoutAbortSec=1\nRestartSec=100ms\n');
    await lab.machine.run('systemctl daemon-reload; systemctl restart ipv6ddns');
    await synced();
    await lab.machine.run(`kill -STOP ${await shown('MainPID')}`);
    await lab.machine.shows('systemctl show ipv6ddns --property=NRestarts', /NRestarts=1/);
    await synced();
    expect(await lab.machine.journal()).toMatch(/ipv6ddns\.service: Watchdog timeout/);
    await works();
  });
});
