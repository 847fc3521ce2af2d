/** The core tests as functions that can be called one by one: the entry of the bundle that has every mutant in it. The
 *  bundle is a function that bundle.ts writes; each call of it makes all modules anew. */
import type { File, Suite, Task, Test } from '@vitest/runner';
import { collectTests, getFn, getHooks } from '@vitest/runner';
import { files } from 'test-files';
import { runnerOf } from '../engine/runner.ts';

const runner = runnerOf(0);

const testsOf = (task: Task | File): Test[] => {
  if (task.type === 'test') return [task];
  return task.tasks.flatMap(testsOf);
};

/** The outermost first; the file, which is a suite as well, is not among them. */
function suitesOf({ suite, file }: Test | Suite): Suite[] {
  return suite === undefined || suite === file ? [] : [...suitesOf(suite), suite];
}

const fullName = (test: Test): string => [...suitesOf(test), test].map(({ name }) => name).join(' > ');

const collected = new Map<string, readonly Test[]>();

/** Imports a test file. @returns its tests' names @throws Error with why it cannot be imported */
export async function collect(file: string): Promise<readonly string[]> {
  const known = collected.get(file);
  if (known !== undefined) return known.map(fullName);
  const [result] = await collectTests([file], runner);
  const [error] = result?.result?.errors ?? [];
  if (result === undefined || error !== undefined) throw new Error(`${file}: ${error?.message ?? 'nothing collected'}`);
  const tests = testsOf(result);
  collected.set(file, tests);
  return tests.map(fullName);
}

/** Runs one test of a collected file, with its hooks. @throws whatever makes it fail */
export async function run(file: string, at: number): Promise<void> {
  const test = collected.get(file)?.[at];
  if (test === undefined) throw new Error(`${file} has no test ${at}`);
  const hooks = [test.file, ...suitesOf(test)].map((suite) => getHooks(suite));
  for (const { beforeEach } of hooks) for (const hook of beforeEach) await hook(test.context, test.suite ?? test.file);
  try {
    await getFn(test)();
  } finally {
    for (const { afterEach } of hooks) for (const hook of afterEach) await hook(test.context, test.suite ?? test.file);
  }
}

export const paths = Object.keys(files);
