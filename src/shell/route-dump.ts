import { Routes } from '../core/address/routes.ts';
import type { Kernel, KernelSocket } from '../core/ports.ts';
import { RT_TABLE_MAIN, RT_TABLE_UNSPEC } from '../core/wire/constants.ts';
import { WireError } from '../core/wire/framing.ts';
import { routeDumpRequest, ruleDumpRequest } from '../core/wire/requests.ts';
import { RoutingDump } from '../core/wire/routes.ts';

/** How often datagrams are taken in before the loop serves its other descriptors. */
const BURST = 16;

export type DumpEnd = Readonly<
  | { kind: 'complete'; routes: Routes }
  | { kind: 'interrupted'; routes: Routes } // the routes changed meanwhile
  | { kind: 'lost' } // messages were dropped
  | { kind: 'refused'; errno: number }
  | { kind: 'broken'; detail: string }
>;

/** Asks the kernel for the main table's routes, over a socket of its own. Where those have no default route it asks for
 *  the rules as well, and where a rule leads to another table, for all tables. */
export class RouteDump {
  readonly #done: (end: DumpEnd) => void;
  readonly #onProgress: () => void;
  #socket: KernelSocket | null = null;
  #main = new RoutingDump();
  /** null = they were not asked for. */
  #rules: RoutingDump | null = null;
  #all: RoutingDump | null = null;
  #sequence = 0;

  /** @param onProgress runs whenever the kernel sent something
   *  @param done runs once, unless it is closed before */
  constructor(onProgress: () => void, done: (end: DumpEnd) => void) {
    this.#onProgress = onProgress;
    this.#done = done;
  }

  start(kernel: Kernel): void {
    const opened = kernel.open({ groups: [], filter: null, onReadable: () => this.drain() });
    if (!opened.ok) this.#end({ kind: 'broken', detail: opened.error });
    else {
      this.#socket = opened.value;
      this.#ask(routeDumpRequest, RT_TABLE_MAIN);
    }
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  #ask(request: (sequence: number, table: number) => ArrayBuffer, table: number): void {
    this.#sequence += 1;
    const sent = this.#socket?.send(request(this.#sequence, table));
    if (sent?.ok === false) this.#end({ kind: 'broken', detail: sent.error });
  }

  /** Reads what the kernel has sent. */
  drain(): void {
    for (let left = BURST; left > 0 && this.#socket !== null; left--) {
      const received = this.#socket.receive();
      if (received.ok && received.value.length === 0) return;
      this.#onProgress();
      if (received.ok) this.#take(received.value);
      else if (received.error.kind === 'overrun') this.#end({ kind: 'lost' });
      else this.#end({ kind: 'broken', detail: received.error.detail });
    }
  }

  #take(datagrams: readonly ArrayBufferView[]): void {
    const part = this.#all ?? this.#rules ?? this.#main;
    try {
      part.take(datagrams);
      if (part.errno === 0) this.#goOn();
      else if (part.errno !== null) this.#end({ kind: 'refused', errno: part.errno });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#end({ kind: 'broken', detail: error.message });
    }
  }

  #goOn(): void {
    const routes = new Routes((this.#all ?? this.#main).routes, this.#rules?.rules ?? []);
    if (this.#rules === null && routes.needsRules) {
      this.#rules = new RoutingDump();
      this.#ask(ruleDumpRequest, RT_TABLE_UNSPEC);
    } else if (this.#all === null && (this.#rules?.rules.length ?? 0) > 0) {
      this.#all = new RoutingDump();
      this.#ask(routeDumpRequest, RT_TABLE_UNSPEC);
    } else {
      const parts = [this.#main, this.#rules, this.#all];
      this.#end({ kind: parts.some((part) => part?.isInterrupted) ? 'interrupted' : 'complete', routes });
    }
  }

  #end(end: DumpEnd): void {
    this.close();
    this.#done(end);
  }
}
