/** A thread that runs the tests, without a mutant to see what they pass, and then for one mutant after the other. */
import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import type { Switch } from './bundle.ts';
import type * as suiteModule from './suite.ts';

export interface TestId {
  readonly file: string;
  /** Its place among the tests of the file. */
  readonly at: number;
}

export interface TestRun extends TestId {
  readonly name: string;
  /** Time of the processor. */
  readonly ms: number;
}

/** Where the tests pass a mutant. */
export interface Passing {
  /** How often each test does, by the test's place in `tests`. */
  readonly byTest: ReadonlyMap<number, number>;
  /** The test files that do while they are imported. */
  readonly byImport: ReadonlySet<string>;
  /** A module of the program does while it is evaluated. */
  readonly atStart: boolean;
}

export interface Survey {
  readonly tests: readonly TestRun[];
  /** By mutant. */
  readonly passings: ReadonlyMap<string, Passing>;
}

export interface TimedTest extends TestId {
  readonly limitMs: number;
}

export interface Trial {
  readonly mutant: string;
  /** Tests that pass the mutant while they run: it is switched on for each of them. */
  readonly running: readonly TimedTest[];
  /** Tests of files which the mutant may change while modules are evaluated: these are made anew with it. */
  readonly starting: readonly TimedTest[];
  /** A running test that reaches the mutant more often has become endless. */
  readonly limit: number;
}

export interface Verdict {
  readonly mutant: string;
  /** null = no test noticed. */
  readonly killedBy: string | null;
}

export interface WorkerInput {
  readonly script: string;
  /** One number: the place of the test that runs among those of the trial, -1 = none does. */
  readonly progress: SharedArrayBuffer;
}

type Suite = typeof suiteModule;

const { script, progress } = workerData as WorkerInput; // as pool.ts starts it
const shown = new Int32Array(progress);
const makeSuite: (require: (name: string) => unknown, mutants: Switch) => Suite = runInThisContext(script);
const builtIn = (): unknown => ({ readFileSync });

/** Mutated code may let go of a promise that fails: no test has seen it. */
process.on('unhandledRejection', () => {});

async function survey(): Promise<Survey> {
  const passings = new Map<string, { byTest: Map<number, number>; byImport: Set<string>; atStart: boolean }>();
  let depth = 0;
  let importing: string | null = null;
  let running = -1;
  const suite = makeSuite(builtIn, {
    active: null,
    reached: 0,
    limit: 0,
    enter: () => {
      depth += 1;
    },
    leave: () => {
      depth -= 1;
    },
    passed: (ids) => {
      for (const id of ids) {
        const passing = passings.get(id) ?? {
          byTest: new Map<number, number>(),
          byImport: new Set<string>(),
          atStart: false,
        };
        passings.set(id, passing);
        if (depth > 0) passing.atStart = true;
        else if (importing !== null) passing.byImport.add(importing);
        else passing.byTest.set(running, (passing.byTest.get(running) ?? 0) + 1);
      }
    },
  });
  const tests: (TestRun & { ms: number })[] = [];
  for (const file of suite.paths) {
    importing = file;
    for (const [at, name] of (await suite.collect(file)).entries()) tests.push({ file, at, name, ms: 0 });
  }
  importing = null;
  for (const [place, test] of tests.entries()) {
    running = place;
    const { user } = process.cpuUsage();
    await suite.run(test.file, test.at).catch((error: unknown) => {
      throw new Error(`without a mutant this fails: ${test.file} > ${test.name}: ${String(error)}`);
    });
    test.ms = process.cpuUsage({ user, system: 0 }).user / 1000;
  }
  return { tests, passings };
}

interface Loaded {
  readonly mutants: Switch;
  readonly suite: Suite;
}

function load(active: string | null): Loaded {
  const mutants: Switch = { active, reached: 0, limit: Infinity, passed: null, enter: () => {}, leave: () => {} };
  return { mutants, suite: makeSuite(builtIn, mutants) };
}

/** The modules that all mutants share which work when a test runs. */
let shared: Loaded | null = null;

/** @returns why the test failed; null = it passed */
async function failure({ suite }: Loaded, { file, at, limitMs }: TimedTest): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('it does not end'), limitMs);
  });
  const ended = suite.run(file, at).then(
    () => null,
    (error: unknown) => String(error),
  );
  const why = await Promise.race([ended, late]);
  clearTimeout(timer);
  return why;
}

/** @returns what noticed it; null = nothing */
async function judgeRunning({ mutant, running, limit }: Trial): Promise<string | null> {
  for (const [place, test] of running.entries()) {
    Atomics.store(shown, 0, place);
    for (const last of [false, true]) {
      shared ??= load(null);
      const { mutants, suite } = shared;
      await suite.collect(test.file);
      Object.assign(mutants, { active: mutant, reached: 0, limit });
      const why = await failure(shared, test);
      mutants.active = null;
      if (why === null) break;
      // A mutant before this one may have left something behind: then the test fails without any, too.
      if ((await failure(shared, test)) !== null) shared = null;
      if (shared !== null || last) return `${test.file}, test ${test.at}: ${why}`;
    }
  }
  return null;
}

/** @see judgeRunning */
async function judgeStarting({ mutant, running, starting }: Trial): Promise<string | null> {
  const loaded = load(mutant);
  for (const [place, test] of starting.entries()) {
    Atomics.store(shown, 0, running.length + place);
    try {
      await loaded.suite.collect(test.file);
    } catch (error) {
      return String(error);
    }
    const why = await failure(loaded, test);
    if (why !== null) return `${test.file}, test ${test.at}: ${why}`;
  }
  return null;
}

const judge = async (trial: Trial): Promise<Verdict> => ({
  mutant: trial.mutant,
  killedBy: (await judgeRunning(trial)) ?? (trial.starting.length > 0 ? await judgeStarting(trial) : null),
});

parentPort?.on('message', async (message: 'survey' | Trial) => {
  const answer = message === 'survey' ? await survey() : await judge(message);
  Atomics.store(shown, 0, -1);
  parentPort?.postMessage(answer);
});
