import * as os from 'os';
import * as setup from 'setup';
import * as std from 'std';
import type { Terminal } from '../core/ports.ts';
import { printable } from '../core/text.ts';

const STDIN = 0;

/** Standard input, if it is a terminal, line by line. */
export class SystemTerminal implements Terminal {
  readonly isThere = os.isatty(STDIN);
  #typed = '';
  #isAsking = false;

  ask(prompt: string, hidden: boolean, done: (line: string | null) => void): void {
    // Before the prompt: whoever sees that may type.
    if (hidden) setup.hide(STDIN);
    this.#isAsking = true;
    std.out.puts(printable(prompt));
    std.out.flush();
    os.setReadHandler(STDIN, () => {
      const text = this.#read();
      this.#typed += text;
      if (text !== '' && !text.endsWith('\n')) return;
      const line = text === '' ? null : this.#typed.slice(0, -1);
      // Else the end of the line was not shown.
      this.#close(hidden || line === null);
      done(line);
    });
  }

  leave(): void {
    if (this.#isAsking) this.#close(true);
  }

  #close(endLine: boolean): void {
    os.setReadHandler(STDIN, null);
    setup.show();
    if (endLine) std.out.puts('\n');
    std.out.flush();
    this.#typed = '';
    this.#isAsking = false;
  }

  /** '' = the end, or the terminal is gone. */
  #read(): string {
    try {
      return setup.read(STDIN);
    } catch {
      return '';
    }
  }
}
