/** Explores what the machine does when kernel and API misbehave:
 *  `[--sec SECONDS | --worlds N] [--steps N] [--seed N] [--trace]`. Runs worlds of random seeds until the time is over; with a
 *  seed, that world and N - 1 more. Prints the seed of what failed, how to repeat it, and at the end the line
 *  `N passed, N failed`. */
import { parseArgs } from 'node:util';
import { Random } from './random.ts';
import { World } from './world.ts';

const { values } = parseArgs({
  options: {
    sec: { type: 'string', default: '60' },
    worlds: { type: 'string', default: '1' },
    steps: { type: 'string', default: '300' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
const steps = Number(values.steps);
const totals = { steps: 0, requests: 0, writes: 0, faults: 0, probes: 0 };
let passed = 0;
let failed = 0;

/** @returns why the world of that seed is not as it must be; null = it is */
function explore(seed: number): string | null {
  const world = new World(new Random(seed), values.trace ? (line) => process.stdout.write(`${line}\n`) : () => {});
  try {
    for (let step = 0; step < steps; step++) world.step();
    world.settle();
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    totals.steps += steps;
    totals.requests += world.requests;
    totals.writes += world.writes;
    totals.faults += world.faults;
    totals.probes += world.probes;
  }
}

const first = values.seed === undefined ? Date.now() % 0x7fffffff : Number(values.seed);
const endMs = Date.now() + Number(values.sec) * 1000;
const isLast = (): boolean => (values.seed === undefined ? Date.now() >= endMs : seed - first >= Number(values.worlds));
let seed = first;
do {
  const why = explore(seed);
  if (why === null) passed += 1;
  else {
    failed += 1;
    process.stdout.write(
      `world ${seed}: ${why}\n  again: node build/explorer.mjs --seed ${seed} --steps ${steps} --trace\n`,
    );
  }
  seed += 1;
} while (!isLast() && failed < 5);
process.stdout.write(
  `worlds ${first} to ${seed - 1}: ${totals.steps} steps, ${totals.requests} requests, ${totals.writes} writes, ` +
    `${totals.faults} faults, ${totals.probes} probes\n${passed} passed, ${failed} failed\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
