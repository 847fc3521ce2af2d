import type { SettingsFiles } from './files.ts';
import { type HookUrl, hookSettings } from './hook-url.ts';
import { type Findings, problemAt } from './problem.ts';
import { hook } from './schema.ts';
import type { NotifySettings } from './settings.ts';
import type { ConfigFile, Environment } from './sources.ts';
import { fileSource, findSecret } from './token.ts';

const DEFAULT_ERROR_AFTER_SEC = 300;

/** The table `[notify]`, with the URL of the environment or of a credential before the table's own.
 *  @returns null = nobody is to be told */
export function readNotify(
  environment: Environment,
  { notify }: ConfigFile,
  files: SettingsFiles,
  findings: Findings,
): NotifySettings | null {
  const { values, has, place } = notify;
  const sources = [environment, fileSource(() => files.credential('notify_url')), notify];
  const found = findSecret<'url', HookUrl>({ key: 'url', what: 'URL', schema: hook }, sources, files, findings);
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
