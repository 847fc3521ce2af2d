import type { Process } from '../../e2e/harness/process.ts';
import type { Debian } from './debian.ts';

/** The link on which a router serves its network. */
export const LAN = 'lan0';

/** What a router says of itself: /64 prefixes, as `3ffe:1::`. */
export interface Announcement {
  readonly live: string;
  /** One that hosts shall leave, because the live one takes its place. */
  readonly deprecated?: string;
}

/** The program or programs by which a router configures its hosts. */
export interface Advertiser {
  /** From now on that is so; says it at once. */
  announce(announcement: Announcement): Promise<void>;
  /** Ends without a last word. */
  kill(): Promise<void>;
}

/** How to start one on a router. */
export interface AdvertiserKind {
  readonly name: string;
  /** Hosts make addresses of their own. */
  readonly autonomous: boolean;
  /** There are leases. */
  readonly leases: boolean;
  on(machine: Debian): Advertiser;
}

/** A program of which there is at most one. */
class Single {
  #process: Process | null = null;

  get running(): Process | null {
    return this.#process;
  }

  start(process: Process): Process {
    this.#process = process;
    return process;
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = null;
  }
}

const PREFERRED_SEC = 3600;
const VALID_SEC = 7200;

/** Advertisements as often as radvd makes them, and a router that hosts forget in 12 s. */
function radvdConfig({ live, deprecated }: Announcement, managed: boolean): string {
  const prefix = (own: string, preferredSec: number): string =>
    `prefix ${own}/64 { AdvAutonomous ${managed ? 'off' : 'on'}; AdvValidLifetime ${VALID_SEC}; AdvPreferredLifetime ${preferredSec}; };`;
  const prefixes = [prefix(live, PREFERRED_SEC), ...(deprecated === undefined ? [] : [prefix(deprecated, 0)])];
  const rhythm = 'MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvDefaultLifetime 12;';
  return `interface ${LAN} { AdvSendAdvert on; AdvManagedFlag ${managed ? 'on' : 'off'}; ${rhythm} ${prefixes.join(' ')} };\n`;
}

class Radvd implements Advertiser {
  readonly #machine: Debian;
  readonly #managed: boolean;
  readonly #program = new Single();

  constructor(machine: Debian, managed: boolean) {
    this.#machine = machine;
    this.#managed = managed;
  }

  async announce(announcement: Announcement): Promise<void> {
    await this.#machine.write('/etc/radvd.conf', radvdConfig(announcement, this.#managed));
    if (this.#program.running !== null) return this.#program.running.signal('SIGHUP');
    const files = ['--config', '/etc/radvd.conf', '--pidfile', '/run/radvd.pid'];
    this.#program.start(this.#machine.launch(['radvd', '--nodaemon', '--logmethod', 'stderr', ...files]));
  }

  kill(): Promise<void> {
    return this.#program.kill();
  }
}

/** Advertises the prefixes that the link has addresses of, and deprecates those it has no more; leases of 12 h. */
const DNSMASQ_CONFIG = `port=0
interface=${LAN}
bind-interfaces
enable-ra
ra-param=${LAN},4,30
dhcp-range=::1000,::1fff,constructor:${LAN},slaac,64,12h
`;

class Dnsmasq implements Advertiser {
  readonly #machine: Debian;
  readonly #program = new Single();

  constructor(machine: Debian) {
    this.#machine = machine;
  }

  async announce(): Promise<void> {
    if (this.#program.running !== null) return; // it watches the link
    await this.#machine.write('/etc/dnsmasq.lan', DNSMASQ_CONFIG);
    const leases = '--dhcp-leasefile=/run/leases';
    const parameters = [
      '--keep-in-foreground',
      '--conf-file=/etc/dnsmasq.lan',
      '--user=root',
      '--log-facility=-',
      leases,
    ];
    this.#program.start(this.#machine.launch(['dnsmasq', ...parameters]));
  }

  async kill(): Promise<void> {
    await this.#program.kill();
    await this.#machine.run('rm', '-f', '/run/leases');
  }
}

/** Hosts ask again after ten seconds. The networks behind them get prefixes of 60 bits out of the /56 at `:100::`. */
const keaConfig = (live: string): string =>
  JSON.stringify({
    Dhcp6: {
      // The host may be off when the server starts: then the link does not run, and it tries again.
      'interfaces-config': {
        interfaces: [LAN],
        'service-sockets-max-retries': 1000,
        'service-sockets-retry-wait-time': 500,
      },
      'lease-database': { type: 'memfile', persist: false },
      'renew-timer': 10,
      'rebind-timer': 20,
      'preferred-lifetime': PREFERRED_SEC,
      'valid-lifetime': VALID_SEC,
      subnet6: [
        {
          id: Number.parseInt(live.split(':')[1] ?? '', 16),
          subnet: `${live}/64`,
          interface: LAN,
          pools: [{ pool: `${live}1000-${live}1fff` }],
          'pd-pools': [{ prefix: live.replace(/::$/, ':0:100::'), 'prefix-len': 56, 'delegated-len': 60 }],
        },
      ],
      loggers: [{ name: 'kea-dhcp6', severity: 'INFO', 'output-options': [{ output: 'stderr' }] }],
    },
  });

/** Addresses are the server's alone: radvd says that there is one, and which router to use. */
class KeaAndRadvd implements Advertiser {
  readonly #machine: Debian;
  readonly #radvd: Radvd;
  readonly #kea = new Single();

  constructor(machine: Debian) {
    this.#machine = machine;
    this.#radvd = new Radvd(machine, true);
  }

  async announce(announcement: Announcement): Promise<void> {
    await this.#kea.kill();
    await this.#machine.run('mkdir', '-p', '/run/kea', '/run/lock/kea', '/var/lib/kea');
    await this.#machine.write('/etc/kea.json', keaConfig(announcement.live));
    const kea = this.#kea.start(this.#machine.launch(['kea-dhcp6', '-c', '/etc/kea.json']));
    await kea.line(/DHCP6_STARTED/);
    await this.#radvd.announce(announcement);
  }

  async kill(): Promise<void> {
    await Promise.all([this.#radvd.kill(), this.#kea.kill()]);
  }
}

export const RADVD: AdvertiserKind = {
  name: 'radvd',
  autonomous: true,
  leases: false,
  on: (machine) => new Radvd(machine, false),
};
export const DNSMASQ: AdvertiserKind = {
  name: 'dnsmasq',
  autonomous: true,
  leases: true,
  on: (machine) => new Dnsmasq(machine),
};
export const KEA: AdvertiserKind = {
  name: 'kea + radvd',
  autonomous: false,
  leases: true,
  on: (machine) => new KeaAndRadvd(machine),
};
