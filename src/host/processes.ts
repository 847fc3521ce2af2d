import * as os from 'os';
import * as system from 'system';
import { SystemFiles } from './files.ts';

/** <errno.h>, the same on every architecture: the process exists and is somebody else's. */
const EPERM = 1;

/** USER_HZ of the kernel, 100 a second on every architecture that is still built for. */
const TICK_MS = 10;

/** Place of `starttime` behind the process's name, which may hold blanks and parentheses itself (proc_pid_stat(5)). */
const START_TIME = 19;

/** For how long the process has run, milliseconds; null = there is none, Infinity = it is hidden from us (hidepid=). */
export function processAgeMs(pid: number): number | null {
  if (![0, -EPERM].includes(os.kill(pid, 0))) return null;
  const stat = new SystemFiles().read(`/proc/${pid}/stat`);
  if (!stat.ok) return Number.POSITIVE_INFINITY;
  const fields = stat.value.slice(stat.value.lastIndexOf(')') + 2).split(' ');
  const isDead = fields[0] === 'Z';
  return isDead ? null : system.boottimeMs() - Number(fields[START_TIME]) * TICK_MS;
}
