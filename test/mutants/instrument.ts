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

type Options = Parameters<Instrumenter['instrument']>[1];

/** What of Babel's nodes is looked at. */
interface Node {
  readonly type: string;
  readonly test?: Node | null;
  readonly consequent?: readonly Node[];
  readonly argument?: Node | null;
  readonly callee?: Node;
  readonly name?: string;
}

/** The last case of a switch over a union: that the types prove it to be none is its use, it never runs. */
function isProof({ type, test, consequent = [] }: Node): boolean {
  return type === 'SwitchCase' && test === null && consequent[0]?.argument?.callee?.name === 'assertNever';
}

const IGNORED: Options['ignorers'] = [
  {
    shouldIgnore: (path) => {
      const { node } = path as unknown as { readonly node: Node }; // the declared type of a path leaves out all but its methods
      return isProof(node) ? 'never runs' : undefined;
    },
  },
];

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
  const options: Options = { plugins: null, ignorers: IGNORED, excludedMutations: [], noHeader: true };
  const result = await new Instrumenter(SILENT).instrument(files, options);
  const tried = result.mutants.filter(({ status }) => status !== 'Ignored');
  const mutants = tried.map(({ id, fileName, location: { start, end }, replacement }): Mutant => {
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
