import { failed, ok, type Result } from '../result.ts';
import { DEFAULT_CONFIG_FILE, DEFAULT_TOKEN_FILE, type Disk } from './files.ts';
import { filesOf, loadSettings, type Request } from './load.ts';
import { describeProblem, noFindings, type Problem } from './problem.ts';
import { readRecords } from './records.ts';
import type { RecordSettings, Settings } from './settings.ts';
import { readConfigFile, readEnvironment } from './sources.ts';

/** What `ipv6ddns setup` finds before it asks for anything. */
export interface Ground {
  /** As they would be with a token and one name, which stand in for those that are to be asked for. */
  readonly settings: Settings;
  /** What the settings files keep right so far. */
  readonly kept: readonly RecordSettings[];
  /** Names that stand in `[[record]]` tables. */
  readonly tabled: readonly string[];
  /** The default config file's text; null = there is none. */
  readonly config: string | null;
  /** Given for this run alone: no file has it. */
  readonly zoneId: string | null;
  /** What the daemon takes before the token's file, and before the config file's names, in words. */
  readonly beforeToken: readonly string[];
  readonly beforeName: readonly string[];
}

const STAND_IN = { CLOUDFLARE_API_TOKEN: 'asked-for', CLOUDFLARE_RECORD_NAME: 'asked-for.invalid' };

/** @returns what is there, or everything that is wrong with it */
export function loadForSetup(request: Request, disk: Disk): Result<Ground, readonly Problem[]> {
  const environment = { ...request.environment, ...STAND_IN, CLOUDFLARE_API_TOKEN_FILE: '' };
  const loaded = loadSettings({ ...request, environment }, disk);
  if (!loaded.ok) return failed(loaded.error);
  const { settings } = loaded.value;

  // What stands in files alone: the daemon has an environment of its own.
  const findings = noFindings();
  const files = filesOf(request, disk);
  const variables = readEnvironment(request.environmentFile, {}, files, findings);
  const config = readConfigFile(request.configFile, files, findings);
  const read = files.read(DEFAULT_CONFIG_FILE);
  const isElsewhere =
    config.topLevel.has('api_token') ||
    (config.topLevel.values.api_token_file ?? DEFAULT_TOKEN_FILE) !== DEFAULT_TOKEN_FILE;
  const before = (source: typeof variables | typeof config.topLevel, keys: readonly string[]) =>
    keys
      .filter((key) => source.has(key))
      .map((key) => describeProblem({ ...source.place(key), column: null, detail: 'counts before that: take it out' }));
  return ok({
    settings,
    kept: readRecords(variables, config, findings),
    tabled: config.records.flatMap(({ values }) => values.name ?? []),
    config: read.ok ? read.value : null,
    zoneId: request.environment['CLOUDFLARE_ZONE_ID']?.trim() ? (settings.records[0]?.zoneId ?? null) : null,
    beforeToken: [
      ...before(variables, ['api_token', 'api_token_file']),
      ...(isElsewhere ? before(config.topLevel, ['api_token', 'api_token_file']) : []),
    ],
    beforeName: before(variables, ['record_name']),
  });
}
