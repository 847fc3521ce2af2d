import * as v from 'valibot';
import { failed } from '../result.ts';
import { parseEnvironmentFile } from './environment-file.ts';
import { DEFAULT_CONFIG_FILE, DEFAULT_ENVIRONMENT_FILE, type SettingsFiles } from './files.ts';
import { type Findings, nearest, type Place, type Problem, problemAt, quote, report, show } from './problem.ts';
import {
  environmentSchema,
  NOTIFY_KEYS,
  notifySchema,
  RECORD_KEYS,
  recordSchema,
  SECRET_KEYS,
  SENTENCE,
  TOP_LEVEL_KEYS,
  topLevelSchema,
  VARIABLES,
} from './schema.ts';
import { isTable, keyLines, parseToml, type TomlTable } from './toml.ts';
import { PROCESS_VARIABLES } from './variables.ts';

/** Checked values of one source and where each of them stands. */
export interface Source<T> {
  /** Without those that were refused. */
  readonly values: T;
  /** Whether the source sets the key, be the value good or refused. */
  has(key: string): boolean;
  place(key: string): Place;
}

/** Checks `raw` and reports each bad value at its place. */
function source<T>(
  schema: v.GenericSchema<unknown, T>,
  raw: Readonly<Record<string, unknown>>,
  place: (key: string) => Place,
  findings: Findings,
): Source<T> {
  const has = (key: string) => Object.hasOwn(raw, key);
  const parsed = v.safeParse(schema, raw);
  if (parsed.success) return { values: parsed.output, has, place };
  const refused = new Set<string>();
  for (const issue of parsed.issues) {
    const key = String(issue.path?.[0]?.key);
    const found = `found ${show(issue.input, SECRET_KEYS.includes(key))}; allowed are ${issue.message}`;
    report(findings, () => problemAt(place(key), issue.type === SENTENCE ? issue.message : found));
    refused.add(key);
  }
  const good = Object.fromEntries(Object.entries(raw).filter(([key]) => !refused.has(key)));
  return { values: v.parse(schema, good), has, place };
}

export type Environment = Source<v.InferOutput<typeof environmentSchema>>;
export type TopLevelValues = v.InferOutput<typeof topLevelSchema>;
export type RecordValues = v.InferOutput<typeof recordSchema>;

/** The process's environment laid over the environment file, by variable and, of several spellings, by key; in both an
 *  empty value counts as unset. */
export function readEnvironment(
  named: string | null,
  environment: Readonly<Record<string, string>>,
  files: SettingsFiles,
  findings: Findings,
): Environment {
  const set = new Map<string, { value: string; file: string | null; line: number | null }>();
  for (const { name, value, ...place } of readAssignments(named, files, findings)) set.set(name, { value, ...place });
  for (const [name, value] of Object.entries(environment)) {
    if (value.trim() !== '') set.set(name, { value, file: null, line: null });
  }

  reportUnknownVariables(set, findings);
  const raw: Record<string, unknown> = {};
  const places = new Map<string, Place>();
  for (const [name, { key, read }] of Object.entries(VARIABLES)) {
    const found = set.get(name);
    const value = found?.value.trim();
    if (found === undefined || value === undefined || value === '') continue;
    const other = places.get(key);
    if (other !== undefined && (other.file === null || found.file !== null)) continue;
    raw[key] = read(value);
    places.set(key, { file: found.file, line: found.line, key: name });
  }
  return source(environmentSchema, raw, (key) => places.get(key) ?? { file: null, line: null, key }, findings);
}

function reportUnknownVariables(set: ReadonlyMap<string, Pick<Place, 'file' | 'line'>>, findings: Findings): void {
  for (const [name, { file, line }] of set) {
    if (!/^IPV6DDNS_\w*$/.test(name) || Object.hasOwn(VARIABLES, name)) continue;
    if (file === null && PROCESS_VARIABLES.includes(name)) continue;
    const warn = () => {
      const guess = nearest(name, Object.keys(VARIABLES));
      const detail = `unknown variable ${name}, ignored${guess === null ? '' : `; did you mean ${guess}?`}`;
      return problemAt({ file, line, key: null }, detail);
    };
    report(findings, warn, findings.warnings);
  }
}

