import type { Process } from '../../e2e/harness/process.ts';
import type { Debian } from './debian.ts';

/** A link that a manager looks after. Of two with default routes, the lower metric is the one to use. */
export interface ManagedLink {
  readonly name: string;
  readonly metric: number;
}

export interface Running {
  /** Ends it as a service manager does, and starts it again. */
  restart(): Promise<void>;
}

/** What makes addresses of a router's advertisements and a server's leases. */
export interface Manager {
  readonly name: string;
  /** It asks for leases (DHCPv6) when the router says that there are any. */
  readonly leases: boolean;
  /** The link whose address is to be published; default: any. */
  readonly publishes?: string;
  /** Null: it is the kernel, which does not restart. */
  start(machine: Debian, links: readonly ManagedLink[]): Promise<Running | null>;
}

/** Keeps a program running over restarts. */
class Service implements Running {
  readonly #launch: () => Process;
  #process: Process;

  constructor(launch: () => Process) {
    this.#launch = launch;
    this.#process = launch();
  }

  async restart(): Promise<void> {
    this.#process.signal('SIGTERM');
    await this.#process.exit;
    this.#process = this.#launch();
  }
}

const networkd: Manager = {
  name: 'systemd-networkd',
  leases: true,
  async start(machine, links) {
    for (const { name, metric } of links) {
      const text = `[Match]\nName=${name}\n[Network]\nIPv6AcceptRA=yes\n[IPv6AcceptRA]\nRouteMetric=${metric}\n`;
      await machine.write(`/etc/systemd/network/${name}.network`, text);
    }
    await machine.run('install', '-d', '-o', 'systemd-network', '/run/systemd/netif');
    // In a container there is no udev to wait for.
    return new Service(() => machine.launch(['/usr/lib/systemd/systemd-networkd'], { container: 'lxc' }));
  },
};

/** The network behind a host that is a router itself. */
const BRIDGE = 'br-lan';

/** Makes the bridge, with a host on it: without one it has no carrier. */
async function makeBridge({ where }: Debian): Promise<void> {
  await where.ipBatch([
    `link add ${BRIDGE} type bridge`,
    'link add port0 type veth peer name port1',
    `link set port0 master ${BRIDGE} up`,
    'link set port1 up',
    `link set ${BRIDGE} up`,
  ]);
}

const networkdRouter: Manager = {
  ...networkd,
  name: 'systemd-networkd, router',
  publishes: BRIDGE,
  async start(machine, links) {
    await makeBridge(machine);
    const text = `[Match]\nName=${BRIDGE}\n[Network]\nDHCPPrefixDelegation=yes\n`;
    await machine.write(`/etc/systemd/network/${BRIDGE}.network`, text);
    return networkd.start(machine, links);
  },
};

const NM_SETTINGS = '[main]\nplugins=keyfile\nno-auto-default=*\ndns=none\ndhcp=internal\n';

/** A profile as its own tools make it. */
const nmProfile = ({ name, metric }: ManagedLink, privacy: number): string => `[connection]
id=${name}
type=ethernet
interface-name=${name}
[ipv4]
method=disabled
[ipv6]
method=auto
addr-gen-mode=stable-privacy
ip6-privacy=${privacy}
route-metric=${metric}
`;

const networkManager = (name: string, privacy: number): Manager => ({
  name,
  leases: true,
  async start(machine, links) {
    await machine.write('/etc/NetworkManager/NetworkManager.conf', NM_SETTINGS);
    for (const link of links) {
      const path = `/etc/NetworkManager/system-connections/${link.name}.nmconnection`;
      await machine.write(path, nmProfile(link, privacy), '600');
    }
    await machine.run('mkdir', '/run/dbus');
    const bus = machine.launch(['dbus-daemon', '--system', '--nofork', '--nopidfile', '--print-address=1']);
    await bus.line(/^unix:/);
    return new Service(() => machine.launch(['NetworkManager', '--no-daemon']));
  },
});

const dhcpcd: Manager = {
  name: 'dhcpcd',
  leases: true,
  async start(machine, links) {
    const own = links.map(({ name, metric }) => `interface ${name}\nmetric ${metric}\n`);
    await machine.run('sh', '-c', 'printf %s "$1" >>/etc/dhcpcd.conf', 'sh', own.join(''));
    const names = links.map(({ name }) => name);
    // There is no udev to wait for.
    return new Service(() => machine.launch(['dhcpcd', '--nobackground', '--ipv6only', '--nodev', ...names]));
  },
};

const dhcpcdRouter: Manager = {
  ...dhcpcd,
  name: 'dhcpcd, router',
  publishes: BRIDGE,
  async start(machine, links) {
    await makeBridge(machine);
    const delegation = `interface ${BRIDGE}\nnoipv6rs\ninterface wan0\nia_na 1\nia_pd 2 ${BRIDGE}/0\n`;
    await machine.run('sh', '-c', 'printf %s "$1" >>/etc/dhcpcd.conf', 'sh', delegation);
    return dhcpcd.start(machine, [...links, { name: BRIDGE, metric: 500 }]);
  },
};

/** The kernel's own configuration of addresses.
 *  @param addrGenMode of ip-sysctl: 0 from the MAC address, 1 none (no link-local address), 2 and 3 stable and private
 *  @param privacy 2 = temporary addresses beside the others, which are preferred for connections */
const kernel = (addrGenMode: number, privacy: number): Manager => ({
  name: `kernel, addr_gen_mode ${addrGenMode}${privacy > 0 ? ', temporary' : ''}`,
  leases: false,
  async start({ where }, links) {
    for (const { name, metric } of links) {
      if (addrGenMode === 2) {
        const secret = 'echo 2001:db8::5ec:2e7 >"/proc/sys/net/ipv6/conf/$1/stable_secret"';
        await where.run('sh', '-c', secret, 'sh', name);
      }
      await where.sysctl(`net/ipv6/conf/${name}/addr_gen_mode`, addrGenMode);
      await where.sysctl(`net/ipv6/conf/${name}/use_tempaddr`, privacy);
      await where.sysctl(`net/ipv6/conf/${name}/ra_defrtr_metric`, metric);
      await where.ip(`link set ${name} up`);
      // Without one of its own nobody can ask for an advertisement, nor for the router's hardware address.
      if (addrGenMode === 1) await where.ip(`addr add fe80::1:1/64 dev ${name} nodad`);
    }
    return null;
  },
});

export const NETWORKD = networkd;
export const NETWORKD_ROUTER = networkdRouter;
export const NETWORK_MANAGER = networkManager('NetworkManager', 0);
export const NETWORK_MANAGER_PRIVACY = networkManager('NetworkManager, privacy', 2);
export const DHCPCD = dhcpcd;
export const DHCPCD_ROUTER = dhcpcdRouter;
export const KERNEL = kernel(0, 0);

/** The kernel with every way of making the host part of an address, and with temporary addresses beside it. */
export const KERNEL_VARIANTS: readonly Manager[] = [0, 1, 2, 3]
  .flatMap((mode) => [kernel(mode, 0), kernel(mode, 2)])
  .filter(({ name }) => name !== KERNEL.name);

export const PROGRAMS: readonly Manager[] = [NETWORKD, NETWORK_MANAGER, NETWORK_MANAGER_PRIVACY, DHCPCD];
