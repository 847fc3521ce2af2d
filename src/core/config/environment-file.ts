import { failed, ok, type Result } from '../result.ts';
import { type Problem, problemAt } from './problem.ts';
import { endOfQuoted } from './quoted.ts';

export interface Assignment {
  readonly name: string;
  /** Quotes and escapes resolved, nothing expanded. */
  readonly value: string;
  readonly line: number;
}

type Token = Readonly<{ kind: 'blank' | 'end' | 'piece' | 'unclosed' | 'unquoted'; text: string }>;

/** The shell's tokens as far as assignments need them (POSIX XCU §2.2, §2.3): comments, blanks, ends of commands, quotes,
 *  other pieces of words, and the rest of a line that is not readable. A line that starts with `;` is a comment to systemd
 *  and an error to every shell. */
function* tokens(text: string): Generator<Token> {
  const pattern =
    /(?<![^\n])[ \t]*;[^\n]*|(?<![^ \t\n;])#[^\n]*|[ \t]+|([\n;])|(['"])|(\\.|[^ \t\n'"\\;&|<>()`]+)|([^\n]+)/gs;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [token, end, quote, piece, unquoted] = found;
    if (quote !== undefined) {
      const closed = endOfQuoted(text, found.index, quote);
      pattern.lastIndex = closed ?? text.length;
      yield { kind: closed === null ? 'unclosed' : 'piece', text: text.slice(found.index, pattern.lastIndex) };
    } else if (piece !== undefined) yield { kind: 'piece', text: token };
    else if (end !== undefined) yield { kind: 'end', text: token };
    else yield { kind: unquoted === undefined ? 'blank' : 'unquoted', text: token };
  }
}

interface Word {
  /** As they stand in the file, with quotes and escapes. */
  readonly pieces: string[];
  readonly line: number;
}

interface Command {
  readonly words: readonly Word[];
  readonly line: number;
  /** Why the rest of the command cannot be read. */
  readonly fault: string | null;
}

const CONTINUED = '\\\n';

/** So many assignments make no file of settings; each costs memory. */
const MOST_ASSIGNMENTS = 1000;
const TOO_MANY = `no file of settings: more than ${MOST_ASSIGNMENTS} assignments`;

function faultOf({ kind }: Token, line: number): string | null {
  if (kind === 'unclosed') return `a quote that starts on line ${line} is not closed`;
  return kind === 'unquoted' ? 'a character with a meaning to the shell is outside single quotes' : null;
}

function* commands(text: string): Generator<Command> {
  let line = 1;
  let word: Word | null = null;
  let command = { words: [] as Word[], line, fault: null as string | null };
  for (const token of tokens(text)) {
    command.fault = faultOf(token, line) ?? command.fault;
    if (token.kind !== 'piece') word = null;
    else if (word !== null) word.pieces.push(token.text);
    else if (token.text !== CONTINUED) {
      word = { pieces: [token.text], line };
      if (command.words.length <= MOST_ASSIGNMENTS) command.words.push(word);
      else command.fault = TOO_MANY;
    }
    if (token.text.includes('\n')) line += token.text.split('\n').length - 1;
    if (token.kind !== 'end') continue;
    yield command;
    command = { words: [], line, fault: null };
  }
  yield command;
}

/** More than anybody corrects in one go: a file of another kind has a problem on every line. */
const MAX_PROBLEMS = 50;

/** Reads a file of `NAME=value` and `export NAME="value"` lines as a shell would, without any expansion.
 *  @returns the assignments in their order (the last one of a name counts), or every unreadable command; no problem
 *  shows any of the file's text, which may be a secret */
export function parseEnvironmentFile(content: string, file: string): Result<readonly Assignment[], readonly Problem[]> {
  const assignments: Assignment[] = [];
  const problems: Problem[] = [];
  for (const command of commands(content.replace(/^\ufeff/, '').replace(/\r\n/g, '\n'))) {
    const read = command.fault === null ? assignmentsOf(command) : failed(command.fault);
    if (read.ok) assignments.push(...read.value);
    else problems.push(problemAt({ file, line: command.line, key: null }, read.error));
    if (assignments.length > MOST_ASSIGNMENTS) {
      return failed([...problems, problemAt({ file, line: command.line, key: null }, TOO_MANY)]);
    }
    if (problems.length === MAX_PROBLEMS) break;
  }
  return problems.length > 0 ? failed(problems) : ok(assignments);
}

/** `export NAME` alone sets nothing. */
function assignmentsOf({ words }: Command): Result<Assignment[], string> {
  const isExport = words[0]?.pieces[0] === 'export';
  const found: Assignment[] = [];
  for (const { pieces, line } of words) {
    const [first = '', ...rest] = pieces;
    const [name = ''] = first.split('=', 1);
    const isName = /^[A-Za-z_]\w*$/.test(name);
    if (isName && name !== first) {
      found.push({ name, value: first.slice(name.length + 1) + rest.map(unquote).join(''), line });
    } else if (!isExport || !isName || rest.length > 0) {
      return failed('not an assignment; allowed are NAME=value and export NAME="value", with quotes around blanks');
    }
  }
  return ok(found);
}

/** Quote removal (POSIX XCU §2.6.7): in double quotes a backslash escapes only `"`, `\`, `$`, a backquote and the end of
 *  a line; outside quotes everything. */
function unquote(piece: string): string {
  if (piece.startsWith("'")) return piece.slice(1, -1);
  if (piece.startsWith('"')) return withoutEscapes(piece.slice(1, -1));
  if (piece === CONTINUED) return '';
  return piece.startsWith('\\') ? piece.slice(1) : piece;
}

/** Not by a regular expression: of many escapes it would make a list first, which takes a hundred times their length. */
function withoutEscapes(text: string): string {
  let plain = '';
  let from = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2)) {
    const next = text.charAt(at + 1);
    if (!'"\\$`\n'.includes(next)) continue;
    plain += text.slice(from, at) + (next === '\n' ? '' : next);
    from = at + 2;
  }
  return plain + text.slice(from);
}
