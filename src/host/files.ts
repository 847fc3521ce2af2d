import * as os from 'os';
import * as std from 'std';
import * as system from 'system';
import type { FileFault, ReadFile, Reading } from '../core/config/files.ts';
import type { Files, LineStyle, Output } from '../core/ports.ts';
import { failed, ok, type Result } from '../core/result.ts';
import { printable } from '../core/text.ts';

/** The status of some thousand records. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** <errno.h>; the first 34 are the same on every architecture. */
const EPERM = 1;
const ENOENT = 2;
const EACCES = 13;
const ENOTDIR = 20;
const FAULTS: Readonly<Record<number, FileFault['kind']>> = {
  [EPERM]: 'denied',
  [EACCES]: 'denied',
  [ENOENT]: 'missing',
  [ENOTDIR]: 'missing',
};

/** <sys/stat.h> */
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;
const S_IFDIR = 0o040000;
const S_IFBLK = 0o060000;
const S_IFSOCK = 0o140000;
const KINDS: Readonly<Record<number, string>> = {
  [S_IFIFO]: 'a pipe',
  [S_IFCHR]: 'a device',
  [S_IFDIR]: 'a folder',
  [S_IFBLK]: 'a device',
  [S_IFSOCK]: 'a socket',
};

const fault = (errno: number) => failed({ kind: FAULTS[errno] ?? 'unfit', detail: std.strerror(errno) } as const);
const unfit = (detail: string) => failed({ kind: 'unfit', detail } as const);

export class SystemFiles implements Files {
  /** Looks at what it is before it opens it: a pipe would be waited for, and a device has no end. */
  read(path: string, { mostBytes = MAX_FILE_BYTES, cut = false, pipe = false }: Reading = {}): ReturnType<ReadFile> {
    const [stat, errno] = os.stat(path);
    if (stat === null) return fault(errno);
    const type = stat.mode & S_IFMT;
    if (type === S_IFCHR && os.realpath(path)[0] === '/dev/null') return ok(''); // to say that there is none
    if (type !== S_IFREG && !(pipe && type === S_IFIFO))
      return unfit(`it is ${KINDS[type] ?? 'something else'}, not a file`);
    const error = { errno: 0 };
    const file = std.open(path, 'r', error);
    if (file === null) return fault(error.errno);
    try {
      const text = file.readAsString(cut ? mostBytes : mostBytes + 1);
      if (file.error()) return unfit('reading it failed');
      if (!cut && !file.eof()) return unfit(`it is longer than ${mostBytes / 1024} KiB`);
      return ok(text);
    } finally {
      file.close();
    }
  }
}

/** When the file was last changed or put there, milliseconds since 1970; null = there is none, or it is hidden. */
export const changedMs = (path: string): number | null => os.stat(path)[0]?.ctime ?? null;

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

/** Control sequences of a terminal (ECMA-48 SGR). */
const PAINT: Readonly<Record<LineStyle, string>> = {
  heading: '\u001b[1m',
  published: '\u001b[32m',
  refused: '\u001b[2m',
};
const PLAIN = '\u001b[0m';

export class StandardStreams implements Output {
  readonly #hasColours: boolean;
  #patienceMs = PATIENCE_MS;

  /** @param hasColours stdout is a terminal that may show them */
  constructor(hasColours: boolean) {
    this.#hasColours = hasColours;
  }

  stdout(line: string, style: LineStyle | null = null): void {
    const text = printable(line);
    std.out.puts(style !== null && this.#hasColours ? `${PAINT[style]}${text}${PLAIN}\n` : `${text}\n`);
    std.out.flush();
  }

  stderr(line: string): boolean {
    const written = system.writeWithin(STDERR, `${printable(line)}\n`, this.#patienceMs);
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
