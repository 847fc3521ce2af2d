import * as v from 'valibot';
import { type Place, problemAt, quote } from './problem.ts';
import { SENTENCE, token } from './schema.ts';
import type { Secret } from './secret.ts';
import type { ConfigFile, Environment, Findings, ReadFile, Source } from './sources.ts';

const NOWHERE: Place = { file: null, line: null, key: null };

/** A secret that is the value of `key`, or stands on the first line of the file that `${key}_file` names. */
interface SecretKind<K extends string, T> {
  readonly key: K;
  /** What messages call it. */
  readonly what: string;
  readonly schema: v.GenericSchema<string, T>;
}

type SecretSource<K extends string, T> = Source<
  Readonly<Partial<Record<K, T | undefined>> & Partial<Record<`${K}_file`, string | undefined>>>
>;

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
  const sources = [environment, credential(credentialsFolder, 'cloudflare_api_token', readFile), config.topLevel];
  const found = findSecret<'api_token', Secret>(
    { key: 'api_token', what: 'token', schema: token },
    sources,
    readFile,
    findings,
  );
  if (found === undefined && !findings.incomplete) {
    const ways = `CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_TOKEN_FILE or, in ${config.file}, api_token_file`;
    findings.problems.push(problemAt(NOWHERE, `no API token; set ${ways}`));
  }
  return found ?? null;
}

/** The secret from the first source that sets it.
 *  @returns undefined = none does; null = a bad one, which is reported */
export function findSecret<K extends string, T>(
  kind: SecretKind<K, T>,
  sources: readonly SecretSource<K, T>[],
  readFile: ReadFile,
  findings: Findings,
): T | null | undefined {
  for (const { has, values, place } of sources) {
    if (has(kind.key)) return values[kind.key] ?? null;
    const fileKey = `${kind.key}_file` as const;
    if (!has(fileKey)) continue;
    const path = values[fileKey] as string | undefined; // SecretSource says so, in a way that generics lose
    return path === undefined ? null : secretIn(kind, path, place(fileKey), readFile, findings);
  }
  return undefined;
}

/** The service manager's credential as a source that sets every `…_file` if it is there.
 *  @param folder `$CREDENTIALS_DIRECTORY`, '' = unset */
export function credential(folder: string, name: string, readFile: ReadFile) {
  const path = `${folder}/${name}`;
  const read = folder === '' ? null : readFile(path);
  const isThere = read !== null && (read.ok || read.error.kind === 'unreadable');
  return {
    values: { api_token_file: path, url_file: path },
    has: (key: string) => isThere && key.endsWith('_file'),
    place: () => NOWHERE,
  };
}

/** The secret on the first line of a file. */
function secretIn<T>(
  { what, schema }: SecretKind<string, T>,
  path: string,
  place: Place,
  readFile: ReadFile,
  { problems }: Findings,
): T | null {
  const refuse = (detail: string) => {
    problems.push(problemAt(place, detail));
    return null;
  };
  const read = readFile(path);
  if (!read.ok) return refuse(`cannot read the ${what} from ${quote(path)}: ${read.error.detail}`);
  const [line = ''] = read.value.replace(/^\ufeff/, '').split('\n', 1);
  if (line.trim() === '') return refuse(`the first line of ${quote(path)} is empty; it has to be the ${what}`);
  const checked = v.safeParse(schema, line);
  if (checked.success) return checked.output;
  const [{ type, message }] = checked.issues;
  const allowed = type === SENTENCE ? message : `allowed are ${message}`;
  return refuse(`found no ${what} on the first line of ${quote(path)}; ${allowed}`);
}
