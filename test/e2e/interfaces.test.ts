import { expect, test } from 'vitest';
import { monotonicMs } from '../simulator/log.ts';
import type { Lab } from './harness/lab.ts';
import type { Namespace } from './harness/namespace.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';

const A = '3ffe:1::a';
const B = '3ffe:2::b';

/** Connects another interface of the host to the router; `wan1` there is `lan1`. */
const connect = (lab: Lab, ifName: string): Promise<void> =>
  lab.host.link(ifName, lab.router, ifName.replace('wan', 'lan'));

const route = (lab: Lab, ifName: string, metric = 100): Promise<string> =>
  lab.host.ip(`-6 route replace default via fe80::1 dev ${ifName} metric ${metric}`);

/** A process that is in the namespace when this resolves, for ip(8) to name it by. */
async function resident(lab: Lab, where: Namespace): Promise<Process> {
  const started = lab.launch(where, ['sh', '-c', 'echo there; exec sleep infinity'], {});
  await started.line(/^there$/);
  return started;
}

/** Milliseconds until the record says so. */
async function until(lab: Lab, address: string): Promise<number> {
  const sinceMs = monotonicMs();
  await lab.says(address);
  return monotonicMs() - sinceMs;
}

test('interface: named before it exists → published as soon as it has an address', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.add(A);
  const daemon = await lab.daemon({ environment: { IPV6DDNS_INTERFACE: 'wan1' } });
  await daemon.line(/no address to publish .*3ffe:1::a on wan0: on an interface that "interface" does not name/);
  expect(await lab.sent()).toEqual([]);
  await connect(lab, 'wan1');
  await lab.add(B, 'nodad', 'wan1');
  await lab.says(B);
  expect(await lab.writes()).toEqual([`POST ${B}`]);
});

test('interface: renamed away from the name in the settings and back → the record stays meanwhile', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.add(A);
  const daemon = await lab.daemon({ environment: { IPV6DDNS_INTERFACE: 'wan0' } });
  await daemon.line(/ created in /);
  await lab.host.ip('link set wan0 name uplink0');
  await daemon.line(/no address to publish .*3ffe:1::a on uplink0: .* The records stay at 3ffe:1::a\.$/);
  await lab.add('3ffe:1::c', 'nodad', 'uplink0');
  await lab.remove(A, 'uplink0');
  await lab.host.ip('link set uplink0 name wan0');
  await lab.says('3ffe:1::c');
  expect(await lab.writes()).toEqual([`POST ${A}`, 'PATCH 3ffe:1::c']);
});

test('interface: renamed to the name in the settings → its address is published', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.add(A);
  const daemon = await lab.daemon({ environment: { IPV6DDNS_INTERFACE: 'uplink0' } });
  await daemon.line(/no address to publish/);
  await lab.host.ip('link set wan0 name uplink0');
  await lab.says(A);
});

test('interface: deleted, then there again with another number → its new address', async () => {
  const lab = await openLab({ unrouted: true });
  await connect(lab, 'wan1');
  await lab.add(A, 'nodad', 'wan1');
  const daemon = await lab.daemon({ environment: { IPV6DDNS_INTERFACE: 'wan1' } });
  await daemon.line(/ created in /);
  await lab.host.ip('link del wan1');
  await daemon.line(/no address to publish .* The records stay at 3ffe:1::a\.$/);
  await connect(lab, 'wan1');
  await lab.add(B, 'nodad', 'wan1');
  await lab.says(B);
  expect(await lab.writes()).toEqual([`POST ${A}`, `PATCH ${B}`]);
});

test('interface: moved to another namespace → the address of one that is left, after 3 s; back → its address', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.add(B);
  await connect(lab, 'wan1');
  await lab.add(A, 'nodad', 'wan1');
  await route(lab, 'wan1');
  await route(lab, 'wan0', 200);
  const daemon = await lab.daemon();
  await daemon.line(/AAAA 3ffe:1::a, created in /);
  const [elsewhere, here] = [await resident(lab, lab.router), await resident(lab, lab.host)];
  const sinceMs = monotonicMs();
  await lab.host.ip(`link set wan1 netns ${elsewhere.pid}`);
  // The kernel tells of it first and takes its time to end the call.
  expect(await until(lab, B)).toBeLessThan(10_000);
  expect(monotonicMs() - sinceMs).toBeGreaterThan(2_500);
  await lab.router.ip(`link set wan1 netns ${here.pid}`);
  await lab.host.ip('link set wan1 up');
  await lab.add(A, 'nodad', 'wan1');
  await route(lab, 'wan1');
  await lab.says(A);
});

test('interface: down and up, its address is kept (keep_addr_on_down) → published again only after DAD', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.host.sysctl('net/ipv6/conf/wan0/keep_addr_on_down', 1);
  await connect(lab, 'wan1');
  await lab.add(A, '');
  await lab.untilAddress(({ local, tentative }) => local === A && tentative === undefined);
  await route(lab, 'wan0');
  await lab.add(B, 'nodad', 'wan1');
  await route(lab, 'wan1', 200);
  const daemon = await lab.daemon();
  await daemon.line(/AAAA 3ffe:1::a, created in /);
  await lab.host.ip('link set wan0 down');
  await lab.says(B);
  // On its way up the address is tentative, without an event that says so.
  const upMs = monotonicMs();
  await lab.host.ip('link set wan0 up');
  await route(lab, 'wan0');
  await lab.says(A);
  expect(monotonicMs() - upMs).toBeGreaterThan(1_000); // a probe and its answer's time (RFC 4862 §5.4)
  expect(await lab.writes()).toEqual([`POST ${A}`, `PATCH ${B}`, `PATCH ${A}`]);
});

test('uplink: the default route goes and is back within a second → nothing is written', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.add(B);
  await connect(lab, 'wan1');
  await lab.add(A, 'nodad valid_lft 7200 preferred_lft 3600', 'wan1');
  await route(lab, 'wan1');
  const daemon = await lab.daemon();
  await daemon.line(/AAAA 3ffe:1::a, created in /);
  const held = 'via fe80::1 dev wan1 metric 100';
  await lab.host.ipBatch([`route del ::/0 ${held}`, `route add ::/0 ${held}`]);
  // What comes next was preceded by the events of the routes.
  await lab.add('3ffe:1::c', 'nodad', 'wan1');
  await lab.says('3ffe:1::c');
  expect(await lab.writes()).toEqual([`POST ${A}`, 'PATCH 3ffe:1::c']);
});

test('uplink: fails over to another interface whose route had a higher metric → its address after 3 s, and back at once', async () => {
  const lab = await openLab({ unrouted: true });
  await connect(lab, 'wan1');
  await lab.add(A);
  await lab.add(B, 'nodad', 'wan1');
  await route(lab, 'wan0');
  await route(lab, 'wan1', 200);
  const daemon = await lab.daemon();
  await daemon.line(/AAAA 3ffe:1::a, created in /);
  await lab.host.ip('-6 route del default via fe80::1 dev wan0 metric 100');
  const tookMs = await until(lab, B);
  expect(tookMs).toBeGreaterThan(2_500);
  expect(tookMs).toBeLessThan(10_000);
  await route(lab, 'wan0');
  expect(await until(lab, A)).toBeLessThan(2_500);
});
