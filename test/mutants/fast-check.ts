/** Stands in for fast-check in the bundle of mutants: the same values in every run, so that only the mutant makes a
 *  difference; few of them, because every mutant waits for them; none made smaller, because one failure is enough. */
import fc from 'fast-check';

const RUNS = 20;

fc.configureGlobal({ seed: 20_260_101, endOnFailure: true });

// biome-ignore lint/style/noDefaultExport: fast-check has one.
export default {
  ...fc,
  assert: <Values>(property: fc.IRawProperty<Values>, parameters?: fc.Parameters<Values>) =>
    fc.assert(property, { ...parameters, numRuns: Math.min(parameters?.numRuns ?? RUNS, RUNS) }),
};
