import { monotonicMs } from '../simulator/log.ts';
import { paint, type Style } from './terminal.ts';

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

const COLOURS = {
  kernel: 'cyan',
  daemon: 'bold',
  api: 'dim',
  record: 'green',
} as const satisfies Record<Source, Style>;

/** Prints what happens, for people: 96 columns, times in seconds from the start. */
export class Timeline {
  readonly #write: (painted: string) => void;
  readonly #startMs = monotonicMs();

  constructor(write: (painted: string) => void) {
    this.#write = write;
  }

  line(text = '', style?: Style): void {
    this.#write(`${style === undefined ? text : paint(text, style)}\n`);
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
    this.line(`${paint(time, 'dim')}${paint(source.padEnd(SOURCE_WIDTH) + first, style)}`);
    for (const more of rest) this.line(' '.repeat(INDENT + 2) + more, style);
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
