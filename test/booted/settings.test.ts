import { afterAll, beforeAll, beforeEach, describe, expect, inject } from 'vitest';
import { A, BootedLab, booted, NAME } from './harness/lab.ts';

const CONFIG = '/etc/ipv6ddns/config.toml';
const VARIABLES = '/etc/default/ipv6ddns';
const TOKEN = '/etc/ipv6ddns/token';
const DROP_IN = '/etc/systemd/system/ipv6ddns.service.d/override.conf';

let lab: BootedLab;

beforeAll(async () => {
  lab = await BootedLab.open();
  await lab.install(inject('deb'));
});
afterAll(() => lab?.close());

/** A machine on which nothing has been set. */
beforeEach(async () => {
  await lab.machine.run(`
    systemctl stop ipv6ddns
    rm -rf /etc/systemd/system/ipv6ddns.service.d ${CONFIG} ${VARIABLES} ${TOKEN}
    systemctl daemon-reload
    systemctl reset-failed ipv6ddns 2>/dev/null || true`);
  await lab.beginTest();
});

interface Wanted {
  readonly token: string;
  readonly name: string;
  readonly zoneId: string;
}

/** Ways to configure the service, those of the README of the program that this one continues included. */
const WAYS = {
  async 'systemctl edit with Environment='({ token, name, zoneId }: Wanted, mode: string) {
    const lines = [
      '[Service]',
      `Environment="CLOUDFLARE_API_TOKEN=${token}"`,
      `Environment="CLOUDFLARE_ZONE_ID=${zoneId}"`,
      `Environment="CLOUDFLARE_RECORD_NAME=${name}"`,
      'Environment="CLOUDFLARE_MULTI_RECORD=error"',
    ];
    await lab.machine.write('/root/drop-in', lines.map((line) => `${line}\n`).join(''));
    // In place of an editor, which is told a line to begin at, and the file as the last argument.
    await lab.machine.write('/root/editor', '#!/bin/sh\nfor file; do :; done\ncp /root/drop-in "$file"\n', '0755');
    await lab.machine.run(`
      SYSTEMD_EDITOR=/root/editor script -qec 'systemctl edit ipv6ddns' /dev/null
      chmod ${mode} ${DROP_IN}`);
  },

  async '/etc/default/ipv6ddns with export'({ token, name, zoneId }: Wanted, mode: string) {
    const lines = [
      '# for a shell',
      `export CLOUDFLARE_API_TOKEN="${token}"`,
      `export CLOUDFLARE_ZONE_ID="${zoneId}"`,
      `export CLOUDFLARE_RECORD_NAME="${name}"`,
      'export CLOUDFLARE_MULTI_RECORD="error"',
    ];
    await lab.machine.write(VARIABLES, lines.map((line) => `${line}\n`).join(''), mode);
  },

  async 'api_token in config.toml'({ token, name }: Wanted, mode: string) {
    await lab.machine.write(CONFIG, `api_token = "${token}"\nrecord_name = "${name}"\n`, mode);
  },

  async '/etc/ipv6ddns/token'({ token, name }: Wanted, mode: string) {
    await lab.machine.write(TOKEN, `${token}\n`, mode);
    await lab.machine.write(CONFIG, `record_name = "${name}"\n`);
  },
} as const;

const wanted = (name: string, token = lab.token.value): Wanted => ({ token, name, zoneId: lab.zone.id });

/** What the service manager knows of the service. */
async function shown(...properties: readonly string[]): Promise<string[]> {
  const values = await lab.machine.run(`systemctl show ipv6ddns --property=${properties.join(',')}`);
  return properties.map((name) => new RegExp(`^${name}=(.*)$`, 'm').exec(values)?.[1] ?? '');
}

describe.each(['0644', '0600'])('files of mode %s', (mode) => {
  booted.each(Object.entries(WAYS))(
    'settings: nothing but %s → active, the record is right',
    async (way, configure) => {
      const name = `${way.replaceAll(/[^a-z]+/gi, '-').toLowerCase()}-${mode}.example.com`.replace(/^-/, '');
      await configure(wanted(name), mode);
      await lab.machine.run('systemctl start ipv6ddns');
      await lab.says(name, A);
      expect(await shown('ActiveState', 'NRestarts')).toEqual(['active', '0']);
      await lab.machine.shows('ipv6ddns status', new RegExp(`^${name} +synced +${A}`, 'm'));
      const journal = await lab.machine.journal('ipv6ddns');
      expect(journal).toContain(`${name}: AAAA ${A}, created in `);
      expect(journal).not.toContain(lab.token.value);
    },
  );
});

