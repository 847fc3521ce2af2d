import type { Lab } from '../test/e2e/harness/lab.ts';
import type { Program } from './figures.ts';

/** Samples of one figure. */
export interface Measurement {
  /** Id of the figure. */
  readonly figure: string;
  readonly program: Program;
  readonly samples: readonly number[];
}

/** Measures several figures. The laboratories it opens are closed at its end. */
export type Part = (openLab: () => Promise<Lab>) => Promise<readonly Measurement[]>;

/** Of the daemon itself. */
export const ours = (figure: string, ...samples: readonly number[]): Measurement => ({
  figure,
  program: 'ipv6ddns',
  samples,
});
