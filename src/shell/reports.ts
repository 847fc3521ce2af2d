import type { Settings } from '../core/config/settings.ts';
import { recordStatuses, type Status, summarizeProblems } from '../core/daemon/status.ts';
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

/** A thousand names that are read one after another are not a thousand reports. */
const PACE_MS = 1_000;

/** A request is not kept waiting for the disk: by then it has left, or waits for the network. */
const HEAD_START_MS = 50;

/** Addresses that come and go while no request may be sent are not as many reports. */
const GAP_MS = 50;

const RETRY_MS = 300_000;

/** A wall clock that was set by as much makes the times of the last report wrong. */
const CLOCK_SET_MS = 1_000;

/** Shows the state when it has changed: at once, but for a request that has just begun, which goes first; while requests
 *  follow each other once a second. */
export class Reports implements Observer {
  dueMs: number | null = null;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #identity: Identity;
  readonly #reports: readonly Report[];
  readonly #startedMs: number;
  /** Why the settings were not taken over when they were last read; null = they were. */
  #settingsError: string | null = null;
  #shown: Shown | null = null;
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
    const state = { zones, mode, skewMs, settingsError: this.#settingsError };
    if (!due && this.#isShown(state)) return;
    const earliestMs = this.#earliestMs(wasBusy);
    if (nowMs < earliestMs) {
      this.dueMs = earliestMs;
      return;
    }
    this.#shown = state;
    this.#shownMs = nowMs;
    const wording = {
      time: (ms: number): string => new Date(ms + skewMs).toISOString(),
      redact: (text: string): string => this.#log.redact(text),
    };
    const since = wording.time(this.#startedMs);
    const settingsError = this.#settingsError === null ? null : wording.redact(this.#settingsError);
    const records = recordStatuses(zones, nowMs, wording);
    const status = { ...this.#identity, mode, since, settings_error: settingsError, records };
    const failed = this.#reports.filter((report) => !report.show(status, tally));
    this.dueMs = failed.length === 0 ? null : nowMs + RETRY_MS;
  }

  configure(settings: Settings): void {
    this.#settingsError = null;
    for (const report of this.#reports) report.configure?.(settings);
  }

  /** New settings were not taken over; `observe` follows. */
  refused(problems: readonly string[]): void {
    this.#settingsError = summarizeProblems(problems);
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

  /** @param wasBusy a request was in flight when it was last looked */
  #earliestMs(wasBusy: boolean): number {
    const busySinceMs = this.#busySinceMs;
    // The first report of all is what a service manager waits for.
    if (this.#shown === null) return 0;
    if (busySinceMs === null) return wasBusy ? 0 : this.#shownMs + GAP_MS;
    return this.#shownMs < busySinceMs ? busySinceMs + HEAD_START_MS : this.#shownMs + PACE_MS;
  }

  #isShown({ zones, ...rest }: Shown): boolean {
    const shown = this.#shown;
    return (
      shown !== null &&
      shown.mode === rest.mode &&
      shown.skewMs === rest.skewMs &&
      shown.settingsError === rest.settingsError &&
      shown.zones.length === zones.length &&
      shown.zones.every((zone, i) => zone === zones[i])
    );
  }
}

/** What a report was made of. */
interface Shown {
  readonly zones: readonly ZoneState[];
  readonly mode: string;
  readonly skewMs: number;
  readonly settingsError: string | null;
}
