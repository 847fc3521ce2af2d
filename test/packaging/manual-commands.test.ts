import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Lab, NAME } from '../e2e/harness/lab.ts';
import { openLab } from '../e2e/harness/open.ts';
import { EXECUTABLE } from '../e2e/harness/programs.ts';
import { fencesOf, GUIDES } from './documents.ts';

/** Run below as they stand, in this order: before the daemon starts, and while it runs. */
const BEFORE = [
  'sudo install -m 600 /dev/stdin /etc/ipv6ddns/token',
  'ipv6ddns addresses',
  'ipv6ddns addresses --json',
  'sudo ipv6ddns check',
  'sudo ipv6ddns check --json',
  'sudo ipv6ddns once --dry-run',
  'sudo ipv6ddns once',
];
const MEANWHILE = ['ipv6ddns status', 'ipv6ddns status --json'];

/** What needs a service manager, a container engine or the machine's own package manager, and make's targets: the test
 *  that shows our part of it, by its file and what its title or body says. */
const ELSEWHERE: Readonly<Record<string, readonly [file: string, text: string]>> = {
  'make demo': ['tools/run-tests.mjs', "demo: () => whole(['node', 'build/demo.mjs', "],
  'make test': ['.ci/run', 'make test'],
  'make deb': ['test/packaging/deb.test.ts', "make('deb')"],
  'sudo apt install ./build/ipv6ddns_*.deb': [
    'test/packaging/deb.test.ts',
    'package: installed, removed, installed, purged',
  ],
  'sudo sh install.sh https://example.com/ipv6ddns-0.1.0': [
    'test/packaging/install-script.test.ts',
    'install.sh: %s is there → brings checksums and archive',
  ],
  ...Object.fromEntries(
    [
      '(umask 077; cat >/etc/ipv6ddns/token)',
      'uci set ipv6ddns.main.enabled=1',
      'uci del_list ipv6ddns.main.record_name=home.example.com',
      'uci add_list ipv6ddns.main.record_name=router.example.org',
      'uci commit ipv6ddns',
      'reload_config',
    ].map(
      (command) => [command, ['test/packaging/openwrt.test.ts', 'OpenWrt: reloaded when it does not run']] as const,
    ),
  ),
  'sudo sh install.sh --uninstall': [
    'test/packaging/install-script.test.ts',
    'install.sh: --uninstall → nothing is left',
  ],
  make: ['test/packaging/install.test.ts', 'install: what was installed → runs'],
  'sudo make install': ['test/packaging/install.test.ts', 'install: under DESTDIR → everything below /usr/local'],
  'sudo make uninstall': ['test/packaging/install.test.ts', 'uninstall: after install'],
  'make source': ['test/packaging/source.test.ts', 'source: unpacked in an empty folder'],
  'make container': ['test/packaging/container.test.ts', 'container: its root →'],
  'podman build --format docker -t ipv6ddns build/container': [
    'test/packaging/container.test.ts',
    'container: its root →',
  ],
  'podman secret create cloudflare /etc/ipv6ddns/token': [
    'test/packaging/container.test.ts',
    'container: settings by environment',
  ],
  'podman run -d --name ipv6ddns --restart unless-stopped --network host --secret cloudflare,mode=0444 -e CLOUDFLARE_API_TOKEN_FILE=/run/secrets/cloudflare -e CLOUDFLARE_RECORD_NAME=home.example.com --read-only --tmpfs /run/ipv6ddns:mode=1777 --cap-drop all --security-opt no-new-privileges ipv6ddns':
    ['test/packaging/container.test.ts', 'container: settings by environment'],
  'podman exec ipv6ddns /usr/bin/ipv6ddns status': ['test/packaging/container.test.ts', "container.run('HEALTHCHECK')"],
  'sudo ipv6ddns setup': ['test/e2e/setup.test.ts', 'setup: token, suggested name, yes to all'],
  'sudo ipv6ddns setup --token-file token.txt --name home.example.com --yes': [
    'test/e2e/setup-scripts.test.ts',
    'setup: --token-file, --name, --yes, twice',
  ],
  'sudo systemctl enable --now ipv6ddns': ['test/packaging/deb.test.ts', 'package: enabled by the administrator'],
  'sudo systemctl disable --now ipv6ddns': ['test/packaging/deb.test.ts', 'package: life →'],
  'sudo systemd-creds encrypt --name=cloudflare_api_token - /etc/ipv6ddns/token.cred': [
    'test/packaging/services.test.ts',
    'unit: the drop-ins of %s',
  ],
  'sudo systemctl edit ipv6ddns': ['test/packaging/services.test.ts', 'unit: the drop-ins of %s'],
  'sudo systemctl restart ipv6ddns': ['test/e2e/service-manager.test.ts', 'sd_notify: a life → every state'],
  ...Object.fromEntries(
    [
      'sudo systemctl stop ipv6ddns',
      'sudo rm /etc/systemd/system/ipv6ddns.service /usr/local/bin/ipv6ddns',
      'sudo systemctl daemon-reload',
      'sudo systemctl reenable ipv6ddns',
    ].map((command) => [command, ['test/booted/moving.test.ts', "commandsUnder('From the Rust version')"] as const]),
  ),
  'sudo systemctl reload ipv6ddns': ['test/e2e/signals.test.ts', 'SIGHUP: another name in the config file'],
  'sudo systemctl kill --signal=USR1 ipv6ddns': ['test/e2e/signals.test.ts', 'SIGUSR1 → every address'],
  'journalctl -u ipv6ddns': ['test/unit/shell/log.test.ts', 'Log: journal →'],
};

