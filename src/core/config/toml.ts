import { parse, TomlError } from 'smol-toml';
import { failed, ok, type Result } from '../result.ts';
import { isExhausted, TOO_MUCH } from './exhausted.ts';
import { endOfQuoted } from './quoted.ts';

export type TomlTable = Readonly<Record<string, unknown>>;

/** Where TOML stops being readable; counted from 1, null = it cannot be told. The detail never repeats the text. */
export interface SyntaxFault {
  readonly line: number | null;
  readonly column: number | null;
  readonly detail: string;
}

/** Keys and, for arrays of tables, indices from 0. */
export type KeyPath = readonly (string | number)[];

/** No setting nests deeper; keeps the parser's recursion off the engine's small stack. */
const MAX_DEPTH = 8;

/** So many dots outside of texts, keys in a table and tables make no settings. Each level of a dotted key costs memory, and
 *  the engine's time grows with the square of a table's keys. */
const MOST = 1000;

export function parseToml(text: string): Result<TomlTable, SyntaxFault> {
  const excess = findExcess(text);
  if (excess !== null) return failed(excess);
  try {
    return ok(parse(text, { maxDepth: MAX_DEPTH }));
  } catch (error) {
    if (isExhausted(error)) return failed({ line: null, column: null, detail: TOO_MUCH });
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

interface Statement {
  readonly statement: string;
  /** On which it starts. */
  readonly line: number;
  /** Outside of strings and comments. */
  readonly dots: number;
}

/** Statements (`key = value`, `[table]`, `[[array]]`) of valid TOML. */
export function* statements(text: string): Generator<Statement> {
  let start = 0;
  let startLine = 1;
  let line = 1;
  let depth = 0;
  let dots = 0;
  for (const [token, index] of tokens(text)) {
    if (token === '.') dots++;
    else if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (token === '\n') line++;
    else line += token.split('\n').length - 1;
    if (token !== '\n' || depth > 0) continue;
    yield { line: startLine, statement: text.slice(start, index + 1), dots };
    start = index + 1;
    startLine = line;
    dots = 0;
  }
  yield { line: startLine, statement: text.slice(start), dots };
}

/** Strings, brackets, dots and ends of lines, each with its index: what decides where a statement ends, and how deep it
 *  goes. Comments are left out. */
function* tokens(text: string): Generator<readonly [token: string, index: number]> {
  const mark = /#[^\n]*|"""|'''|["'[\]{}.\n]/g;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    const { 0: token, index } = found;
    const isString = token.startsWith('"') || token.startsWith("'");
    if (isString) {
      mark.lastIndex = endOfQuoted(text, index, token) ?? text.length;
      // A long string may end with quotes of its own, before the three that close it.
      while (token.length === 3 && text[mark.lastIndex] === token[0]) mark.lastIndex++;
    }
    if (!token.startsWith('#')) yield [isString ? text.slice(index, mark.lastIndex) : token, index];
  }
}

/** A blank line, or a comment's. */
const EMPTY = /^\s*(?:#|$)/;

/** What would cost too much to parse; null = nothing would. */
function findExcess(text: string): SyntaxFault | null {
  const isLarge = ['.', '=', '['].some((mark) => text.split(mark, MOST + 2).length > MOST);
  if (!isLarge) return null;
  const headers = new Set<string>();
  let keys = 0;
  let dots = 0;
  for (const { line, statement, dots: own } of statements(text)) {
    if (EMPTY.test(statement)) continue;
    dots += own;
    const isHeader = statement.trimStart().startsWith('[');
    if (isHeader) headers.add(statement.trim());
    keys = isHeader ? 0 : keys + 1;
    const what = [dots > MOST && 'dots', keys > MOST && 'keys in one table', headers.size > MOST && 'tables'].find(
      Boolean,
    );
    if (what) return { line, column: null, detail: `no settings: more than ${MOST} ${what}` };
  }
  return null;
}

/** The parser's tables have no prototype, unlike its arrays and dates. */
export const isTable = (value: unknown): value is TomlTable =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;

/** A key, or a table of an array, as it was met in the text. */
interface Met {
  /** On which it was met first. */
  readonly line: number;
  readonly inner: Map<string | number, Met>;
  /** How many tables of the array so far; 0 = it is no array of tables. */
  tables: number;
}

function meet(outer: Met, key: string | number, line: number): Met {
  const met = outer.inner.get(key) ?? { line, inner: new Map(), tables: 0 };
  outer.inner.set(key, met);
  return met;
}

/** Finds the lines of keys in valid TOML: reads what each statement sets and remembers where.
 *  @returns a function from a key's path to its line; of an unknown path, the line of what is around it, null = nothing */
export function keyLines(text: string): (path: KeyPath) => number | null {
  const root: Met = { line: 0, inner: new Map(), tables: 0 };
  const open = (keys: readonly string[], isArray: boolean, line: number): Met => {
    let table = root;
    for (const [depth, key] of keys.entries()) {
      table = meet(table, key, line);
      if (isArray && depth === keys.length - 1) table.tables++;
      if (table.tables > 0) table = meet(table, table.tables - 1, line);
    }
    return table;
  };

  let table = root;
  for (const { line, statement } of statements(text)) {
    if (EMPTY.test(statement)) continue;
    const [, brackets = ''] = /^\s*(\[{0,2})/.exec(statement) ?? [];
    const keys = keysOf(statement);
    if (keys.length === 0) continue;
    if (brackets !== '') table = open(keys, brackets === '[[', line);
    else keys.reduce((outer, key) => meet(outer, key, line), table);
  }
  return (path) => {
    let known = root;
    for (const key of path) {
      const inner = known.inner.get(key);
      if (inner === undefined) break;
      known = inner;
    }
    return known === root ? null : known.line;
  };
}

/** The key of a statement or header, part by part, as far as settings go; none of a comment. */
function keysOf(statement: string): readonly string[] {
  const [, plain] = /^\s*\[{0,2}\s*([\w-]+)\s*[\]=]/.exec(statement) ?? [];
  if (plain !== undefined) return [plain];
  const keys: string[] = [];
  let inner: unknown = parse(statement);
  while (keys.length < MAX_DEPTH) {
    if (Array.isArray(inner)) [inner] = inner;
    const [entry, another] = isTable(inner) ? Object.entries(inner) : [];
    if (entry === undefined || another !== undefined) break;
    keys.push(entry[0]);
    inner = entry[1];
  }
  return keys;
}
