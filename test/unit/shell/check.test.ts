import { beforeEach, describe, expect, test } from 'vitest';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import type { ProbeVerdict } from '../../../src/core/ports.ts';
import { checkRefused } from '../../../src/shell/check.ts';
import { certificate } from '../../fakes/certificates.ts';
import { hostWithA } from '../../fakes/host.ts';
import { FakeOutput } from '../../fakes/ports.ts';
import { failure, success, wireRecord } from '../../fakes/replies.ts';
import { A, B, C, HOME, record, recordSettings, WWW, ZONE } from '../../fakes/samples.ts';
import { checking } from './checking.ts';

let { cloudflare, host } = hostWithA();
/** What becomes of connections that leave from the address. */
let verdict: ProbeVerdict;

beforeEach(() => {
  ({ cloudflare, host } = hostWithA());
  verdict = 'reached';
});

const { checked, lines } = checking(
  () => host,
  () => verdict,
);

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