/** The commands of a block: lines that end in a backslash joined, comments taken off. */
const commandsOf = (text: string): string[] =>
  text
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');

test('commands: those of README and manual → each is run here or by the test that is named, no other is listed', async () => {
  const shown = GUIDES.flatMap(fencesOf).flatMap(({ language, text }) => (language === 'sh' ? commandsOf(text) : []));
  expect([...new Set(shown)].sort()).toEqual([...BEFORE, ...MEANWHILE, ...Object.keys(ELSEWHERE)].sort());
  for (const [file, text] of Object.values(ELSEWHERE)) expect(await readFile(file, 'utf8')).toContain(text);
});

/** Makes the lab's host a machine on which ipv6ddns was installed: /etc and /run of its own, the executable in PATH. */
async function installed(lab: Lab): Promise<(command: string) => ReturnType<Lab['launch']>> {
  const at = (path: string) => join(lab.folder, path);
  for (const folder of ['bin', 'etc/ipv6ddns', 'run/ipv6ddns']) await mkdir(at(folder), { recursive: true });
  await symlink(EXECUTABLE, at('bin/ipv6ddns'));
  await writeFile(at('bin/sudo'), '#!/bin/sh\nexec "$@"\n');
  await chmod(at('bin/sudo'), 0o755);
  await writeFile(at('etc/ipv6ddns/config.toml'), `record_name = "${NAME}"\n`);
  await writeFile(at('token'), `${lab.token.value}\n`);
  await Promise.all(['etc', 'run'].map((folder) => lab.host.replaceFile(`/${folder}`, at(folder))));
  const environment = {
    PATH: `${at('bin')}:${process.env['PATH']}`,
    CLOUDFLARE_BASE_URL: lab.api.url,
    SSL_CERT_FILE: lab.caBundle,
  };
  return (command) => lab.launch(lab.host, ['sh', '-c', `exec <'${at('token')}'; exec ${command}`], environment);
}

test('commands: the first steps on a machine with a token and a name → all succeed, the record is right', async () => {
  const lab = await openLab();
  const type = await installed(lab);
  await lab.add('3ffe:1::a');
  const succeed = async (command: string) => expect([command, (await type(command).exit).status]).toEqual([command, 0]);
  for (const command of BEFORE) await succeed(command);
  await lab.says('3ffe:1::a');
  // In place of systemctl enable --now.
  const daemon = type('sudo ipv6ddns run');
  await daemon.line(/already right/);
  // Its status file is written after that line.
  await expect.poll(async () => (await type('ipv6ddns status').exit).status, { timeout: 10_000 }).toBe(0);
  for (const command of MEANWHILE) await succeed(command);
  daemon.signal('SIGTERM');
  expect((await daemon.exit).status).toBe(0);
});
