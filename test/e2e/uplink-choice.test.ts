import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';

/** Numerically the first of all: without the rule under test it would win. */
const FIRST = '3ffe:1::a';
const SECOND = '3ffe:2::a';
const UNIQUE_LOCAL = 'fd00:1::a';

const TWO_LINKS = [
  ['wan0', FIRST],
  ['wan1', SECOND],
] as const;

async function twoLinks(lab: Lab): Promise<void> {
  await lab.host.link('wan1', lab.router, 'lan1');
  for (const [ifName, address] of TWO_LINKS) await lab.add(address, 'nodad', ifName);
}

const route = (lab: Lab, text: string): Promise<string> => lab.host.ip(`-6 route ${text}`);

/** Resolves when the daemon has had time to act on what is wrong: longer than the wait for a successor. */
const longEnoughToErr = (): Promise<void> => sleep(4500);

test('uplink: a VPN with a unique-local address takes the default route → its route serves nothing, nothing changes', async () => {
  const lab = await openLab({ unrouted: true });
  await twoLinks(lab);
  await route(lab, 'add default via fe80::1 dev wan1 metric 1024');
  await lab.seed(SECOND);
  const daemon = await lab.daemon();
  await daemon.line(/already right$/);
  await lab.host.link('vpn0', lab.router, 'vpn1');
  await lab.add(UNIQUE_LOCAL, 'nodad', 'vpn0');
  await route(lab, 'add default dev vpn0 metric 50');
  await longEnoughToErr();
  expect(await lab.writes()).toEqual([]);
});

test('uplink: at the start only an address that no default route serves is there → the record waits for the uplink’s own', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.host.link('wg0', lab.router, 'wg1');
  await lab.add(FIRST, 'nodad', 'wg0');
  await lab.seed(SECOND);
  await lab.daemon();
  await longEnoughToErr();
  await lab.add(SECOND);
  await route(lab, 'add default via fe80::1 dev wan0');
  await longEnoughToErr();
  expect(await lab.writes()).toEqual([]);
});

test('uplink: each default route is for the addresses of one prefix → the address of the lower metric', async () => {
  const lab = await openLab({ unrouted: true });
  await twoLinks(lab);
  await route(lab, 'add default from 3ffe:1::/64 via fe80::1 dev wan0 metric 1024');
  await route(lab, 'add default from 3ffe:2::/64 via fe80::1 dev wan1 metric 512');
  await lab.daemon();
  await lab.says(SECOND);
  expect(await lab.writes()).toEqual([`POST ${SECOND}`]);
});

test('uplink: its cable is pulled while the link stays up → the other one’s address after 3 s, and back', async () => {
  const lab = await openLab({ unrouted: true });
  await twoLinks(lab);
  await route(lab, 'add default via fe80::1 dev wan0 metric 100');
  await route(lab, 'add default via fe80::1 dev wan1 metric 200');
  await lab.daemon();
  await lab.says(FIRST);
  await lab.router.ip('link set lan0 down');
  await lab.says(SECOND);
  await lab.router.ip('link set lan0 up');
  await lab.says(FIRST);
  expect(await lab.writes()).toEqual([`POST ${FIRST}`, `PATCH ${SECOND}`, `PATCH ${FIRST}`]);
});

test('uplink: an unreachable route replaces its default route → the other one’s address', async () => {
  const lab = await openLab({ unrouted: true });
  await twoLinks(lab);
  await route(lab, 'add default via fe80::1 dev wan0 metric 100');
  await route(lab, 'add default via fe80::1 dev wan1 metric 200');
  await lab.daemon();
  await lab.says(FIRST);
  await route(lab, 'replace unreachable default metric 100');
  await lab.says(SECOND);
});

test('uplink: only half of the world is routed over it, in two halves → they say where packets leave, not what serves', async () => {
  const lab = await openLab({ unrouted: true });
  await twoLinks(lab);
  await route(lab, 'add default via fe80::1 dev wan1 metric 1024');
  await route(lab, 'add ::/1 via fe80::1 dev wan0');
  await route(lab, 'add 8000::/1 via fe80::1 dev wan0');
  await lab.daemon();
  await lab.says(SECOND);
});

test('uplink: only 2000::/3 is routed → counts as the default route where there is none', async () => {
  const lab = await openLab({ unrouted: true });
  await twoLinks(lab);
  await route(lab, 'add 2000::/3 via fe80::1 dev wan1');
  await lab.daemon();
  await lab.says(SECOND);
});

test('prefix: the router’s own address in it is deprecated → a lease of it is left, hours of lifetime or not', async () => {
  const lab = await openLab();
  await lab.host.ip('addr add 3ffe:1::f4a/128 dev wan0 nodad noprefixroute valid_lft 43200 preferred_lft 43200');
  await lab.host.ip('addr add 3ffe:1::5:6:7:8/64 dev wan0 nodad valid_lft 86400 preferred_lft 14400');
  await lab.seed('3ffe:1::f4a');
  const daemon = await lab.daemon();
  await daemon.line(/already right$/);
  await lab.host.ip('addr change 3ffe:1::5:6:7:8/64 dev wan0 valid_lft 7200 preferred_lft 0');
  await lab.host.ip('addr add 3ffe:2::5:6:7:8/64 dev wan0 nodad valid_lft 86400 preferred_lft 14400');
  await lab.says('3ffe:2::5:6:7:8');
});

test('no address: somebody fails the name over by hand, then settings are read again → nothing is written', async () => {
  const lab = await openLab();
  await lab.add(FIRST);
  const daemon = await lab.daemon();
  await lab.says(FIRST);
  const since = (await lab.api.requests()).length;
  await lab.remove(FIRST);
  await daemon.line(/ no address to publish /);
  const [record] = await lab.api.records(lab.zone.id);
  await lab.api.removeRecord(lab.zone.id, record?.id ?? '');
  daemon.signal('SIGHUP');
  await lab.api.nextRequest({ method: 'GET' }, { since });
  await longEnoughToErr();
  expect(await lab.writes(since)).toEqual([]);
});

test('interface: named by an alternative name → its address; a name that nothing has → said once, with those there are', async () => {
  const lab = await openLab();
  await lab.host.link('wan1', lab.router, 'lan1');
  await lab.host.ip('link property add dev wan1 altname uplink-two');
  await lab.add(FIRST);
  await lab.add(SECOND, 'nodad', 'wan1');
  const daemon = await lab.daemon({ environment: { IPV6DDNS_INTERFACE: 'uplink-two, eth9' } });
  await lab.says(SECOND);
  expect(daemon.transcript().match(/eth9/g)?.length).toBe(1);
});
