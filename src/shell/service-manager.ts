import { summarize } from '../core/daemon/status.ts';
import type { ServiceManagerSocket } from '../core/ports.ts';
import { printable } from '../core/text.ts';
import type { Engine, Observer } from './engine.ts';
import type { Log } from './log.ts';
import type { Report } from './reports.ts';

/** Work that is late by as much is not done any more: the service manager shall start the daemon anew. */
const LATE_MS = 10_000;

/** Late work may be done in the next instant, as after suspend. */
const SECOND_LOOK_MS = 1_000;

/** Tells the service manager how the daemon is, as sd_notify(3) describes it, and answers its watchdog only while the
 *  engine gets its work done. */
export class ServiceManager implements Observer {
  dueMs: number | null = null;
  readonly #socket: ServiceManagerSocket;
  readonly #log: Log;
  readonly #watchdogMs: number | null;
  #isReady = false;
  /** How often in a row work was found late. */
  #lateLooks = 0;

  /** @param watchdogMs how often it wants to hear from us, at least; null = there is no watchdog */
  constructor(socket: ServiceManagerSocket, log: Log, watchdogMs: number | null) {
    this.#socket = socket;
    this.#log = log;
    this.#watchdogMs = watchdogMs;
  }

  readonly report: Report = {
    show: (status) => {
      this.#send(`STATUS=${printable(summarize(status))}`);
      return true;
    },
  };

  observe(engine: Engine, nowMs: number): void {
    if (!this.#isReady) {
      this.#isReady = true;
      this.#send('READY=1');
      this.#wait(nowMs, Number.POSITIVE_INFINITY);
    }
    if (this.dueMs === null || nowMs < this.dueMs) return;
    const isLate = engine.lateMs(nowMs) > LATE_MS;
    this.#lateLooks = isLate ? this.#lateLooks + 1 : 0;
    if (this.#lateLooks === 2) {
      this.#log.write(
        'error',
        'something in ipv6ddns hangs, so the watchdog gets no answer: the service manager will start it anew',
      );
    }
    if (!isLate) this.#send('WATCHDOG=1');
    this.#wait(nowMs, isLate ? SECOND_LOOK_MS : Number.POSITIVE_INFINITY);
  }

  /** The settings are about to be read again; `reloaded` is to follow. MONOTONIC_USEC is for Type=notify-reload. */
  reloading(): void {
    if (this.#isReady) this.#send(`RELOADING=1\nMONOTONIC_USEC=${Math.floor(this.#socket.monotonicMs() * 1000)}`);
  }

  reloaded(): void {
    if (this.#isReady) this.#send('READY=1');
  }

  stop(): void {
    this.#send('STOPPING=1');
  }

  /** The watchdog is answered twice as often as it has to be. */
  #wait(nowMs: number, atMostMs: number): void {
    this.dueMs = this.#watchdogMs === null ? null : nowMs + Math.min(this.#watchdogMs / 2, atMostMs);
  }

  #send(message: string): void {
    const sent = this.#socket.send(message);
    if (!sent.ok) this.#log.write('debug', `cannot tell the service manager ${message}: ${sent.error}`);
  }
}
