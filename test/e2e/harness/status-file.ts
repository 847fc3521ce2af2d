import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../simulator/log.ts';
import type { Lab, RunOptions } from './lab.ts';

export const A = '3ffe:1::a';
export const B = '3ffe:1::b';

export const fileOf = (lab: Lab): string => join(lab.folder, 'status.json');

export interface Shown {
  readonly mode: string;
  readonly records: readonly Readonly<Record<string, string | number | null>>[];
}

/** Resolves with the status of the lab's record once the file shows that state. @throws Error after 30 s */
export async function until(
  lab: Lab,
  state: string,
  read = () => readFile(fileOf(lab), 'utf8'),
): Promise<Readonly<Record<string, string | number | null>>> {
  let text = '';
  for (const endMs = monotonicMs() + 30_000; monotonicMs() < endMs; await sleep(20)) {
    text = await read().catch(() => '');
    // Never half-written: what is there parses.
    const [record] = text === '' ? [] : (JSON.parse(text) as Shown).records;
    if (record?.['state'] === state) return record;
  }
  throw new Error(`never ${state}: ${text}`);
}

/** What `ipv6ddns status` prints and ends with. */
export async function status(lab: Lab, parameters: readonly string[] = [], options: RunOptions = {}) {
  const command = await lab.run(['status', ...parameters], options);
  const { status: ended } = await command.exit;
  return { status: ended, stdout: command.stdout, stderr: command.stderr };
}

export async function synced(lab: Lab, options: RunOptions = {}) {
  await lab.add(A);
  const daemon = await lab.daemon(options);
  await daemon.line(/ created in /);
  await until(lab, 'synced');
  return daemon;
}
