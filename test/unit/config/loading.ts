import type { Disk, ReadFile } from '../../../src/core/config/files.ts';
import { type Loaded, loadSettings, type Request } from '../../../src/core/config/load.ts';
import { describeProblem, type Problem } from '../../../src/core/config/problem.ts';
import type { Settings } from '../../../src/core/config/settings.ts';
import { failed, ok, type Result } from '../../../src/core/result.ts';

/** As much of a certificate as a disk of these tests looks at. */
export const ROOT = '-----BEGIN CERTIFICATE-----';

export const CONFIG = '/etc/ipv6ddns/config.toml';
export const ENV_FILE = '/etc/default/ipv6ddns';
export const TOKEN = 'Abcdefghij0123456789_-klmnopqrstuvwxyz12';

/** Texts by path; null = may not be read. */
export type Files = Readonly<Record<string, string | null>>;

export const reader =
  (files: Files): ReadFile =>
  (path) => {
    const text = files[path];
    if (text === undefined) return failed({ kind: 'missing', detail: 'No such file or directory' });
    return text === null ? failed({ kind: 'denied', detail: 'Permission denied' }) : ok(text);
  };

/** A disk with these files; what `changedMs` says of them is the caller's. */
export const disk = (files: Files, changedMs: Disk['changedMs'] = () => null): Disk => ({
  readFile: reader(files),
  changedMs,
  isFolder: (path) => Object.keys(files).some((file) => file.startsWith(`${path}/`)),
  hasCertificate: (file, folders) =>
    Object.entries(files).some(
      ([path, text]) =>
        (path === file ||
          (folders ?? '').split(':').some((folder) => folder !== '' && path.startsWith(`${folder}/`))) &&
        text?.includes('BEGIN CERTIFICATE') === true,
    ),
});

export function load(
  config: string,
  environment: Record<string, string> = {},
  files: Files = {},
  request: Partial<Request> = {},
): Result<Loaded, readonly Problem[]> {
  const asked = { configFile: null, environmentFile: null, verbose: false, environment, isReload: false, ...request };
  return loadSettings(asked, disk({ [CONFIG]: config, ...files }));
}

export function settings(...args: Parameters<typeof load>): Settings {
  const result = load(...args);
  if (!result.ok) throw new Error(result.error.map(describeProblem).join('\n'));
  return result.value.settings;
}

export function problems(...args: Parameters<typeof load>): string[] {
  const result = load(...args);
  return result.ok ? [] : result.error.map(describeProblem);
}

export const BASE = `api_token = "${TOKEN}"\nrecord_name = "home.example.com"\n`;
/** {@link BASE} has two lines: what follows it starts on line 3. */
export const withBase = (text: string) => `${BASE}${text}\n`;
