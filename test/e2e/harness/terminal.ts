import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from './namespace.ts';

const PATIENCE_MS = 30_000;

/** A program on a pseudo-terminal, made by script(1): what is typed, and what is to be seen. It is killed when ours ends. */
export class Terminal {
  /** Everything that was to be seen so far. */
  screen = '';
  /** Resolves to the exit status when the program has ended. */
  readonly exit: Promise<number | null>;
  readonly #child: ChildProcess;
  #read = 0;
  #onChange = (): void => {};

  /** @param enter what stands before script(1), such as nsenter(1)
   *  @param program a line for the shell */
  constructor(enter: (command: Command) => Command, program: string, environment: Readonly<Record<string, string>>) {
    const script: Command = ['setpriv', '--pdeathsig', 'KILL', 'script', '-qefc', program, '-E', 'always', '/dev/null'];
    const [first, ...others] = enter(script);
    const child = spawn(first, others, { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.screen += text.replaceAll('\r\n', '\n');
      this.#onChange();
    });
    this.exit = once(child, 'close').then(([status]) => status);
    void this.exit.then(() => this.#onChange());
  }

  /** Resolves when this text is to be seen, after what was waited for before.
   *  @throws Error with the screen when it does not come in time, or before the end */
  async shows(text: string): Promise<void> {
    let ended = false;
    void this.exit.then(() => {
      ended = true;
    });
    const timer = setTimeout(() => {
      ended = true;
      this.#onChange();
    }, PATIENCE_MS);
    try {
      for (;;) {
        const at = this.screen.indexOf(text, this.#read);
        if (at >= 0) {
          this.#read = at + text.length;
          return;
        }
        if (ended) throw new Error(`"${text}" did not come:\n${this.screen}`);
        await new Promise<void>((resolve) => {
          this.#onChange = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Types a line once the prompt is to be seen. */
  async answer(prompt: string, line: string): Promise<void> {
    await this.shows(prompt);
    this.type(`${line}\n`);
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exit;
  }
}
