import * as v from 'valibot';
import { failed } from '../result.ts';
import { adviceFor, adviceForKey, asToml, meantBy, type Naming } from './corrections.ts';
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
import { isTable, keyLines, parseToml, type SyntaxFault, type TomlTable } from './toml.ts';
import { PROCESS_VARIABLES } from './variables.ts';

/** Checked values of one source and where each of them stands. */
export interface Source<T> {
  /** Without those that were refused. */
  readonly values: T;
  /** Whether the source sets the key, be the value good or refused. */
  has(key: string): boolean;
  place(key: string): Place;
}

/** Checks `raw` and reports each bad value at its place.
 *  @param assign how the source sets a key to a value, for advice */
function source<T>(
  schema: v.GenericSchema<unknown, T>,
  raw: Readonly<Record<string, unknown>>,
  place: (key: string) => Place,
  assign: (key: string, value: unknown) => string,
  findings: Findings,
): Source<T> {
  const has = (key: string) => Object.hasOwn(raw, key);
  const parsed = v.safeParse(schema, raw);
  if (parsed.success) return { values: parsed.output, has, place };
  const refused = new Set<string>();
  for (const issue of parsed.issues) {
    const key = String(issue.path?.[0]?.key);
    report(findings, () => {
      const isSecret = SECRET_KEYS.includes(key);
      const found = `found ${show(issue.input, isSecret)}; allowed are ${issue.message}`;
      const meant = isSecret ? undefined : meantBy(key, raw[key]);
      const isGood = meant !== undefined && v.safeParse(schema, { [key]: meant }).success;
      const advice = isGood ? `; write ${assign(key, meant)}` : '';
      return problemAt(place(key), `${issue.type === SENTENCE ? issue.message : found}${advice}`);
    });
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
  const place = (key: string): Place => places.get(key) ?? { file: null, line: null, key };
  const assign = (key: string, value: unknown) => `${place(key).key}=${value}`;
  return source(environmentSchema, raw, place, assign, findings);
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
    findings.problems.push({ file, key: null, ...advised(parsed.error, text) });
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
  const topLevel = source(topLevelSchema, top, topPlace, assign, findings);

  const notifyPlace = (key: string): Place => ({ file, line: line(['notify', key]), key: `notify.${key}` });
  if (!isTable(notify)) {
    findings.problems.push(problemAt(topPlace('notify'), `found ${show(notify, true)}; allowed is a table, [notify]`));
  }
  const notifyTable = isTable(notify) ? notify : NO_TABLE;
  reportUnknown(notifyTable, NOTIFY_KEYS, TOP_LEVEL_KEYS, ELSEWHERE, notifyPlace, findings);
  const told = source(notifySchema, notifyTable, notifyPlace, assign, findings);

  const tables = Array.isArray(record) ? record : [record];
  if (!Array.isArray(record) || !tables.every(isTable)) {
    const found = isTable(record) ? 'one pair of brackets' : show(record, false);
    findings.problems.push(problemAt(topPlace('record'), `found ${found}; allowed are [[record]] tables`));
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
    return source(recordSchema, table, place, assign, findings);
  });
  return { file, topLevel, records, notify: told };
}

/** Each costs memory, also one that is not good. */
const MAX_RECORDS = 10_000;

const NO_TABLE: TomlTable = Object.create(null);

const assign = (key: string, value: unknown): string => `${key} = ${asToml(value)}`;

const isTables = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isTable);

/** The fault, with what to write in the line where it is. */
function advised(fault: SyntaxFault, text: string): SyntaxFault {
  const line = fault.line === null ? undefined : text.split('\n', fault.line)[fault.line - 1];
  if (line === undefined || fault.column === null) return fault;
  const isTwice = fault.detail.includes('redefine');
  const advice = isTwice ? 'it is there twice: take one of them out' : adviceFor(line.replace('\r', ''), nameKey);
  return advice === null ? fault : { ...fault, detail: `${fault.detail}; ${advice}` };
}

function nameKey(word: string): ReturnType<Naming> {
  const key = Object.hasOwn(VARIABLES, word) ? (VARIABLES[word]?.key ?? word) : word;
  const isOurs = [TOP_LEVEL_KEYS, RECORD_KEYS, NOTIFY_KEYS].some((keys) => keys.includes(key));
  return isOurs ? { key, isSecret: SECRET_KEYS.includes(key) } : null;
}

function adviceForVariable(name: string, known: readonly string[]): string | null {
  if (!Object.hasOwn(VARIABLES, name)) return null;
  const key = VARIABLES[name]?.key ?? name;
  return known.includes(key)
    ? `that is the name of a variable; here the key is "${key}"`
    : `that is the name of a variable; put it into ${DEFAULT_ENVIRONMENT_FILE}`;
}

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
      const advice =
        adviceForKey(key, known, isTable(table[key]) || isTables(table[key])) ??
        (elsewhere.includes(key) ? `it ${there}` : null) ??
        adviceForVariable(key, known) ??
        (guess === null ? null : `did you mean "${guess}"?`);
      const hint = advice === null ? '' : `; ${advice}`;
      return problemAt({ ...place(key), key: null }, `unknown key ${quote(key)}${hint}`);
    });
  }
}
