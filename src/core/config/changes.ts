import type { Settings } from './settings.ts';

/** What the settings are called in the config file. */
const KEYS = {
  apiToken: 'api_token',
  baseUrl: 'CLOUDFLARE_BASE_URL',
  records: 'records',
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
} as const satisfies Record<keyof Settings, string>;

/** The names of the settings that differ, without their values. */
export function changedSettings(before: Settings, after: Settings): string[] {
  const same = (key: keyof Settings): boolean => textOf(before[key]) === textOf(after[key]);
  // Object.keys of a constant table gives its own keys.
  return (Object.keys(KEYS) as (keyof Settings)[]).filter((key) => !same(key)).map((key) => KEYS[key]);
}

const textOf = (value: Settings[keyof Settings]): string =>
  typeof value === 'object' && value !== null && 'reveal' in value ? value.reveal() : JSON.stringify(value);
