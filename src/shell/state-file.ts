import type { FilePlace, Settings } from '../core/config/settings.ts';
import { formatMetrics } from '../core/daemon/metrics.ts';
import type { Status } from '../core/daemon/status.ts';
import type { Tally } from '../core/daemon/tally.ts';
import type { StateFiles } from '../core/ports.ts';
import { printableJson } from '../core/text.ts';
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
  text: (status) => `${printableJson(status)}\n`,
};

export const METRICS_FILE: Kind = {
  key: 'metrics_file',
  place: ({ metricsFile }) => metricsFile,
  text: (status, tally) => formatMetrics(status, tally, (time) => Date.parse(time) / 1000),
};

/** Why the file is not written, which was said. */
type Hindrance = 'failed' | 'kept' | null;

/** A file that others read the state from: replaced as a whole, and removed at the end, or when it can be written no more,
 *  unless somebody else has replaced it. One that another daemon keeps is left alone until that ends. What goes wrong with
 *  it is said once and is in the way of nothing. */
export class StateFile implements Report {
  readonly #files: StateFiles;
  readonly #log: Log;
  readonly #kind: Kind;
  #place: FilePlace | null;
  /** It was written, and not removed since. */
  #isThere = false;
  #hindrance: Hindrance = null;

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
    const worked = this.#isThere;
    let written = this.#files.replace(path, text);
    if (!written.ok && worked) {
      // What it says is not so any more. On a full disk its room is enough for the new one.
      this.stop();
      written = this.#files.replace(path, text);
    }
    if (written.ok) {
      if (this.#hindrance !== null) this.#log.write('notice', `${key}: "${path}" is written from now on`);
      this.#hindrance = null;
      this.#isThere = true;
      return true;
    }
    if (written.error.kind === 'kept') {
      this.#say('kept', describeKept(key, path, written.error.pid));
      return false;
    }
    const { detail } = written.error;
    if (optional && !worked && this.#hindrance === null) {
      const remedy = 'set status_file, for the daemon and for that command';
      this.#log.write(
        'info',
        `cannot write "${path}" (${detail}): "ipv6ddns status" will not know of this daemon; ${remedy}`,
      );
      this.#place = null;
      return true;
    }
    const remedy = `make room, or let the daemon write to its folder (if that was missing: make it, then restart), or set ${key} to another place`;
    this.#say('failed', `${key}: cannot write "${path}" (${detail}); ${remedy}. Records are kept right.`);
    return false;
  }

  #say(hindrance: Hindrance, warning: string): void {
    if (this.#hindrance !== hindrance) this.#log.write('warning', warning);
    this.#hindrance = hindrance;
  }

  configure(settings: Settings): void {
    const place = this.#kind.place(settings);
    if (place?.path !== this.#place?.path) {
      this.stop();
      this.#hindrance = null;
    }
    this.#place = place;
  }

  stop(): void {
    if (this.#place !== null && this.#isThere) this.#files.remove(this.#place.path);
    this.#isThere = false;
  }
}

function describeKept(key: Kind['key'], path: string, pid: number): string {
  const who = pid === 0 ? 'another daemon, of another container' : `another daemon, process ${pid}`;
  const remedy = `end one of the two, or give this one another ${key}`;
  return `${key}: "${path}" is kept by ${who}, and left alone as long as that runs; ${remedy}. Records are kept right.`;
}
