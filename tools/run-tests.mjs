#!/usr/bin/env node
// Runs every part of the tests, one after another, shows their output, and ends with what failed, by name, and the line
// `N passed, N failed`, with `, N skipped` behind it if any were: the sum over all parts. Status 1 if anything failed.
// `make test` builds what is tested and calls this.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { relative } from 'node:path';

const BIN = 'node_modules/.bin';

/** @returns the status and the last line of stdout, which is shown as well */
function run([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let tail = '';
    child.stdout.on('data', (data) => {
      process.stdout.write(data);
      tail = (tail + data).slice(-200);
    });
    child.on('error', (error) => resolve({ status: error.message, lastLine: '' }));
    child.on('close', (code, signal) =>
      resolve({ status: code ?? signal, lastLine: tail.trimEnd().split('\n').pop() }),
    );
  });
}

/** A command that passes or fails as a whole. */
async function whole(command) {
  const { status } = await run(command);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A program that ends with the line `N passed, N failed`. */
async function counted(command) {
  const { status, lastLine } = await run(command);
  const [, passed = 0, failed = 0] = (/^(\d+) passed, (\d+) failed$/.exec(lastLine) ?? []).map(Number);
  if (status === 0 && passed > 0) return { passed, failed };
  process.stdout.write(`${command.join(' ')} ended with ${status}\n`);
  return { passed, failed: Math.max(failed, 1) };
}

/** The first line of each reason: the whole one was shown when it happened. */
function namesOfFailed({ name: file, message, assertionResults }) {
  const tests = assertionResults.filter(({ status }) => status === 'failed');
  const lines = tests.map(({ fullName, failureMessages: [why = ''] }) => `${fullName}: ${why.split('\n')[0]}`);
  return (message ? [message.split('\n')[0], ...lines] : lines).map((line) => `${relative('.', file)}: ${line}`);
}

async function vitest(project) {
  const report = `build/vitest-${project}.json`;
  rmSync(report, { force: true });
  const outputs = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = await run([`${BIN}/vitest`, 'run', '--project', project, ...outputs]);
  try {
    const results = JSON.parse(readFileSync(report, 'utf8'));
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, testResults } = results;
    // A file that cannot be loaded counts no test: the status tells.
    return {
      passed,
      failed: status === 0 && passed + skipped > 0 ? failed : Math.max(failed, 1),
      skipped,
      names: testResults.flatMap(namesOfFailed),
    };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

// A network and mounts of its own; without root a user namespace lends the right to make them.
const isolated = ['unshare', ...(userInfo().uid === 0 ? ['-nm'] : ['-Urnm'])];

const parts = {
  'types of the core': () => whole([`${BIN}/tsc`, '-p', 'tsconfig.core.json']),
  'types of the program': () => whole([`${BIN}/tsc`, '-p', 'tsconfig.json']),
  'types of the tests': () => whole([`${BIN}/tsc`, '-p', 'tsconfig.test.json']),
  'types of the tests in the engine': () => whole([`${BIN}/tsc`, '-p', 'tsconfig.engine.json']),
  'lint and format': () => whole([`${BIN}/biome`, 'check', '--error-on-warnings']),
  'core, in Node': () => vitest('core'),
  'core, in the engine': () => counted(['build/engine-tests']),
  // The same worlds every time: what a change breaks is told from what nobody has found yet, which `make explore` is for.
  explorer: () => counted(['node', 'build/explorer.mjs', '--seed', '1', '--worlds', '5000']),
  // The same inputs every time, as many as two minutes allow; `make fuzz` is for those that nobody has seen yet.
  'damaged inputs': () => counted([...isolated, 'node', 'build/fuzz.mjs', '--sec', '120', '--seed', '1']),
  'the heap': () => counted(['build/heap-tests']),
  'report of mutants': () => vitest('mutants'),
  'native modules': () => counted([...isolated, 'node', 'test/native/run.mjs']),
  'benchmark reports': () => vitest('bench'),
  simulator: () => vitest('simulator'),
  'end to end': () => vitest('e2e'),
  'executables for other machines': () => whole(['env', '-u', 'MAKEFLAGS', 'make', '--silent', 'emulated']),
  'other machines': () => vitest('machines'),
  packaging: () => vitest('packaging'),
  'booted Debian': () => vitest('booted'),
  'network managers': () => vitest('managers'),
  demo: () => whole(['node', 'build/demo.mjs', '--like', 'docs/demo.svg']),
};

const only = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };
/** Skipped tests are never among the passed ones, and named only where there are any. */
const counts = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
const broken = [];
for (const [name, part] of Object.entries(parts)) {
  if (only.length > 0 && !only.some((word) => name.includes(word))) continue;
  process.stdout.write(`\n=== ${name}\n`);
  const started = Date.now();
  const { passed, failed, skipped = 0, names = [] } = await part();
  process.stdout.write(
    `--- ${name}: ${counts({ passed, failed, skipped })}, ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  );
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  if (failed > 0) broken.push(`${name}: ${failed} failed`, ...names.map((line) => `  ${line}`));
}
if (broken.length > 0) process.stdout.write(`\nFailed:\n${broken.join('\n')}\n`);
process.stdout.write(`\n${counts(totals)}\n`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
