import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Ended {
  /** Exit status; null = ended by a signal. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with nothing on its stdin and without the variables of a make that runs the tests. */
export async function run(
  [program = '', ...parameters]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { MAKEFLAGS, MFLAGS, MAKELEVEL, ...inherited } = process.env;
  const child = spawn(program, parameters, {
    env: { ...inherited, LC_ALL: 'C.UTF-8', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const status = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await status, stdout, stderr };
}

/** @returns stdout
 *  @throws Error with all output when the program fails */
export async function succeed(
  command: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<string> {
  const { status, stdout, stderr } = await run(command, environment);
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

export const make = (...parameters: readonly string[]): Promise<string> =>
  succeed(['make', '--no-print-directory', ...parameters]);

export const IS_ROOT = process.geteuid?.() === 0;

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
