import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { monotonicMs } from '../../simulator/log.ts';
import type { Command } from './namespace.ts';

/** One line of output and when it came, milliseconds on CLOCK_MONOTONIC as in the simulator's log. */
export interface Line {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  readonly atMs: number;
}

export interface Exit {
  /** Exit status; null = ended by a signal. */
  readonly status: number | null;
  readonly atMs: number;
}

const PATIENCE_MS = 30_000;

/** A process whose lines can be awaited. It is killed when ours ends. */
export class Process {
  readonly lines: Line[] = [];
  /** Resolves when the process has ended and all its lines are there. */
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #changes = new EventEmitter().setMaxListeners(0);

  /** @param environment all of it: nothing is inherited */
  constructor([program, ...parameters]: Command, environment: Readonly<Record<string, string>>) {
    const child = spawn(program, parameters, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[stream] }).on('line', (text) => {
        this.lines.push({ stream, text, atMs: monotonicMs() });
        this.#changes.emit('change');
      });
    }
    this.exit = once(child, 'close').then(([status]) => ({ status, atMs: monotonicMs() }));
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`${this.#child.spawnfile} did not start`);
    return pid;
  }

  get stdout(): string[] {
    return this.lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text);
  }

  get stderr(): string[] {
    return this.lines.filter(({ stream }) => stream === 'stderr').map(({ text }) => text);
  }

  /** The first line that matches after the first `since` ones (default: of all), once it is there.
   *  @throws Error with all lines when it does not come in time or before the end */
  line(pattern: RegExp, { since = 0, timeoutMs = PATIENCE_MS } = {}): Promise<Line> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.lines.slice(since).find(({ text }) => pattern.test(text));
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const fail = (when: string): void => {
        stop();
        reject(new Error(`no line matched ${pattern} ${when}:\n${this.transcript()}`));
      };
      const timer = setTimeout(() => fail(`within ${timeoutMs} ms`), timeoutMs);
      const stop = (): void => {
        clearTimeout(timer);
        this.#changes.off('change', look);
      };
      this.#changes.on('change', look);
      look();
      // All lines have been looked at by then; after a success this changes nothing.
      void this.exit.then(({ status }) => fail(`before it ended with status ${status}`));
    });
  }

  transcript(): string {
    return this.lines.map(({ stream, text }) => `${stream === 'stdout' ? '>' : ' '} ${text}`).join('\n');
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exit;
  }
}
