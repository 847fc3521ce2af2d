/** Requests in a window (facts §9: 1,200 in 5 minutes). */
export interface RateLimit {
  readonly quota: number;
  readonly windowSec: number;
}

export const CLOUDFLARE_RATE_LIMIT: RateLimit = { quota: 1200, windowSec: 300 };

/** Counts requests; one above the quota blocks all calls for a whole further window. */
export class Limiter {
  readonly #limit: RateLimit;
  #used = 0;
  #endsMs = 0;

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Takes one request at the time `nowMs` (any clock).
   *  @returns seconds to wait when there is none left, else null */
  take(nowMs: number): number | null {
    const windowMs = this.#limit.windowSec * 1000;
    if (nowMs >= this.#endsMs) {
      this.#used = 0;
      this.#endsMs = nowMs + windowMs;
    }
    const wasBlocked = this.#used > this.#limit.quota;
    this.#used += 1;
    if (this.#used <= this.#limit.quota) return null;
    if (!wasBlocked) this.#endsMs = nowMs + windowMs;
    return Math.ceil((this.#endsMs - nowMs) / 1000);
  }

  /** The headers of every reply since 2025-09. */
  headers(nowMs: number): Record<string, string> {
    const { quota, windowSec } = this.#limit;
    const left = Math.max(0, quota - this.#used);
    const resetSec = Math.max(0, Math.ceil((this.#endsMs - nowMs) / 1000));
    return {
      ratelimit: `"default";r=${left};t=${resetSec}`,
      'ratelimit-policy': `"default";q=${quota};w=${windowSec}`,
    };
  }
}
