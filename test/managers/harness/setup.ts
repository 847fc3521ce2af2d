import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The root of Debian 13; null = there can be none here, and the tests are skipped. */
    debian: string | null;
  }
}

const execute = promisify(execFile);

/** Makes the Debian that the managers are taken from when it is not there. That takes minutes.
 *  @throws Error when there can be none and CI=true: there the tests must not be skipped */
export async function setup(project: TestProject): Promise<void> {
  try {
    if (process.geteuid?.() !== 0)
      throw new Error('only root can lay a Debian over a namespace: run the tests as root');
    const { stdout } = await execute('tools/debian-root', ['trixie']);
    project.provide('debian', resolve(stdout.trim()));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (process.env['CI'] === 'true') throw new Error(`CI must not skip the network managers: ${why}`);
    project.provide('debian', null);
    console.log(`network managers: skipped, because ${why}`);
  }
}
