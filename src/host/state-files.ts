import * as os from 'os';
import * as std from 'std';
import * as system from 'system';
import type { StateFiles } from '../core/ports.ts';
import { failed, ok } from '../core/result.ts';
import { messageOf } from './errors.ts';

const MODE = 0o644;

/** The new file is made beside the old one and renamed. It is not forced to the disk first, which could take seconds:
 *  after a power failure the state is another one anyway. */
export class SystemStateFiles implements StateFiles {
  replace(path: string, text: string): ReturnType<StateFiles['replace']> {
    const temporary = `${path}.new`;
    os.remove(temporary); // left behind by a process that was killed
    try {
      system.createFile(temporary, MODE, text);
    } catch (error) {
      return failed(messageOf(error));
    }
    const inode = inodeOf(temporary);
    const renamed = os.rename(temporary, path);
    if (renamed === 0) return ok(inode);
    os.remove(temporary);
    return failed(`rename: ${std.strerror(-renamed)}`);
  }

  remove(path: string, inode: number): void {
    if (inodeOf(path) === inode) os.remove(path);
  }
}

const inodeOf = (path: string): number => os.stat(path)[0]?.ino ?? 0;
