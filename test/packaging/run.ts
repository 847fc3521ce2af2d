import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { IS_ROOT, succeed } from './program.ts';

export { IS_ROOT, make, run, succeed } from './program.ts';

/** Starts a program with mounts of its own and the rights of root within; without root a user namespace lends them. */
export const isolated = (...command: readonly string[]): string[] => ['unshare', IS_ROOT ? '-m' : '-rm', ...command];

/** A folder for the running test, removed at its end. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ipv6ddns-packaging-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Every file and link below a folder, without the folder's own path, in order. */
export async function filesOf(folder: string): Promise<string[]> {
  const found = await succeed(['find', folder, '!', '-type', 'd', '-printf', '/%P\\n']);
  return found
    .split('\n')
    .filter((path) => path !== '')
    .sort();
}
