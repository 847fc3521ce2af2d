import { AddressTable } from '../core/address/table.ts';
import type { Kernel } from '../core/ports.ts';
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
  readonly #onDue: () => void;
  #announcedMs: number | null = null;

  /** @param onChange runs when what may be published changed, and after the first look
   *  @param onDue runs when something of the kernel's changed `dueMs` */
  constructor(ports: AddressFeedPorts, log: Log, pollIntervalMs: number, onChange: () => void, onDue: () => void) {
    this.#onDue = onDue;
    const kernel: Kernel = {
      open: (options) => {
        const onReadable = (): void => {
          options.onReadable();
          this.#announce();
        };
        return ports.kernel.open({ ...options, onReadable });
      },
    };
    const report = (): void => {
      if (this.isWhole) onChange();
    };
    this.#addresses = new AddressFeed({ ...ports, kernel }, log, pollIntervalMs, this.table, () => {
      this.#routes.linksChanged();
      report();
    });
    this.#routes = new RouteFeed(
      kernel,
      ports.clock,
      log,
      (ifIndex) => this.table.hasCarrier(ifIndex),
      () => {
        this.table.routes = this.#routes.routes;
        report();
      },
    );
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

  /** Looks at the routes again: they tell less of what they replace than addresses do. */
  resyncRoutes(): void {
    this.#routes.resync();
  }

  #announce(): void {
    const { dueMs } = this;
    if (dueMs === this.#announcedMs) return;
    this.#announcedMs = dueMs;
    this.#onDue();
  }
}

/** Looks at the table until it is whole, once.
 *  @param pollIntervalMs between two tries while rtnetlink is not available */
export function lookAtTable(
  ports: AddressFeedPorts,
  log: Log,
  pollIntervalMs: number,
  done: (table: AddressTable) => void,
): void {
  let isDone = false;
  const arm = (): void => ports.clock.setAlarm(feed.dueMs);
  const onChange = (): void => {
    if (isDone) return;
    isDone = true;
    done(feed.table);
  };
  const feed = new TableFeed(ports, log, pollIntervalMs, onChange, arm);
  ports.clock.onAlarm(() => {
    feed.due();
    arm();
  });
  feed.start();
  arm();
}
