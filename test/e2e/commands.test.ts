import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Lab, RunOptions } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import { EXECUTABLE } from './harness/programs.ts';

const A = '3ffe:1::a';

/** Runs a command to its end. */
async function ended(lab: Lab, parameters: readonly string[], options: RunOptions = {}) {
  const process = await lab.run(parameters, options);
  const { status } = await process.exit;
  return { status, stdout: process.stdout, stderr: process.stderr };
}

describe('settings', () => {
  test('settings: several are bad → every one is named with its line, status 78, nothing is sent', async () => {
    const lab = await openLab();
    const config = 'timout = 5\npoll_interval = 5\nverify_interval = "often"\nmulti_record = "some"\n';
    const { status, stderr } = await ended(lab, ['run'], { config, environment: { CLOUDFLARE_ZONE_ID: 'abc' } });
    expect(status).toBe(78);
    for (const problem of [
      /CLOUDFLARE_ZONE_ID: found "abc"; allowed are 32 hexadecimal digits/,
      /config\.toml:1: unknown key "timout"; did you mean "timeout"\?/,
      /config\.toml:2: poll_interval: found 5; allowed are 10–3600 seconds/,
      /config\.toml:3: verify_interval: found "often"; allowed are/,
      /config\.toml:4: multi_record: found "some"; allowed are "error", "first" and "all"/,
    ]) {
      expect(stderr).toContainEqual(expect.stringMatching(problem));
    }
    expect(stderr).toHaveLength(5);
    expect(await lab.sent()).toEqual([]);
  });

  test.each([
    ['a folder', (lab: Lab) => lab.folder, 'it is a folder, not a file'],
    ['a device', () => '/dev/zero', 'it is a device, not a file'],
  ])('settings: the file is %s → not taken for an empty one, status 78', async (_, path, why) => {
    const lab = await openLab();
    const process = lab.start([EXECUTABLE, 'run', '--config', path(lab)]);
    expect((await process.exit).status).toBe(78);
    expect(process.stderr).toEqual([expect.stringContaining(`cannot be read: ${why}`)]);
  });

  test('settings: no token, no name → both are asked for, status 78', async () => {
    const lab = await openLab();
    const none = { CLOUDFLARE_API_TOKEN: undefined, CLOUDFLARE_RECORD_NAME: undefined };
    const { status, stderr } = await ended(lab, [], { environment: none });
    expect(status).toBe(78);
    expect(stderr).toEqual([
      expect.stringMatching(/no API token; set /),
      expect.stringMatching(/no record name; set /),
    ]);
  });

  test.each([
    ['a blank', 'my secret'],
    ['quotes around it', '"my-secret-value"'],
    ['a letter beyond ASCII', 'my-sécret-value'],
    ['its name before it', 'CLOUDFLARE_API_TOKEN=my-secret'],
  ])('settings: a token with %s → refused without showing it, status 78', async (_, token) => {
    const lab = await openLab();
    const { status, stderr } = await ended(lab, ['run'], { environment: { CLOUDFLARE_API_TOKEN: token } });
    expect([status, stderr]).toEqual([78, [expect.stringMatching(/CLOUDFLARE_API_TOKEN: found text; allowed are /)]]);
    expect(stderr.join()).not.toContain('cret');
  });
});

