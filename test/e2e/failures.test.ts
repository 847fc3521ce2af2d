import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../simulator/faults.ts';
import type { Lab } from './harness/lab.ts';
import { NAME } from './harness/lab.ts';
import { startNameServer } from './harness/name-servers.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

const OTHER = 'home.example.net';

/** A config with two names of two zones. */
const twoZones = (zoneId: string, otherId: string): string =>
  `[[record]]\nname = "${NAME}"\nzone_id = "${zoneId}"\n[[record]]\nname = "${OTHER}"\nzone_id = "${otherId}"\n`;

/** A daemon whose record says A. */
async function synced(lab: Lab, environment = {}): Promise<Process> {
  const daemon = await lab.daemon({ environment });
  await lab.add(A);
  await daemon.line(/ created in /);
  return daemon;
}

/** Takes A away and brings B. */
async function change(lab: Lab): Promise<void> {
  await lab.remove(A);
  await lab.add(B);
}

/** Seconds to the next try, of each failure that was logged. */
const announcedSec = (daemon: Process): number[] =>
  daemon.stderr.flatMap((line) => /Next try in ([\d.]+) s \(failure \d+/.exec(line)?.[1] ?? []).map(Number);

/** Seconds from the arrival of each request, which is answered at once, to that of the next one. */
async function pausesSec(lab: Lab, since: number): Promise<number[]> {
  const requests = await lab.api.requests(since);
  return requests.slice(1).map(({ connectedMs }, i) => (connectedMs - (requests[i]?.completeMs ?? 0)) / 1000);
}

describe('a failure that passes', () => {
  test('daemon: the API fails three times → waits as announced, each at most twice as long, and then is right', async () => {
    const lab = await openLab();
    const daemon = await synced(lab);
    const { length } = await lab.api.requests();
    await lab.api.addFault({ kind: 'html', status: 503, times: 3 });
    await change(lab);
    await lab.says(B);
    // After a write whose fate is not known the records are read before it is repeated.
    expect(await lab.sent(length)).toEqual([`PATCH ${B}`, 'LIST', 'LIST', 'LIST', `PATCH ${B}`]);
    const announced = announcedSec(daemon);
    const pauses = await pausesSec(lab, length);
    expect(announced).toHaveLength(3);
    for (const [i, sec] of announced.entries()) {
      expect(sec).toBeLessThanOrEqual(2 ** i);
      expect(pauses[i]).toBeGreaterThan(sec - 0.06); // announced with one decimal
      expect(pauses[i]).toBeLessThan(sec + 2);
    }
  });

  test('daemon: 429 with Retry-After → silent that long, a new address notwithstanding', async () => {
    const lab = await openLab();
    const daemon = await synced(lab);
    const { length } = await lab.api.requests();
    await lab.api.addFault({ kind: 'throttle', retryAfter: '3' });
    await change(lab);
    await daemon.line(/asks for fewer requests .*Next try in 3\.0 s/);
    await lab.remove(B);
    await lab.add('3ffe:1::c');
    await daemon.line(/detected 3ffe:1::c/);
    await lab.says('3ffe:1::c');
    // The refused write is repeated with the newer address, after a look at the records.
    expect(await lab.sent(length)).toEqual([`PATCH ${B}`, 'LIST', 'PATCH 3ffe:1::c']);
    expect((await pausesSec(lab, length))[0]).toBeGreaterThanOrEqual(3);
  });

  test('daemon: 429 in one zone → silence in the other one, too, as the token is the same', async () => {
    const lab = await openLab();
    const other = await lab.api.addZone({ name: 'example.net' });
    const token = await lab.api.addToken({ zones: [lab.zone.id, other.id] });
    const daemon = await lab.daemon({
      config: twoZones(lab.zone.id, other.id),
      environment: {
        CLOUDFLARE_API_TOKEN: token.value,
        CLOUDFLARE_RECORD_NAME: undefined,
        CLOUDFLARE_ZONE_ID: undefined,
      },
    });
    await lab.add(A);
    for (const name of [NAME, OTHER]) await daemon.line(new RegExp(` ${name}: AAAA ${A}, created in `));
    await lab.api.addFault({ kind: 'throttle', retryAfter: '3', on: { method: 'PATCH', path: lab.zone.id } });
    const { length } = await lab.api.requests();
    await change(lab);
    await daemon.line(/ home\.example\.com: .*asks for fewer requests .*Next try in 3\.0 s/);
    await daemon.line(/ home\.example\.net: AAAA 3ffe:1::b .*, updated in /); // it was on its way
    await lab.remove(B);
    await lab.add('3ffe:1::c');
    await lab.api.untilContents(other.id, OTHER, ['3ffe:1::c']);
    const requests = await lab.api.requests(length);
    const throttled = requests.find(({ fault }) => fault === 'throttle');
    const later = requests.filter(({ body }) => JSON.stringify(body)?.includes('3ffe:1::c'));
    for (const { firstByteMs } of later)
      expect(firstByteMs - (throttled?.completeMs ?? Infinity)).toBeGreaterThan(2990);
    await lab.says('3ffe:1::c');
  });

  test('daemon: the reply to a write is lost → the records are read back, and nothing is written twice', async () => {
    const lab = await openLab();
    await lab.api.addFault({ kind: 'reset', on: { method: 'POST' }, applied: true });
    const daemon = await lab.daemon();
    await lab.add(A);
    await daemon.line(/could not confirm the update .*Reading the records back in/);
    await daemon.line(/AAAA 3ffe:1::a, already right$/);
    const sent = await lab.sent();
    expect(sent.slice(sent.indexOf(`POST ${A}`))).toEqual([`POST ${A}`, 'LIST']);
    expect(await lab.api.records(lab.zone.id)).toHaveLength(1);
  });

  test('daemon: our own wait is long and the address changes → tried again at once', async () => {
    const lab = await openLab();
    const daemon = await synced(lab);
    await lab.api.addFault({ kind: 'html', status: 503, times: null });
    await change(lab);
    // Tries go on until one announces a wait that cannot be mistaken for none.
    await daemon.line(/Next try in ([2-9]\.\d|\d\d) s/, { timeoutMs: 45_000 });
    await lab.api.clearFaults();
    const { length } = await lab.api.requests();
    const changedMs = performance.now();
    await lab.remove(B);
    await lab.add('3ffe:1::c');
    await lab.says('3ffe:1::c');
    expect(performance.now() - changedMs).toBeLessThan(1900);
    expect(await lab.sent(length)).toContain('PATCH 3ffe:1::c');
  });

  test('daemon: the name server falls silent → after four seconds of 30 the API’s last good address is tried', async () => {
    const lab = await openLab();
    const nameServer = await startNameServer(lab, { names: { 'api.cloudflare.com': { a: '127.0.0.1' } } });
    const resolver = join(lab.folder, 'resolv.conf');
    await writeFile(resolver, 'nameserver 127.0.0.1\noptions timeout:60\n');
    await lab.host.replaceFile('/etc/resolv.conf', resolver);
    const daemon = await synced(lab, {
      CLOUDFLARE_BASE_URL: lab.api.url.replace('localhost', 'api.cloudflare.com'),
    });
    nameServer.signal('SIGSTOP');
    const changedMs = performance.now();
    await change(lab);
    await daemon.line(/AAAA 3ffe:1::b .*, updated in /, { timeoutMs: 25_000 });
    expect(performance.now() - changedMs).toBeGreaterThan(3_900);
  });

  const STRANGE: readonly (readonly [string, Fault])[] = [
    ['an HTML page with status 502', { kind: 'html', status: 502 }],
    ['an HTML page with status 200', { kind: 'html', status: 200 }],
    ['bytes that are no HTTP', { kind: 'garbage' }],
    ['a body that is no JSON', { kind: 'garbageBody' }],
    ['JSON of another shape', { kind: 'reply', status: 200, headers: {}, body: '{"success":true,"result":{"id":7}}' }],
    ['half a body', { kind: 'truncated' }],
    ['half of the announced body', { kind: 'cutBody' }],
    ['2 MiB', { kind: 'oversized', bytes: 2 * 1024 * 1024 }],
    ['an end of the connection', { kind: 'close' }],
    ['a reset', { kind: 'reset' }],
    ['a reset in place of the TLS handshake', { kind: 'handshakeReset' }],
    ['the certificate of another host', { kind: 'certificate', which: 'wrongName' }],
    ['a certificate of an unknown CA', { kind: 'certificate', which: 'untrusted' }],
    ['an expired certificate', { kind: 'certificate', which: 'expired' }],
  ];
  test.each(STRANGE)('daemon: answered with %s → one line of warning, then the record is right', async (_, fault) => {
    const lab = await openLab();
    // One address: a connection that is reset at once may look refused, and the next address would be tried.
    const daemon = await synced(lab, { CLOUDFLARE_BASE_URL: lab.api.url.replace('localhost', '127.0.0.1') });
    await lab.api.addFault(fault);
    await change(lab);
    await lab.says(B);
    await daemon.line(/AAAA 3ffe:1::b/);
    const complaints = daemon.stderr.filter((line) => / (warning|error) .*(Cloudflare|confirm)/.test(line));
    expect(complaints).toEqual([
      expect.stringMatching(/ warning home\.example\.com: .*(?:Next try|Reading the records back) in /),
    ]);
  });
});

describe('a failure that somebody has to put right', () => {
  test('daemon: the token may not edit one zone → logged once with what to do, the other zone goes on', async () => {
    const lab = await openLab();
    const other = await lab.api.addZone({ name: 'example.net' });
    const daemon = await lab.daemon({
      config: `verbose = true\n${twoZones(lab.zone.id, other.id)}`,
      environment: { CLOUDFLARE_RECORD_NAME: undefined, CLOUDFLARE_ZONE_ID: undefined },
    });
    await lab.add(A);
    await daemon.line(/ error home\.example\.net: .*10000.*give the token the permission Zone → DNS → Edit/);
    await lab.says(A);
    const since = daemon.lines.length;
    await change(lab);
    await lab.says(B);
    // A new address is a reason to try at once; being refused again is no news.
    await daemon.line(/ debug home\.example\.net: .*10000/, { since });
    expect(daemon.stderr.filter((line) => / error /.test(line))).toHaveLength(1);
  });

  test('daemon: the token is revoked → logged once with what to do; in force again and a new address → right', async () => {
    const lab = await openLab();
    const daemon = await synced(lab);
    await lab.api.changeToken(lab.token.value, { status: 'disabled' });
    await change(lab);
    await daemon.line(
      / error .*the token is unknown, expired or revoked.*AAAA 3ffe:1::a when last seen\. Next try in 5 min/,
    );
    await lab.api.changeToken(lab.token.value, { status: 'active' });
    await lab.remove(B);
    await lab.add('3ffe:1::c');
    await lab.says('3ffe:1::c');
  });

  test('daemon: the name has a CNAME record → that name is refused with what to do, the others are written', async () => {
    const lab = await openLab();
    await lab.seed({ name: 'www.example.com', type: 'CNAME', content: 'elsewhere.example' });
    const daemon = await lab.daemon({ environment: { CLOUDFLARE_RECORD_NAME: `www.example.com,${NAME}` } });
    await lab.add(A);
    await lab.says(A);
    await daemon.line(/ error www\.example\.com: .*remove the CNAME record of this name/);
  });
});
