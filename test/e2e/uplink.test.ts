import { expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';

/** Numerically the first: without a default route it would win. */
const ON_WAN0 = '3ffe:1::a';
const ON_WAN1 = '3ffe:2::a';

async function twoUplinks(lab: Lab): Promise<void> {
  await lab.host.link('wan1', lab.router, 'lan1');
  await lab.add(ON_WAN0);
  await lab.add(ON_WAN1, 'nodad', 'wan1');
}

const route = (lab: Lab, change: string, ifName: string, metric: number): Promise<string> =>
  lab.host.ip(`-6 route ${change} default via fe80::1 dev ${ifName} metric ${metric}`);

test('uplink: one of two interfaces holds the default route → its address is published', async () => {
  const lab = await openLab({ unrouted: true });
  await twoUplinks(lab);
  await route(lab, 'add', 'wan1', 100);
  await lab.daemon();
  await lab.says(ON_WAN1);
  expect(await lab.writes()).toEqual([`POST ${ON_WAN1}`]);
});

test('uplink: the default route moves to the other interface → its address at once', async () => {
  const lab = await openLab({ unrouted: true });
  await twoUplinks(lab);
  await route(lab, 'add', 'wan0', 200);
  await lab.daemon();
  await lab.says(ON_WAN0);
  await route(lab, 'add', 'wan1', 100);
  await lab.says(ON_WAN1);
  await route(lab, 'del', 'wan1', 100);
  await lab.says(ON_WAN0);
});

test('interface: one is named → addresses of the others are not published', async () => {
  const lab = await openLab({ unrouted: true });
  await twoUplinks(lab);
  await route(lab, 'add', 'wan0', 100);
  await lab.daemon({ environment: { IPV6DDNS_INTERFACE: 'wan1' } });
  await lab.says(ON_WAN1);
  expect(await lab.writes()).toEqual([`POST ${ON_WAN1}`]);
});

test('interface: a loopback address, and "lo" is named → published', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.add('3ffe:3::a', '', 'lo');
  await lab.daemon({ environment: { IPV6DDNS_INTERFACE: 'lo' } });
  await lab.says('3ffe:3::a');
});
