import { DefaultRoutes } from '../core/address/default-routes.ts';
import type { AddressTable } from '../core/address/table.ts';
import type { Clock, Kernel, KernelSocket } from '../core/ports.ts';
import { RTNLGRP_IPV6_ROUTE } from '../core/wire/constants.ts';
import { WireError } from '../core/wire/framing.ts';
import { routeDumpRequest } from '../core/wire/requests.ts';
import { applyRoutes, defaultRouteFilter, type RouteProgress } from '../core/wire/routes.ts';
import type { Log } from './log.ts';

/** How often datagrams are taken in before the loop serves its other descriptors. */
const BURST = 16;

/** Without the routes addresses are still chosen: there is no hurry. */
const RETRY_MS = 60_000;

/** A dump that has been silent for so long will not end. */
const DUMP_TIMEOUT_MS = 5_000;

/** A full table changes all the time: after so many interrupted dumps the last one counts, and events mend the rest. */
const DUMP_TRIES = 3;

/** Keeps the default routes equal to the kernel's. Events come over a socket whose filter lets only default routes
 *  through; the dump, which no filter can shorten, over one of its own. Events wait in their socket until the dump is
 *  over: replayed after it they end in the same state. Without rtnetlink there are no routes, and none is missed. */
export class RouteFeed {
  readonly #kernel: Kernel;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #log: Log;
  readonly #table: AddressTable;
  readonly #onChange: () => void;
  #events: KernelSocket | null = null;
  #dump: { readonly socket: KernelSocket; readonly routes: DefaultRoutes; progressMs: number } | null = null;
  #tries = 0;
  /** When to try again after giving up; null = it works. */
  #retryMs: number | null = null;

  /** @param onChange runs when other interfaces hold the best default routes, and after every dump */
  constructor(kernel: Kernel, clock: Pick<Clock, 'nowMs'>, log: Log, table: AddressTable, onChange: () => void) {
    this.#kernel = kernel;
    this.#clock = clock;
    this.#log = log;
    this.#table = table;
    this.#onChange = onChange;
  }

  /** Whether a dump runs, so that the routes of before count. */
  get isDumping(): boolean {
    return this.#dump !== null;
  }

  /** When `due` has to be called, milliseconds on CLOCK_BOOTTIME; null = not. */
  get dueMs(): number | null {
    return this.#dump === null ? this.#retryMs : this.#dump.progressMs + DUMP_TIMEOUT_MS;
  }

  due(): void {
    if ((this.dueMs ?? Number.POSITIVE_INFINITY) > this.#clock.nowMs()) return;
    if (this.#dump === null) this.start();
    else this.#giveUp('the dump of the routes does not end');
  }

  start(): void {
    const options = {
      groups: [RTNLGRP_IPV6_ROUTE],
      filter: defaultRouteFilter(),
      onReadable: () => this.#drainEvents(),
    };
    this.#retryMs = null;
    const opened = this.#kernel.open(options);
    if (opened.ok) {
      this.#events = opened.value;
      this.resync();
    } else this.#giveUp(opened.error);
  }

  /** Dumps the table anew. */
  resync(): void {
    if (this.#events === null) return;
    this.#tries = 0;
    this.#startDump();
  }

  #close(): void {
    this.#events?.close();
    this.#dump?.socket.close();
    this.#events = null;
    this.#dump = null;
    this.#table.defaultRoutes = new DefaultRoutes();
  }

  #startDump(): void {
    this.#dump?.socket.close();
    this.#dump = null;
    this.#tries += 1;
    const opened = this.#kernel.open({ groups: [], filter: null, onReadable: () => this.#drainDump() });
    const sent = opened.ok ? opened.value.send(routeDumpRequest()) : opened;
    const progressMs = this.#clock.nowMs();
    if (opened.ok) this.#dump = { socket: opened.value, routes: new DefaultRoutes(), progressMs };
    if (!sent.ok) this.#giveUp(sent.error);
  }

  #drainDump(): void {
    for (let left = BURST; left > 0 && this.#dump !== null; left--) {
      const { socket, routes } = this.#dump;
      const progress = this.#take(socket, routes);
      if (progress === null) return;
      if (this.#dump !== null) this.#dump.progressMs = this.#clock.nowMs();
      if (progress.interrupted && this.#tries < DUMP_TRIES) this.#startDump();
      else if (progress.ended !== null) this.#endDump(routes, progress.ended.errno);
    }
  }

  #endDump(routes: DefaultRoutes, errno: number): void {
    this.#dump?.socket.close();
    this.#dump = null;
    if (errno === 0) this.#table.defaultRoutes = routes;
    else this.#log.write('debug', `the dump of the routes failed with errno ${errno}`);
    this.#drainEvents();
    this.#onChange();
  }

  #drainEvents(): void {
    let changed = false;
    for (let left = BURST; left > 0 && this.#events !== null && this.#dump === null; left--) {
      const progress = this.#take(this.#events, this.#table.defaultRoutes);
      if (progress === null) break;
      changed ||= progress.changed;
    }
    if (changed) this.#onChange();
  }

  /** Takes the next datagrams in; null = there are none, or what came forced a new dump. */
  #take(socket: KernelSocket, routes: DefaultRoutes): RouteProgress | null {
    const received = socket.receive();
    if (!received.ok && received.error.kind === 'broken') this.#giveUp(received.error.detail);
    else if (!received.ok) this.#startDump();
    if (!received.ok || received.value.length === 0) return null;
    try {
      return applyRoutes(received.value, routes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#giveUp(error.message);
      return null;
    }
  }

  #giveUp(problem: string): void {
    const counted = this.#events !== null;
    this.#close();
    this.#retryMs = this.#clock.nowMs() + RETRY_MS;
    this.#log.write('debug', `cannot follow the default route (${problem}): it does not count in the choice for now`);
    if (counted) this.#onChange();
  }
}
