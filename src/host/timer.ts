import * as os from 'os';
import * as system from 'system';

/** One timer on CLOCK_BOOTTIME, served by the loop. */
export class Timer {
  readonly #fd: number;

  constructor(listener: () => void) {
    this.#fd = system.timerOpen();
    os.setReadHandler(this.#fd, () => {
      // Nothing to read: it was set anew after it ran out.
      if (system.timerRead(this.#fd) > 0) listener();
    });
  }

  /** Runs the listener once, `delayMs` from now; null = not at all. */
  set(delayMs: number | null): void {
    system.timerSet(this.#fd, delayMs);
  }

  /** Gives its descriptor back; it is not to be set any more. */
  close(): void {
    os.setReadHandler(this.#fd, null);
    os.close(this.#fd);
  }
}
