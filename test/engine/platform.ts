/** What vitest's runner and fast-check expect of their platform beyond the language; imported before they are. */
import * as os from 'os';

class AbortSignal {
  aborted = false;
  reason: unknown = undefined;
}

class AbortController {
  readonly signal = new AbortSignal();
  abort(reason: unknown): void {
    this.signal.aborted = true;
    this.signal.reason = reason;
  }
}

Object.assign(globalThis, {
  AbortController,
  setTimeout: (run: () => void, delayMs = 0): number => os.setTimeout(run, delayMs),
  clearTimeout: (timer: number | undefined): void => {
    if (timer !== undefined) os.clearTimeout(timer);
  },
});
