import { plain } from './interview.ts';
import type { Settings } from './settings.ts';

/** What the settings are called in the config file. */
const KEYS = {
  apiToken: 'api_token',
  baseUrl: 'CLOUDFLARE_BASE_URL',
  records: 'records',
  prefer: 'prefer',
  exclude: 'exclude',
  timeoutMs: 'timeout',
  pollIntervalMs: 'poll_interval',
  verifyIntervalMs: 'verify_interval',
  verbose: 'verbose',
  statusFile: 'status_file',
  metricsFile: 'metrics_file',
  caFile: 'SSL_CERT_FILE',
  caPath: 'SSL_CERT_DIR',
  httpsProxy: 'HTTPS_PROXY',
  noProxy: 'NO_PROXY',
  notify: 'notify',
} as const satisfies Record<keyof Settings, string>;

/** The names of the settings that differ, without their values. */
export function changedSettings(before: Settings, after: Settings): string[] {
  // Object.keys of a constant table gives its own keys.
  const keys = Object.keys(KEYS) as (keyof Settings)[];
  return keys.filter((key) => !sameSettings(before[key], after[key])).map((key) => KEYS[key]);
}

/** Whether two values of settings are equal, their secrets included. */
export const sameSettings = (before: unknown, after: unknown): boolean =>
  JSON.stringify(plain(before)) === JSON.stringify(plain(after));