describe('command line', () => {
  test.each([
    ['an unknown option', ['--frequently']],
    ['an unknown command', ['walk']],
    ['an operand too many', ['once', 'twice']],
    ['an option without its value', ['--config']],
  ])('command line: %s → usage on stderr, status 64', async (_, parameters) => {
    const lab = await openLab();
    const process = lab.start([EXECUTABLE, ...parameters]);
    expect((await process.exit).status).toBe(64);
    expect(process.stderr.join('\n')).toMatch(/^ipv6ddns: .*\nUsage: ipv6ddns /);
    expect(process.stdout).toEqual([]);
  });

  test('command line: --help → fits a screen of 80 by 24, on stdout, status 0', async () => {
    const lab = await openLab();
    const { status, stdout, stderr } = await ended(lab, ['--help']);
    expect([status, stderr]).toEqual([0, []]);
    expect(stdout.length).toBeLessThanOrEqual(24);
    expect(Math.max(...stdout.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(stdout.join('\n')).toContain('ipv6ddns once --dry-run');
  });

  test('command line: --version → name and version on stdout, status 0', async () => {
    const lab = await openLab();
    expect(await ended(lab, ['--version'])).toEqual({
      status: 0,
      stdout: [expect.stringMatching(/^ipv6ddns \d+\.\d+\.\d+$/)],
      stderr: [],
    });
  });

  test('command line: --version --verbose → the libraries in it as well, as the build took them', async () => {
    const lab = await openLab();
    const { status, stdout } = await ended(lab, ['--version', '--verbose']);
    const taken = ['musl', 'quickjs', 'mbedtls', 'c-ares', 'curl'].map((name) =>
      readFileSync(`build/sources/${name}.version`, 'utf8'),
    );
    expect([status, stdout.slice(1).sort()]).toEqual([0, taken.map((line) => line.split(' ', 2).join(' ')).sort()]);
  });
});

describe('once', () => {
  test('once: the record differs → updated, status 0; again → nothing is written, status 0', async () => {
    const lab = await openLab();
    await lab.seed('3ffe:9::1');
    await lab.add(A);
    expect((await ended(lab, ['once'])).status).toBe(0);
    expect(await lab.sent()).toEqual(['LIST', `PATCH ${A}`]);
    expect((await ended(lab, ['once'])).status).toBe(0);
    expect(await lab.sent(2)).toEqual(['LIST']);
  });

  test('once: no address → status 69, nothing is sent', async () => {
    const lab = await openLab();
    const { status, stderr } = await ended(lab, ['once']);
    expect([status, stderr]).toEqual([69, [expect.stringMatching(/ no address to publish /)]]);
    expect(await lab.sent()).toEqual([]);
  });

  test('once: the API fails → status 75 after one try', async () => {
    const lab = await openLab();
    await lab.add(A);
    await lab.api.addFault({ kind: 'html', status: 503, times: null });
    expect((await ended(lab, ['once'])).status).toBe(75);
    expect(await lab.sent()).toEqual(['LIST']);
  });

  test('once: nobody listens at the API’s port → status 75', async () => {
    const lab = await openLab();
    await lab.add(A);
    const { status } = await ended(lab, ['once'], { environment: { CLOUDFLARE_BASE_URL: 'https://127.0.0.1:9/' } });
    expect(status).toBe(75);
  });

  test('once: the token is refused → status 76', async () => {
    const lab = await openLab();
    await lab.add(A);
    await lab.api.changeToken(lab.token.value, { status: 'expired' });
    expect((await ended(lab, ['once'])).status).toBe(76);
  });

  test('once: the policy refuses → status 76, nothing is written', async () => {
    const lab = await openLab();
    await lab.add(A);
    await lab.seed('3ffe:9::1', '3ffe:9::2');
    expect((await ended(lab, ['once'])).status).toBe(76);
    expect(await lab.sent()).toEqual(['LIST']);
  });

  test('once: one name is refused, another is not → that one is written, status 76', async () => {
    const lab = await openLab();
    await lab.add(A);
    await lab.seed({ name: 'www.example.com', type: 'CNAME', content: 'elsewhere.example' });
    const names = { CLOUDFLARE_RECORD_NAME: 'www.example.com,home.example.com' };
    expect((await ended(lab, ['once'], { environment: names })).status).toBe(76);
    await lab.says(A);
  });
});

describe('dry run', () => {
  test('dry run: once → says on stdout what it would write, sends reads alone, status 0', async () => {
    const lab = await openLab();
    await lab.seed('3ffe:9::1');
    await lab.add(A);
    const { status, stdout } = await ended(lab, ['once', '--dry-run']);
    expect([status, stdout]).toEqual([0, [`home.example.com: would update AAAA 3ffe:9::1 to ${A}`]]);
    expect(await lab.sent()).toEqual(['LIST']);
  });

  test('dry run: run → stays, follows the address, sends reads alone', async () => {
    const lab = await openLab();
    const daemon = await lab.daemon({ parameters: ['--dry-run'] });
    await lab.add(A);
    await daemon.line(/^home\.example\.com: would create AAAA 3ffe:1::a$/);
    await lab.remove(A);
    await lab.add('3ffe:1::b');
    await daemon.line(/^home\.example\.com: would create AAAA 3ffe:1::b$/);
    daemon.signal('SIGTERM');
    expect((await daemon.exit).status).toBe(0);
    expect(await lab.writes()).toEqual([]);
    expect(await lab.api.records(lab.zone.id)).toEqual([]);
  });
});

test('log: --log-format json → one object a line, with time, level, msg and fields', async () => {
  const lab = await openLab();
  await lab.add(A);
  const { stderr } = await ended(lab, ['once', '--log-format', 'json']);
  const objects = stderr.map((line) => JSON.parse(line));
  expect(objects.at(-1)).toMatchObject({ level: 'info', name: 'home.example.com', address: A, state: 'synced' });
  for (const object of objects) expect(object).toMatchObject({ time: expect.any(String), msg: expect.any(String) });
});
