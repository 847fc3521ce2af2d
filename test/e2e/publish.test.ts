import { expect, test } from 'vitest';
import { openLab } from './harness/open.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

test('daemon: an address appears → created', async () => {
  const lab = await openLab();
  const daemon = await lab.daemon();
  await lab.add(A);
  await lab.says(A);
  await daemon.line(/home\.example\.com: AAAA 3ffe:1::a, created in \d+ ms$/);
  expect(await lab.writes()).toEqual([`POST ${A}`]);
});

test('daemon: the address changes → updated by a PATCH of the content alone, all else stays the owner’s', async () => {
  const lab = await openLab();
  await lab.api.changeZone(lab.zone.id, { plan: 'pro' }); // Free has no tags
  await lab.seed({ content: A, proxied: true, comment: 'rack 4', tags: ['site:home'], settings: { ipv6_only: true } });
  const [before] = await lab.api.records(lab.zone.id);
  await lab.add(A);
  const daemon = await lab.daemon();
  await daemon.line(/already right$/);
  const update = lab.api.nextRequest({ method: 'PATCH' });
  await lab.remove(A);
  await lab.add(B);
  await lab.says(B);
  expect((await update).body).toEqual({ content: B });
  const [after] = await lab.api.records(lab.zone.id);
  expect({ ...after, content: A, modified_on: '' }).toEqual({ ...before, modified_on: '' });
});

test('daemon: the address is announced anew, unchanged → nothing is sent', async () => {
  const lab = await openLab();
  const daemon = await lab.daemon();
  await lab.add(A, 'valid_lft 7200 preferred_lft 3600 nodad');
  await daemon.line(/ created in /);
  const { length } = await lab.api.requests();
  for (const left of [3601, 3602, 3603]) {
    await lab.host.ip(`addr change ${A}/64 dev wan0 valid_lft 7200 preferred_lft ${left}`);
  }
  // What comes next was preceded by those events.
  await lab.add(B);
  await lab.says(B);
  expect(await lab.sent(length)).toEqual([`PATCH ${B}`]);
});

test('daemon: restarted beside a right record → reads it, writes nothing', async () => {
  const lab = await openLab();
  await lab.add(A);
  const first = await lab.daemon();
  await first.line(/ created in /);
  first.signal('SIGTERM');
  expect((await first.exit).status).toBe(0);
  const { length } = await lab.api.requests();
  const second = await lab.daemon();
  await second.line(/AAAA 3ffe:1::a, already right$/);
  expect(await lab.sent(length)).toEqual(['LIST']);
});

test('daemon: started beside several equally good addresses → keeps the one that the record says', async () => {
  const lab = await openLab();
  await lab.add(A);
  await lab.add(B);
  await lab.seed(B);
  const daemon = await lab.daemon();
  await daemon.line(/AAAA 3ffe:1::b, already right$/);
  expect(await lab.sent()).toEqual(['LIST']);
});

test('daemon: no base URL set → talks to https://api.cloudflare.com/client/v4', async () => {
  const lab = await openLab({ port: 443 });
  await lab.hosts('127.0.0.1 api.cloudflare.com');
  await lab.daemon({ environment: { CLOUDFLARE_BASE_URL: undefined } });
  await lab.add(A);
  await lab.says(A);
  const hosts = (await lab.api.requests()).map(({ headers }) => headers['host']);
  expect(new Set(hosts)).toEqual(new Set(['api.cloudflare.com']));
});

test('daemon: a proxy is set, the base URL is http → goes straight to the loopback address, past the proxy', async () => {
  const lab = await openLab({ plain: true });
  expect(lab.api.url).toMatch(/^http:/);
  const daemon = await lab.daemon({ environment: { HTTPS_PROXY: 'http://127.0.0.1:9' } }); // where nobody listens
  await lab.add(A);
  await lab.says(A);
  expect(daemon.transcript()).not.toContain('cannot reach');
});

test('daemon: a proxy is set, NO_PROXY names the API → goes straight to it', async () => {
  const lab = await openLab();
  await lab.daemon({
    environment: { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'example.com,*.localhost,localhost:*, .LOCALHOST.' },
  });
  await lab.add(A);
  await lab.says(A);
});

test('daemon: no zone_id set → the zone is looked up from the name', async () => {
  const lab = await openLab();
  await lab.daemon({ environment: { CLOUDFLARE_ZONE_ID: undefined, CLOUDFLARE_RECORD_NAME: 'deep.down.example.com' } });
  await lab.add(A);
  await lab.api.untilContents(lab.zone.id, 'deep.down.example.com', [A]);
});

test('daemon: host_id set → the other host’s address under this machine’s prefix', async () => {
  const lab = await openLab();
  const config = '[[record]]\nname = "printer.example.com"\nhost_id = "::77"\n';
  await lab.daemon({ config, environment: { CLOUDFLARE_RECORD_NAME: undefined } });
  await lab.add(A);
  await lab.api.untilContents(lab.zone.id, 'printer.example.com', ['3ffe:1::77']);
});

test('daemon: several names of one zone → written by one batch', async () => {
  const lab = await openLab();
  const names = ['home.example.com', 'www.example.com', 'example.com'];
  const daemon = await lab.daemon({ environment: { CLOUDFLARE_RECORD_NAME: names.join(',') } });
  await lab.add(A);
  for (const name of names) {
    await lab.api.untilContents(lab.zone.id, name, [A]);
    await daemon.line(new RegExp(`${name}: AAAA ${A}, created`));
  }
  const writes = (await lab.api.requests()).filter(({ method }) => method !== 'GET');
  expect(writes.map(({ method, path }) => [method, path.split('/').at(-1)])).toEqual([['POST', 'batch']]);
});
