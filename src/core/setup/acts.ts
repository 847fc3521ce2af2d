import type { ApiFailure } from '../cloudflare/failure.ts';
import type { ZoneInfo } from '../cloudflare/zones.ts';
import type { Secret } from '../config/secret.ts';
import type { Result } from '../result.ts';

/** What the dialogue of `ipv6ddns setup` wants done: the shell does it and hands the reply of that kind back.
 *  The dialogue is a generator: its state is where it stands, and the same replies lead to the same acts. */
export type Act = Readonly<
  | { kind: 'say'; lines: readonly string[] }
  | { kind: 'ask'; prompt: string; hidden: boolean } // hidden: the terminal does not show what is typed
  | { kind: 'listZones'; token: Secret }
  | { kind: 'hasRecord'; token: Secret; zoneId: string; name: string }
  | { kind: 'check'; trial: Trial }
  | { kind: 'write'; changes: Changes }
  | { kind: 'start' } // the service
  | { kind: 'end'; ending: Ending; lines: readonly string[] }
>;

/** What the settings would be, to be tried as `ipv6ddns check` does. */
export interface Trial {
  readonly token: Secret;
  /** null = the names that the settings have already. */
  readonly name: string | null;
  /** null = as the settings say, else looked up. */
  readonly zoneId: string | null;
}

/** What is to be written; null = stays as it is. */
export interface Changes {
  readonly token: Secret | null;
  readonly config: { readonly name: string; readonly zoneId: string | null } | null;
}

/** How a trial ended: its lines, and the names of those that failed. */
export interface Verdict {
  readonly ending: Exclude<Ending, 'usage'>;
  readonly lines: readonly string[];
  readonly failed: readonly string[];
}

export type Ending = 'done' | 'usage' | 'noAddress' | 'temporary' | 'refused';

/** The reply to each kind of act. A text for `write` and `start` is what went wrong. */
export interface Replies {
  readonly say: null;
  /** Without blanks around it. */
  readonly ask: string;
  readonly listZones: Result<readonly ZoneInfo[], ApiFailure>;
  readonly hasRecord: boolean;
  readonly check: Verdict;
  readonly write: string | null;
  readonly start: string | null;
  /** It is never handed back: the dialogue is over. */
  readonly end: never;
}

export type Dialogue<T> = Generator<Act, T, unknown>;

export function* perform<K extends Act['kind']>(act: Extract<Act, { kind: K }>): Dialogue<Replies[K]> {
  return (yield act) as Replies[K]; // the shell's promise: see Replies
}

export function* say(...lines: readonly string[]): Dialogue<void> {
  yield* perform<'say'>({ kind: 'say', lines });
}

export function* end(ending: Ending, ...lines: readonly string[]): Dialogue<never> {
  return yield* perform<'end'>({ kind: 'end', ending, lines });
}

export const ask = (prompt: string): Dialogue<string> => perform<'ask'>({ kind: 'ask', prompt, hidden: false });

export const askHidden = (prompt: string): Dialogue<string> => perform<'ask'>({ kind: 'ask', prompt, hidden: true });

/** A question for yes or no. @param preferred what Enter alone means */
export function* confirm(question: string, preferred: boolean): Dialogue<boolean> {
  for (;;) {
    const answer = (yield* ask(`${question} [${preferred ? 'Y/n' : 'y/N'}] `)).toLowerCase();
    if (answer === '') return preferred;
    if (answer === 'y' || answer === 'yes') return true;
    if (answer === 'n' || answer === 'no') return false;
    yield* say('Please answer y or n.');
  }
}

/** A question with an answer of one letter. @param ways what each letter stands for; Enter alone means the first */
export function* choose<L extends string>(ways: Readonly<Partial<Record<L, string>>>): Dialogue<L> {
  const letters = Object.keys(ways) as L[]; // a record's own keys
  const [first] = letters;
  const shown = letters.map((letter) => `${letter} = ${ways[letter]}`).join(', ');
  for (;;) {
    const answer = (yield* ask(`${shown} [${first}] `)).toLowerCase();
    const chosen = answer === '' ? first : letters.find((letter) => letter === answer);
    if (chosen !== undefined) return chosen;
    yield* say(`Please answer with one of the letters ${letters.join(', ')}.`);
  }
}

/** After a failure that may pass: try again, or go on without having tried. Where nobody can be asked it is the end. */
export function* afterFailure(unattended: boolean, what: string): Dialogue<'again' | 'untried'> {
  if (unattended) return yield* end('temporary', what, NOTHING_WRITTEN);
  yield* say(what);
  const way = yield* choose({ a: 'try again', g: 'go on without having tried it', s: 'stop' });
  if (way === 's') return yield* end('temporary', NOTHING_WRITTEN);
  return way === 'a' ? 'again' : 'untried';
}

export const NOTHING_WRITTEN = 'Nothing was written.';
