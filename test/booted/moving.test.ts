import { afterAll, beforeAll, expect, inject } from 'vitest';
import { fencesOf } from '../packaging/documents.ts';
import { A, BootedLab, booted, NAME } from './harness/lab.ts';

const OLD_UNIT = '/etc/systemd/system/ipv6ddns.service';
const OLD_PROGRAM = '/usr/local/bin/ipv6ddns';

let lab: BootedLab;

beforeAll(async () => {
  lab = await BootedLab.open();
});
afterAll(() => lab?.close());

/** The commands that the manual shows under a heading. */
function commandsUnder(heading: string): string {
  const [block] = fencesOf('docs/manual.md').filter(
    ({ language, heading: own }) => language === 'sh' && own === heading,
  );
  return block?.text ?? '';
}

booted(
  'package: over the version in Rust → says what is in the way; with the manual’s commands ours is at work',
  async () => {
    const { machine } = lab;
    await lab.beginTest();
    await machine.write(OLD_PROGRAM, '#!/bin/sh\nexec sleep infinity\n', '0755');
    await machine.write(OLD_UNIT, `[Service]\nExecStart=${OLD_PROGRAM}\n[Install]\nWantedBy=multi-user.target\n`);
    await machine.write('/etc/default/ipv6ddns', `export CLOUDFLARE_API_TOKEN="${lab.token.value}"\n`, '0600');
    await machine.run('systemctl daemon-reload; systemctl enable --now ipv6ddns');

    const said = await lab.install(inject('deb'));
    expect(said).toContain(`${OLD_UNIT} is in force in place of /usr/lib/systemd/system/ipv6ddns.service.`);
    expect(said).toContain(`there is another one, ${OLD_PROGRAM}, beside /usr/bin/ipv6ddns.`);

    await machine.write('/etc/ipv6ddns/config.toml', `record_name = "${NAME}"\n`);
    await machine.run(commandsUnder('From the Rust version'));
    await lab.says(NAME, A);
    expect(await machine.run('systemctl show ipv6ddns --property=FragmentPath --value')).toBe(
      '/usr/lib/systemd/system/ipv6ddns.service\n',
    );
    expect(await machine.run('command -v ipv6ddns')).toBe('/usr/bin/ipv6ddns\n');
    expect((await machine.run('systemctl is-enabled ipv6ddns')).trim()).toBe('enabled');
  },
);
