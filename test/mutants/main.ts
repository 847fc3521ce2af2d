/** Changes the program in every way that Stryker's mutators know, one at a time, and says which changes no core test
 *  notices: `[FOLDER…] [--since REF] [--again]`. Without a folder: all of src/core and src/shell. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { type Bundle, bundle } from './bundle.ts';
import { instrument, type Mutant } from './instrument.ts';
import { Pool } from './pool.ts';
import { describe, type Equivalent, folderOf, nameOf, type Report, report, type Tried } from './report.ts';
import { foldersOf } from './since.ts';
import type { Survey, TestRun, Trial } from './worker.ts';

/** What was found, a file a folder. */
const RESULTS = 'build/mutants';
const LISTS = 'test/mutants';

const resultsOf = (folder: string): string => `${RESULTS}/${folder}.json`;

const json = <Content>(file: string): Content => JSON.parse(readFileSync(file, 'utf8'));

/** A test that needs more of the processor's time is left out, because each mutant that nothing notices waits for all the
 *  others: some forty, most with thousands of names or addresses or with days in them, three quarters of all the time. */
const MOST_MS = 50;

const filesBelow = (folder: string, end: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => `${folder}/${file}`)
    .sort();

/** A test that takes so much longer with a mutant than without does not end. The constant is for a busy machine. */
const limitMs = ({ ms }: TestRun): number => 5_000 + 20 * ms;
/** As for time: a loop that comes round so much more often is endless. */
const limitOf = (times: Iterable<number>): number => 10_000 + 100 * Math.max(0, ...times);

/** What can notice a mutant, the fastest first. @returns null = no test comes near it */
function trialOf({ id, file }: Mutant, { tests, passings }: Survey, { testsThatImport }: Bundle): Trial | null {
  const passing = passings.get(id);
  if (passing === undefined) return null;
  const timed = (test: TestRun) => ({ ...test, limitMs: limitMs(test) });
  const running = tests.filter(({ ms }, place) => ms <= MOST_MS && passing.byTest.has(place));
  const quick = tests.filter(({ ms }) => ms <= MOST_MS);
  const files = new Set(passing.atStart ? testsThatImport(file) : passing.byImport);
  const own = `test/unit/${folderOf(file)}/`;
  const isForeign = (test: TestRun): number => Number(!test.file.startsWith(own));
  return {
    mutant: id,
    running: running.sort((a, b) => a.ms - b.ms).map(timed),
    // File by file: each has to be imported anew.
    starting: quick
      .filter((test) => files.has(test.file))
      .sort((a, b) => isForeign(a) - isForeign(b))
      .map(timed),
    limit: limitOf(passing.byTest.values()),
  };
}

/** @param before what was found before: what was killed then is not tried again */
async function tryAll(files: readonly string[], before: readonly Tried[]): Promise<readonly Tried[]> {
  const instrumented = await instrument(new Map(files.map((file) => [file, readFileSync(file, 'utf8')])));
  const tests = ['test/unit', 'test/property', 'test/scenario'].flatMap((folder) => filesBelow(folder, '.test.ts'));
  const bundled = await bundle(instrumented.texts, tests);
  const pool = new Pool(new URL(import.meta.url), bundled.script);
  const survey = await pool.survey();
  say(`${survey.tests.length} tests, ${instrumented.mutants.length} mutants`);

  const fatesBefore = new Map(numbered(before).map(([name, { fate }]) => [name, fate]));
  const fates = new Map<string, Tried['fate']>();
  const trials: Trial[] = [];
  for (const [name, mutant] of numbered(instrumented.mutants)) {
    const trial = trialOf(mutant, survey, bundled);
    if (fatesBefore.get(name) === 'killed') fates.set(mutant.id, 'killed');
    else if (trial === null) fates.set(mutant.id, 'notCovered');
    else trials.push(trial);
  }
  let done = 0;
  await pool.judge(trials, ({ mutant, killedBy }) => {
    fates.set(mutant, killedBy === null ? 'survived' : 'killed');
    done += 1;
    if (done % 100 === 0) say(`${done} of ${trials.length} tried`);
  });
  return instrumented.mutants.map((mutant) => ({ ...mutant, fate: fates.get(mutant.id) ?? 'notCovered' }));
}

/** Each under its name, of which there may be several: then the first, the second and so on of that name. */
function numbered<Some extends Mutant>(mutants: readonly Some[]): readonly (readonly [string, Some])[] {
  const counts = new Map<string, number>();
  return mutants.map((mutant) => {
    const name = nameOf(mutant);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return [`${name} ${count}`, mutant];
  });
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function show({ scores, open, faults }: Report): void {
  for (const mutant of open) say(`${mutant.fate === 'survived' ? 'survived' : 'not covered'} ${describe(mutant)}`);
  for (const { folder, killed, survived, notCovered, equivalent, score } of scores) {
    const counts = `${killed} killed, ${survived} survived, ${notCovered} not covered, ${equivalent} equivalent`;
    say(`${folder.padEnd(12)} ${score.toFixed(2).padStart(6)} %   ${counts}`);
  }
  for (const fault of faults) say(`FAIL ${fault}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { since: { type: 'string' }, again: { type: 'boolean', default: false } },
  });
  const program = [...filesBelow('src/core', '.ts'), ...filesBelow('src/shell', '.ts')].filter(
    (file) => !file.endsWith('.d.ts'),
  );
  const all = [...new Set(program.map(folderOf))];
  const wanted = new Set(values.since === undefined ? positionals : foldersOf(changedSince(values.since), all));
  const unknown = [...wanted].filter((folder) => !all.includes(folder));
  if (unknown.length > 0) throw new Error(`no such folder: ${unknown.join(', ')}; there are ${all.join(', ')}`);
  if (values.since !== undefined && wanted.size === 0) return say('no folder is touched');

  const folders = all.filter((folder) => wanted.size === 0 || wanted.has(folder));
  const files = program.filter((file) => folders.includes(folderOf(file)));
  const known = values.again ? folders.map(resultsOf).filter((file) => existsSync(file)) : [];
  const before = known.flatMap((file) => json<readonly Tried[]>(file));
  const tried = await tryAll(files, before);
  mkdirSync(RESULTS, { recursive: true });
  for (const folder of folders) {
    const own = tried.filter(({ file }) => folderOf(file) === folder);
    writeFileSync(resultsOf(folder), JSON.stringify(own));
  }
  const result = report(tried, json<readonly Equivalent[]>(`${LISTS}/equivalents.json`), json(`${LISTS}/floors.json`));
  show(result);
  process.exitCode = result.faults.length === 0 ? 0 : 1;
}

const changedSince = (ref: string): readonly string[] =>
  execFileSync('git', ['diff', '--name-only', ref], { encoding: 'utf8' }).split('\n').filter(Boolean);

if (isMainThread) await main();
else await import('./worker.ts');
