import { failed, ok, type Result } from '../result.ts';
import { type Problem, problemAt } from './problem.ts';

export interface Assignment {
  readonly name: string;
  /** Quotes and escapes resolved, nothing expanded. */
  readonly value: string;
  readonly line: number;
}

/** The shell's tokens as far as assignments need them (POSIX XCU §2.2, §2.3), and two for what is not readable.
 *  A line that starts with `;` is a comment to systemd and an error to every shell. */
const TOKEN =
  /(?<![^\n])[ \t]*;[^\n]*|#[^\n]*|[ \t]+|\\\n|(?<end>[\n;])|(?<word>(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^ \t\n'"\\;&|<>()`])+)|(?<unclosed>['"].*)|(?<unquoted>[^\n]+)/gs;

interface Command {
  readonly words: readonly { readonly text: string; readonly line: number }[];
  readonly line: number;
  /** Why the rest of the command cannot be read. */
  readonly fault: string | null;
}

function* commands(text: string): Generator<Command> {
  let line = 1;
  let command = { words: [] as { text: string; line: number }[], line, fault: null as string | null };
  for (const { 0: token, groups: { word, end, unclosed, unquoted } = {} } of text.matchAll(TOKEN)) {
    if (word !== undefined) command.words.push({ text: word, line });
    if (unclosed !== undefined) command.fault = `a quote that starts on line ${line} is not closed`;
    if (unquoted !== undefined) command.fault = 'a character with a meaning to the shell is outside single quotes';
    line += token.split('\n').length - 1;
    if (end === undefined) continue;
    yield command;
    command = { words: [], line, fault: null };
  }
  yield command;
}

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
  }
  return problems.length > 0 ? failed(problems) : ok(assignments);
}

/** `export NAME` alone sets nothing. */
function assignmentsOf({ words }: Command): Result<Assignment[], string> {
  const isExport = words[0]?.text === 'export';
  const found: Assignment[] = [];
  for (const { text, line } of isExport ? words.slice(1) : words) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
    if (name !== undefined && value !== undefined) found.push({ name, value: unquote(value), line });
    else if (!isExport || !/^[A-Za-z_]\w*$/.test(text)) {
      return failed('not an assignment; allowed are NAME=value and export NAME="value", with quotes around blanks');
    }
  }
  return ok(found);
}

/** Quote removal (POSIX XCU §2.6.7): in double quotes a backslash escapes only `"`, `\`, `$`, a backquote and the end of
 *  a line; outside quotes everything. */
function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\([\\"$`])|\\\n/g, '$1') ?? (escaped === '\n' ? '' : (escaped ?? '')),
  );
}
