import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

/** The root of the repository: tests and demo are started there. */
const ROOT = process.cwd();

/** The executable under test. */
export const EXECUTABLE = resolve(ROOT, process.env['IPV6DDNS'] ?? 'build/ipv6ddns');

/** The API simulator as a program of Node. */
export const SIMULATOR = resolve(ROOT, 'build/simulator.mjs');

/** Makes one file, which Node runs, of a program's TypeScript.
 *  @param entry path from the repository's root
 *  @returns the file's path */
export async function bundle(entry: string, folder: string): Promise<string> {
  const outfile = join(folder, basename(entry).replace(/\.ts$/, '.mjs'));
  await build({ entryPoints: [join(ROOT, entry)], bundle: true, platform: 'node', format: 'esm', outfile });
  return outfile;
}
