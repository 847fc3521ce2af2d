import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { EXECUTABLE } from './harness/programs.ts';
import { A, Machine, tokenFile } from './harness/setup-machine.ts';

const OLD = '3ffe:9::1';
const SAMPLE = 'packaging/config.toml';

const TOKEN_PROMPT = 'API token (not shown while you paste it): ';
const NAME_PROMPT = 'Name to keep right';
const WRITE_PROMPT = 'Write that? [Y/n] ';
const START_PROMPT = 'Start the service now, and at every boot? [Y/n] ';

describe('setup on a terminal', () => {
  test('setup: token, suggested name, yes to all → both files, service started, check succeeds', async () => {
    const machine = await Machine.open({ 'etc/ipv6ddns/config.toml': await readFile(SAMPLE, 'utf8') });
    const { lab } = machine;
    await machine.installSystemctl();
    const hostName = (await lab.host.run('hostname')).trim();
    const terminal = machine.type();
    await terminal.answer(TOKEN_PROMPT, machine.token);
    await terminal.shows('The token is accepted. Its zone:\n  example.com\n');
    await terminal.answer(`${NAME_PROMPT} [${hostName}.example.com]: `, '');
    await terminal.shows(`no AAAA record; would create AAAA ${A}`);
    await terminal.shows(`${A} is published: the only eligible address.`);
    await terminal.answer(WRITE_PROMPT, '');
    await terminal.answer(START_PROMPT, 'y');
    expect(await terminal.exit).toBe(0);
    expect(terminal.screen).not.toContain(machine.token);
    const sample = await readFile(SAMPLE, 'utf8');
    const config = sample.replace(/^#record_name = .*$/m, `record_name = "${hostName}.example.com"`);
    expect(await machine.found()).toEqual({ ...tokenFile(machine.token), 'config.toml 644': config });
    expect(await machine.asked()).toBe('enable ipv6ddns\nrestart ipv6ddns\n');
    const check = lab.launch(lab.host, [EXECUTABLE, 'check'], {
      ...machine.environment,
      CLOUDFLARE_API_TOKEN_FILE: '/etc/ipv6ddns/token',
    });
    expect((await check.exit).status).toBe(0);
    expect(await lab.writes()).toEqual([]);
  });

  test('setup: wrong answers → each is asked again with the reason', async () => {
    const machine = await Machine.open();
    const terminal = machine.type();
    await terminal.answer(TOKEN_PROMPT, '');
    await terminal.shows('That is empty');
    await terminal.answer(TOKEN_PROMPT, '<your-token>');
    await terminal.shows('tokens, not a placeholder for one');
    await terminal.answer(TOKEN_PROMPT, `cfut_${'x'.repeat(40)}00000000`);
    await terminal.shows('the token is unknown, expired or revoked: make a new one');
    await terminal.answer(TOKEN_PROMPT, machine.token);
    await terminal.answer(NAME_PROMPT, 'home');
    await terminal.shows('give the full name');
    await terminal.answer(NAME_PROMPT, `${'a'.repeat(64)}.example.com`);
    await terminal.shows('a label has more than 63 characters');
    await terminal.answer(NAME_PROMPT, 'home.example.org');
    await terminal.shows('home.example.org is in none of the zones that the token sees (example.com)');
    await terminal.answer(NAME_PROMPT, 'bücher.example.com');
    await terminal.answer(WRITE_PROMPT, 'perhaps');
    await terminal.shows('Please answer y or n.');
    await terminal.answer(WRITE_PROMPT, 'y');
    await terminal.shows('To run it: ipv6ddns run');
    expect(await terminal.exit).toBe(0);
    expect((await machine.found())['config.toml 644']).toMatch(/^record_name = "xn--bcher-kva\.example\.com"$/m);
  });

  test('setup: what the name has now is in the way → another name is asked for', async () => {
    const machine = await Machine.open();
    const { lab } = machine;
    await lab.api.addRecords(lab.zone.id, [{ type: 'CNAME', name: 'web.example.com', content: 'x.example' }]);
    const terminal = machine.type();
    await terminal.answer(TOKEN_PROMPT, machine.token);
    await terminal.answer(NAME_PROMPT, 'web.example.com');
    await terminal.shows('remove the CNAME record of this name');
    await terminal.answer('n = another name', '');
    await terminal.answer(NAME_PROMPT, 'home.example.com');
    await terminal.answer(WRITE_PROMPT, '');
    expect(await terminal.exit).toBe(0);
  });

  test('setup: only the zone itself has an address → that name is suggested', async () => {
    const machine = await Machine.open();
    const { lab } = machine;
    await lab.api.addRecords(lab.zone.id, [{ name: 'example.com', content: OLD }]);
    const terminal = machine.type();
    await terminal.answer(TOKEN_PROMPT, machine.token);
    await terminal.answer(`${NAME_PROMPT} [example.com]: `, '');
    await terminal.shows(`would update AAAA ${OLD} to ${A}`);
    await terminal.answer(WRITE_PROMPT, '');
    expect(await terminal.exit).toBe(0);
  });

  test('setup: the token may not look zones up → the zone’s id is taken, and written', async () => {
    const machine = await Machine.open();
    const { lab } = machine;
    await lab.api.setLookupNeedsZoneRead(true);
    const { value } = await lab.api.addToken({ zones: [lab.zone.id], permissions: ['dns:write'] });
    const terminal = machine.type();
    await terminal.answer(TOKEN_PROMPT, value);
    await terminal.answer(`${NAME_PROMPT}, such as home.example.com: `, 'home.example.com');
    await terminal.answer('n = another name', 'z');
    await terminal.answer("The zone's id", 'abc');
    await terminal.shows('A zone id has 32 hexadecimal digits.');
    await terminal.answer("The zone's id", lab.zone.id);
    await terminal.answer(WRITE_PROMPT, '');
    expect(await terminal.exit).toBe(0);
    expect((await machine.found())['config.toml 644']).toContain(`zone_id = "${lab.zone.id}"`);
  });

  test('setup: Cloudflare cannot be reached → tried again, or written untried', async () => {
    const machine = await Machine.open();
    const terminal = machine.type('', { CLOUDFLARE_BASE_URL: 'https://127.0.0.1:9/' });
    await terminal.answer(TOKEN_PROMPT, machine.lab.token.value);
    await terminal.shows('Cloudflare could not be asked');
    await terminal.answer('a = try again', '');
    await terminal.shows('Cloudflare could not be asked');
    await terminal.answer('a = try again', 'g');
    await terminal.answer(NAME_PROMPT, 'home.example.com');
    await terminal.answer(WRITE_PROMPT, '');
    expect(await terminal.exit).toBe(0);
    expect(Object.keys(await machine.found()).sort()).toEqual(['config.toml 644', 'token 600']);
  });

  test.each([
    ['token', 'Ctrl-C', 0],
    ['name', 'Ctrl-C', 1],
    ['last', 'Ctrl-C', 2],
    ['token', 'SIGTERM', 0],
    ['token', 'Ctrl-D', 0],
  ] as const)('setup: the %s question ended by %s → echo as before, nothing written, 75', async (_, how, answers) => {
    const machine = await Machine.open();
    const { lab } = machine;
    // What the terminal is like is to be seen after the end.
    const terminal = machine.type('; echo "status $?"; stty -a | grep -ow -- "-*echo"');
    const prompts = [TOKEN_PROMPT, NAME_PROMPT, WRITE_PROMPT];
    const typed = [machine.token, 'home.example.com'];
    for (let i = 0; i < answers; i++) await terminal.answer(prompts[i] ?? '', typed[i] ?? '');
    await terminal.shows(prompts[answers] ?? '');
    if (how === 'SIGTERM') await endSetup(lab);
    else terminal.type(how === 'Ctrl-C' ? '\u0003' : '\u0004');
    await terminal.shows('Nothing was written.\nstatus 75\necho\n');
    expect(await machine.found()).toEqual({});
  });
});

describe('setup: what is there already', () => {
  const HELD = { 'etc/ipv6ddns/config.toml': 'ttl = 300\nrecord_name = "old.example.com" # mine\n' };

  test('setup: a token and a name are there → both are kept unless told otherwise; the rest of the config stays', async () => {
    const machine = await Machine.open(HELD);
    await machine.write('etc/ipv6ddns/token', `${machine.lab.token.value}\n`, 0o600);
    const before = await machine.found();
    const kept = machine.type();
    await kept.answer('Use the token that is in /etc/ipv6ddns/token? [Y/n] ', '');
    await kept.answer('The settings name old.example.com already. Keep that? [Y/n] ', '');
    await kept.shows('there is nothing to write');
    expect(await kept.exit).toBe(0);
    expect(await machine.found()).toEqual(before);

    const replaced = machine.type();
    await replaced.answer('Use the token', 'n');
    await replaced.answer(TOKEN_PROMPT, machine.token);
    await replaced.answer('Keep that? [Y/n] ', 'n');
    await replaced.answer(NAME_PROMPT, 'new.example.com');
    await replaced.shows('the token, for root alone, in place of what is there');
    await replaced.answer(WRITE_PROMPT, '');
    expect(await replaced.exit).toBe(0);
    expect(await machine.found()).toEqual({
      ...tokenFile(machine.token),
      'config.toml 644': 'ttl = 300\nrecord_name = "new.example.com"\n',
    });
  });

  test('setup: a config that only root may read → stays so', async () => {
    const machine = await Machine.open();
    await machine.write('etc/ipv6ddns/config.toml', `api_token = "${machine.lab.token.value}"\n`, 0o600);
    const terminal = machine.type(`--token-file ${machine.at('given')} --name home.example.com`);
    await machine.write('given', machine.token);
    await terminal.shows('api_token: counts before that: take it out');
    await terminal.answer(WRITE_PROMPT, 'y');
    expect(await terminal.exit).toBe(0);
    expect(Object.keys(await machine.found()).sort()).toEqual(['config.toml 600', 'token 600']);
  });

  test('setup: bad settings are there → they are listed before anything is asked, 78', async () => {
    const machine = await Machine.open({ 'etc/ipv6ddns/config.toml': 'timout = 5\n' });
    const { status, said } = await machine.run('--yes');
    expect(status).toBe(78);
    expect(said).toMatch(/config\.toml:1: unknown key "timout"[\s\S]*run setup again$/);
    expect(await machine.lab.sent()).toEqual([]);
  });
});

/** SIGTERM to the setup that runs in the lab, found by the folder that it alone has for /etc. */
async function endSetup(lab: Lab): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const argv = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '');
    if (argv.startsWith(`${EXECUTABLE}\0setup`) && mounts.includes(lab.folder)) process.kill(Number(pid), 'SIGTERM');
  }
}
