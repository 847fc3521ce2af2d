/** Feeds damaged inputs to the program, built with sanitizers: `--sec N --seed N`, or `--again FILE` for an input that was kept.
 *  Five kinds, two at a time. What makes it crash, hang or throw is kept in build/fuzz; status 1 then. Ends with the line
 *  `N passed, N failed`. It wants a network of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Random } from '../explorer/random.ts';
import { mutate } from './mutate.ts';
import { portOf, serveBytes } from './servers.ts';

const KINDS = ['netlink', 'http', 'tls', 'toml', 'environment'] as const;
type Kind = (typeof KINDS)[number];

const ENGINE = resolve('build/fuzz-engine');
const FOLDER = resolve('build/fuzz');

/** The roots that the corpus of TLS is from: without them its certificates would not be looked into. */
const CA_FILE = resolve('test/fuzz/corpus-roots.pem');

/** So many run side by side. */
const WORKERS = 2;

/** Without a word for so long the program hangs, also on a busy machine. */
const SILENCE_MS = 60_000;

const MOST_PIECES = 6;

/** So many failures of a kind are shown. */
const MOST_SHOWN = 5;

const { values } = parseArgs({
  options: { sec: { type: 'string' }, seed: { type: 'string' }, again: { type: 'string' } },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
const sec = Number(values.sec ?? 600);
if (!Number.isSafeInteger(seed) || !(sec > 0)) {
  process.stderr.write('--seed takes a whole number, --sec a positive one\n');
  process.exit(64);
}

const isServed = (kind: Kind): boolean => kind === 'http' || kind === 'tls';
const currentOf = (kind: Kind): string => join(FOLDER, `current-${kind}`);

function corpusOf(kind: Kind): Uint8Array[] {
  const folder = join('test/fuzz/corpus', kind);
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)));
}

const HTTP_WORDS = [
  'HTTP/1.1 100 Continue\r\n\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 18446744073709551616\r\n',
  'Location: /\r\n',
  'Connection: close\r\n',
  'Retry-After: 1\r\n',
  'Ratelimit: "default";r=0;t=1\r\n',
  '\r\n\r\n',
  '0\r\n',
  'ffffffffffffffff\r\n',
  '{"success":true,"result":[',
  '"errors":[{"code":',
  '"error_chain":[',
  'null',
].map((word) => Buffer.from(word));

/** Sends the seeds as they are, then damaged ones; or one input again and again. */
function serve(kind: Kind, random: Random, only: Uint8Array | null): Promise<Server> {
  const seeds = corpusOf(kind);
  const words = kind === 'http' ? HTTP_WORDS : [];
  let sent = 0;
  return serveBytes(
    () => {
      const bytes = only ?? seeds[sent++] ?? mutate(random, seeds, words);
      writeFileSync(currentOf(kind), bytes);
      return bytes;
    },
    () => 1 + random.below(MOST_PIECES),
  );
}

/** Reports of the sanitizers about libraries that mean nothing: what they complain of is done all the same, and the search
 *  goes on behind it. mbedTLS compares names without a type: nothing with nothing, by memcmp(NULL, NULL, 0). */
const HARMLESS = [
  /x509_crt\.c:\d+:\d+: runtime error: null pointer passed as argument \d, which is declared to never be null/,
];

interface Outcome {
  readonly kind: Kind;
  readonly inputs: number;
  readonly failures: readonly string[];
  /** It ended early, by a report that means nothing. */
  readonly isHarmless: boolean;
}

/** @param again the file of one input; null = many new ones */
async function run(kind: Kind, seconds: number, again: string | null): Promise<Outcome> {
  const only = again === null ? null : readFileSync(again);
  const server = isServed(kind) ? await serve(kind, new Random(seed), only) : null;
  const port = server === null ? '' : String(portOf(server));
  const endMs = Date.now() + seconds * 1000;
  const failures: string[] = [];
  let inputs = 0;
  for (let life = 0; ; life++) {
    const left = Math.ceil((endMs - Date.now()) / 1000);
    const parameters = again === null ? [String(seed + life), String(Math.max(1, left))] : [resolve(again), '0'];
    const engine = spawn(ENGINE, [kind, ...parameters, FOLDER, port, CA_FILE], { stdio: ['ignore', 'pipe', 'pipe'] });
    const outcome = await watch(kind, engine);
    inputs += outcome.inputs;
    failures.push(...outcome.failures);
    if (outcome.isHarmless && left > 1 && again === null) continue;
    server?.close();
    return { ...outcome, inputs, failures };
  }
}

async function watch(kind: Kind, engine: ChildProcess): Promise<Outcome> {
  const failures: string[] = [];
  const complaints: string[] = [];
  let inputs = 0;
  let isDone = false;
  const hangs = setTimeout(() => {
    failures.push(`it hangs: ${keep(kind, 'hang', inputs)}`);
    engine.kill('SIGKILL');
  }, SILENCE_MS);
  for (const stream of [engine.stdout, engine.stderr]) {
    if (stream === null) throw new Error('no pipe to the engine');
    createInterface({ input: stream }).on('line', (line) => {
      hangs.refresh();
      if (/^\d+$/.test(line)) inputs = Number(line);
      else if (line === 'done') isDone = true;
      else if (line.startsWith('FAILED ')) failures.push(line.slice('FAILED '.length));
      else complaints.push(line);
    });
  }
  const [status, signal] = await new Promise<[number | null, string | null]>((done) =>
    engine.on('close', (code, name) => done([code, name])),
  );
  clearTimeout(hangs);
  const isHarmless = complaints.some((line) => HARMLESS.some((pattern) => pattern.test(line)));
  if ((!isDone || status !== 0) && signal !== 'SIGKILL' && !isHarmless) {
    const report = complaints.slice(0, 40).join('\n');
    failures.push(`it ended with ${status ?? signal}: ${keep(kind, 'crash', inputs)}\n${report}`);
  }
  return { kind, inputs, failures, isHarmless };
}

/** Puts the input of the moment aside. @returns where */
function keep(kind: Kind, why: string, inputs: number): string {
  const path = join(FOLDER, `${kind}-${seed}-${why}-${inputs}`);
  if (existsSync(currentOf(kind))) copyFileSync(currentOf(kind), path);
  return path;
}

function report({ kind, inputs, failures }: Outcome): void {
  process.stdout.write(`${kind}: ${inputs} inputs, ${failures.length} failed\n`);
  for (const failure of failures.slice(0, MOST_SHOWN)) process.stdout.write(`  ${failure}\n`);
}

mkdirSync(FOLDER, { recursive: true });
execFileSync('ip', ['link', 'set', 'lo', 'up']);
const queue: Kind[] = [...KINDS];
let failed = 0;
let passed = 0;

async function work(): Promise<void> {
  for (let kind = queue.shift(); kind !== undefined; kind = queue.shift()) {
    const outcome = await run(kind, Math.max(1, Math.round((sec * WORKERS) / KINDS.length)), null);
    report(outcome);
    if (outcome.failures.length > 0) failed += 1;
    else passed += 1;
  }
}

if (values.again === undefined) {
  process.stdout.write(`seed ${seed}\n`);
  await Promise.all(Array.from({ length: WORKERS }, work));
} else {
  const kind = KINDS.find((own) => basename(values.again ?? '').startsWith(own));
  if (kind === undefined) throw new Error(`${values.again}: the name begins with none of ${KINDS.join(', ')}`);
  const outcome = await run(kind, 0, values.again);
  report(outcome);
  [passed, failed] = outcome.failures.length > 0 ? [0, 1] : [1, 0];
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
