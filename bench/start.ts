import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../test/e2e/harness/lab.ts';
import { ours, type Part } from './parts.ts';

const RUNS = 21;
/** Stops the process at these calls alone: the rest runs at full speed. */
const STRACE = ['strace', '-f', '--seccomp-bpf', '-ttt', '-e', 'trace=execve,setsockopt', '-o'];

/** How soon after its start the daemon hears of every change. */
export const measureStart: Part = async (openLab) => {
  const lab = await openLab();
  const samples = [];
  for (let run = 0; run < RUNS; run += 1) samples.push(await startMs(lab));
  return [ours('start', ...samples)];
};

async function startMs(lab: Lab): Promise<number> {
  const file = join(lab.folder, 'start.strace');
  const traced = await lab.daemon({ under: [...STRACE, file] });
  const trace = await readFile(file, 'utf8');
  const { pid, startedSec } = /^(?<pid>\d+) +(?<startedSec>[\d.]+) execve\(.*= 0$/m.exec(trace)?.groups ?? {};
  const { listensSec } = /^\d+ +(?<listensSec>[\d.]+) setsockopt\(.*ADD_MEMBERSHIP/m.exec(trace)?.groups ?? {};
  process.kill(Number(pid), 'SIGTERM');
  await traced.exit;
  return (Number(listensSec) - Number(startedSec)) * 1000;
}
