import type { ProbeSettings } from '../ports.ts';
import { failed, ok, type Result } from '../result.ts';
import { caFolders } from './ca-folders.ts';
import { type Disk, SettingsFiles } from './files.ts';
import { proxyFor } from './no-proxy.ts';
import { readNotify } from './notify.ts';
import { type Findings, noFindings, type Problem, problemAt, quote } from './problem.ts';
import { readRecords } from './records.ts';
import type { AddressRules, FilePlace, Settings } from './settings.ts';
import { type Environment, readConfigFile, readEnvironment, type TopLevelValues, unreadable } from './sources.ts';
import { findToken } from './token.ts';

/** What decides the settings besides the files; what the command line says comes first. */
export interface Request {
  /** Files that the command line names and that must exist; null = the default ones, if they exist. */
  readonly configFile: string | null;
  readonly environmentFile: string | null;
  readonly verbose: boolean;
  /** As it was when the process started: the variables that hold secrets are erased afterwards. */
  readonly environment: Readonly<Record<string, string>>;
  /** The process has run for a while: its pipes are empty, and the service manager's copies of files may be old. */
  readonly isReload: boolean;
}

export interface Loaded {
  readonly settings: Settings;
  readonly warnings: readonly Problem[];
}

const DEFAULT_BASE_URL = 'https://api.cloudflare.com/client/v4';
const DEFAULT_TIMEOUT_SEC = 30;
const DEFAULT_POLL_SEC = 60;
const DEFAULT_VERIFY_SEC = 3600;

/** Puts the settings together: command line > environment > environment file > config file > default.
 *  @returns the settings, or everything that is wrong with them, then the warnings */
export function loadSettings(request: Request, disk: Disk): Result<Loaded, readonly Problem[]> {
  const findings = noFindings();
  const files = filesOf(request, disk);
  const environment = readEnvironment(request.environmentFile, request.environment, files, findings);
  const config = readConfigFile(request.configFile, files, findings);
  const apiToken = findToken(environment, config, files, findings);
  const records = readRecords(environment, config, findings);
  checkCertificates(environment, disk, findings);
  const notify = readNotify(environment, config, files, findings);
  // Without a token or a name and without a problem: they may stand in the file that a warning is about.
  if (apiToken === null || records.length === 0 || findings.problems.length > 0) {
    return failed(allOf(findings));
  }

  const values = { ...config.topLevel.values, ...environment.values };
  const verifySec = values.verify_interval ?? DEFAULT_VERIFY_SEC;
  const settings: Settings = {
    apiToken,
    baseUrl: values.base_url ?? DEFAULT_BASE_URL,
    records,
    ...kindsOf(values),
    timeoutMs: (values.timeout ?? DEFAULT_TIMEOUT_SEC) * 1000,
    pollIntervalMs: (values.poll_interval ?? DEFAULT_POLL_SEC) * 1000,
    verifyIntervalMs: verifySec === 0 ? null : verifySec * 1000,
    verbose: request.verbose || (values.verbose ?? false),
    statusFile: statusPlace(values.status_file, request.environment),
    metricsFile: values.metrics_file === undefined ? null : { path: values.metrics_file, optional: false },
    caFile: values.ca_file ?? null,
    caPath: values.ca_path ?? null,
    httpsProxy: values.https_proxy ?? values.all_proxy ?? null,
    noProxy: values.no_proxy ?? null,
    notify,
  };
  return ok({ settings, warnings: findings.warnings });
}

export const filesOf = ({ environment, isReload }: Request, disk: Disk): SettingsFiles =>
  new SettingsFiles(disk, environment['CREDENTIALS_DIRECTORY']?.trim() ?? '', isReload);

/** Where the status goes, without a setting: into the folder that the service manager made ($RUNTIME_DIRECTORY,
 *  systemd.exec(5), may name several), else into the one that it would have made. */
function statusPlace(named: string | undefined, environment: Request['environment']): FilePlace {
  const [folder = ''] = environment['RUNTIME_DIRECTORY']?.trim().split(':') ?? [];
  if (named !== undefined) return { path: named, optional: false };
  return { path: `${folder === '' ? '/run/ipv6ddns' : folder}/status.json`, optional: folder === '' };
}

