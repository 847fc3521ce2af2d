import { setTimeout as sleep } from 'node:timers/promises';
import { Lab, type RunOptions } from '../../e2e/harness/lab.ts';
import type { Process } from '../../e2e/harness/process.ts';
import { monotonicMs } from '../../simulator/log.ts';
import type { AdvertiserKind } from './advertisers.ts';
import { Debian } from './debian.ts';
import { API_ADDRESS, Gateway } from './gateway.ts';
import type { ManagedLink, Manager, Running } from './managers.ts';

const LOOK_MS = 50;

/** The name is in the certificate of the simulated API. */
const API_NAME = 'api.cloudflare.com';

/** Without IPv6: requests can always leave, whatever becomes of the uplinks. */
const BY_IPV4 = { host: '198.51.100.1', world: '198.51.100.2' };

interface StreetOptions {
  /** The root of a Debian, which stays as it is. */
  readonly debian: string;
  readonly manager: Manager;
  readonly advertiser: AdvertiserKind;
  readonly uplinks: number;
}

/** A write of the record, as the API saw it. */
interface Write {
  readonly content: string;
  readonly atMs: number;
}

/** A host, the manager of its network, its routers, and the API in the world beyond them. */
export class Street {
  readonly lab: Lab;
  readonly #machine: Debian;
  readonly #manager: Manager;
  readonly #advertiser: AdvertiserKind;
  readonly links: readonly ManagedLink[];
  readonly gateways: readonly Gateway[];
  /** Every change of an address of the host, as ip(8) tells it. */
  readonly #addresses: Process;

  private constructor(
    parts: Pick<Street, 'lab' | 'links' | 'gateways'> & { machine: Debian; addresses: Process },
    options: StreetOptions,
  ) {
    this.lab = parts.lab;
    this.links = parts.links;
    this.gateways = parts.gateways;
    this.#machine = parts.machine;
    this.#manager = options.manager;
    this.#advertiser = options.advertiser;
    this.#addresses = parts.addresses;
  }

  /** @param onClose takes what tears it down, from the first thing that has to be */
  static async build(options: StreetOptions, onClose: (close: () => Promise<void>) => void): Promise<Street> {
    const lab = await Lab.open({ remote: true });
    onClose(() => lab.close());
    const { host, world } = lab;
    await host.link('mgmt0', world, 'mgmt0');
    await host.ip(`addr add ${BY_IPV4.host}/30 dev mgmt0`);
    await world.ip(`addr add ${BY_IPV4.world}/30 dev mgmt0`);
    await host.sysctl('net/ipv6/conf/mgmt0/disable_ipv6', 1);
    await world.ip(`addr add ${API_ADDRESS}/128 dev lo`);
    await lab.hosts('127.0.0.1 localhost', `${BY_IPV4.world} ${API_NAME}`, `${API_ADDRESS} ${API_NAME}`);
    const gateways: Gateway[] = [];
    const links: ManagedLink[] = [];
    for (let number = 0; number < options.uplinks; number++) {
      const gateway = await Gateway.build(lab, number, options.advertiser, options.debian);
      onClose(() => gateway.close());
      gateways.push(gateway);
      links.push({ name: `wan${number}`, metric: 100 * (number + 1) });
      await host.ip(`link set wan${number} down`); // the manager finds it so
    }
    const machine = await Debian.lay(lab, host, options.debian, 'machine');
    onClose(() => machine.close());
    const addresses = lab.launch(host, ['ip', '-6', '-oneline', 'monitor', 'address'], {});
    return new Street({ lab, links, gateways, machine, addresses }, options);
  }

  get gateway(): Gateway {
    const [first] = this.gateways;
    if (first === undefined) throw new Error('a street has a router');
    return first;
  }

  /** @returns null for the kernel */
  manage(): Promise<Running | null> {
    return this.#manager.start(this.#machine, this.links);
  }

