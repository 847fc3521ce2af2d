import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface Ended {
  /** Exit status; null = ended by a signal. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with `input` on its stdin and without the variables of a make that runs the tests. */
export async function run(
  [program = '', ...parameters]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Ended> {
  const { MAKEFLAGS, MFLAGS, MAKELEVEL, ...inherited } = process.env;
  const child = spawn(program, parameters, {
    env: { ...inherited, LC_ALL: 'C.UTF-8', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined); // it ended without having read all
  child.stdin.end(input);
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
