import * as os from 'os';
import * as std from 'std';
import * as system from 'system';
import type { Files, Output } from '../core/ports.ts';
import { failed, ok, type Result } from '../core/result.ts';

/** The status of some thousand records. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** <errno.h>: the path, or a folder on the way to it, is not there. */
const ENOENT = 2;
const ENOTDIR = 20;

export class SystemFiles implements Files {
  /** @param mostBytes the beginning will do; without it the whole file, which may have 4 MiB */
  read(path: string, mostBytes?: number): ReturnType<Files['read']> {
    const error = { errno: 0 };
    const file = std.open(path, 'r', error);
    if (file === null) {
      const kind = error.errno === ENOENT || error.errno === ENOTDIR ? 'missing' : 'unreadable';
      return failed({ kind, detail: std.strerror(error.errno) });
    }
    try {
      const text = file.readAsString(mostBytes ?? MAX_FILE_BYTES);
      if (file.error()) return failed({ kind: 'unreadable', detail: 'it is a folder, or reading failed' });
      if (mostBytes === undefined && !file.eof())
        return failed({ kind: 'unreadable', detail: `it is longer than ${MAX_FILE_BYTES} bytes` });
      return ok(text);
    } finally {
      file.close();
    }
  }
}

/** Opens a file for lines that are to be on disk whatever happens next.
 *  @returns what writes a line, or why the file cannot be written */
export function openLines(path: string): Result<(line: string) => void, string> {
  const error = { errno: 0 };
  const file = std.open(path, 'w', error);
  if (file === null) return failed(std.strerror(error.errno));
  return ok((line) => {
    file.puts(`${line}\n`);
    file.flush();
  });
}

const STDERR = 2;

/** A reader of the log that is alive takes a full pipe in this time; a stalled one is waited for once. */
const PATIENCE_MS = 100;

export class StandardStreams implements Output {
  #patienceMs = PATIENCE_MS;

  stdout(line: string): void {
    std.out.puts(`${line}\n`);
    std.out.flush();
  }

  stderr(line: string): boolean {
    const written = system.writeWithin(STDERR, `${line}\n`, this.#patienceMs);
    this.#patienceMs = written ? PATIENCE_MS : 0;
    return written;
  }
}

/** Whether journald reads our stderr: `$JOURNAL_STREAM` names its device and inode (systemd.exec(5)). */
export function journalReadsStderr(journalStream: string | undefined): boolean {
  const [stat] = os.stat('/proc/self/fd/2');
  return stat !== null && journalStream === `${stat.dev}:${stat.ino}`;
}

/** Whether there is such a file or folder that this process may see. */
export const exists = (path: string): boolean => os.stat(path)[1] === 0;
