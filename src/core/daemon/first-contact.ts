import type { ApiFailure } from '../cloudflare/failure.ts';
import { formatDuration } from '../time.ts';
import type { LogEntry } from './notices.ts';

/** What has failed for so long since the start is no boot that goes on any more. */
const LASTING_MS = 60_000;

/** What a network brings that is not up yet, or that a portal guards. */
const isAway = (failure: ApiFailure['kind']): boolean => failure === 'unreachable' || failure === 'unavailable';

/** Keeps the log quiet while a machine boots and its network is not there yet. Until the first request has succeeded, one
 *  failure to reach Cloudflare is said, the next ones only once they have lasted, and then that it is over. From then on,
 *  and of what Cloudflare refuses from the start, everything is said at once. Times are milliseconds on CLOCK_BOOTTIME. */
export class FirstContact {
  #isMade = false;
  /** Since the first failure. */
  #failures = 0;
  #sinceMs = 0;
  /** Whether what is said next may wait. */
  #quiet = false;

  get isMade(): boolean {
    return this.#isMade;
  }

  /** A request has ended; what is said of it comes through `heard`.
   *  @returns what is to be said of the end itself; null = nothing */
  ended(failure: ApiFailure['kind'] | null, nowMs: number): LogEntry | null {
    this.#quiet = false;
    if (this.#isMade) return null;
    if (failure === null) {
      this.#isMade = true;
      return this.#failures === 0 ? null : describeContact(this.#failures, nowMs - this.#sinceMs);
    }
    if (!isAway(failure)) return null;
    if (this.#failures === 0) this.#sinceMs = nowMs;
    this.#quiet = this.#failures > 0 && nowMs - this.#sinceMs < LASTING_MS;
    this.#failures += 1;
    return null;
  }

  /** @returns the line about a failure, at the level that it deserves now; an error is never held back */
  heard(entry: LogEntry): LogEntry {
    return this.#quiet && entry.level === 'warning' ? { ...entry, level: 'debug' } : entry;
  }
}

function describeContact(failures: number, lastedMs: number): LogEntry {
  const requests = failures === 1 ? '1 request' : `${failures} requests`;
  const msg = `Cloudflare answers; ${requests} failed before, over ${formatDuration(Math.round(lastedMs / 1000))}`;
  return { level: 'notice', msg, fields: {} };
}
