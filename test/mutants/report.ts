/** What the verdicts come to: scores by folder, survivors, and what is wrong with the floors and with the list of
 *  equivalent mutants. */
import type { Mutant } from './instrument.ts';

/** A mutant that no test can notice, because the program does the same with it. */
export interface Equivalent {
  readonly file: string;
  readonly original: string;
  readonly mutated: string;
  readonly reason: string;
}

export type Fate = 'killed' | 'survived' | 'notCovered';

export interface Tried extends Mutant {
  readonly fate: Fate;
}

export interface Score {
  readonly folder: string;
  readonly killed: number;
  readonly survived: number;
  readonly notCovered: number;
  readonly equivalent: number;
  /** Of those that can be noticed, in per cent, rounded down to hundredths. */
  readonly score: number;
}

export interface Report {
  readonly scores: readonly Score[];
  /** Neither killed nor equivalent. */
  readonly open: readonly Tried[];
  /** What fails the run, a line each. */
  readonly faults: readonly string[];
}

/** `src/core/dns/plan.ts` → `dns`, `src/core/time.ts` → `core`, `src/shell/log.ts` → `shell` */
export const folderOf = (file: string): string => {
  const [, layer = '', folder = ''] = file.split('/');
  return folder.endsWith('.ts') ? layer : folder;
};

/** What a mutant is known by, wherever its lines have moved to. */
export const nameOf = ({ file, original, mutated }: Pick<Mutant, 'file' | 'original' | 'mutated'>): string =>
  JSON.stringify([file, original, mutated]);

export const describe = ({ file, line, original, mutated }: Mutant): string =>
  `${file}:${line}\n    ${original}\n  → ${mutated}`;

export function report(
  tried: readonly Tried[],
  equivalents: readonly Equivalent[],
  floors: Readonly<Record<string, number>>,
): Report {
  const listed = new Set(equivalents.map(nameOf));
  const survivors = tried.filter(({ fate }) => fate !== 'killed');
  const open = survivors.filter((mutant) => !listed.has(nameOf(mutant)));
  const folders = [...new Set(tried.map(({ file }) => folderOf(file)))].sort();
  const scores = folders.map((folder) => scoreOf(folder, tried, open));
  return { scores, open, faults: [...faultsOfList(tried, survivors, equivalents), ...faultsOfScores(scores, floors)] };
}

function scoreOf(folder: string, tried: readonly Tried[], open: readonly Tried[]): Score {
  const count = (mutants: readonly Tried[], fate: Fate): number =>
    mutants.filter((mutant) => folderOf(mutant.file) === folder && mutant.fate === fate).length;
  const killed = count(tried, 'killed');
  const survived = count(open, 'survived');
  const notCovered = count(open, 'notCovered');
  const equivalent = count(tried, 'survived') + count(tried, 'notCovered') - survived - notCovered;
  const noticeable = killed + survived + notCovered;
  const score = noticeable === 0 ? 100 : Math.floor((10_000 * killed) / noticeable) / 100;
  return { folder, killed, survived, notCovered, equivalent, score };
}

function faultsOfList(
  tried: readonly Tried[],
  survivors: readonly Tried[],
  equivalents: readonly Equivalent[],
): readonly string[] {
  const folders = new Set(tried.map(({ file }) => folderOf(file)));
  const [existing, surviving] = [new Set(tried.map(nameOf)), new Set(survivors.map(nameOf))];
  return equivalents
    .filter(({ file }) => folders.has(folderOf(file)))
    .filter((mutant) => !surviving.has(nameOf(mutant)))
    .map((mutant) => {
      const why = existing.has(nameOf(mutant)) ? 'a test notices it' : 'there is no such mutant any more';
      return `no longer equivalent, ${why}; remove it from the list: ${mutant.file}: ${mutant.original} → ${mutant.mutated}`;
    });
}

const faultsOfScores = (scores: readonly Score[], floors: Readonly<Record<string, number>>): readonly string[] =>
  scores.flatMap(({ folder, score }) => {
    const floor = floors[folder];
    if (floor === undefined) return [`${folder} has no floor: write its score, ${score}, into the list`];
    return score < floor ? [`${folder}: ${score} % of the mutants are noticed, at least ${floor} % must be`] : [];
  });
