import { AddressTable } from '../core/address/table.ts';
import { earliest } from '../core/time.ts';
import { AddressFeed, type AddressFeedPorts } from './address-feed.ts';
import type { Log } from './log.ts';
import { RouteFeed } from './route-feed.ts';

/** Addresses, links and default routes of this machine as one table, reported only while it is whole: which interface
 *  leads to the Internet is part of the choice, and a look without it would be a guess. */
export class TableFeed {
  readonly table = new AddressTable();
  readonly #addresses: AddressFeed;
  readonly #routes: RouteFeed;

  /** @param onChange runs when what may be published changed, and after the first look */
  constructor(ports: AddressFeedPorts, log: Log, pollIntervalMs: number, onChange: () => void) {
    const report = (): void => {
      if (this.isWhole) onChange();
    };
    this.#addresses = new AddressFeed(ports, log, pollIntervalMs, this.table, report);
    this.#routes = new RouteFeed(ports.kernel, ports.clock, log, this.table, () => {
      this.table.linksChanged();
      report();
    });
  }

  /** Whether the table shows the kernel's state, routes included. */
  get isWhole(): boolean {
    return this.#addresses.isWhole && !this.#routes.isDumping;
  }

  get mode(): 'netlink' | 'polling' {
    return this.#addresses.mode;
  }

  /** When `due` has to be called, milliseconds on CLOCK_BOOTTIME; null = not. */
  get dueMs(): number | null {
    return earliest(this.#addresses.dueMs, this.#routes.dueMs);
  }

  start(): void {
    this.#routes.start();
    this.#addresses.start();
  }

  due(): void {
    this.#routes.due();
    this.#addresses.due();
  }

  /** @param pollIntervalMs counts from the next look on */
  configure(pollIntervalMs: number): void {
    this.#addresses.configure(pollIntervalMs);
  }

  /** Looks at everything again, for whatever reason the events may not have told all. */
  resync(why: string): void {
    this.#routes.resync();
    this.#addresses.resync(why);
  }
}
