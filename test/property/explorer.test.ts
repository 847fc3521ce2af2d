import { test } from 'vitest';
import { Random } from '../explorer/random.ts';
import { World } from '../explorer/world.ts';

const STEPS = 100;

/** The same worlds every time; `make explore` looks into others. */
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

test.each(SEEDS)('explorer: world %i, kernel and API misbehave, then no more → all that has to hold', (seed) => {
  const world = new World(new Random(seed), () => {});
  for (let step = 0; step < STEPS; step++) world.step();
  world.settle();
});
