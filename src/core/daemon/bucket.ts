/** A token bucket that damps writes when an interface flaps: Cloudflare allows a user 1,200 requests in 5 minutes for
 *  everything they do, and this machine is not all of it. */
export interface Bucket {
  readonly tokens: number;
  /** Until when `tokens` has been counted up. */
  readonly countedMs: number;
}

const CAPACITY = 50;
const REFILL_MS = 6_000;

export const fullBucket = (nowMs: number): Bucket => ({ tokens: CAPACITY, countedMs: nowMs });

/** The bucket with what has dripped in since it was counted. */
export function refill({ tokens, countedMs }: Bucket, nowMs: number): Bucket {
  const drops = Math.max(0, Math.floor((nowMs - countedMs) / REFILL_MS));
  return tokens + drops >= CAPACITY
    ? fullBucket(nowMs)
    : { tokens: tokens + drops, countedMs: countedMs + drops * REFILL_MS };
}

/** When the next token is there, given an empty bucket that was just refilled. */
export const nextTokenMs = (bucket: Bucket): number => bucket.countedMs + REFILL_MS;
