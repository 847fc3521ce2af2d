import { FIGURES, type Figure, PROGRAMS, type Program } from './figures.ts';
import type { Measurement } from './parts.ts';
import { type Summary, summarize } from './statistics.ts';

/** A figure that was measured. */
export interface Row extends Figure {
  readonly values: Partial<Record<Program, number>>;
  readonly summaries: Partial<Record<Program, Summary>>;
  /** null = there is no budget, or ours was not measured. */
  readonly met: boolean | null;
}

/** Fewer have no 99th percentile worth the name. */
const SAMPLES_FOR_P99 = 100;

/** The figures that were measured, in the order of FIGURES. */
export const makeRows = (measurements: readonly Measurement[]): Row[] =>
  FIGURES.map((figure) => makeRow(figure, measurements)).filter(({ values }) => Object.keys(values).length > 0);

function makeRow(figure: Figure, measurements: readonly Measurement[]): Row {
  const summaries: Partial<Record<Program, Summary>> = {};
  const values: Partial<Record<Program, number>> = {};
  for (const program of PROGRAMS) {
    const own = measurements.filter((all) => all.program === program && all.figure === (figure.of ?? figure.id));
    const samples = own.flatMap((all) => all.samples);
    if (samples.length < (figure.statistic === 'p99' ? SAMPLES_FOR_P99 : 1)) continue;
    const summary = summarize(samples);
    summaries[program] = summary;
    values[program] = summary[figure.statistic ?? 'median'];
  }
  const value = values.ipv6ddns;
  const met = figure.budget === null || value === undefined ? null : value <= figure.budget;
  return { ...figure, values, summaries, met };
}