const PEM =
  'certificates stand in text, after a line "-----BEGIN CERTIFICATE-----" (PEM); ' +
  '"openssl x509 -inform der -in FILE -out NEW" makes that of the other form';

/** What the user named has to be there; the places of the system are looked for when they are needed. */
function checkCertificates({ values, place }: Environment, disk: Disk, { problems }: Findings): void {
  const { ca_file: file, ca_path: path } = values;
  const read = file === undefined ? null : disk.readFile(file, { mostBytes: 1, cut: true });
  if (file !== undefined && read?.ok === false) {
    problems.push(problemAt(place('ca_file'), `${quote(file)} cannot be read: ${read.error.detail}`));
  }
  const closed = caFolders(path ?? '').filter((folder) => !disk.isFolder(folder));
  for (const folder of closed) {
    problems.push(problemAt(place('ca_path'), `${quote(folder)} is no folder that can be read`));
  }
  if (file !== undefined && read?.ok === true && !disk.hasCertificate(file, null)) {
    problems.push(problemAt(place('ca_file'), `no certificate in ${quote(file)}: ${PEM}`));
  }
  if (path !== undefined && closed.length === 0 && !disk.hasCertificate(null, path)) {
    problems.push(problemAt(place('ca_path'), `no certificate in ${quote(path)}: ${PEM}`));
  }
}

/** What the settings say of addresses and of the way to the API, for looking at addresses, which needs neither token nor
 *  names: whatever else is wrong with the settings does not matter. With [[record]] tables the first one counts. */
export function loadForAddresses(request: Request, disk: Disk): { rules: AddressRules; api: ProbeSettings } {
  const findings = noFindings();
  const files = filesOf(request, disk);
  const environment = readEnvironment(request.environmentFile, request.environment, files, findings);
  const config = readConfigFile(request.configFile, files, findings);
  const [first] = readRecords(environment, config, findings);
  const values = { ...config.topLevel.values, ...environment.values };
  const { base_url: baseUrl = DEFAULT_BASE_URL, https_proxy, all_proxy, no_proxy } = environment.values;
  const proxy = proxyFor(baseUrl, (https_proxy ?? all_proxy)?.reveal() ?? null, no_proxy ?? null);
  return {
    rules: { interfaces: first?.interfaces ?? values.interface ?? null, ...kindsOf(values) },
    api: { baseUrl, isProxied: proxy !== null },
  };
}

const kindsOf = ({ prefer = [], exclude = [] }: TopLevelValues): Pick<Settings, 'prefer' | 'exclude'> => ({
  prefer,
  exclude,
});

/** Where a daemon with these settings keeps its status, whatever else is wrong with them.
 *  @returns the place, or which of the files that the command line names cannot be read: it may stand there */
export function loadStatusPlace(request: Request, disk: Disk): Result<FilePlace, readonly Problem[]> {
  const files = filesOf(request, disk);
  const closed = [request.environmentFile, request.configFile].flatMap((file) => {
    const read = file === null ? null : files.readNamed(file);
    return file === null || read === null || read.ok ? [] : [unreadable(file, read.error.detail)];
  });
  if (closed.length > 0) return failed(closed);
  const findings = noFindings();
  const environment = readEnvironment(request.environmentFile, request.environment, files, findings);
  const config = readConfigFile(request.configFile, files, findings);
  return ok(statusPlace(environment.values.status_file ?? config.topLevel.values.status_file, request.environment));
}

/** The problems in the order of the lines, then the warnings. */
function allOf({ problems, warnings, unlisted }: Findings): Problem[] {
  const rest = unlisted === 0 ? [] : [problemAt({ file: null, line: null, key: null }, `and ${unlisted} more`)];
  return [...[...problems].sort(byPlace), ...warnings, ...rest];
}

/** The environment's first, then file by file in the order of the lines. */
function byPlace(a: Problem, b: Problem): number {
  const [left, right] = [a.file ?? '', b.file ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0);
}
