import type { Lab, LabOptions } from '../test/e2e/harness/lab.ts';
import type { Program } from './figures.ts';

/** Samples of one figure. */
export interface Measurement {
  /** Id of the figure. */
  readonly figure: string;
  readonly program: Program;
  readonly samples: readonly number[];
}

/** The laboratories that it opens are closed at the end of the part. */
export type OpenLab = (options?: LabOptions) => Promise<Lab>;

/** Measures several figures. */
export type Part = (openLab: OpenLab) => Promise<readonly Measurement[]>;

/** Of the daemon itself. */
export const ours = (figure: string, ...samples: readonly number[]): Measurement => ({
  figure,
  program: 'ipv6ddns',
  samples,
});
