import type { Settings } from '../core/config/settings.ts';
import { recordStatuses, type Status } from '../core/daemon/status.ts';
import type { Tally } from '../core/daemon/tally.ts';
import type { ZoneState } from '../core/daemon/zone-state.ts';
import type { Clock } from '../core/ports.ts';
import type { Engine, Observer } from './engine.ts';
import type { Log } from './log.ts';

/** Somebody who shows the state outside of the process. */
export interface Report {
  /** @returns whether it worked; if not it is tried again */
  show(status: Status, tally: Tally): boolean;
  configure?(settings: Settings): void;
  /** The daemon is about to end. */
  stop?(): void;
}

/** What the status says of the process itself. */
export type Identity = Pick<Status, 'version' | 'pid'>;

/** A thousand names that are read one after another are not a thousand reports, and a request is not kept waiting for the
 *  disk: its end is worth a report of its own. */
const PACE_MS = 1_000;

const RETRY_MS = 300_000;

/** A wall clock that was set by as much makes the times of the last report wrong. */
const CLOCK_SET_MS = 1_000;

/** Shows the state when it has changed: at once when the last request has ended, else once a second, and of requests that
 *  have begun only those that take so long. */
export class Reports implements Observer {
  dueMs: number | null = null;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #identity: Identity;
  readonly #reports: readonly Report[];
  readonly #startedMs: number;
  #shown: { readonly zones: readonly ZoneState[]; readonly mode: string; readonly skewMs: number } | null = null;
  #shownMs = Number.NEGATIVE_INFINITY;
  /** When the first of the requests in flight began; null = there is none. */
  #busySinceMs: number | null = null;

  constructor(clock: Clock, log: Log, identity: Identity, reports: readonly Report[]) {
    this.#clock = clock;
    this.#log = log;
    this.#identity = identity;
    this.#reports = reports;
    this.#startedMs = clock.nowMs();
  }

  observe({ publisher, feed }: Engine, nowMs: number): void {
    const { zones, tally } = publisher;
    const { mode } = feed;
    const skewMs = this.#skewMs(nowMs);
    const wasBusy = this.#busySinceMs !== null;
    this.#busySinceMs = publisher.isBusy() ? (this.#busySinceMs ?? nowMs) : null;
    const due = this.dueMs !== null && nowMs >= this.dueMs;
    if (!due && this.#isShown(zones, mode, skewMs)) return;
    const ended = wasBusy && this.#busySinceMs === null;
    const earliestMs = Math.max(this.#shownMs, this.#busySinceMs ?? 0) + PACE_MS;
    if (!ended && nowMs < earliestMs) {
      this.dueMs = earliestMs;
      return;
    }
    this.#shown = { zones, mode, skewMs };
    this.#shownMs = nowMs;
    const wording = {
      time: (ms: number): string => new Date(ms + skewMs).toISOString(),
      redact: (text: string): string => this.#log.redact(text),
    };
    const since = wording.time(this.#startedMs);
    const status = { ...this.#identity, mode, since, records: recordStatuses(zones, nowMs, wording) };
    const failed = this.#reports.filter((report) => !report.show(status, tally));
    this.dueMs = failed.length === 0 ? null : nowMs + RETRY_MS;
  }

  configure(settings: Settings): void {
    for (const report of this.#reports) report.configure?.(settings);
  }

  stop(): void {
    for (const report of this.#reports) report.stop?.();
  }

  /** What leads from CLOCK_BOOTTIME to the wall clock: the same until that is set, lest the same instant be written
   *  differently each time. */
  #skewMs(nowMs: number): number {
    const skewMs = this.#clock.wallMs() - nowMs;
    const shownMs = this.#shown?.skewMs ?? Number.POSITIVE_INFINITY;
    return Math.abs(shownMs - skewMs) < CLOCK_SET_MS ? shownMs : skewMs;
  }

  #isShown(zones: readonly ZoneState[], mode: string, skewMs: number): boolean {
    const shown = this.#shown;
    return (
      shown !== null &&
      shown.mode === mode &&
      shown.skewMs === skewMs &&
      shown.zones.length === zones.length &&
      shown.zones.every((zone, i) => zone === zones[i])
    );
  }
}
