import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../test/e2e/harness/lab.ts';
import type { Session } from '../test/e2e/harness/namespace.ts';
import { monotonicMs } from '../test/simulator/log.ts';

const SENDER = resolve('tools/send-advertisements');
/** The largest of an Ethernet device: a Router Advertisement then has room for 2,000 prefixes. */
const MTU = 65_535;
const MAC = '02:00:00:00:00:01';
const PATIENCE_MS = 60_000;

/** Columns of /proc/net/netlink: bytes that wait to be read, messages lost. */
const RMEM = 4;
const DROPS = 8;
const sum = (rows: readonly string[][], column: number): number =>
  rows.reduce((total, row) => total + Number(row[column]), 0);

/** Sends Router Advertisements to the lab's host. */
export class Advertiser {
  readonly #session: Session;
  /** Process in the host's network namespace. */
  readonly #pid: number;

  private constructor(session: Session, pid: number) {
    this.#session = session;
    this.#pid = pid;
  }

  /** @param pid any process in the host's network namespace, as long as this is used */
  static async open(lab: Lab, pid: number): Promise<Advertiser> {
    await lab.host.ip(`link set wan0 address ${MAC} mtu ${MTU}`);
    await lab.router.ip(`link set lan0 mtu ${MTU}`);
    await until('link-local address', async () => (await lab.router.ip('-6 address show dev lan0 -tentative')) !== '');
    return new Advertiser(lab.router.session(SENDER, 'lan0'), pid);
  }

  /** The address that the host makes of a /64 prefix (RFC 4291, appendix A), which ends in `::`. */
  static addressIn(prefix: string): string {
    return `${prefix.slice(0, -1)}0:ff:fe00:1`;
  }

  /** Sends advertisements, each a list of /64 prefixes, as fast as the kernel takes them. They renew the addresses in
   *  these prefixes for half a day.
   *  @throws Error unless each one has arrived within a minute */
  async send(advertisements: readonly (readonly string[])[]): Promise<void> {
    const expected = (await this.#received()) + advertisements.length;
    this.#session.write(advertisements.map((prefixes) => `86400 43200 ${prefixes.join(' ')}`).join('\n'));
    await until('all advertisements', async () => (await this.#received()) === expected);
  }

  /** Waits until every event has been read by those who listen in the host's namespace.
   *  @returns events that were lost so far, because a listener's buffer was full */
  async untilRead(): Promise<number> {
    await until('end of the events', async () => sum(await this.#sockets(), RMEM) === 0);
    return sum(await this.#sockets(), DROPS);
  }

  end(): Promise<void> {
    return this.#session.end();
  }

  /** Rows of /proc/net/netlink. */
  async #sockets(): Promise<string[][]> {
    const rows = (await this.#read('netlink')).trimEnd().split('\n').slice(1);
    return rows.map((row) => row.split(/\s+/));
  }

  /** Router Advertisements that the host has got so far. */
  async #received(): Promise<number> {
    return Number(/^Icmp6InType134\s+(\d+)$/m.exec(await this.#read('snmp6'))?.[1] ?? 0);
  }

  #read(file: string): Promise<string> {
    return readFile(`/proc/${this.#pid}/net/${file}`, 'latin1');
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const endMs = monotonicMs() + PATIENCE_MS; !(await isSo()); await sleep(1)) {
    if (monotonicMs() > endMs) throw new Error(`no ${what} within ${PATIENCE_MS} ms`);
  }
}
