import type { Secret } from '../core/config/secret.ts';
import type { Level, LogEntry } from '../core/daemon/notices.ts';
import type { Clock, Output } from '../core/ports.ts';
import { printableJson } from '../core/text.ts';

/** `journal`: the priority in front, the time is journald's own (sd-daemon(3)). */
export type LogFormat = 'text' | 'journal' | 'json';

/** Priorities of syslog(3). */
const PRIORITIES = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const satisfies Record<Level, number>;

/** In UTF-16 units: a list of everything that is wrong is cut where nobody reads on. */
const LONGEST_LINE = 4000;

/** Writes one line an event to stderr. Secrets never get out: wherever one appears it is replaced. */
export class Log {
  readonly #output: Output;
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #format: LogFormat;
  #verbose = false;
  #secrets: readonly Secret[] = [];
  /** Lines that could not be written since the last one that could. */
  #lost = 0;

  constructor(output: Output, clock: Pick<Clock, 'wallMs'>, format: LogFormat) {
    this.#output = output;
    this.#clock = clock;
    this.#format = format;
  }

  /** Takes over what the settings say. */
  configure(verbose: boolean, ...secrets: readonly Secret[]): void {
    this.#verbose = verbose;
    this.#secrets = secrets;
  }

  write(level: Level, msg: string, fields: LogEntry['fields'] = {}): void {
    if (level === 'debug' && !this.#verbose) return;
    if (this.#lost > 0 && this.#output.stderr(this.#line('warning', describeLost(this.#lost), {}))) this.#lost = 0;
    if (!this.#output.stderr(this.#line(level, msg, fields))) this.#lost += 1;
  }

  entry({ level, msg, fields }: LogEntry): void {
    this.write(level, msg, fields);
  }

  #line(level: Level, msg: string, fields: LogEntry['fields']): string {
    // One line an event, whatever the text holds. Secrets go first: half of one would not be known for one.
    const text = shortened(this.redact(msg.replace(/[\r\n]+/g, ' ')));
    if (this.#format === 'journal') return `<${PRIORITIES[level]}>${text}`;
    const time = new Date(this.#clock.wallMs()).toISOString();
    if (this.#format === 'json') return this.redact(printableJson({ time, level, msg: text, ...fields }));
    return `${time} ${level} ${text}`;
  }

  /** The text with every secret in it replaced, also where it stands as JSON writes it. */
  redact(text: string): string {
    return this.#secrets.reduce((shown, secret) => {
      const inJson = printableJson(secret.reveal()).slice(1, -1);
      return shown.replaceAll(secret.reveal(), secret.toString()).replaceAll(inJson, secret.toString());
    }, text);
  }
}

/** Cut between words, if these are no longer than words are. */
const shortened = (text: string): string =>
  text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE).replace(/ \S{0,100}$/, ' ')}…` : text;

const describeLost = (lines: number): string =>
  `${lines} ${lines === 1 ? 'line' : 'lines'} of the log lost: its reader did not keep up`;
