/** What keeps a name or a whole zone from its goal, and when it is tried again: its failures in a row. Times are
 *  milliseconds on CLOCK_BOOTTIME. */
export interface Trouble extends Cause {
  /** Failures in a row, at least 1. */
  readonly failures: number;
  readonly retryAtMs: number;
}

export interface Cause {
  /** What happened, why, what to do; for people. */
  readonly what: string;
  /** Something must change before a retry can help. */
  readonly permanent: boolean;
  /** See `Answer` of the API's failures: what a person has to quote, different every time. */
  readonly ray: string | null;
  /** What it is about: a whole zone, of which this is one name; everything of the name; its attributes alone, which keep
   *  no address from being written. */
  readonly scope: 'zone' | 'name' | 'attributes';
}

/** One more failure. What passes and what a person has to put right have different waits, so they count anew.
 *  @param waitMs the wait after so many failures in a row */
export function failedAgain(
  before: Trouble | null,
  cause: Cause,
  nowMs: number,
  waitMs: (failures: number) => number,
): Trouble {
  const failures = before?.permanent === cause.permanent ? before.failures + 1 : 1;
  return { ...cause, failures, retryAtMs: nowMs + waitMs(failures) };
}

export const failuresOf = (trouble: Trouble | null): number => trouble?.failures ?? 0;

/** Whether it has to wait. */
export const isWaiting = (trouble: Trouble | null, nowMs: number): boolean => (trouble?.retryAtMs ?? 0) > nowMs;

/** Our own wait ends; what the server imposes is kept elsewhere (`heldUntilMs`). */
export const hastened = (trouble: Trouble | null, nowMs: number): Trouble | null =>
  trouble && { ...trouble, retryAtMs: Math.min(trouble.retryAtMs, nowMs) };
