/** Threads that try mutants. One in which a test never gives control back is ended, and so is one that dies. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Survey, Trial, Verdict, WorkerInput } from './worker.ts';

const POLL_MS = 200;
/** The thread ends a late test by itself where it still can. */
const SLACK_MS = 1_000;
/** More than the largest test needs tenfold; a mutant that fills the memory ends at it. */
const HEAP_MIB = 1024;

class Thread {
  readonly #worker: Worker;
  readonly #shown: Int32Array;

  constructor(program: URL, script: string) {
    const progress = new SharedArrayBuffer(4);
    this.#shown = new Int32Array(progress);
    const workerData: WorkerInput = { script, progress };
    this.#worker = new Worker(program, { workerData, resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } });
  }

  /** @param limitsMs for each test of a trial
   *  @throws Error when one does not end, or the thread dies */
  async ask<Answer>(question: 'survey' | Trial, limitsMs: readonly number[]): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<Answer>((resolve, reject) => {
      timer = this.#watch(limitsMs, () => reject(new Error('it does not end')));
      this.#worker.removeAllListeners();
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
      this.#worker.once('exit', (status) => reject(new Error(`the thread ended with ${status}`)));
      this.#worker.postMessage(question);
    });
    return answer.finally(() => clearInterval(timer));
  }

  /** Calls when the same test has run for longer than it may. */
  #watch(limitsMs: readonly number[], onLate: () => void): NodeJS.Timeout {
    let place = -1;
    let sinceMs = performance.now();
    return setInterval(() => {
      const now = Atomics.load(this.#shown, 0);
      if (now !== place) sinceMs = performance.now();
      place = now;
      const limitMs = limitsMs[place] ?? Number.POSITIVE_INFINITY;
      if (performance.now() - sinceMs > SLACK_MS + limitMs) onLate();
    }, POLL_MS);
  }

  end(): void {
    this.#worker.removeAllListeners();
    void this.#worker.terminate();
  }
}

export class Pool {
  readonly #program: URL;
  readonly #script: string;

  /** @param program what a thread runs: worker.ts, bundled @param script of a Bundle */
  constructor(program: URL, script: string) {
    this.#program = program;
    this.#script = script;
  }

  async survey(): Promise<Survey> {
    const thread = new Thread(this.#program, this.#script);
    try {
      return await thread.ask<Survey>('survey', []);
    } finally {
      thread.end();
    }
  }

  /** Tries them all, as many at a time as there are processors. */
  async judge(trials: readonly Trial[], tell: (verdict: Verdict) => void): Promise<void> {
    const waiting = trials.values();
    const threads = Array.from({ length: Math.min(availableParallelism(), trials.length) }, async () => {
      let thread = new Thread(this.#program, this.#script);
      for (const trial of waiting) {
        try {
          const limitsMs = [...trial.running, ...trial.starting].map(({ limitMs }) => limitMs);
          tell(await thread.ask<Verdict>(trial, limitsMs));
        } catch (error) {
          thread.end();
          thread = new Thread(this.#program, this.#script);
          tell({ mutant: trial.mutant, killedBy: String(error) });
        }
      }
      thread.end();
    });
    await Promise.all(threads);
  }
}
