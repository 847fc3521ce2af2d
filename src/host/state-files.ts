import * as os from 'os';
import * as std from 'std';
import * as system from 'system';
import type { StateFiles } from '../core/ports.ts';
import { failed, ok } from '../core/result.ts';
import { messageOf } from './errors.ts';

const MODE = 0o644;

/** A file of ours: by its number it is told from one that somebody else has put in its place. */
interface Kept {
  readonly inode: number;
  /** Holds the lock, by which others see that this process lives; null = the file system has no locks. */
  readonly fd: number | null;
}

/** The new file is made beside the old one, locked and renamed. It is not forced to the disk first, which could take
 *  seconds: after a power failure the state is another one anyway. */
export class SystemStateFiles implements StateFiles {
  readonly #kept = new Map<string, Kept>();

  replace(path: string, text: string): ReturnType<StateFiles['replace']> {
    const before = this.#kept.get(path);
    const inode = inodeOf(path);
    const pid = inode === null || inode === before?.inode ? null : holderOf(path);
    if (pid !== null) return failed({ kind: 'kept', pid });
    const temporary = `${path}.new`;
    os.remove(temporary); // left behind by a process that was killed
    try {
      system.createFile(temporary, MODE, text);
    } catch (error) {
      return failed({ kind: 'failed', detail: messageOf(error) });
    }
    const fresh = { inode: inodeOf(temporary) ?? 0, fd: lock(temporary) };
    const renamed = os.rename(temporary, path);
    if (renamed !== 0) {
      os.remove(temporary);
      release(fresh);
      return failed({ kind: 'failed', detail: `rename: ${std.strerror(-renamed)}` });
    }
    this.#kept.set(path, fresh);
    if (before !== undefined) release(before);
    return ok(null);
  }

  remove(path: string): void {
    const kept = this.#kept.get(path);
    if (kept === undefined) return;
    if (inodeOf(path) === kept.inode) os.remove(path);
    this.#kept.delete(path);
    release(kept);
  }
}

const inodeOf = (path: string): number | null => os.stat(path)[0]?.ino ?? null;

/** The process that keeps the file; null = none, or there is no way to tell. */
export function holderOf(path: string): number | null {
  try {
    return system.lockHolder(path);
  } catch {
    return null;
  }
}

function lock(path: string): number | null {
  try {
    return system.lockFile(path);
  } catch {
    return null;
  }
}

const release = ({ fd }: Kept): void => void (fd !== null && os.close(fd));
