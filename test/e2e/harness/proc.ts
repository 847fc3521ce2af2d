import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../simulator/log.ts';

/** What a process occupies, in KiB. */
export interface Memory {
  readonly resident: number;
  readonly anonymous: number;
  /** The most that was resident since it was started. */
  readonly peak: number;
}

/** What a process has used since it was started. */
export interface Usage {
  /** Processor time of its main thread and of the children it has waited for, user and system together. */
  readonly cpuMs: number;
  /** Context switches of its main thread, voluntary or not. */
  readonly switches: number;
}

/** Jiffies a second in files of proc(5): sysconf(_SC_CLK_TCK) is 100 on every Linux. */
const JIFFY_MS = 10;

/** Longer than the second after which the daemon gives pages back (native/idle.c). */
const QUIET_MS = 1_200;
const LOOK_MS = 50;

const read = (pid: number | string, file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'latin1');
const field = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);

/** The lines of `status` in proc(5), by name. */
export async function statusOf(pid: number | string): Promise<Readonly<Record<string, string>>> {
  const lines = (await read(pid, 'status')).matchAll(/^(\w+):\t(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** smaps_rollup counts pages; VmRSS of `status` can be off by dozens of them. */
export async function memoryOf(pid: number): Promise<Memory> {
  const [rollup, status] = await Promise.all([read(pid, 'smaps_rollup'), read(pid, 'status')]);
  return { resident: field(rollup, 'Rss'), anonymous: field(rollup, 'Anonymous'), peak: field(status, 'VmHWM') };
}

/** Times the process's main thread went to sleep by itself: one more for every time it was woken. */
export const wakeUps = async (pid: number): Promise<number> => wakeUpsIn(await read(pid, 'status'));

const wakeUpsIn = (status: string): number => field(status, 'voluntary_ctxt_switches');

/** Not so while it computes, for however long that takes. */
const isAsleep = (status: string): boolean => /^State:\tS/m.test(status);

export async function usageOf(pid: number): Promise<Usage> {
  const [status, schedstat, stat] = await Promise.all(['status', 'schedstat', 'stat'].map((file) => read(pid, file)));
  // Fields 16 and 17, cutime and cstime; the second one may hold blanks and ends in the last parenthesis.
  const ticks =
    stat
      ?.slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(13, 15)
      .map(Number) ?? [];
  const childrenMs = ticks.reduce((sum, jiffies) => sum + jiffies * JIFFY_MS, 0);
  const switches = field(status ?? '', 'voluntary_ctxt_switches') + field(status ?? '', 'nonvoluntary_ctxt_switches');
  return { cpuMs: Number(schedstat?.split(' ')[0]) / 1e6 + childrenMs, switches };
}

/** Resolves when the process has slept for a while and nothing woke it.
 *  @throws Error after a minute */
export async function untilAsleep(pid: number): Promise<void> {
  const endMs = monotonicMs() + 60_000;
  let last = await wakeUps(pid);
  for (let sinceMs = monotonicMs(); monotonicMs() - sinceMs < QUIET_MS; await sleep(LOOK_MS)) {
    if (monotonicMs() > endMs) throw new Error(`process ${pid} does not fall asleep`);
    const status = await read(pid, 'status');
    const now = wakeUpsIn(status);
    if (now !== last || !isAsleep(status)) sinceMs = monotonicMs();
    last = now;
  }
}
