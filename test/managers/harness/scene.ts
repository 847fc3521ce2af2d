import { expect } from 'vitest';
import type { Process } from '../../e2e/harness/process.ts';
import { monotonicMs } from '../../simulator/log.ts';
import type { Running } from './managers.ts';
import type { Street } from './street.ts';

/** What was on its way when the world changed is not held against the daemon. */
const GRACE_MS = 1000;

/** The prefix of which addresses are right, from a moment on. */
interface Truth {
  readonly prefix: string;
  readonly sinceMs: number;
}

/** What a situation came to. */
export interface Outcome {
  /** From the cause to the right record; 0 = it was right all the time. */
  readonly seconds: number;
  readonly writes: readonly string[];
  /** Lines of the log that do not tell of a write, nor why there is one. */
  readonly lines: readonly string[];
}

/** Watches what the daemon makes of a situation, and judges it. */
export class Scene {
  readonly street: Street;
  #manager: Running | null = null;
  #daemon: Process | null = null;
  #truths: Truth[] = [];
  #sinceRequest = 0;
  #sinceLine = 0;

  constructor(street: Street) {
    this.street = street;
  }

  /** The cause has come: from now on addresses of the prefix are right, and what the daemon does counts. */
  async begin(prefix: string): Promise<void> {
    this.#sinceRequest = (await this.street.lab.api.requests()).length;
    this.#sinceLine = this.#daemon?.lines.length ?? 0;
    this.now(prefix);
  }

  /** From now on addresses of the prefix are right. */
  now(prefix: string): void {
    this.#truths.push({ prefix, sinceMs: monotonicMs() });
  }

  async manage(): Promise<void> {
    this.#manager = await this.street.manage();
  }

  get daemonPid(): number {
    if (this.#daemon === null) throw new Error('no daemon has been started');
    return this.#daemon.pid;
  }

  async restartManager(): Promise<void> {
    await this.#manager?.restart();
  }

  async startDaemon(): Promise<Process> {
    this.#daemon = await this.street.daemon();
    return this.#daemon;
  }

  async restartDaemon(): Promise<void> {
    const before = this.#daemon;
    before?.signal('SIGTERM');
    await before?.exit;
    this.#sinceLine = 0;
    await (await this.startDaemon()).line(/already right/);
  }

  /** Everything is right for the prefix, with a daemon at work. */
  async settle(prefix: string): Promise<void> {
    await this.street.gateway.serve(prefix);
    await this.manage();
    await this.street.untilComplete(prefix);
    await this.startDaemon();
    await this.untilRight(prefix, 30);
  }

  /** Waits until the record is right. */
  async untilRight(prefix: string, timeoutSec: number): Promise<number> {
    const sinceMs = this.#truths.at(-1)?.sinceMs ?? monotonicMs();
    return this.street.untilRight(prefix, sinceMs, timeoutSec);
  }

  /** The judgement: the record is right, and it never said a wrong address since the beginning. */
  async end(seconds: number): Promise<Outcome> {
    const writes = await this.street.writes(this.#sinceRequest);
    const wrong = writes.filter(({ content, atMs }) => !this.#wasRight(content, atMs)).map(({ content }) => content);
    expect(wrong, 'writes of an address that was not right').toEqual([]);
    const said = this.#daemon?.stderr.slice(this.#sinceLine) ?? [];
    return {
      seconds,
      writes: writes.map(({ content }) => content),
      lines: said.filter((line) => !/: (AAAA|detected) /.test(line)),
    };
  }

  #wasRight(content: string, atMs: number): boolean {
    const before = this.#truths.filter(({ sinceMs }) => sinceMs <= atMs);
    const current = before.at(-1);
    const possible = before.filter((truth) => truth === current || (current && atMs - current.sinceMs < GRACE_MS));
    return possible.some(({ prefix }) => this.street.isRight(content, prefix));
  }
}
