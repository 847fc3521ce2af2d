import type { ApiFailure } from '../cloudflare/failure.ts';
import type { Effect } from './zone-state.ts';

/** What was counted since the start of the process, for the metrics. */
export interface Tally {
  /** Requests that ended, well or not. */
  requests: number;
  /** Those that failed, by what had to be done about it. */
  readonly failures: Record<ApiFailure['kind'], number>;
  /** From the choice of an address to the provider's confirmation, of the last record that was written; null = none. */
  syncMs: number | null;
}

export const newTally = (): Tally => ({
  requests: 0,
  failures: { unreachable: 0, unavailable: 0, throttled: 0, denied: 0, refused: 0, outdated: 0 },
  syncMs: null,
});

/** Counts the effect where it is one that counts. */
export function count(tally: Tally, effect: Effect): void {
  if (effect.kind === 'ended') {
    tally.requests += 1;
    if (effect.failure !== null) tally.failures[effect.failure] += 1;
  } else if (effect.kind === 'notice' && effect.notice.kind === 'synced' && effect.notice.how !== 'found') {
    tally.syncMs = effect.notice.tookMs;
  }
}
