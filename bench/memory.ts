import { stat } from 'node:fs/promises';
import type { Lab } from '../test/e2e/harness/lab.ts';
import { type Memory, memoryOf, untilAsleep } from '../test/e2e/harness/proc.ts';
import { EXECUTABLE } from '../test/e2e/harness/programs.ts';
import { ours, type Part } from './parts.ts';

const RUNS = 3;
const UPDATES = 5;

export const executableKiB = async (): Promise<number> => (await stat(EXECUTABLE)).size / 1024;

/** What the daemon occupies when it sleeps again after five updates. */
export async function memoryAsleep(lab: Lab): Promise<Memory> {
  const daemon = await lab.daemon();
  for (let update = 1; update <= UPDATES; update += 1) {
    const { length } = daemon.lines;
    await lab.add(`3ffe:1::${update}`);
    if (update > 1) await lab.remove(`3ffe:1::${update - 1}`);
    await daemon.line(/ (created|updated) in /, { since: length });
  }
  await untilAsleep(daemon.pid);
  return memoryOf(daemon.pid);
}

export const measureMemory: Part = async (openLab) => {
  const samples = [];
  for (let run = 0; run < RUNS; run += 1) samples.push(await memoryAsleep(await openLab()));
  return [
    ours('size', await executableKiB()),
    ours('resident', ...samples.map(({ resident }) => resident)),
    ours('anonymous', ...samples.map(({ anonymous }) => anonymous)),
    ours('peak', ...samples.map(({ peak }) => peak)),
  ];
};
