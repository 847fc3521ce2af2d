import { failed, type Result } from '../result.ts';

/** Files that are read when nothing names others. */
export const DEFAULT_CONFIG_FILE = '/etc/ipv6ddns/config.toml';
export const DEFAULT_ENVIRONMENT_FILE = '/etc/default/ipv6ddns';
export const DEFAULT_TOKEN_FILE = '/etc/ipv6ddns/token';

/** What `LoadCredential=` of packaging/ipv6ddns.service calls its copies of these files: root alone may be able to read
 *  the files themselves. */
const CREDENTIALS: Readonly<Record<string, string>> = {
  [DEFAULT_CONFIG_FILE]: 'config',
  [DEFAULT_ENVIRONMENT_FILE]: 'variables',
  [DEFAULT_TOKEN_FILE]: 'cloudflare_api_token',
};

/** What the unit hands over where there is no file: `SetCredential=NAME:\\n`. */
const NOTHING = '\n';

/** Larger than any settings that make sense: 1,000 names need a tenth of it. */
const MOST_BYTES = 256 * 1024;

export interface Reading {
  /** How long the file may be; 4 MiB without it. */
  readonly mostBytes?: number;
  /** The beginning of a longer file will do. */
  readonly cut?: boolean;
  /** Also a pipe, which is empty afterwards. */
  readonly pipe?: boolean;
}

/** `denied`: this user may not read it; `outdated`: nor what it was changed to since the start; `unfit`: it is no file,
 *  or too long. `detail` is for people, such as the system's "Permission denied". */
export interface FileFault {
  readonly kind: 'missing' | 'denied' | 'outdated' | 'unfit';
  readonly detail: string;
}

export type ReadFile = (path: string, reading?: Reading) => Result<string, FileFault>;

/** Files and folders, as far as settings need them. */
export interface Disk {
  readonly readFile: ReadFile;
  /** When a file was last changed or put there (st_ctime), milliseconds since 1970; null = there is none, or it is
   *  hidden. */
  changedMs(path: string): number | null;
  /** Whether there is such a folder, and its names may be read. */
  isFolder(path: string): boolean;
  /** Whether a bundle, and folders of such files, separated by colons, have any certificate; null = none is named. */
  hasCertificate(file: string | null, folders: string | null): boolean;
}

/** The files that settings are read from, each of them once: what was in a pipe is gone then. */
export class SettingsFiles {
  readonly disk: Disk;
  readonly #credentials: string;
  readonly #isReload: boolean;
  readonly #known = new Map<string, Result<string, FileFault>>();

  /** @param credentials `$CREDENTIALS_DIRECTORY` (systemd.exec(5)), '' = unset
   *  @param isReload the service manager made its copies some time ago, and pipes were read then */
  constructor(disk: Disk, credentials: string, isReload: boolean) {
    this.disk = disk;
    this.#credentials = credentials;
    this.#isReload = isReload;
  }

  /** A file that the settings name, or one of the default ones, if need be the service manager's copy of it. */
  read(path: string): Result<string, FileFault> {
    return this.#once(path, () => {
      const own = this.disk.readFile(path, { mostBytes: MOST_BYTES });
      return own.ok || own.error.kind !== 'denied' ? own : (this.#copyOf(path) ?? this.#denied(path, own.error));
    });
  }

  /** A file that the command line names. */
  readNamed(path: string): Result<string, FileFault> {
    if (Object.hasOwn(CREDENTIALS, path)) return this.read(path);
    return this.#once(path, () => {
      const own = this.disk.readFile(path, { mostBytes: MOST_BYTES, pipe: !this.#isReload });
      return own.ok || own.error.kind !== 'denied' ? own : this.#denied(path, own.error);
    });
  }

  /** Where a secret stands that the service manager hands over.
   *  @returns null = it handed over none, or an empty one */
  credential(name: string): string | null {
    if (this.#credentials === '') return null;
    const copy = `${this.#credentials}/${name}`;
    const file = Object.keys(CREDENTIALS).find((path) => CREDENTIALS[path] === name);
    if (file !== undefined && this.#isOutdated(copy, file) && this.#exists(file)) return file;
    const read = this.read(copy);
    const isSet = read.ok ? read.value.trim() !== '' : read.error.kind !== 'missing';
    return isSet ? copy : null;
  }

  /** The file's path, if it is there. */
  existing(path: string): string | null {
    return this.#exists(path) ? path : null;
  }

  #exists(path: string): boolean {
    const read = this.read(path);
    return read.ok || read.error.kind !== 'missing';
  }

  #once(path: string, read: () => Result<string, FileFault>): Result<string, FileFault> {
    const known = this.#known.get(path) ?? read();
    this.#known.set(path, known);
    return known;
  }

  /** null = the service manager has none */
  #copyOf(path: string): Result<string, FileFault> | null {
    const name = CREDENTIALS[path];
    if (name === undefined || this.#credentials === '') return null;
    const copy = `${this.#credentials}/${name}`;
    if (this.#isOutdated(copy, path)) {
      const detail = 'only root may read it, and it has changed since this process was started';
      return failed({ kind: 'outdated', detail: `${detail}: restart ipv6ddns to take it over` });
    }
    const read = this.disk.readFile(copy, { mostBytes: MOST_BYTES });
    return read.ok && read.value !== NOTHING ? read : null;
  }

  /** Copies are made at the start, and never again. */
  #isOutdated(copy: string, file: string): boolean {
    if (!this.#isReload) return false;
    const [made, changed] = [this.disk.changedMs(copy), this.disk.changedMs(file)];
    return made !== null && changed !== null && changed > made;
  }

  #denied(path: string, { kind, detail }: FileFault): Result<string, FileFault> {
    return failed({ kind, detail: `${detail}; ${this.#remedyFor(path)}` });
  }

  #remedyFor(path: string): string {
    const name = CREDENTIALS[path];
    if (this.#credentials !== '' && name !== undefined) {
      return `let its user read the file, or put LoadCredential=${name}:${path} into its unit`;
    }
    const isByHand = this.#credentials === '' && !this.#isReload;
    return isByHand ? 'run it with sudo, or let its user read the file' : 'let its user read the file';
  }
}
