/** Where a setting was found. */
export interface Place {
  /** Name of the file; null = the process's environment or no file at all. */
  readonly file: string | null;
  readonly line: number | null;
  /** Key, dotted, or name of the variable; null = the detail names it. */
  readonly key: string | null;
}

/** One thing that is wrong with the settings. */
export interface Problem extends Place {
  /** Counted from 1; known for syntax errors only. */
  readonly column: number | null;
  /** What was found and what is allowed; never a secret, nor anything that may be one. */
  readonly detail: string;
}

export const problemAt = (place: Place, detail: string): Problem => ({ ...place, column: null, detail });

/** Everything that was noticed, in the order in which it was read. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
  /** Problems beyond {@link MAX_PROBLEMS}. */
  unlisted: number;
  /** A file could not be read or parsed: what seems to be missing may stand there. */
  incomplete: boolean;
}

export const noFindings = (): Findings => ({ problems: [], warnings: [], unlisted: 0, incomplete: false });

/** More than anybody corrects in one go: a file of another kind has a problem on every line. */
const MAX_PROBLEMS = 50;

/** Notes a problem, or that there is one more. */
export function report(findings: Findings, make: () => Problem, list: Problem[] = findings.problems): void {
  if (list.length < MAX_PROBLEMS) list.push(make());
  else findings.unlisted += 1;
}

/** One line: file, line, column, key as far as they are known, then what is wrong. */
export function describeProblem({ file, line, column, key, detail }: Problem): string {
  const place = file === null ? null : [file, line, column].filter((part) => part !== null).join(':');
  return [place, key, detail].filter((part) => part !== null).join(': ');
}

/** Longest part of a value that a message repeats, in characters. */
const MAX_SHOWN = 80;

/** A token that was put into the wrong place: Cloudflare's have a prefix of their own or at least 37 characters of one
 *  alphabet. Absolute paths may hold such runs (a hash in a folder's name) and are never a token. */
export const mayBeSecret = (text: string): boolean =>
  /\bcf(ut|at|k|oat)_|[\w-]{32}/.test(text) && !text.startsWith('/');

/** `text` in quotes, on one line, for a message; only its length where it may be a secret. */
export function quote(text: string): string {
  if (mayBeSecret(text)) return `(${text.length} characters, not shown: may be a secret)`;
  const visible = text.slice(0, MAX_SHOWN).replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '\ufffd');
  return text.length > MAX_SHOWN ? `"${visible}…"` : `"${visible}"`;
}

/** A value for a message; of a secret only its type. */
export function show(value: unknown, secret: boolean): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  switch (typeof value) {
    case 'string':
      return secret ? 'text' : quote(value);
    case 'number':
    case 'boolean':
      return secret ? `a ${typeof value}` : String(value);
    default:
      return 'a table or a date';
  }
}

/** The known key that `word` was probably meant to be: at most two slips away, one for a short word; null = none. */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = word.length > 3 ? 2 : 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > least) continue;
    const slips = editDistance(word, candidate);
    if (slips < least || (slips === least && best === null)) [best, least] = [candidate, slips];
  }
  return best;
}

/** Levenshtein distance: letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const letter of a) {
    const next = [(row[0] ?? 0) + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
