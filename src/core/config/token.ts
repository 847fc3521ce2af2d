import * as v from 'valibot';
import { DEFAULT_TOKEN_FILE, type SettingsFiles } from './files.ts';
import { type Findings, type Place, problemAt, quote } from './problem.ts';
import { SENTENCE, token } from './schema.ts';
import type { Secret } from './secret.ts';
import type { ConfigFile, Environment, Source } from './sources.ts';

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

/** The token from the first source that is set: the variables, systemd's credential, the config file's keys, the
 *  default file.
 *  @returns null = none or a bad one, which is reported */
export function findToken(
  environment: Environment,
  config: ConfigFile,
  files: SettingsFiles,
  findings: Findings,
): Secret | null {
  const handedOver = fileSource(() => files.credential('cloudflare_api_token'));
  const byDefault = fileSource(() => files.existing(DEFAULT_TOKEN_FILE));
  const sources = [environment, handedOver, config.topLevel, byDefault];
  const found = findSecret<'api_token', Secret>(
    { key: 'api_token', what: 'token', schema: token },
    sources,
    files,
    findings,
  );
  if (found === undefined && !findings.incomplete) {
    const ways = `CLOUDFLARE_API_TOKEN or, in ${config.file}, api_token, or write it into ${DEFAULT_TOKEN_FILE}`;
    findings.problems.push(problemAt(NOWHERE, `no API token; set ${ways}`));
  }
  return found ?? null;
}

/** The secret from the first source that sets it.
 *  @returns undefined = none does; null = a bad one, which is reported */
export function findSecret<K extends string, T>(
  kind: SecretKind<K, T>,
  sources: readonly SecretSource<K, T>[],
  files: SettingsFiles,
  findings: Findings,
): T | null | undefined {
  for (const { has, values, place } of sources) {
    if (has(kind.key)) return values[kind.key] ?? null;
    const fileKey = `${kind.key}_file` as const;
    if (!has(fileKey)) continue;
    const path = values[fileKey] as string | undefined; // SecretSource says so, in a way that generics lose
    return path === undefined ? null : secretIn(kind, path, place(fileKey), files, findings);
  }
  return undefined;
}

/** A file that nobody has to name, as a source that sets every `…_file` if it is there.
 *  @param find where it is, null = there is none; asked only when no source before it has the secret */
export function fileSource(find: () => string | null) {
  let path: string | null | undefined;
  const found = () => {
    path ??= find();
    return path ?? undefined;
  };
  return {
    get values() {
      return { api_token_file: found(), url_file: found() };
    },
    has: (key: string) => key.endsWith('_file') && found() !== undefined,
    place: () => NOWHERE,
  };
}

/** The secret on the first line of a file. */
function secretIn<T>(
  { what, schema }: SecretKind<string, T>,
  path: string,
  place: Place,
  files: SettingsFiles,
  { problems }: Findings,
): T | null {
  const refuse = (detail: string) => {
    problems.push(problemAt(place, detail));
    return null;
  };
  const read = files.read(path);
  if (!read.ok) return refuse(`cannot read the ${what} from ${quote(path)}: ${read.error.detail}`);
  const [line = ''] = read.value.replace(/^\ufeff/, '').split('\n', 1);
  if (line.trim() === '') return refuse(`the first line of ${quote(path)} is empty; it has to be the ${what}`);
  const checked = v.safeParse(schema, line);
  if (checked.success) return checked.output;
  const [{ type, message }] = checked.issues;
  const allowed = type === SENTENCE ? message : `allowed are ${message}`;
  return refuse(`found no ${what} on the first line of ${quote(path)}; ${allowed}`);
}
