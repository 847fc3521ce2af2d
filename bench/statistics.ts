/** What is kept of samples. */
export interface Summary {
  readonly samples: number;
  readonly least: number;
  readonly median: number;
  readonly p99: number;
  readonly most: number;
}

/** @param samples at least one
 *  @throws RangeError when there is none, or one is no number */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0 || !samples.every(Number.isFinite)) throw new RangeError(`bad samples: ${samples}`);
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    samples: sorted.length,
    least: quantile(sorted, 0),
    median: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    most: quantile(sorted, 1),
  };
}

/** Of neighbours the one in between, in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
