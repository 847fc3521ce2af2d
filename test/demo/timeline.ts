import { monotonicMs } from '../simulator/log.ts';

/** Where a line comes from. */
export type Source = 'kernel' | 'daemon' | 'api' | 'record';

/** One thing that happened. `atMs` is CLOCK_MONOTONIC. */
export interface Happening {
  readonly atMs: number;
  readonly source: Source;
  readonly text: string;
  /** Something went wrong. */
  readonly bad?: boolean;
}

const WIDTH = 96;
const TIME_WIDTH = 9;
const SOURCE_WIDTH = 8;
const INDENT = TIME_WIDTH + SOURCE_WIDTH;

/** SGR parameters of ECMA-48. */
const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Style = keyof typeof STYLES;

const COLOURS = {
  kernel: 'cyan',
  daemon: 'bold',
  api: 'dim',
  record: 'green',
} as const satisfies Record<Source, Style>;

/** Whether escape sequences are welcome there (no-color.org). */
export const takesColour = (stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';

/** Prints what happens, for people: 96 columns, times in seconds from the start. */
export class Timeline {
  readonly #write: (text: string) => void;
  readonly #coloured: boolean;
  readonly #startMs = monotonicMs();

  constructor(write: (text: string) => void, coloured: boolean) {
    this.#write = write;
    this.#coloured = coloured;
  }

  line(text = '', style?: Style): void {
    this.#write(`${style === undefined ? text : this.#paint(text, style)}\n`);
  }

  heading(number: number, text: string): void {
    this.line();
    this.line(`${number}  ${text}`, 'bold');
  }

  /** Prints what happened, the earliest first. */
  happenings(list: readonly Happening[]): void {
    for (const happening of [...list].sort((a, b) => a.atMs - b.atMs)) this.#happening(happening);
  }

  /** Lines of a program's own output. */
  quote(lines: readonly string[]): void {
    for (const text of lines) this.line(' '.repeat(INDENT + 2) + text, 'dim');
  }

  verdict(ok: boolean, text: string): void {
    this.line(`${(ok ? '✓' : '✗').padStart(TIME_WIDTH - 2)}  ${text}`, ok ? 'green' : 'red');
  }

  #happening({ atMs, source, text, bad }: Happening): void {
    const time = `${((atMs - this.#startMs) / 1000).toFixed(3).padStart(TIME_WIDTH - 2)}  `;
    const [first = '', ...rest] = wrap(text, WIDTH - INDENT);
    const style = bad ? 'yellow' : COLOURS[source];
    this.line(`${this.#paint(time, 'dim')}${this.#paint(source.padEnd(SOURCE_WIDTH) + first, style)}`);
    for (const more of rest) this.line(' '.repeat(INDENT + 2) + more, style);
  }

  #paint(text: string, style: Style): string {
    return this.#coloured ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
  }
}

/** Breaks at blanks; a word that is too long stays whole. */
function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width - 2) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
