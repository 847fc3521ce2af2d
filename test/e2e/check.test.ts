import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Lab, RunOptions } from './harness/lab.ts';
import { openLab } from './harness/open.ts';

const A = '3ffe:1::a';
const OLD = '3ffe:9::1';

/** Runs `ipv6ddns check` to its end, and makes sure of what holds for all of them: no write, no token in the output. */
async function checked(lab: Lab, options: RunOptions = {}, parameters: readonly string[] = []) {
  const process = await lab.run(['check', ...parameters], options);
  const { status } = await process.exit;
  expect(await lab.writes()).toEqual([]);
  expect(process.transcript()).not.toContain(lab.token.value);
  return { status, lines: process.stdout.map((line) => line.replace(/ {2,}/g, ' ')), stderr: process.stderr };
}

const failures = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('FAIL'));

async function publishing(): Promise<Lab> {
  const lab = await openLab();
  await lab.add(A);
  await lab.seed(A);
  return lab;
}

describe('check', () => {
  test('check: everything is right → a line each, status 0', async () => {
    const lab = await publishing();
    const { status, lines, stderr } = await checked(lab);
    expect([status, stderr]).toEqual([0, []]);
    expect(lines).toEqual([
      'ok settings 1 name',
      expect.stringMatching(/^ok CA bundle .*, 1\d\d root certificates$/),
      `ok resolver knows ${new URL(lab.api.url).hostname}`,
      expect.stringMatching(
        /^ok API https:\/\/.* answered in \d+ ms, its certificate is good: "server", issued by "Simulator ca", until \d{4}-\d\d-\d\d, TLSv1\.3$/,
      ),
      'ok clock plausible',
      'ok token accepted',
      `ok zone example.com ${lab.zone.id}`,
      `ok record home.example.com AAAA ${A}, right`,
      `ok address ${A}, no way to tell whether it is reached`, // the API is this very machine
    ]);
  });

  test('check: the zone is looked up, the record differs → says what it would do, status 0', async () => {
    const lab = await openLab();
    await lab.add(A);
    await lab.seed(OLD);
    const { status, lines } = await checked(lab, { environment: { CLOUDFLARE_ZONE_ID: undefined } });
    expect([status, failures(lines)]).toEqual([0, []]);
    expect(lines).toContain(`ok zone example.com ${lab.zone.id}`);
    expect(lines).toContain(`ok record home.example.com AAAA ${OLD}; would update AAAA ${OLD} to ${A}`);
    expect((await lab.api.records(lab.zone.id)).map(({ content }) => content)).toEqual([OLD]);
  });

  test.each([
    ['an account-owned token', 'account', undefined],
    ['an account-owned token without zone_id', 'account', { CLOUDFLARE_ZONE_ID: undefined }],
    ['a user’s token', 'user', undefined],
  ] as const)('check: %s that may do it → not called bad, status 0', async (_, owner, environment) => {
    const lab = await publishing();
    const token = await lab.api.addToken({ owner, zones: [lab.zone.id] });
    const { status, lines } = await checked(lab, {
      environment: { ...environment, CLOUDFLARE_API_TOKEN: token.value },
    });
    expect([status, failures(lines)]).toEqual([0, []]);
    expect(lines).toContain('ok token accepted');
  });

  test.each([
    ['unknown', 'cfut_', undefined],
    ['unknown, and the zone is looked up', 'cfut_', { CLOUDFLARE_ZONE_ID: undefined }],
    ['unknown and account-owned', 'cfat_', undefined],
  ])('check: the token is %s → says to make a new one, status 76', async (_, prefix, environment) => {
    const lab = await publishing();
    const token = `${prefix}${'x'.repeat(40)}00000000`;
    const { status, lines } = await checked(lab, { environment: { ...environment, CLOUDFLARE_API_TOKEN: token } });
    expect(status).toBe(76);
    expect(failures(lines)).toEqual([expect.stringMatching(/^FAIL token HTTP 403, code 9109 .*: make a new one$/)]);
    expect(lines.join()).not.toContain(token);
  });

  test('check: the token may not read the zone’s records → says which permission, status 76', async () => {
    const lab = await publishing();
    const { value } = await lab.api.addToken({ zones: [] });
    const { status, lines } = await checked(lab, { environment: { CLOUDFLARE_API_TOKEN: value } });
    expect(status).toBe(76);
    expect(failures(lines)).toEqual([expect.stringMatching(/give the token the permission Zone → DNS → Edit/)]);
  });

  test('check: the policy refuses several records → says what to set, status 76', async () => {
    const lab = await publishing();
    await lab.seed(OLD);
    const { status, lines } = await checked(lab);
    expect([status, failures(lines)]).toEqual([
      76,
      [expect.stringMatching(/^FAIL record home\.example\.com .*set multi_record to "first" or "all"$/)],
    ]);
  });

  test('check: a CNAME has the name that is to be created → says to remove it, status 76', async () => {
    const lab = await openLab();
    await lab.add(A);
    await lab.seed({ type: 'CNAME', content: 'target.example' });
    const { status, lines } = await checked(lab);
    expect([status, failures(lines)]).toEqual([
      76,
      [expect.stringMatching(/^FAIL record home\.example\.com no AAAA record, but a CNAME record: remove the CNAME /)],
    ]);
  });

  test('check: nobody listens at the API’s port → says so, goes on to the address, status 75', async () => {
    const lab = await publishing();
    const environment = { CLOUDFLARE_BASE_URL: 'https://127.0.0.1:9/' };
    const { status, lines } = await checked(lab, { environment });
    expect(status).toBe(75);
    expect(failures(lines)).toEqual([expect.stringMatching(/^FAIL API .+: .+/)]);
    expect(lines).toContain(`ok address ${A}, no way to tell whether it is reached`);
  });

  test('check: the resolver knows no address of the API → that is the line, status 75', async () => {
    const lab = await publishing();
    const file = join(lab.folder, 'resolv.conf');
    await writeFile(file, 'nameserver 127.0.0.1\n');
    await lab.host.replaceFile('/etc/resolv.conf', file);
    const environment = { CLOUDFLARE_BASE_URL: 'https://api.example.invalid/client/v4' };
    const { status, lines } = await checked(lab, { environment });
    expect([status, failures(lines)]).toEqual([75, [expect.stringMatching(/^FAIL resolver /)]]);
  });

  test('check: the name is outside the zone of zone_id → says so, status 76', async () => {
    const lab = await publishing();
    const { status, lines } = await checked(lab, { environment: { CLOUDFLARE_RECORD_NAME: 'home.example.org' } });
    expect([status, failures(lines)]).toEqual([
      76,
      [
        expect.stringMatching(
          /^FAIL record home\.example\.org no AAAA record: the name is not in the zone example\.com /,
        ),
      ],
    ]);
  });

  test('check: the API does not answer within "timeout" → status 75', async () => {
    const lab = await publishing();
    await lab.api.addFault({ kind: 'hang', times: null });
    const { status, lines } = await checked(lab, { environment: { IPV6DDNS_TIMEOUT: '1' } });
    expect([status, failures(lines)]).toEqual([75, [expect.stringMatching(/^FAIL API /)]]);
  });

  test.each([
    [
      'of another host',
      'wrongName',
      /^FAIL API the server's certificate is for wrong\.example, not for .*captive portal/,
    ],
    [
      'of an unknown authority',
      'untrusted',
      /^FAIL API the server's certificate is issued by "Simulator unknown-ca", and /,
    ],
    [
      'that ended',
      'expired',
      /^FAIL API the server's certificate ended on \d{4}-\d\d-\d\d, and this machine's date is /,
    ],
  ] as const)('check: the certificate is one %s → status 75, says so and what to do', async (_, which, words) => {
    const lab = await publishing();
    await lab.api.addFault({ kind: 'certificate', which, times: null });
    const { status, lines } = await checked(lab);
    expect([status, failures(lines)]).toEqual([75, [expect.stringMatching(words)]]);
  });

  test('check: nobody listens → status 75, says that it was refused and by whom', async () => {
    const lab = await publishing();
    const { status, lines } = await checked(lab, { environment: { CLOUDFLARE_BASE_URL: 'https://127.0.0.1:9/' } });
    expect([status, failures(lines)]).toEqual([
      75,
      ['FAIL API 127.0.0.1 port 9 refused the connection: nothing listens there, or a firewall refuses it'],
    ]);
  });

  test.each([
    ['SSL_CERT_FILE', '/dev/zero', /cannot be read: it is a device, not a file$/],
    ['SSL_CERT_FILE', '/etc/hostname', /no certificate in "\/etc\/hostname": certificates stand in text/],
    ['SSL_CERT_DIR', '/etc/default', /no certificate in "\/etc\/default": /],
  ])('check: %s=%s → status 78, says why', async (name, value, words) => {
    const lab = await publishing();
    const { status, lines } = await checked(lab, { environment: { [name]: value } });
    expect([status, failures(lines)]).toEqual([78, [expect.stringMatching(words)]]);
  });

  test('check: no address may be published → points to "ipv6ddns addresses", status 69', async () => {
    const lab = await openLab();
    await lab.seed(A);
    const { status, lines } = await checked(lab);
    expect(status).toBe(69);
    expect(failures(lines)).toEqual([expect.stringMatching(/^FAIL address .*: see "ipv6ddns addresses"/)]);
    expect(lines).toContain(`ok record home.example.com AAAA ${A}; nothing to compare with`);
  });

  test('check: two things are wrong → the first one’s status', async () => {
    const lab = await openLab();
    await lab.api.changeToken(lab.token.value, { status: 'expired' });
    const { status, lines } = await checked(lab);
    expect([status, failures(lines)]).toEqual([
      76,
      [expect.stringMatching(/^FAIL token /), expect.stringMatching(/^FAIL address /)],
    ]);
  });

  test('check: bad settings → every problem, nothing is sent, status 78', async () => {
    const lab = await publishing();
    const { status, lines } = await checked(lab, { config: 'timout = 5\npoll_interval = 5\n' });
    expect(status).toBe(78);
    expect(failures(lines)).toEqual([
      expect.stringMatching(/^FAIL settings .*config\.toml:1: unknown key "timout"; did you mean "timeout"\?/),
      expect.stringMatching(/^FAIL settings .*config\.toml:2: poll_interval: found 5/),
    ]);
    expect(await lab.sent()).toEqual([]);
  });
});

describe('check --json', () => {
  test.each([
    ['everything is right', {}, 0, []],
    ['nobody listens', { CLOUDFLARE_BASE_URL: 'https://127.0.0.1:9/' }, 75, ['API']],
    ['bad settings', { CLOUDFLARE_ZONE_ID: 'abc' }, 78, ['settings']],
  ])('check --json: %s → one document of the promised shape', async (_, environment, expected, bad) => {
    const lab = await publishing();
    const { status, lines } = await checked(lab, { environment }, ['--json']);
    expect(lines).toHaveLength(1);
    const document: { ok: boolean; checks: { name: string; ok: boolean }[] } = JSON.parse(lines[0] ?? '');
    expect([status, document.ok]).toEqual([expected, expected === 0]);
    expect(document.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(bad);
    for (const one of document.checks) {
      const remedy = one.ok ? null : expect.toSatisfy((value) => value === null || typeof value === 'string');
      expect(one).toEqual({ name: expect.any(String), ok: one.ok, detail: expect.any(String), remedy });
    }
  });
});
