import { parse, TomlError } from 'smol-toml';
import { failed, ok, type Result } from '../result.ts';

export type TomlTable = Readonly<Record<string, unknown>>;

/** Where TOML stops being readable; counted from 1. The detail never repeats the text. */
export interface SyntaxFault {
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}

/** Keys and, for arrays of tables, indices from 0. */
export type KeyPath = readonly (string | number)[];

/** No setting nests deeper; keeps the parser's recursion off the engine's small stack. */
const MAX_DEPTH = 8;

export function parseToml(text: string): Result<TomlTable, SyntaxFault> {
  try {
    return ok(parse(text, { maxDepth: MAX_DEPTH }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Below its first line the message quotes the document, which may hold the token.
    const [summary = ''] = error.message.split('\n');
    return failed({
      line: error.line,
      column: error.column,
      detail: summary.replace(/^Invalid TOML document/, 'not TOML'),
    });
  }
}

/** Strings, comments, brackets and ends of lines: what decides where a statement ends. */
const TOKEN = /"""(?:\\.|[^\\])*?"{3,5}|'''.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*'|#[^\n]*|[[\]{}]|\n/gs;

/** Statements (`key = value`, `[table]`, `[[array]]`) of valid TOML, each with the line it starts on. */
export function* statements(text: string): Generator<{ line: number; statement: string }> {
  let start = 0;
  let startLine = 1;
  let line = 1;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else line += token.split('\n').length - 1;
    if (token !== '\n' || depth > 0) continue;
    yield { line: startLine, statement: text.slice(start, index + 1) };
    start = index + 1;
    startLine = line;
  }
  yield { line: startLine, statement: text.slice(start) };
}

/** The parser's tables have no prototype, unlike its arrays and dates. */
export const isTable = (value: unknown): value is TomlTable =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;

/** Finds the lines of keys in valid TOML: reads each statement by itself and remembers what it defined.
 *  @returns a function from a key's path to its line; of an unknown path, the line of what is around it, null = nothing */
export function keyLines(text: string): (path: KeyPath) => number | null {
  const lines = new Map<string, number>();
  const note = (path: KeyPath, line: number) => {
    const id = JSON.stringify(path);
    if (!lines.has(id)) lines.set(id, line);
  };
  const noteAll = (value: unknown, path: KeyPath, line: number): void => {
    note(path, line);
    if (Array.isArray(value)) for (const [index, item] of value.entries()) noteAll(item, [...path, index], line);
    else if (isTable(value)) for (const [key, inner] of Object.entries(value)) noteAll(inner, [...path, key], line);
  };

  const lengths = new Map<string, number>(); // of the arrays of tables, so far
  /** Follows a header that was parsed alone: one key a level, one table in an array. @returns the table's path */
  const open = (header: unknown, path: KeyPath): KeyPath => {
    const [entry] = isTable(header) ? Object.entries(header) : [];
    if (entry === undefined) return path;
    const [key, value] = entry;
    const id = JSON.stringify([...path, key]);
    const length = (lengths.get(id) ?? 0) + (Array.isArray(value) ? 1 : 0);
    lengths.set(id, length);
    const inner = length > 0 ? [...path, key, length - 1] : [...path, key];
    return open(Array.isArray(value) ? value[0] : value, inner);
  };

  let table: KeyPath = [];
  for (const { line, statement } of statements(text)) {
    const content = parse(statement);
    if (/^\s*\[/.test(statement)) {
      table = open(content, []);
      for (const depth of table.keys()) note(table.slice(0, depth + 1), line);
    } else {
      for (const [key, value] of Object.entries(content)) noteAll(value, [...table, key], line);
    }
  }
  return (path) => {
    for (let known = path; known.length > 0; known = known.slice(0, -1)) {
      const line = lines.get(JSON.stringify(known));
      if (line !== undefined) return line;
    }
    return null;
  };
}
