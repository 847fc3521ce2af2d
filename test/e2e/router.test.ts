/** The manual's recipe for a router: the LAN's bridge has an address of the delegated prefix, and the default routes are
 *  bound to the prefixes that they are for, as OpenWrt makes them. */
import { expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';

const WAN = '3ffe:a::2';
const LAN = '3ffe:d:0:1::1';
const NAS = '3ffe:d:0:1::10';

const CONFIG = `
interface = "br-lan"

[[record]]
name = "nas.example.com"
host_id = "::10"
`;

/** Makes the routes that a DHCPv6 client makes: one for the WAN's own prefix, one for what was delegated. */
async function route(lab: Lab, delegated: string, link = 'wan0', metric = 512): Promise<void> {
  for (const source of ['3ffe:a::/64', delegated]) {
    await lab.host.ip(`-6 route replace default from ${source} via fe80::1 dev ${link} metric ${metric}`);
  }
}

async function openRouterLab(): Promise<Lab> {
  const lab = await openLab({ unrouted: true });
  await lab.host.sysctl('net/ipv6/conf/all/forwarding', 1);
  await lab.add(WAN);
  await route(lab, '3ffe:d::/56');
  await lab.host.ip('link add br-lan type bridge');
  await lab.host.link('lan1', lab.router, 'pc1'); // a bridge has carrier while a port has
  await lab.host.ip('link set lan1 master br-lan');
  await lab.host.ip('link set br-lan up');
  await lab.add(LAN, 'nodad', 'br-lan');
  return lab;
}

const contents = async (lab: Lab, name: string): Promise<readonly unknown[]> =>
  (await lab.api.records(lab.zone.id)).filter((own) => own.name === name).map(({ content }) => content);

test('router: interface br-lan → the delegated prefix’s address, also for a host behind it; never the WAN’s', async () => {
  const lab = await openRouterLab();
  await lab.daemon({ config: CONFIG });
  await lab.says(LAN);
  await lab.api.untilContents(lab.zone.id, 'nas.example.com', [NAS]);
  expect(await contents(lab, 'home.example.com')).toEqual([LAN]);
});

test('router: one ordinary default route → the address on br-lan at once, because the settings name it in full', async () => {
  const lab = await openRouterLab();
  for (const source of ['3ffe:a::/64', '3ffe:d::/56']) await lab.host.ip(`-6 route del default from ${source}`);
  await lab.host.ip('-6 route add default via fe80::1 dev wan0');
  await lab.daemon({ config: CONFIG });
  await lab.says(LAN);
});

test('router: another prefix is delegated, the old one deprecated → both names follow', async () => {
  const lab = await openRouterLab();
  await lab.daemon({ config: CONFIG });
  await lab.says(LAN);
  await route(lab, '3ffe:e::/56');
  await lab.host.ip('-6 route del default from 3ffe:d::/56');
  await lab.host.ip(`addr change ${LAN}/64 dev br-lan preferred_lft 0`);
  await lab.add('3ffe:e:0:1::1', 'nodad', 'br-lan');
  await lab.says('3ffe:e:0:1::1');
  await lab.api.untilContents(lab.zone.id, 'nas.example.com', ['3ffe:e:0:1::10']);
});

test('router: two uplinks, each with a prefix for the LAN → the one of the lower metric, whatever its address', async () => {
  const lab = await openRouterLab();
  await lab.host.link('wan1', lab.router, 'far1');
  await lab.host.ip('-6 route add default from 3ffe:e::/56 via fe80::1 dev wan1 metric 256');
  await lab.add('3ffe:e:0:1::1', 'nodad', 'br-lan');
  await lab.daemon({ config: CONFIG });
  await lab.says('3ffe:e:0:1::1');
  await lab.host.ip('-6 route del default from 3ffe:e::/56');
  await lab.says(LAN);
});
