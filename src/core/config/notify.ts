import { type HookUrl, hookSettings } from './hook-url.ts';
import { problemAt } from './problem.ts';
import { hook } from './schema.ts';
import type { NotifySettings } from './settings.ts';
import type { ConfigFile, Environment, Findings, ReadFile } from './sources.ts';
import { credential, findSecret } from './token.ts';

const DEFAULT_ERROR_AFTER_SEC = 300;

/** The table `[notify]`, with the URL of the environment or of a credential before the table's own.
 *  @param credentialsFolder `$CREDENTIALS_DIRECTORY` (systemd.exec(5)), '' = unset
 *  @returns null = nobody is to be told */
export function readNotify(
  environment: Environment,
  credentialsFolder: string,
  { notify }: ConfigFile,
  readFile: ReadFile,
  findings: Findings,
): NotifySettings | null {
  const { values, has, place } = notify;
  const sources = [environment, credential(credentialsFolder, 'notify_url', readFile), notify];
  const found = findSecret<'url', HookUrl>({ key: 'url', what: 'URL', schema: hook }, sources, readFile, findings);
  const hasUrl = found !== undefined;
  for (const key of hasUrl ? [] : ['format', 'heartbeat']) {
    if (has(key)) findings.problems.push(problemAt(place(key), 'has no meaning without url'));
  }
  if (!hasUrl && !has('exec') && has('error_after')) {
    findings.problems.push(problemAt(place('error_after'), 'has no meaning without url or exec'));
  }
  const { format = 'json', heartbeat = null, exec = null, error_after = DEFAULT_ERROR_AFTER_SEC } = values;
  const receiver = found ? hookSettings(found, format, heartbeat) : null;
  if (receiver === null && exec === null) return null;
  return { hook: receiver, exec, errorAfterMs: error_after * 1000 };
}
