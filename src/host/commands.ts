import * as os from 'os';
import * as spawn from 'spawn';
import type { CommandEnd, CommandRunner } from '../core/ports.ts';
import { messageOf } from './errors.ts';

const GONE: CommandEnd = { failure: 'the processes that run it have ended: restart ipv6ddns', output: '' };

/** Runs a command through the helper, which is started here: before the process confines itself. */
export class HelperCommands implements CommandRunner {
  readonly command: readonly string[];
  readonly #fd: number;
  /** What is running, then what waits for it. */
  #waiting: readonly ((end: CommandEnd) => void)[] = [];

  /** @param inherited variables that every run gets, `NAME=value` */
  constructor(command: readonly string[], inherited: readonly string[]) {
    this.command = command;
    this.#fd = spawn.open(command, inherited);
    os.setReadHandler(this.#fd, () => this.#ended());
  }

  run(variables: Readonly<Record<string, string>>, limitMs: number, done: (end: CommandEnd) => void): void {
    try {
      spawn.request(
        this.#fd,
        Object.entries(variables).map(([name, value]) => `${name}=${value}`),
        limitMs,
      );
      this.#waiting = [...this.#waiting, done];
    } catch (error) {
      const end = (error as { code?: unknown }).code === 'EPIPE' ? GONE : { failure: messageOf(error), output: '' };
      void Promise.resolve().then(() => done(end));
    }
  }

  #ended(): void {
    try {
      const end = spawn.result(this.#fd);
      if (end === null) return;
      const [first, ...others] = this.#waiting;
      this.#waiting = others;
      first?.({ failure: describe(end), output: end.output.trim() });
    } catch {
      os.setReadHandler(this.#fd, null);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const done of waiting) done(GONE);
    }
  }
}

function describe({ error, status, signal, timedOut, lost }: spawn.Ended): string | null {
  if (lost) return 'the process that ran it has died, and has been replaced';
  if (error !== null) return `it cannot be run: ${error}`;
  if (timedOut) return 'it did not end in time and was killed (setting "timeout")';
  if (signal !== 0) return `it ended on signal ${signal}`;
  return status === 0 ? null : `it ended with status ${status}`;
}
