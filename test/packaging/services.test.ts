import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXECUTABLE } from '../e2e/harness/programs.ts';
import { run, succeed, temporaryFolder } from './run.ts';

describe('systemd', () => {
  /** The unit as it is installed for the executable under test, with a drop-in. */
  async function unit(dropIn = ''): Promise<string> {
    const text = await readFile('packaging/ipv6ddns.service', 'utf8');
    const file = join(await temporaryFolder(), 'ipv6ddns.service');
    await writeFile(file, text.replaceAll('/usr/local/bin/ipv6ddns', EXECUTABLE) + dropIn);
    return file;
  }

  test('unit: systemd-analyze verify → nothing to say', async () => {
    const { status, stdout, stderr } = await run(['systemd-analyze', 'verify', '--man=no', await unit()]);
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  test('unit: systemd-analyze security → an exposure of at most 1.2', async () => {
    const { status, stdout } = await run([
      'systemd-analyze',
      'security',
      '--offline=true',
      '--threshold=12',
      await unit(),
    ]);
    expect(Number(/Overall exposure level for \S+: ([\d.]+) /.exec(stdout)?.[1])).toBeGreaterThan(0);
    expect(status).toBe(0);
  });

  test('unit: every file that it hands over → empty where there is none, so that nothing has to be there', async () => {
    const text = await readFile(await unit(), 'utf8');
    const loaded = [...text.matchAll(/^LoadCredential=(\w+):(.*)$/gm)].map(([, name, path]) => [name, path]);
    expect(loaded).toEqual([
      ['cloudflare_api_token', '/etc/ipv6ddns/token'],
      ['config', '/etc/ipv6ddns/config.toml'],
      ['variables', '/etc/default/ipv6ddns'],
    ]);
    const set = [...text.matchAll(/^SetCredential=(\w+):\\n$/gm)].map(([, name]) => name);
    expect(set).toEqual(loaded.map(([name]) => name));
  });

  test('unit: a restart that cannot help → not tried: bad settings, missing credential', async () => {
    expect(await readFile(await unit(), 'utf8')).toMatch(/^RestartPreventExitStatus=78 243$/m);
  });

  test.each([
    ['man/ipv6ddns.8', 1],
    ['docs/manual.md', 4],
  ])('unit: the drop-ins of %s → systemd-analyze verify has nothing to say', async (file, count) => {
    const page = await readFile(file, 'utf8');
    const dropIns = [...page.matchAll(/^\[Service\]\n(?:\w+=.*\n)+/gm)].map(([text]) => text);
    expect(dropIns).toHaveLength(count);
    for (const dropIn of dropIns) {
      const installed = await unit(`\n${dropIn.replaceAll('/usr/local/bin/ipv6ddns', EXECUTABLE)}`);
      const { status, stdout, stderr } = await run(['systemd-analyze', 'verify', '--man=no', installed]);
      expect([status, stdout, stderr]).toEqual([0, '', '']);
    }
  });
});

/** Runs functions of a service script among programs that only say how they are called.
 *  @returns a line a call */
async function calls(script: string, standIns: readonly string[], program: string): Promise<string[]> {
  const folder = await temporaryFolder();
  for (const name of standIns) await writeFile(join(folder, name), `#!/bin/sh\necho ${name} "$@"\n`, { mode: 0o755 });
  const environment = { PATH: `${folder}:${process.env['PATH']}`, RC_SVCNAME: 'ipv6ddns' };
  return (await succeed(['sh', '-euc', `. ${script}\n${program}`], environment)).trim().split('\n');
}

describe('OpenRC', () => {
  const SCRIPT = './packaging/ipv6ddns.openrc';
  const STAND_INS = ['checkpath', 'supervise-daemon', 'ebegin', 'eend', 'eerror', 'use', 'addgroup', 'adduser'];
  const THERE = 'id() { [ "$2" = ipv6ddns ]; }; ';
  const MISSING = 'id() { false; }; ';
  /** As on Alpine. */
  const WITHOUT_SHADOW = 'command() { [ "$2" != useradd ]; }; ';

  test('OpenRC: what it is to supervise → the executable, as a user of its own', async () => {
    const program = 'echo "$supervisor" "$command" "$command_user"';
    expect(await calls(SCRIPT, STAND_INS, program)).toEqual(['supervise-daemon /usr/local/bin/ipv6ddns ipv6ddns']);
  });

  test('OpenRC: before the start → the places of status file and log are the daemon’s', async () => {
    expect(await calls(SCRIPT, STAND_INS, `${THERE} start_pre`)).toEqual(PLACES);
  });

  const PLACES = [
    'checkpath --directory --mode 0755 --owner ipv6ddns /run/ipv6ddns',
    'checkpath --file --mode 0640 --owner ipv6ddns /var/log/ipv6ddns.log',
  ];

  test('OpenRC: the first start, with shadow → makes the user, then the places', async () => {
    const told = await calls(SCRIPT, [...STAND_INS, 'useradd'], `${MISSING} start_pre`);
    expect(told).toEqual([
      'useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /bin/false ipv6ddns',
      ...PLACES,
    ]);
  });

  test('OpenRC: the first start, with busybox → makes group and user, then the places', async () => {
    expect(await calls(SCRIPT, STAND_INS, `${MISSING} ${WITHOUT_SHADOW} start_pre`)).toEqual([
      'addgroup -S ipv6ddns',
      'adduser -S -D -H -h /nonexistent -s /bin/false -G ipv6ddns ipv6ddns',
      ...PLACES,
    ]);
  });

  test('OpenRC: the user cannot be made → says what to do, starts nothing', async () => {
    const program = `${MISSING} ${WITHOUT_SHADOW} addgroup() { false; }; start_pre || echo refused`;
    expect(await calls(SCRIPT, STAND_INS, program)).toEqual([
      'eerror The user ipv6ddns is missing and could not be made: make it, or set command_user in /etc/conf.d/ipv6ddns',
      'refused',
    ]);
  });

  test('OpenRC: another command_user with a group → that user is looked for', async () => {
    const program = 'command_user=web:www; id() { [ "$2" = web ]; }; start_pre';
    expect(await calls(SCRIPT, STAND_INS, program)).toContain(
      'checkpath --directory --mode 0755 --owner web:www /run/ipv6ddns',
    );
  });

  test('OpenRC: reload → SIGHUP to the daemon', async () => {
    expect(await calls(SCRIPT, STAND_INS, 'reload')).toContain('supervise-daemon ipv6ddns --signal HUP');
  });
});

describe('procd', () => {
  const SCRIPT = './packaging/ipv6ddns.procd';
  const PROCD = ['open_instance', 'set_param', 'close_instance', 'running', 'send_signal'].map(
    (name) => `procd_${name}`,
  );
  const STAND_INS = [...PROCD, 'user_add', 'group_add_next', 'mkdir', 'chown', 'chmod'];

  test('procd: the first start → makes the user, declares one instance that runs as that user', async () => {
    const told = await calls(SCRIPT, STAND_INS, 'user_exists() { false; }; start_service');
    expect(told[0]).toBe('user_add ipv6ddns  group_add_next ipv6ddns');
    expect(told.indexOf('procd_open_instance')).toBeLessThan(told.indexOf('procd_close_instance'));
    expect(told).toEqual(
      expect.arrayContaining([
        'chown ipv6ddns:ipv6ddns /var/run/ipv6ddns',
        'procd_set_param command /usr/local/bin/ipv6ddns',
        'procd_set_param user ipv6ddns',
        'procd_set_param respawn 3600 5 5',
      ]),
    );
  });

  test('procd: a later start → makes no user', async () => {
    const told = await calls(SCRIPT, STAND_INS, 'user_exists() { [ "$1" = ipv6ddns ]; }; start_service');
    expect(told.join('\n')).not.toContain('user_add');
    expect(told).toContain('procd_set_param command /usr/local/bin/ipv6ddns');
  });

  test('procd: reload → SIGHUP to every instance', async () => {
    expect(await calls(SCRIPT, STAND_INS, 'reload_service')).toEqual([
      'procd_running ipv6ddns',
      'procd_send_signal ipv6ddns * HUP',
    ]);
  });
});
