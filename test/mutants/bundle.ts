/** Makes one script of the core tests and of the program with its mutants. */
import { build, type Metafile, type Plugin } from 'esbuild';

/** What the script is given: which mutant is active, and whom to tell what was passed. */
export interface Switch {
  active: string | null;
  /** How often the active mutant was reached, and after how many times it counts as endless. */
  reached: number;
  limit: number;
  /** Told of every mutant that is passed; null = nobody wants to know. */
  readonly passed: ((ids: readonly string[]) => void) | null;
  /** A module of the program starts to be evaluated, or has been. */
  enter(): void;
  leave(): void;
}

export interface Bundle {
  /** An expression: a function of `require` and a Switch that returns the exports of suite.ts, with all modules new. */
  readonly script: string;
  /** The test files that import a file of the program, directly or not. */
  testsThatImport(file: string): readonly string[];
}

/** What Stryker's switches call. Where nobody wants to know what is passed, an engine makes nothing of the calls. */
const HEADER = `
const stryMutAct_9fa48 = (id) => {
  if (id !== mutants.active) return false;
  if (++mutants.reached > mutants.limit) throw new Error('endless');
  return true;
};
const stryCov_9fa48 = mutants.passed === null ? () => {} : (...ids) => mutants.passed(ids);
`;

/** @param texts of the files with mutants, by path */
const withMutants = (texts: ReadonlyMap<string, string>): Plugin => ({
  name: 'mutants',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      const text = texts.get(path.slice(process.cwd().length + 1));
      return text === undefined ? null : { contents: `mutants.enter();\n${text}\nmutants.leave();`, loader: 'ts' };
    });
  },
});

const listOfTests = (tests: readonly string[]): Plugin => ({
  name: 'tests',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^test-files$/ }, () => ({ path: 'test-files', namespace: 'tests' }));
    onLoad({ filter: /.*/, namespace: 'tests' }, () => ({
      contents: `export const files = {\n${tests.map((file) => `'${file}': () => import('./${file}'),`).join('\n')}\n};`,
      resolveDir: process.cwd(),
    }));
  },
});

/** The tests get our fast-check, which gets the real one. */
const ourFastCheck: Plugin = {
  name: 'fast-check',
  setup({ onResolve }) {
    const ours = `${process.cwd()}/test/mutants/fast-check.ts`;
    onResolve({ filter: /^fast-check$/ }, ({ importer }) => (importer === ours ? null : { path: ours }));
  },
};

/** For every file the tests that reach it over imports. */
function reachedBy(tests: readonly string[], { inputs }: Metafile): ReadonlyMap<string, readonly string[]> {
  const reached = new Map<string, string[]>();
  for (const test of tests) {
    const seen = new Set([test]);
    for (const file of seen) for (const { path } of inputs[file]?.imports ?? []) seen.add(path);
    for (const file of seen) {
      const known = reached.get(file);
      if (known === undefined) reached.set(file, [test]);
      else known.push(test);
    }
  }
  return reached;
}

export async function bundle(texts: ReadonlyMap<string, string>, tests: readonly string[]): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: ['test/mutants/suite.ts'],
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    target: 'es2023',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['node:fs'],
    alias: { vitest: './test/mutants/vitest.ts' },
    define: { 'process.env.NODE_ENV': '"production"', VERSION: '"0"' },
    plugins: [withMutants(texts), listOfTests(tests), ourFastCheck],
    logLevel: 'warning',
  });
  const reached = reachedBy(tests, metafile);
  return {
    script: `(function (require, mutants) { const module = { exports: {} };${HEADER}${outputFiles[0]?.text ?? ''}
return module.exports; })`,
    testsThatImport: (file) => reached.get(file) ?? [],
  };
}
