import { UNKNOWN_ROUTES } from '../core/address/routes.ts';
import type { Clock, Kernel, KernelSocket } from '../core/ports.ts';
import { RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_RULE } from '../core/wire/constants.ts';
import { WireError } from '../core/wire/framing.ts';
import { readRoutingEvents, routingFilter } from '../core/wire/routes.ts';
import type { Log } from './log.ts';
import { type DumpEnd, RouteDump } from './route-dump.ts';

/** How often datagrams are taken in before the loop serves its other descriptors. */
const BURST = 16;

/** Without the routes addresses are still chosen: there is no hurry. */
const RETRY_MS = 60_000;

/** A dump that has been silent for so long will not end. */
const DUMP_TIMEOUT_MS = 5_000;

/** A full table changes all the time: after so many interrupted dumps the last one counts, and events mend the rest. */
const DUMP_TRIES = 3;

/** The least time between the beginnings of two dumps; after one that took long, three times as long, up to a limit. */
const PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;

/** Keeps the routes that lead to the Internet equal to the kernel's. Events come over a socket whose filter lets only
 *  those through that may count, and wait there while a dump runs. What they tell is not put together here: the kernel
 *  does not say what a new route replaced, nor which way of several went with a link. Whatever is news leads to a new
 *  dump. Without rtnetlink there are no routes, and none is missed. */
export class RouteFeed {
  /** Replaced as a whole by every dump. */
  routes = UNKNOWN_ROUTES;
  readonly #kernel: Kernel;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #log: Log;
  readonly #hasCarrier: (ifIndex: number) => boolean;
  readonly #onChange: () => void;
  #events: KernelSocket | null = null;
  #dump: RouteDump | null = null;
  #dumpSinceMs = 0;
  #progressMs = 0;
  #tries = 0;
  /** No dump starts before. */
  #pauseUntilMs = 0;
  /** Something is news that came after the last dump. */
  #isStale = false;
  /** When to try again after giving up; null = it works. */
  #retryMs: number | null = null;
  /** Which links of the routes had carrier at the last dump; null = the links are not known yet. */
  #carriers: string | null = null;

  /** @param hasCarrier whether the link of that number is up and has carrier
   *  @param onChange runs after every dump, and when the routes are no longer known */
  constructor(
    kernel: Kernel,
    clock: Pick<Clock, 'nowMs'>,
    log: Log,
    hasCarrier: (ifIndex: number) => boolean,
    onChange: () => void,
  ) {
    this.#kernel = kernel;
    this.#clock = clock;
    this.#log = log;
    this.#hasCarrier = hasCarrier;
    this.#onChange = onChange;
  }

  /** Whether a dump runs, so that the routes of before count. */
  get isDumping(): boolean {
    return this.#dump !== null;
  }

  /** When `due` has to be called, milliseconds on CLOCK_BOOTTIME; null = not. */
  get dueMs(): number | null {
    if (this.#dump !== null) return this.#progressMs + DUMP_TIMEOUT_MS;
    return this.#isStale ? this.#pauseUntilMs : this.#retryMs;
  }

  due(): void {
    if ((this.dueMs ?? Number.POSITIVE_INFINITY) > this.#clock.nowMs()) return;
    if (this.#dump !== null) this.#checkDump(this.#dump);
    else if (this.#isStale) this.resync();
    else this.start();
  }

  /** What the kernel has sent may wait to be read, where this process had no time for it. */
  #checkDump(dump: RouteDump): void {
    dump.drain();
    const isOver = this.#dump !== dump;
    if (!isOver && this.#clock.nowMs() >= this.#progressMs + DUMP_TIMEOUT_MS)
      this.#giveUp('the dump of the routes does not end');
  }

  start(): void {
    this.#retryMs = null;
    const opened = this.#kernel.open({
      groups: [RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_RULE],
      filter: routingFilter(),
      onReadable: () => this.#drainEvents(),
    });
    if (opened.ok) {
      this.#events = opened.value;
      this.resync();
    } else this.#giveUp(opened.error);
  }

  /** Dumps the routes anew. */
  resync(): void {
    if (this.#events === null) return;
    this.#tries = 0;
    this.#startDump();
  }

  /** Links changed: routes over one that lost or got carrier may be dead, alive or gone without an event. */
  linksChanged(): void {
    this.#carriers ??= this.#carriersNow();
    if (this.#events !== null && this.#dump === null && this.#carriersNow() !== this.#carriers) this.#dumpAgain();
  }

  #carriersNow(): string {
    return [...this.routes.links].filter(this.#hasCarrier).join(' ');
  }

  #startDump(): void {
    this.#dump?.close();
    this.#tries += 1;
    this.#isStale = false;
    this.#dumpSinceMs = this.#clock.nowMs();
    this.#progressMs = this.#dumpSinceMs;
    this.#dump = new RouteDump(
      () => {
        this.#progressMs = this.#clock.nowMs();
      },
      (end) => this.#endDump(end),
    );
    this.#dump.start(this.#kernel);
  }

  #endDump(end: DumpEnd): void {
    this.#dump = null;
    const nowMs = this.#clock.nowMs();
    const tookMs = nowMs - this.#dumpSinceMs;
    this.#pauseUntilMs = Math.max(this.#dumpSinceMs + PAUSE_MS, nowMs + Math.min(3 * tookMs, MAX_PAUSE_MS));
    if (end.kind === 'broken') this.#giveUp(end.detail);
    else if (end.kind !== 'complete' && end.kind !== 'refused' && this.#tries < DUMP_TRIES) this.#startDump();
    else {
      if (end.kind === 'refused') this.#log.write('debug', `the dump of the routes failed with errno ${end.errno}`);
      if ('routes' in end) this.routes = end.routes;
      if (this.#carriers !== null) this.#carriers = this.#carriersNow();
      this.#drainEvents();
      this.#onChange();
    }
  }

  #drainEvents(): void {
    for (let left = BURST; left > 0 && this.#events !== null && this.#dump === null; left--) {
      const received = this.#events.receive();
      if (received.ok && received.value.length === 0) break;
      if (!received.ok && received.error.kind === 'broken') this.#giveUp(received.error.detail);
      else if (!received.ok || this.#areNews(received.value)) this.#isStale = true;
    }
    if (this.#isStale) this.#dumpAgain();
  }

  #areNews(datagrams: readonly ArrayBufferView[]): boolean {
    try {
      return readRoutingEvents(datagrams).some((event) => this.routes.isNews(event));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return true;
    }
  }

  /** At once, or after the pause. */
  #dumpAgain(): void {
    this.#isStale = true;
    if (this.#clock.nowMs() >= this.#pauseUntilMs) this.resync();
  }

  #giveUp(problem: string): void {
    const counted = this.#events !== null;
    this.#events?.close();
    this.#dump?.close();
    this.#events = null;
    this.#dump = null;
    this.#isStale = false;
    this.routes = UNKNOWN_ROUTES;
    this.#retryMs = this.#clock.nowMs() + RETRY_MS;
    this.#log.write('debug', `cannot follow the default routes (${problem}): they do not count in the choice for now`);
    if (counted) this.#onChange();
  }
}
