import * as v from 'valibot';
import { type Place, problemAt, quote } from './problem.ts';
import { token } from './schema.ts';
import type { Secret } from './secret.ts';
import type { ConfigFile, Environment, Findings, ReadFile } from './sources.ts';

const NOWHERE: Place = { file: null, line: null, key: null };

/** The token from the first source that is set: the variables, systemd's credential, the config file's keys.
 *  @param credentialsFolder `$CREDENTIALS_DIRECTORY` (systemd.exec(5)), '' = unset
 *  @returns null = none or a bad one, which is reported */
export function findToken(
  environment: Environment,
  credentialsFolder: string,
  config: ConfigFile,
  readFile: ReadFile,
  findings: Findings,
): Secret | null {
  for (const { has, values, place } of [environment, credential(credentialsFolder, readFile), config.topLevel]) {
    if (has('api_token')) return values.api_token ?? null;
    if (!has('api_token_file')) continue;
    return values.api_token_file === undefined
      ? null
      : tokenIn(values.api_token_file, place('api_token_file'), readFile, findings);
  }
  if (!findings.incomplete) {
    const ways = `CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_TOKEN_FILE or, in ${config.file}, api_token_file`;
    findings.problems.push(problemAt(NOWHERE, `no API token; set ${ways}`));
  }
  return null;
}

/** The service manager's credential as a source that sets `api_token_file` if it is there. */
function credential(folder: string, readFile: ReadFile) {
  const path = `${folder}/cloudflare_api_token`;
  const read = folder === '' ? null : readFile(path);
  const isThere = read !== null && (read.ok || read.error.kind === 'unreadable');
  return {
    values: { api_token: undefined, api_token_file: path },
    has: (key: string) => isThere && key === 'api_token_file',
    place: () => NOWHERE,
  };
}

/** The token on the first line of a file. */
function tokenIn(path: string, place: Place, readFile: ReadFile, { problems }: Findings): Secret | null {
  const refuse = (detail: string) => {
    problems.push(problemAt(place, detail));
    return null;
  };
  const read = readFile(path);
  if (!read.ok) return refuse(`cannot read the token from ${quote(path)}: ${read.error.detail}`);
  const [line = ''] = read.value.replace(/^\ufeff/, '').split('\n', 1);
  if (line.trim() === '') return refuse(`the first line of ${quote(path)} is empty; it has to be the token`);
  const checked = v.safeParse(token, line);
  if (checked.success) return checked.output;
  return refuse(`found no token on the first line of ${quote(path)}; allowed are ${checked.issues[0].message}`);
}
