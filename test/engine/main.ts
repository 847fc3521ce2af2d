/** Runs the core tests inside the shipped engine and ends with the line `N passed, N failed`. */
import './platform.ts';
import type { File, Task } from '@vitest/runner';
import { startTests } from '@vitest/runner';
import * as std from 'std';
import { files } from 'test-files';
import { runnerOf } from './runner.ts';

const TEST_TIMEOUT_MS = 60_000;

const runner = runnerOf(TEST_TIMEOUT_MS);

const failures = (task: Task | File): string =>
  (task.result?.errors ?? []).map(({ message, stack, diff }) => `${message}\n${diff ?? ''}\n${stack ?? ''}`).join('\n');

let passed = 0;
let failed = 0;

function report(task: Task | File, path: string): void {
  const name = `${path} > ${task.name}`;
  const state = task.result?.state;
  if (state === 'fail' && (task.type === 'test' || task.result?.errors?.length)) {
    failed += 1;
    std.err.puts(`FAIL ${name}\n${failures(task)}\n`);
  } else if (task.type === 'test') {
    if (state === 'pass') passed += 1;
  }
  if ('tasks' in task) for (const inner of task.tasks) report(inner, name);
}

for (const file of await startTests(Object.keys(files), runner)) report(file, 'engine');
std.out.puts(`${passed} passed, ${failed} failed\n`);
// Else to the end of the loop: freeing the runtime checks that nothing holds a value that it should not.
if (failed > 0 || passed === 0) std.exit(1);
