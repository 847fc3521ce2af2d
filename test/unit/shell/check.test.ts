import { beforeEach, describe, expect, test } from 'vitest';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import { Secret } from '../../../src/core/config/secret.ts';
import type { RecordSettings, Settings } from '../../../src/core/config/settings.ts';
import type { ProbeVerdict } from '../../../src/core/ports.ts';
import { check, checkRefused } from '../../../src/shell/check.ts';
import type { ExitStatus } from '../../../src/shell/exit.ts';
import { certificate } from '../../fakes/certificates.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { FakeHost, settingsFor } from '../../fakes/host.ts';
import { FakeOutput } from '../../fakes/ports.ts';
import { failure, success, textReply, wireRecord } from '../../fakes/replies.ts';
import { A, B, C, HOME, record, recordSettings, WWW, ZONE } from '../../fakes/samples.ts';

let cloudflare: FakeCloudflare;
let host: FakeHost;

beforeEach(() => {
  cloudflare = twoZones();
  host = new FakeHost(cloudflare);
  host.files.setAddresses(A);
  verdict = 'reached';
});

type Ending = HttpReply | 'unreachable' | 'unresolved' | null;

/** What becomes of connections that leave from the address. */
let verdict: ProbeVerdict;

const SILENCE = { kind: 'unreachable', detail: 'It timed out', sent: true } as const;

/** Runs the check with its requests ended like these in turn, null and all others by the provider. @returns the exit status */
async function checked(
  records: readonly RecordSettings[],
  endings: readonly Ending[] = [],
  json = false,
  own: Partial<Settings> = {},
) {
  let status: ExitStatus | null = null;
  const exit = (own: ExitStatus): void => {
    status = own;
  };
  check({ ports: host, log: host.log, settings: settingsFor(records, own), json, exit });
  const left = [...endings];
  for (let turns = 0; status === null && turns < 10_000; turns++) {
    if (host.api.probing.length > 0) host.api.endProbe(verdict);
    if (host.api.inFlight.length > 0) {
      const ending = left.shift() ?? null;
      if (ending === null) host.api.end();
      else if (ending === 'unreachable') host.api.end(SILENCE);
      else if (ending === 'unresolved') host.api.end({ ...SILENCE, sent: false, unresolved: true });
      else host.api.end({ kind: 'replied', reply: ending });
    }
    await Promise.resolve();
  }
  return status;
}

const UNTOLD = 'only a change can show whether the token may change its records';

const lines = () => host.output.out.map((line) => line.replace(/ {2,}/g, ' '));