/** A file that the user did not name may be missing; one that may not be read is skipped, but not silently. */
function readAssignments(named: string | null, files: SettingsFiles, findings: Findings) {
  const file = named ?? DEFAULT_ENVIRONMENT_FILE;
  const read = named === null ? files.read(file) : files.readNamed(file);
  if (!read.ok && named === null) {
    if (read.error.kind === 'missing') return [];
    const list = read.error.kind === 'denied' ? findings.warnings : findings.problems;
    list.push(unreadable(file, read.error.detail));
    findings.incomplete = true;
    return [];
  }
  const parsed = read.ok ? parseEnvironmentFile(read.value, file) : failed([unreadable(file, read.error.detail)]);
  if (parsed.ok) return parsed.value.map((assignment) => ({ ...assignment, file }));
  for (const problem of parsed.error) report(findings, () => problem);
  findings.incomplete = true;
  return [];
}

export const unreadable = (file: string, detail: string): Problem =>
  problemAt({ file, line: null, key: null }, `cannot be read: ${detail}`);

export type NotifyValues = v.InferOutput<typeof notifySchema>;

export interface ConfigFile {
  /** Its name, whether or not there is one. */
  readonly file: string;
  readonly topLevel: Source<TopLevelValues>;
  readonly records: readonly Source<RecordValues>[];
  readonly notify: Source<NotifyValues>;
}

export function readConfigFile(named: string | null, files: SettingsFiles, findings: Findings): ConfigFile {
  const file = named ?? DEFAULT_CONFIG_FILE;
  const read = named === null ? files.read(file) : files.readNamed(file);
  if (read.ok) return parseConfigFile(read.value, file, findings);
  if (named !== null || read.error.kind !== 'missing') {
    findings.problems.push(unreadable(file, read.error.detail));
    findings.incomplete = true;
  }
  return parseConfigFile('', file, findings);
}

function parseConfigFile(text: string, file: string, findings: Findings): ConfigFile {
  const parsed = parseToml(text);
  if (!parsed.ok) {
    findings.problems.push({ file, key: null, ...parsed.error });
    findings.incomplete = true;
  }
  const { record = [], notify = NO_TABLE, ...top } = parsed.ok ? parsed.value : {};

  let lineOf: ReturnType<typeof keyLines> | null = null;
  const line = (path: readonly (string | number)[]) => {
    lineOf ??= keyLines(text); // only a problem needs a line
    return lineOf(path);
  };
  const topPlace = (key: string): Place => ({ file, line: line([key]), key });
  reportUnknown(top, TOP_LEVEL_KEYS, RECORD_KEYS, 'is a key of [[record]]', topPlace, findings);
  const topLevel = source(topLevelSchema, top, topPlace, findings);

  const notifyPlace = (key: string): Place => ({ file, line: line(['notify', key]), key: `notify.${key}` });
  if (!isTable(notify)) {
    findings.problems.push(problemAt(topPlace('notify'), `found ${show(notify, true)}; allowed is a table, [notify]`));
  }
  const notifyTable = isTable(notify) ? notify : NO_TABLE;
  reportUnknown(notifyTable, NOTIFY_KEYS, TOP_LEVEL_KEYS, ELSEWHERE, notifyPlace, findings);
  const told = source(notifySchema, notifyTable, notifyPlace, findings);

  const tables = Array.isArray(record) ? record : [record];
  if (!Array.isArray(record) || !tables.every(isTable)) {
    findings.problems.push(
      problemAt(topPlace('record'), `found ${show(record, false)}; allowed are [[record]] tables`),
    );
    return { file, topLevel, records: [], notify: told };
  }
  if (tables.length > MAX_RECORDS) {
    findings.problems.push(
      problemAt(topPlace('record'), `found ${tables.length} [[record]] tables; allowed are ${MAX_RECORDS}`),
    );
    return { file, topLevel, records: [], notify: told };
  }
  const records = tables.map((table, index) => {
    const place = (key: string): Place => ({ file, line: line(['record', index, key]), key: `record.${key}` });
    reportUnknown(table, RECORD_KEYS, TOP_LEVEL_KEYS, ELSEWHERE, place, findings);
    return source(recordSchema, table, place, findings);
  });
  return { file, topLevel, records, notify: told };
}

/** Each costs memory, also one that is not good. */
const MAX_RECORDS = 10_000;

const NO_TABLE: TomlTable = Object.create(null);

const ELSEWHERE = 'is a key of the top level, above all tables';

function reportUnknown(
  table: Readonly<Record<string, unknown>>,
  known: readonly string[],
  elsewhere: readonly string[],
  there: string,
  place: (key: string) => Place,
  findings: Findings,
): void {
  for (const key of Object.keys(table)) {
    if (known.includes(key)) continue;
    report(findings, () => {
      const guess = nearest(key, known);
      let hint = guess === null ? '' : `; did you mean "${guess}"?`;
      if (elsewhere.includes(key)) hint = `; it ${there}`;
      return problemAt({ ...place(key), key: null }, `unknown key ${quote(key)}${hint}`);
    });
  }
}