booted.each(['0644', '0600'])('settings: all ways together, mode %s → the token of each in its turn', async (mode) => {
  // From the strongest to the weakest, each with a token of its own.
  const order = [
    ['systemctl edit with Environment=', `rm ${DROP_IN}; systemctl daemon-reload`],
    ['/etc/default/ipv6ddns with export', `rm ${VARIABLES}`],
    ['/etc/ipv6ddns/token', `rm ${TOKEN}`],
    ['api_token in config.toml', ''],
  ] as const;
  const tokens = await Promise.all(order.map(() => lab.api.addToken({ zones: [lab.zone.id] })));
  for (const [i, [way]] of order.entries()) await WAYS[way](wanted(NAME, tokens[i]?.value), mode);
  for (const [i, [way, takeAway]] of order.entries()) {
    const since = (await lab.api.requests()).length;
    await lab.machine.run('systemctl restart ipv6ddns');
    const { headers } = await lab.api.nextRequest({}, { since });
    expect([way, headers['authorization']]).toEqual([way, `[token ${tokens[i]?.id}]`]);
    if (takeAway !== '') await lab.machine.run(takeAway);
  }
});

booted('settings: none at all → our own words, status 78, no restart', async () => {
  await lab.machine.try('systemctl start ipv6ddns');
  await lab.machine.shows('systemctl is-failed ipv6ddns', /^failed$/m);
  expect(await shown('ActiveState', 'Result', 'ExecMainStatus', 'NRestarts')).toEqual([
    'failed',
    'exit-code',
    '78',
    '0',
  ]);
  const journal = await lab.machine.journal('ipv6ddns');
  expect(journal).toMatch(/no API token; set /);
  expect(journal).not.toMatch(/Protocol error|Failed to set up credentials/);
});

describe('token in its file, for root alone', () => {
  beforeEach(() => WAYS['/etc/ipv6ddns/token'](wanted(NAME), '0600'));

  booted.each(['sudo ipv6ddns check', 'sudo ipv6ddns once --dry-run'])(
    'settings: %s without a variable → works',
    async (command) => {
      await lab.machine.run(command);
    },
  );

  booted('status: right after the start, time and again → knows the address at once', async () => {
    for (let turn = 1; turn <= 5; turn += 1) {
      const { stdout } = await lab.machine.try(
        'systemctl start ipv6ddns && ipv6ddns status --json; systemctl stop ipv6ddns',
      );
      expect([turn, JSON.parse(stdout).records[0]]).toEqual([
        turn,
        expect.objectContaining({ name: NAME, address: A }),
      ]);
    }
  });

  booted('reload: another name → that name’s record is right, without a restart', async () => {
    await lab.machine.run('systemctl start ipv6ddns');
    const [before] = await shown('MainPID');
    await lab.machine.write(CONFIG, 'record_name = "another.example.com"\n');
    await lab.machine.run('systemctl reload ipv6ddns');
    await lab.says('another.example.com', A);
    expect(await shown('MainPID', 'ActiveState')).toEqual([before, 'active']);
  });

  booted(
    'reload: settings that are wrong → said by systemctl status and by status, the old ones stay in force',
    async () => {
      await lab.machine.run('systemctl start ipv6ddns');
      await lab.machine.shows('ipv6ddns status', /synced/);
      await lab.machine.write(CONFIG, 'record_nam = "other.example.com"\n');
      await lab.machine.try('systemctl reload ipv6ddns');
      await lab.machine.shows('systemctl status ipv6ddns', /Status: .*settings/);
      expect(await lab.machine.shows('ipv6ddns status', /settings/)).toMatch(new RegExp(`${NAME} +synced`));
      expect((await shown('ActiveState'))[0]).toBe('active');
      await lab.machine.write(CONFIG, `record_name = "${NAME}"\n`);
      await lab.machine.run('systemctl reload ipv6ddns');
      await lab.machine.shows('systemctl status ipv6ddns', /Status: "1 of 1 records synced"/);
    },
  );
});