describe('check', () => {
  test('check: everything is right → a line each, 0, nothing written', async () => {
    cloudflare.put(HOME, record('r1', A));
    expect(await checked([recordSettings(HOME)])).toBe(0);
    expect(lines()).toEqual([
      'ok settings 1 name',
      'ok CA bundle /etc/ssl/certs/ca-certificates.crt, 142 root certificates',
      'ok resolver knows api.cloudflare.com',
      'ok API https://api.cloudflare.com/client/v4 answered in 0 ms, its certificate is good',
      'ok clock plausible',
      'ok token accepted',
      `ok zone example.com ${ZONE}`,
      `ok record ${HOME} AAAA ${A}, right`,
      `ok address ${A}, reached from the API`,
    ]);
    expect(cloudflare.writes).toBe(0);
  });

  test.each([
    ['silent', 'not reached: answers of the API do not come back to it'],
    ['unknown', 'no way to tell whether it is reached'],
  ] as const)('check: connections from the address are %s → said, 0', async (own, words) => {
    verdict = own;
    expect(await checked([recordSettings(HOME)])).toBe(0);
    expect(lines()).toContain(`ok address ${A}, ${words}`);
  });

  test('check: a record that would change → what would be done, 0', async () => {
    cloudflare.put(HOME, record('r1', B), record('r2', C));
    expect(await checked([recordSettings(HOME, { multiRecord: 'all' })])).toBe(0);
    expect(lines()).toContain(
      `ok record ${HOME} AAAA ${B}, ${C}; would update AAAA ${B} to ${A}, then delete AAAA ${C}`,
    );
  });

  test('check: several records under "error" → what to do, 76', async () => {
    cloudflare.put(HOME, record('r1', B), record('r2', C));
    expect(await checked([recordSettings(HOME)])).toBe(76);
    expect(lines().find((line) => line.startsWith('FAIL'))).toMatch(/set multi_record to "first" or "all"$/);
  });

  test('check: zone looked up → its id is shown once for all its names', async () => {
    const names = [HOME, 'www.example.com'].map((name) => recordSettings(name, { zoneId: null }));
    expect(await checked(names)).toBe(0);
    expect(lines().filter((line) => line.includes('zone'))).toEqual([`ok zone example.com ${ZONE}`]);
  });

  test('check: the token sees no zone → what to do, 76', async () => {
    expect(await checked([recordSettings('home.example.net', { zoneId: null })])).toBe(76);
    expect(lines()).toContain(
      'FAIL zone of home.example.net the token sees no zone for this name (asked for home.example.net, example.net): ' +
        'check the name, give the token Zone → Zone → Read, or set zone_id',
    );
  });

  test('check: the API answers and then does not → the record is not called right, 75', async () => {
    cloudflare.put(HOME, record('r1', A));
    cloudflare.put(WWW, record('r2', A));
    expect(await checked([recordSettings(HOME), recordSettings(WWW)], [null, null, null, 'unreachable'])).toBe(75);
    expect(lines()).toContain(`FAIL records of ${WWW} It timed out: try again`);
  });

  test('check: unreachable → said once, 75, the address is checked all the same', async () => {
    expect(await checked([recordSettings(HOME), recordSettings(WWW)], ['unreachable', 'unreachable'])).toBe(75);
    expect(lines()).toEqual([
      'ok settings 2 names',
      'ok CA bundle /etc/ssl/certs/ca-certificates.crt, 142 root certificates',
      'FAIL API It timed out',
      `ok address ${A}, reached from the API`,
    ]);
  });

  test('check: the resolver does not know the host → that is the line, 75', async () => {
    expect(await checked([recordSettings(HOME)], ['unresolved'])).toBe(75);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual(['FAIL resolver It timed out']);
  });

  test('check: a bundle with one root certificate → counted', async () => {
    host.api.roots = 1;
    await checked([recordSettings(HOME)]);
    expect(lines()).toContain('ok CA bundle /etc/ssl/certs/ca-certificates.crt, 1 root certificate');
  });

  test('check: a bundle without a certificate → says what to install, asks nothing, 75', async () => {
    host.api.roots = 0;
    expect(await checked([recordSettings(HOME)])).toBe(75);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      'FAIL CA bundle no certificate in /etc/ssl/certs/ca-certificates.crt: install the package ca-certificates anew',
    ]);
    expect(cloudflare.requests).toEqual([]);
  });

  test('check: what the handshake showed → version of TLS, whose certificate, by whom, until when', async () => {
    const server = {
      ...certificate('C=US, O=Cloudflare\\, Inc., CN=api.cloudflare.com'),
      issuer: 'C=US, O=Google Trust Services, CN=WE1',
      until: '2027-02-03T04:05:06Z',
    };
    host.api.tls = { version: 'TLSv1.3', server };
    await checked([recordSettings(HOME)]);
    expect(lines()).toContain(
      'ok API https://api.cloudflare.com/client/v4 answered in 0 ms, its certificate is good: ' +
        '"api.cloudflare.com", issued by "WE1", until 2027-02-03, TLSv1.3',
    );
  });

  test('check: no bundle of root certificates → says what to install, asks nothing, 75', async () => {
    host.api.certificates = null;
    expect(await checked([recordSettings(HOME)])).toBe(75);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      expect.stringMatching(/^FAIL CA bundle no bundle .*install the package ca-certificates/),
    ]);
    expect(cloudflare.requests).toEqual([]);
  });

  test('check: a name outside the zone of zone_id → not promised to be created, 76', async () => {
    expect(await checked([recordSettings('home.example.net')])).toBe(76);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      'FAIL record home.example.net no AAAA record: ' +
        'the name is not in the zone example.com of zone_id: correct the name or zone_id',
    ]);
  });

  test('check: the token may not know the zone’s name → said of the zone, the token stays good, 0', async () => {
    cloudflare.put(HOME, record('r1', A));
    const reply = failure(403, [{ code: 9109, message: 'Unauthorized' }]);
    expect(await checked([recordSettings(HOME)], [null, reply])).toBe(0);
    expect(lines()).toContain(`ok zone ${ZONE} the token may read its records, but not its name; ${UNTOLD}`);
    expect(lines()).toContain('ok token accepted');
  });

  test.each<[string, object, string, number]>([
    [
      'pending',
      { status: 'pending' },
      `FAIL zone example.com ${ZONE}: its status is "pending", so Cloudflare does not`,
      76,
    ],
    [
      'secondary',
      { type: 'secondary' },
      `FAIL zone of ${HOME} the zone example.com (${ZONE}, active) is a secondary zone: Cloudflare copies its records from another server`,
      76,
    ],
    ['paused', { paused: true }, `ok zone example.com ${ZONE}; it is paused`, 0],
    [
      'moved',
      { status: 'moved' },
      `FAIL zone of ${HOME} the token sees no zone for this name (asked for ${HOME}, example.com; example.com is no longer served by Cloudflare: ${ZONE}, moved)`,
      76,
    ],
  ])('check: the zone is %s → said of it', async (_, own, line, status) => {
    const zone = { id: ZONE, name: 'example.com', status: 'active', ...own };
    expect(await checked([recordSettings(HOME, { zoneId: null })], [success([]), success([zone])])).toBe(status);
    expect(lines().some((own) => own.startsWith(line))).toBe(true);
  });

  test.each([
    ['home.example.com', 'CNAME', 'a CNAME record: remove the CNAME record of this name, or choose another name'],
    ['home.example.com', 'NS', 'NS records: the name is delegated by NS records: choose another name'],
  ])('check: %s is to be created and a %s record has the name → what to do, 76', async (name, type, words) => {
    cloudflare.putOther(name, type);
    expect(await checked([recordSettings(name)])).toBe(76);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      `FAIL record ${name} no AAAA record, but ${words}`,
    ]);
  });

  test.each([
    ['example.com', 'NS'],
    ['home.example.com', 'A'],
    ['home.example.com', 'TXT'],
  ])('check: %s is to be created, and a %s record is there → no obstacle, 0', async (name, type) => {
    cloudflare.putOther(name, type);
    expect(await checked([recordSettings(name)])).toBe(0);
    expect(lines()).toContain(`ok record ${name} no AAAA record; would create AAAA ${A}`);
  });

  test('check: NS records at a name that may be the zone’s own, which the token may not know → no obstacle, 0', async () => {
    cloudflare.putOther(HOME, 'NS');
    const unknown = failure(403, [{ code: 9109, message: 'Unauthorized' }]);
    expect(await checked([recordSettings(HOME)], [null, unknown])).toBe(0);
  });

  test('check: a thousand names are to be created → asked for obstacles of a hundred, 0', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => recordSettings(`host${i}.example.com`));
    expect(await checked(names)).toBe(0);
    expect(cloudflare.requests.length).toBeLessThan(110);
  });

  const READ_ONLY = ['#dns_records:read', '#zone:read'];

  test.each<[string, string | null]>([
    ['zone_id is set', ZONE],
    ['the zone is looked up', null],
  ])('check: the zone says that the token may read alone, %s → which permission it needs, 76', async (_, zoneId) => {
    cloudflare.permissions = READ_ONLY;
    expect(await checked([recordSettings(HOME, { zoneId })])).toBe(76);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      `FAIL zone example.com ${ZONE}; the token may read its records, but not change them: ` +
        `give the token the permission Zone → DNS → Edit for this zone${zoneId === null ? '' : ', and check zone_id'}`,
    ]);
  });

  test.each<[string, readonly string[], string]>([
    ['no permissions', [], 'Abcdefghij0123456789'],
    ['none that is about records', ['#zone:read'], 'Abcdefghij0123456789'],
    ['reading alone, to the token of an account', READ_ONLY, `cfat_${'a'.repeat(48)}`],
  ])(
    'check: the zone tells %s → the token is not called bad, nor good for writing, 0',
    async (_, permissions, token) => {
      cloudflare.permissions = permissions;
      expect(await checked([recordSettings(HOME)], [], false, { apiToken: new Secret(token) })).toBe(0);
      expect(lines()).toContain(`ok zone example.com ${ZONE}; ${UNTOLD}`);
    },
  );

  test('check: the API over plain http → nothing is said of a certificate', async () => {
    expect(await checked([recordSettings(HOME)], [], false, { baseUrl: 'http://127.0.0.1:8080' })).toBe(0);
    expect(lines()).toContain('ok API http://127.0.0.1:8080 answered in 0 ms, unencrypted');
    expect(lines().join()).not.toMatch(/certificate|resolver/);
  });

  const pageOf = (length: number, content: typeof A) =>
    success(Array.from({ length }, (_, i) => wireRecord(HOME, record(`r${i}`, content))));

  test('check: a full page without a count of pages → the next is read, too', async () => {
    await checked([recordSettings(HOME)], [pageOf(100, B), pageOf(1, C)]);
    expect(lines().find((line) => line.startsWith('FAIL record'))).toContain(`${B}, ${C}) and multi_record`);
  });

  test('check: a list of one name without end → said so, 75', async () => {
    const endless = Array.from({ length: 20 }, () => pageOf(100, B));
    expect(await checked([recordSettings(HOME)], endless)).toBe(75);
    expect(lines()).toContain(`FAIL records of ${HOME} more than 10 pages: delete surplus ones`);
  });

  test.each<[string, HttpReply, string]>([
    ['the token is refused', failure(403, [{ code: 9109, message: 'no' }], { 'CF-Ray': '8f-FRA' }), 'token'],
    ['the API has trouble', failure(500, [], { 'CF-Ray': '8f-FRA' }), `records of ${HOME}`],
  ])('check: %s → the line has the cf-ray that the support asks for', async (_, reply, name) => {
    await checked([recordSettings(HOME)], [reply]);
    expect(lines().find((line) => line.startsWith(`FAIL ${name}`))).toContain(', cf-ray 8f-FRA: ');
  });

  const many = Array.from({ length: 12 }, (_, i) => `host${i}.example.com`);

  test('check: many names without zone_id → three questions for all of them', async () => {
    for (const [i, name] of many.entries()) cloudflare.put(name, record(`r${i}`, A));
    expect(await checked(many.map((name) => recordSettings(name, { zoneId: null })))).toBe(0);
    expect(lines().filter((line) => line.endsWith(`AAAA ${A}, right`))).toHaveLength(12);
    expect(cloudflare.requests).toHaveLength(3);
  });

  test('check: many names, and both questions for all are refused to a good token → asked one by one, 0', async () => {
    const refused = failure(403, [{ code: 9109, message: 'Unauthorized' }]);
    const names = many.map((name) => recordSettings(name, { zoneId: null }));
    // The first name finds the zone with two questions, each other one with its own.
    const each = Array.from({ length: 13 }, () => null);
    expect(await checked(names, [refused, ...each, failure(400, [{ code: 9207, message: 'no' }])])).toBe(0);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([]);
    expect(lines().filter((line) => line.includes(' token '))).toEqual(['ok token accepted']);
  });

  test('check: the API has trouble that it calls lasting → not the token’s, 76', async () => {
    const reply = failure(500, [{ code: 10013, message: 'internal' }], { 'x-should-retry': 'false' });
    expect(await checked([recordSettings(HOME)], [reply])).toBe(76);
    expect(lines().some((line) => line.includes(' token '))).toBe(false);
  });

  test('check: the token is refused → said so, 76', async () => {
    const reply = failure(403, [{ code: 9109, message: 'Invalid access token' }]);
    expect(await checked([recordSettings(HOME)], [reply])).toBe(76);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      'FAIL token HTTP 403, code 9109 "Invalid access token": the token is unknown, expired or revoked: make a new one',
    ]);
  });

  test('check: zone_id is none → not the token’s fault, 76', async () => {
    expect(await checked([recordSettings(HOME, { zoneId: 'f'.repeat(32) })])).toBe(76);
    expect(lines().filter((line) => line.includes(' token '))).toEqual(['ok token accepted']);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      expect.stringMatching(new RegExp(`^FAIL records of ${HOME} HTTP 404, code 7003 .*zone_id is not a zone`)),
    ]);
  });

  test.each<[string, HttpReply]>([
    ['an HTML page', textReply(502, '<html></html>')],
    ['429', failure(429, [{ code: 971, message: 'slow down' }])],
  ])('check: the first answer is %s → the token is neither accepted nor refused, 75', async (_, reply) => {
    expect(await checked([recordSettings(HOME)], [reply])).toBe(75);
    expect(lines().some((line) => line.includes(' token '))).toBe(false);
  });

  test.each([
    ['Fri, 02 Jan 2026 02:04:05 GMT', 'FAIL clock 3600 s fast: set it, best by NTP', 75],
    ['Fri, 02 Jan 2026 03:14:05 GMT', 'FAIL clock 600 s slow: set it, best by NTP', 75],
    ['Fri, 02 Jan 2026 03:05:05 GMT', 'ok clock plausible', 0],
  ])('check: the server’s clock says %s → %s', async (date, line, status) => {
    expect(await checked([recordSettings(HOME)], [success([], { Date: date })])).toBe(status);
    expect(lines()).toContain(line);
  });

  test('check: no address → 69, the record has nothing to be compared with', async () => {
    host.files.setAddresses();
    cloudflare.put(HOME, record('r1', A));
    expect(await checked([recordSettings(HOME)])).toBe(69);
    expect(lines().slice(-2)).toEqual([
      `ok record ${HOME} AAAA ${A}; nothing to compare with`,
      'FAIL address none may be published: see "ipv6ddns addresses" for the reasons',
    ]);
  });

  test('check: names on different interfaces → an address each', async () => {
    await checked([recordSettings(HOME), recordSettings('www.example.com', { interfaces: ['eth7'] })]);
    expect(lines().slice(-2)).toEqual([
      `ok address ${A}, reached from the API`,
      'FAIL address on eth7 none may be published: see "ipv6ddns addresses" for the reasons',
    ]);
  });

  test('check: JSON → one document with the same', async () => {
    cloudflare.put(HOME, record('r1', B), record('r2', C));
    expect(await checked([recordSettings(HOME)], [], true)).toBe(76);
    expect(host.output.out).toHaveLength(1);
    const { ok, checks } = JSON.parse(host.output.out[0] ?? '');
    expect(ok).toBe(false);
    expect(checks.map((own: { name: string; ok: boolean }) => [own.name, own.ok])).toEqual([
      ['settings', true],
      ['CA bundle', true],
      ['resolver', true],
      ['API', true],
      ['clock', true],
      ['token', true],
      ['zone example.com', true],
      [`record ${HOME}`, false],
      ['address', true],
    ]);
    expect(checks[0]).toEqual({ name: 'settings', ok: true, detail: '1 name', remedy: null });
    expect(checks[7].remedy).toMatch(/multi_record/);
  });
});

describe('checkRefused', () => {
  test('checkRefused: bad settings → a failed line for every problem', () => {
    const output = new FakeOutput();
    checkRefused(['a.toml:1: timeout: bad', 'a.toml:2: ttl: bad'], false, output);
    expect(output.out).toEqual(['FAIL  settings  a.toml:1: timeout: bad', 'FAIL  settings  a.toml:2: ttl: bad']);
  });

  test('checkRefused: JSON → one document', () => {
    const output = new FakeOutput();
    checkRefused(['bad'], true, output);
    expect(output.out).toEqual(['{"ok":false,"checks":[{"name":"settings","ok":false,"detail":"bad","remedy":null}]}']);
  });
});
