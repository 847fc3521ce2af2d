import type { FilePlace, Settings } from '../core/config/settings.ts';
import { formatMetrics } from '../core/daemon/metrics.ts';
import type { Status } from '../core/daemon/status.ts';
import type { Tally } from '../core/daemon/tally.ts';
import type { StateFiles } from '../core/ports.ts';
import type { Log } from './log.ts';
import type { Report } from './reports.ts';

/** What one of the files is about. */
interface Kind {
  readonly key: 'status_file' | 'metrics_file';
  place(settings: Settings): FilePlace | null;
  text(status: Status, tally: Tally): string;
}

export const STATUS_FILE: Kind = {
  key: 'status_file',
  place: ({ statusFile }) => statusFile,
  text: (status) => `${JSON.stringify(status)}\n`,
};

export const METRICS_FILE: Kind = {
  key: 'metrics_file',
  place: ({ metricsFile }) => metricsFile,
  text: (status, tally) => formatMetrics(status, tally, (time) => Date.parse(time) / 1000),
};

/** A file that others read the state from: replaced as a whole, and removed at the end, or when it can be written no more,
 *  unless somebody else has replaced it. What goes wrong with it is said once and is in the way of nothing. */
export class StateFile implements Report {
  readonly #files: StateFiles;
  readonly #log: Log;
  readonly #kind: Kind;
  #place: FilePlace | null;
  /** Number of the file that we wrote last; null = none. */
  #inode: number | null = null;
  #failed = false;

  constructor(files: StateFiles, log: Log, kind: Kind, settings: Settings) {
    this.#files = files;
    this.#log = log;
    this.#kind = kind;
    this.#place = kind.place(settings);
  }

  show(status: Status, tally: Tally): boolean {
    if (this.#place === null) return true;
    const { path, optional } = this.#place;
    const { key } = this.#kind;
    const text = this.#kind.text(status, tally);
    const worked = this.#inode !== null;
    let written = this.#files.replace(path, text);
    if (!written.ok && worked) {
      // What it says is not so any more. On a full disk its room is enough for the new one.
      this.stop();
      written = this.#files.replace(path, text);
    }
    if (written.ok) {
      if (this.#failed) this.#log.write('notice', `${key}: "${path}" is written again`);
      this.#failed = false;
      this.#inode = written.value;
      return true;
    }
    if (optional && !worked && !this.#failed) {
      this.#log.write('debug', `no status file: cannot write "${path}" (${written.error})`);
      this.#place = null;
      return true;
    }
    if (!this.#failed) {
      const remedy = `make room, or let the daemon write to its folder (if that was missing: make it, then restart), or set ${key} to another place`;
      this.#log.write(
        'warning',
        `${key}: cannot write "${path}" (${written.error}); ${remedy}. Records are kept right.`,
      );
    }
    this.#failed = true;
    return false;
  }

  configure(settings: Settings): void {
    const place = this.#kind.place(settings);
    if (place?.path !== this.#place?.path) {
      this.stop();
      this.#failed = false;
    }
    this.#place = place;
  }

  stop(): void {
    if (this.#place !== null && this.#inode !== null) this.#files.remove(this.#place.path, this.#inode);
    this.#inode = null;
  }
}
