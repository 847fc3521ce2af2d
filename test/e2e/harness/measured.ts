import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Lab } from './lab.ts';
import { EXECUTABLE } from './programs.ts';

export interface Run {
  readonly status: number | null;
  readonly lines: readonly string[];
  /** Most memory that was resident, KiB. */
  readonly peakKib: number;
  /** Processor time: a busy machine makes it no longer. */
  readonly cpuMs: number;
}

/** Makes the program that measures another. */
export async function makeMeasure(folder: string): Promise<string> {
  const program = join(folder, 'measure');
  await promisify(execFile)('gcc', ['-static', '-o', program, 'test/e2e/harness/measure.c']);
  return program;
}

/** Runs the executable to its end and measures it.
 *  @param environment beside the lab's variables; undefined = not set */
export async function runMeasured(
  lab: Lab,
  measure: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Run> {
  const report = join(lab.folder, 'measured');
  const process = lab.start([measure, report, EXECUTABLE, ...parameters], environment);
  const { status } = await process.exit;
  const [peakKib = Number.NaN, cpuMs = Number.NaN] = (await readFile(report, 'utf8')).split(' ').map(Number);
  return { status, lines: process.lines.map(({ text }) => text), peakKib, cpuMs };
}
