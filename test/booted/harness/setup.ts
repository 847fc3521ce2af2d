import type { TestProject } from 'vitest/node';
import { IS_ROOT, make, run } from '../../packaging/program.ts';
import { Machine } from './machine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Why no machine can be booted here; null = one can. */
    obstacle: string | null;
    /** Root of the Debian that is booted. */
    root: string;
    /** Our package. */
    deb: string;
  }
}

const SUITE = process.env['BOOTED_SUITE'] ?? 'trixie';

/** Prepares what the tests have in common. Where no machine can be booted it says why, and they are skipped.
 *  @throws Error in that case when CI=true: there they must not be skipped */
export async function setup(project: TestProject): Promise<void> {
  const started = Date.now();
  const seconds = (): string => ((Date.now() - started) / 1000).toFixed(1);
  try {
    const root = await preparedRoot();
    const rootSec = seconds();
    await bootOnce(root);
    project.provide('root', root);
    project.provide('obstacle', null);
    console.log(`booted Debian: "${SUITE}", its root ready after ${rootSec} s, booted once after ${seconds()} s`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (process.env['CI'] === 'true') throw new Error(`CI must not skip the booted Debian: ${why}`);
    project.provide('obstacle', why);
    console.log(`booted Debian: skipped, because ${why}`);
    return;
  }
  project.provide('deb', (await make('deb')).trim().split('\n').at(-1) ?? '');
}

/** @returns the folder of the root, made at the first time and kept */
async function preparedRoot(): Promise<string> {
  if (!IS_ROOT) throw new Error('only root can boot a machine: run the tests as root');
  const made = await run(['tools/debian-root', SUITE]);
  if (made.status !== 0) throw new Error(made.stderr.trim());
  return made.stdout.trim();
}

/** A root that does not come up without anything of ours in it is no fault of ours. */
async function bootOnce(root: string): Promise<void> {
  const machine = await Machine.create(root);
  try {
    await machine.boot();
    await machine.powerOff();
  } finally {
    await machine.close();
  }
}
