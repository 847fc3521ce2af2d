import { EventEmitter } from 'node:events';
import type { RequestMatch } from './faults.ts';
import { matches } from './faults.ts';

/** One request as it arrived. Times are CLOCK_MONOTONIC in milliseconds, comparable with other processes of the
 *  machine (clock_gettime(2)). */
export interface RequestEntry {
  /** 1 for the first request, without gaps. */
  readonly sequence: number;
  /** 1 for the first connection that was accepted. */
  readonly connection: number;
  /** TCP connection accepted. */
  readonly connectedMs: number;
  /** First decrypted byte of this request. */
  readonly firstByteMs: number;
  /** Whole request, body included. */
  readonly completeMs: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names; credentials are replaced, a known token by its id. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON, else the text; null = no body. */
  readonly body: unknown;
  /** `kind` of the fault that struck. */
  readonly fault: string | null;
  /** Status of the reply; null = none (yet). */
  status: number | null;
  /** Reply handed to the kernel, or the connection lost; null = not yet. */
  endedMs: number | null;
}

export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** All requests, and the means to wait for what they do. */
export class RequestLog {
  readonly entries: RequestEntry[] = [];
  readonly #changes = new EventEmitter().setMaxListeners(0);

  add(entry: Omit<RequestEntry, 'sequence' | 'status' | 'endedMs'>): RequestEntry {
    const added: RequestEntry = { ...entry, sequence: this.entries.length + 1, status: null, endedMs: null };
    this.entries.push(added);
    this.notify();
    return added;
  }

  end(entry: RequestEntry, status: number | null): void {
    entry.status = status;
    entry.endedMs = monotonicMs();
    this.notify();
  }

  /** Lets those who wait look again. */
  notify(): void {
    this.#changes.emit('change');
  }

  /** The first request after `since` that matches, once it has come.
   *  @throws Error after `timeoutMs` */
  next(match: RequestMatch, since: number, timeoutMs: number): Promise<RequestEntry> {
    const find = (): RequestEntry | undefined =>
      this.entries.slice(since).find((entry) => matches(match, entry.method, entry.path));
    return this.until(find, timeoutMs, () => `no request matched ${JSON.stringify(match)} after request ${since}`);
  }

  /** What `find` finds, looked for now and whenever a request comes, is carried out or ends.
   *  @throws Error after `timeoutMs` with the text of `describe` */
  until<T>(find: () => T | undefined, timeoutMs: number, describe: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        const found = find();
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`${describe()} within ${timeoutMs} ms`));
      }, timeoutMs).unref();
      const stop = (): void => {
        clearTimeout(timer);
        this.#changes.off('change', settle);
      };
      this.#changes.on('change', settle);
      settle();
    });
  }
}
