/** Waits after consecutive failures, in milliseconds. Randomness and time come in as data. */

const FIRST_MS = 1_000;
const LONGEST_MS = 600_000;
const SLOW_FIRST_MS = 300_000;
const SLOW_LONGEST_MS = 3_600_000;

/** Exponential back-off with full jitter, for what passes by itself: up to 1 s, doubled to up to 10 min.
 *  @param failures consecutive failures so far, at least 1
 *  @param draw uniform in [0, 1) */
export const backoffMs = (failures: number, draw: number): number => draw * doubled(FIRST_MS, failures, LONGEST_MS);

/** For what a person has to put right: 5 min doubled to 1 h. Not given up, because Cloudflare has had hours in which it
 *  refused good tokens. */
export const slowRetryMs = (failures: number): number => doubled(SLOW_FIRST_MS, failures, SLOW_LONGEST_MS);

const doubled = (first: number, failures: number, longest: number): number =>
  Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
