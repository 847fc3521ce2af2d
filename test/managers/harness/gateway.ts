import type { Lab } from '../../e2e/harness/lab.ts';
import { Namespace } from '../../e2e/harness/namespace.ts';
import type { Advertiser, AdvertiserKind } from './advertisers.ts';
import { LAN } from './advertisers.ts';
import { Debian } from './debian.ts';

/** Where the API is. */
export const API_ADDRESS = '3ffe:ffff::1';

/** A router between a link of the host and the world. The world routes to the prefix that it serves, and to no other. */
export class Gateway {
  readonly #lab: Lab;
  readonly #machine: Debian;
  readonly #advertiser: Advertiser;
  /** The router's address as the world sees it. */
  readonly #outside: string;
  /** The prefix that it serves. */
  #live: string | null = null;

  private constructor(lab: Lab, machine: Debian, advertiser: Advertiser, outside: string) {
    this.#lab = lab;
    this.#machine = machine;
    this.#advertiser = advertiser;
    this.#outside = outside;
  }

  /** @param number 0 for the lab's own router, at the far end of `wan0`; 1 for one at the far end of `wan1` */
  static async build(lab: Lab, number: number, kind: AdvertiserKind, lower: string): Promise<Gateway> {
    const where = number === 0 ? lab.router : await Namespace.create(lab.host);
    if (number > 0) await lab.host.link(`wan${number}`, where, LAN);
    const transit = `3ffe:fff${number}::`;
    await lab.world.link(`hop${number}`, where, 'up0');
    await lab.world.ip(`addr add ${transit}1/64 dev hop${number} nodad`);
    await where.ip(`addr add ${transit}2/64 dev up0 nodad`);
    await where.ip(`-6 route add ${API_ADDRESS} via ${transit}1`);
    await where.sysctl('net/ipv6/conf/all/forwarding', 1);
    await where.sysctl(`net/ipv6/conf/${LAN}/keep_addr_on_down`, 1);
    const machine = await Debian.lay(lab, where, lower, `router${number}`);
    return new Gateway(lab, machine, kind.on(machine), `${transit}2`);
  }

  /** The world routes to the prefix from now on, and to the one before no more. Hosts are told. */
  async serve(prefix: string): Promise<void> {
    const deprecated = this.#live;
    await this.#move(prefix);
    await this.#advertiser.announce({ live: prefix, ...(deprecated === null ? {} : { deprecated }) });
  }

  /** The router starts anew and knows nothing of the prefix before. */
  async flash(prefix: string): Promise<void> {
    await this.#advertiser.kill();
    await this.#move(prefix);
    await this.#advertiser.announce({ live: prefix });
  }

  /** Nothing comes from it any more, and nothing goes through it. */
  async die(): Promise<void> {
    await this.#advertiser.kill();
    await this.#machine.where.ip('link set up0 down');
  }

  /** The cable of the host's link is out, or in again. */
  async plug(state: 'up' | 'down'): Promise<void> {
    await this.#machine.where.ip(`link set ${LAN} ${state}`);
  }

  async close(): Promise<void> {
    await this.#machine.close();
    if (this.#machine.where !== this.#lab.router) await this.#machine.where.close();
  }

  async #move(prefix: string): Promise<void> {
    const { where } = this.#machine;
    await where.ip(`addr flush dev ${LAN} scope global`);
    if (this.#live !== null) await this.#lab.world.ip(`-6 route del ${this.#live}/48`);
    await this.#lab.world.ip(`-6 route add ${prefix}/48 via ${this.#outside}`);
    await where.ip(`addr add ${prefix}1/64 dev ${LAN} nodad`);
    this.#live = prefix;
  }
}
