import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { EXECUTABLE } from '../test/e2e/harness/programs.ts';
import type { Program } from './figures.ts';
import { versionsOfOthers } from './others.ts';
import type { Measurement } from './parts.ts';
import { makeRows, type Row } from './rows.ts';

/** Everything that one run found out, as it is written to the JSON file. */
export interface Report {
  /** RFC 3339, UTC. */
  readonly date: string;
  readonly versions: Partial<Record<Program, string>>;
  /** Abbreviated; with `+` behind it when the tree had changes. */
  readonly commit: string;
  readonly machine: string;
  readonly kernel: string;
  readonly rows: readonly Row[];
}

const execute = promisify(execFile);
const output = async (program: string, ...parameters: string[]): Promise<string> =>
  (await execute(program, parameters)).stdout.trim();

export async function makeReport(measurements: readonly Measurement[]): Promise<Report> {
  const [ours, others, commit, changes, system] = await Promise.all([
    output(EXECUTABLE, '--version'),
    versionsOfOthers(),
    output('git', 'rev-parse', '--short', 'HEAD').catch(() => 'unknown'),
    output('git', 'status', '--porcelain').catch(() => ''),
    readFile('/etc/os-release', 'utf8').catch(() => ''),
  ]);
  const distribution = /^PRETTY_NAME="?([^"\n]*)/m.exec(system)?.[1] ?? 'Linux';
  const processors = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
  return {
    date: new Date().toISOString(),
    versions: { ipv6ddns: ours.replace('ipv6ddns ', ''), ...others },
    commit: commit + (changes === '' ? '' : '+'),
    machine: `${processors}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.arch}, ${distribution}`,
    kernel: release(),
    rows: makeRows(measurements),
  };
}
