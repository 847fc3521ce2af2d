import { describe, expect, test } from 'vitest';
import { EXECUTABLE } from './harness/programs.ts';
import { A, Machine, tokenFile } from './harness/setup-machine.ts';

describe('setup in scripts', () => {
  test('setup: --token-file, --name, --yes, twice → both files, the service; the second time nothing is new', async () => {
    const machine = await Machine.open();
    await machine.installSystemctl();
    await machine.write('given', `${machine.lab.token.value}\n`);
    const parameters = ['--token-file', machine.at('given'), '--name', 'home.example.com', '--yes'];
    const first = await machine.run(...parameters);
    expect([first.status, first.said]).toEqual([0, expect.stringContaining('The service runs.')]);
    const found = await machine.found();
    expect(found).toEqual({
      ...tokenFile(machine.lab.token.value),
      'config.toml 644': expect.stringMatching(/^record_name = "home\.example\.com"$/m),
    });
    const second = await machine.run(...parameters);
    expect([second.status, second.said]).toEqual([0, expect.stringContaining('there is nothing to write')]);
    expect(await machine.found()).toEqual(found);
  });

  test('setup: the service cannot be started → the service manager’s words, what to run, 75; the files stay', async () => {
    const machine = await Machine.open();
    await machine.installSystemctl('echo "Unit ipv6ddns.service does not exist" >&2; exit 1');
    await machine.write('given', machine.lab.token.value);
    const { status, said } = await machine.run(
      '--token-file',
      machine.at('given'),
      '--name',
      'home.example.com',
      '--yes',
    );
    expect(status).toBe(75);
    expect(said).toMatch(
      /enable ipv6ddns: Unit ipv6ddns\.service does not exist[\s\S]*systemctl enable --now ipv6ddns/,
    );
    expect(Object.keys(await machine.found()).sort()).toEqual(['config.toml 644', 'token 600']);
  });

  test('setup: another token or name is there → left alone without --force, 64; with it replaced', async () => {
    const machine = await Machine.open({ 'etc/ipv6ddns/config.toml': 'record_name = "old.example.com"\n' });
    await machine.write('etc/ipv6ddns/token', machine.lab.token.value, 0o600);
    await machine.write('given', machine.token);
    const before = await machine.found();
    const other = ['--token-file', machine.at('given'), '--yes'];
    const token = await machine.run(...other);
    expect([token.status, token.said]).toEqual([64, expect.stringMatching(/another token already: pass --force/)]);
    const name = await machine.run('--name', 'home.example.com', '--yes');
    expect([name.status, name.said]).toEqual([64, expect.stringMatching(/old\.example\.com already: pass --force/)]);
    expect(await machine.found()).toEqual(before);
    expect(await machine.lab.sent()).toEqual([]);
    expect((await machine.run(...other, '--name', 'home.example.com', '--force')).status).toBe(0);
    expect(await machine.found()).toEqual({
      ...tokenFile(machine.token),
      'config.toml 644': 'record_name = "home.example.com"\n',
    });
  });

  test.each<[string, number, RegExp, readonly string[]]>([
    ['no --yes and no terminal', 64, /no terminal to ask on: pass --token-file FILE --name NAME --yes/, []],
    ['no token', 64, /Pass --token-file FILE/, ['--name', 'home.example.com', '--yes']],
    ['no name', 64, /Pass --name NAME/, ['--token-file', '/etc/given', '--yes']],
    [
      'no such token file',
      64,
      /"\/none" cannot be read: No such file/,
      ['--token-file', '/none', '--name', 'a.b', '--yes'],
    ],
    ['a bad name', 64, /give the full name/, ['--token-file', '/etc/given', '--name', 'home', '--yes']],
    ['a config file', 64, /--config does not go with setup/, ['-c', '/etc/given']],
    [
      'a name of another zone',
      76,
      /no zone for this name/,
      ['--token-file', '/etc/given', '--name', 'a.example.org', '--yes'],
    ],
  ])('setup: %s → %i, nothing written', async (_, expected, why, parameters) => {
    const machine = await Machine.open();
    await machine.write('etc/given', machine.lab.token.value);
    const { status, said } = await machine.run(...parameters);
    expect([status, said]).toEqual([expected, expect.stringMatching(why)]);
    expect(await machine.found()).toEqual({});
  });

  test('setup: no address, a dead token, no way to the API → 69, 76, 75; nothing written', async () => {
    const machine = await Machine.open();
    const { lab } = machine;
    await machine.write('given', lab.token.value);
    const parameters = ['--token-file', machine.at('given'), '--name', 'home.example.com', '--yes'];
    await lab.remove(A);
    expect((await machine.run(...parameters)).status).toBe(69);
    await lab.api.changeToken(lab.token.value, { status: 'expired' });
    const refused = await machine.run(...parameters);
    expect([refused.status, refused.said]).toEqual([76, expect.stringContaining('make a new one')]);
    await lab.api.close();
    expect((await machine.run(...parameters)).status).toBe(75);
    expect(await machine.found()).toEqual({});
  });

  test('setup: the token comes over a pipe → taken', async () => {
    const machine = await Machine.open();
    const line = `printf '%s\\n' "$0" | ${EXECUTABLE} setup --token-file /dev/stdin --name home.example.com --yes`;
    const process = machine.lab.launch(machine.lab.host, ['sh', '-c', line, machine.token], machine.environment);
    expect((await process.exit).status).toBe(0);
    expect(await machine.found()).toMatchObject(tokenFile(machine.token));
  });

  test('setup: not root → 77, and how to be', async () => {
    const machine = await Machine.open();
    const command = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', EXECUTABLE, 'setup', '--yes'];
    const process = machine.lab.launch(machine.lab.host, command, machine.environment);
    expect((await process.exit).status).toBe(77);
    expect(process.stderr.join()).toContain('run "sudo ipv6ddns setup"');
  });
});
