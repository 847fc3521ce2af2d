/** Writes Stryker's mutants into source files, each behind a switch. */
import { Instrumenter } from '@stryker-mutator/instrumenter';

export interface Mutant {
  readonly id: string;
  /** From the repository's root. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** The lines that it changes, as one line. With `file` and `mutated` it names a mutant, also when lines move. */
  readonly original: string;
  readonly mutated: string;
}

export interface Instrumented {
  /** By file. */
  readonly texts: ReadonlyMap<string, string>;
  readonly mutants: readonly Mutant[];
}

const nothing = (): void => {};
const never = (): boolean => false;
const SILENT = {
  isTraceEnabled: never,
  isDebugEnabled: never,
  isInfoEnabled: never,
  isWarnEnabled: never,
  isErrorEnabled: never,
  isFatalEnabled: never,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};

const oneLine = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** @param sources text by file; all of Stryker's mutators are used */
export async function instrument(sources: ReadonlyMap<string, string>): Promise<Instrumented> {
  const files = [...sources].map(([name, content]) => ({ name, content, mutate: true }));
  const options = { plugins: null, ignorers: [], excludedMutations: [], noHeader: true };
  const result = await new Instrumenter(SILENT).instrument(files, options);
  const mutants = result.mutants.map(({ id, fileName, location: { start, end }, replacement }): Mutant => {
    const lines = (sources.get(fileName) ?? '').split('\n');
    const before = (lines[start.line] ?? '').slice(0, start.column);
    const after = (lines[end.line] ?? '').slice(end.column);
    return {
      id,
      file: fileName,
      line: start.line + 1,
      original: oneLine(lines.slice(start.line, end.line + 1).join('\n')),
      mutated: oneLine(before + replacement + after),
    };
  });
  return { texts: new Map(result.files.map(({ name, content }) => [name, content])), mutants };
}