  daemon(): Promise<Process> {
    return this.lab.daemon({ environment: this.#environment });
  }

  once(): Promise<Process> {
    return this.lab.run(['once'], { environment: this.#environment });
  }

  get #environment(): NonNullable<RunOptions['environment']> {
    const base = { CLOUDFLARE_BASE_URL: this.lab.api.url.replace('localhost', API_NAME) };
    const { publishes } = this.#manager;
    return publishes === undefined ? base : { ...base, IPV6DDNS_INTERFACE: publishes };
  }

  /** The writes after request number `since`. */
  async writes(since: number): Promise<Write[]> {
    const requests = await this.lab.api.requests(since);
    return requests.flatMap(({ method, body, completeMs }) =>
      method !== 'GET' && typeof body === 'object' && body !== null && 'content' in body
        ? [{ content: String(body.content), atMs: completeMs }]
        : [],
    );
  }

  /** What the record says; null = there is none. */
  async published(): Promise<string | null> {
    return (await this.lab.api.records(this.lab.zone.id))[0]?.content ?? null;
  }

  /** Whether the address may be what the record says: of the prefix, and not a temporary one. */
  isRight(address: string | null, prefix: string): boolean {
    return address !== null && isInside(address, prefix) && !this.#temporary.has(address);
  }

  get #temporary(): ReadonlySet<string> {
    const lines = this.#addresses.stdout.filter((line) => / temporary /.test(line));
    return new Set(lines.map((line) => / inet6 ([^/ ]+)/.exec(line)?.[1] ?? ''));
  }

  /** Resolves when the record is right for the prefix.
   *  @returns seconds since `sinceMs`
   *  @throws Error after `timeoutSec` */
  async untilRight(prefix: string, sinceMs: number, timeoutSec: number): Promise<number> {
    await this.#until(
      async () => this.isRight(await this.published(), prefix),
      timeoutSec,
      async () => `the record says ${await this.published()}, which is not right for ${prefix}`,
    );
    const writes = await this.writes(0);
    const last = writes.at(-1)?.atMs ?? sinceMs;
    return Math.max(0, last - sinceMs) / 1000;
  }

  /** Resolves when addresses of the prefix have come or been renewed that many times since. Leases alone have no pace to
   *  wait for: dhcpcd keeps one that it had confirmed until it ends. */
  async renewals(prefix: string, count: number): Promise<void> {
    if (!this.#advertiser.autonomous) return;
    const own = new RegExp(` inet6 ${prefix}`);
    for (let seen = 0, since = this.#addresses.lines.length; seen < count; seen++) {
      await this.#addresses.line(own, { since, timeoutMs: 60_000 });
      since = this.#addresses.lines.length;
    }
  }

  /** Resolves when the host can use all that it gets from such a router: the address that it makes itself, the one that
   *  the server leases. @returns one of them */
  async untilComplete(prefix: string): Promise<string> {
    const { autonomous, leases } = this.#advertiser;
    const lengths = [...(autonomous ? [64] : []), ...(leases && this.#manager.leases ? [128] : [])];
    const found = lengths.map((length) =>
      this.lab.untilAddress(
        ({ local, prefixlen, tentative, temporary, deprecated }) =>
          isInside(local, prefix) && prefixlen === length && !tentative && !temporary && !deprecated,
      ),
    );
    const [first] = await Promise.all(found);
    if (first === undefined) throw new Error('the router gives no addresses');
    return first.local;
  }

  /** Resolves when the host can use an address of the prefix. */
  async untilUsable(prefix: string): Promise<void> {
    await this.lab.untilAddress(
      ({ local, tentative, temporary }) => isInside(local, prefix) && !tentative && !temporary,
    );
  }

  /** Resolves when no link has a default route. */
  async untilNoDefaultRoute(timeoutSec: number): Promise<void> {
    const routes = (): Promise<string> => this.lab.host.ip('-6 route show default');
    await this.#until(
      async () => (await routes()).trim() === '',
      timeoutSec,
      async () => `still there: ${await routes()}`,
    );
  }

  async #until(condition: () => Promise<boolean>, timeoutSec: number, describe: () => Promise<string>): Promise<void> {
    for (const endMs = monotonicMs() + timeoutSec * 1000; !(await condition()); await sleep(LOOK_MS)) {
      if (monotonicMs() > endMs) throw new Error(`${await describe()} after ${timeoutSec} s`);
    }
  }
}

/** Whether the address is of the /48 of a prefix as `3ffe:1::`. */
export const isInside = (address: string, prefix: string): boolean => address.startsWith(prefix.replace(/:$/, ''));
