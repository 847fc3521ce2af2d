import { backoffMs } from '../daemon/backoff.ts';
import type { LogEntry } from '../daemon/notices.ts';
import { earliest } from '../time.ts';
import type { Fact } from './facts.ts';
import { type Item, type Message, newMessage } from './message.ts';

/** How long one message waits for the names that are still being written. */
export const GATHER_MS = 10_000;

/** How long a receiver is tried; then it will not be told. */
export const GIVE_UP_MS = 3_600_000;

/** What one receiver was told, and when it is its turn again. There is no queue: what is to be told is the difference
 *  between the facts and what it was told, so the newest facts win, and nothing is told twice.
 *  Everything is decided by what is passed in; times are milliseconds on CLOCK_BOOTTIME. */
export class Delivery {
  /** When `next` has to be asked again; null = after another step or at the end of a message. */
  dueMs: number | null = null;
  readonly #receiver: string;
  readonly #told = new Map<string, Fact>();
  readonly #heartbeatMs: number | null;
  #heartbeatAtMs: number | null;
  /** The names and facts of the message in flight; null = none is. */
  #inFlight: ReadonlyMap<string, Fact> | null = null;
  #failures = 0;
  #failingSinceMs = 0;
  #retryAtMs = 0;

  /** @param receiver what the log calls it; holds no secret
   *  @param heartbeatMs the longest time without a message; null = there need not be any
   *  @param facts known before: a new receiver is told of errors, but not of changes of the past */
  constructor(receiver: string, heartbeatMs: number | null, facts: ReadonlyMap<string, Fact>, nowMs: number) {
    this.#receiver = receiver;
    this.#heartbeatMs = heartbeatMs;
    this.#heartbeatAtMs = heartbeatMs === null ? null : nowMs + GATHER_MS;
    this.#adopt(facts);
  }

  /** The message that is to be sent now, in flight from then on; null = none.
   *  @param busy more may follow at once */
  next(facts: ReadonlyMap<string, Fact>, busy: boolean, nowMs: number): Message | null {
    this.dueMs = null;
    this.#adopt(facts);
    if (this.#inFlight !== null) return null;
    const news = [...facts].filter(([name, fact]) => this.#itemOf(name, fact) !== null);
    const newsMs = earliest(...news.map(([, { sinceMs }]) => sinceMs));
    const atMs = earliest(newsMs === null || !busy ? newsMs : newsMs + GATHER_MS, this.#heartbeatAtMs);
    if (atMs === null) return null;
    this.dueMs = Math.max(atMs, this.#retryAtMs);
    if (nowMs < this.dueMs) return null;
    this.dueMs = null;
    this.#inFlight = new Map(news);
    const failing = [...facts].filter(([, { error }]) => error !== null);
    const heartbeat = news.length === 0;
    const items = (heartbeat ? failing : news).map(([name, fact]) => this.#itemOf(name, fact) ?? itemOf(name, fact));
    return newMessage(items, failing.length, heartbeat);
  }

  /** The message in flight has arrived, or why it has not.
   *  @param imposedMs the wait that the receiver asked for, at least 0
   *  @param draw uniform in [0, 1)
   *  @returns what to log of it */
  settled(failure: string | null, imposedMs: number, nowMs: number, draw: number): LogEntry {
    const sent = this.#inFlight ?? new Map<string, Fact>();
    this.#inFlight = null;
    if (failure === null) return this.#arrived(sent, nowMs);
    if (this.#failures === 0) this.#failingSinceMs = nowMs;
    this.#failures += 1;
    this.#retryAtMs = nowMs + Math.max(backoffMs(this.#failures, draw), Math.min(imposedMs, GIVE_UP_MS));
    const late = [...sent].filter(([, fact]) => nowMs - Math.max(fact.sinceMs, this.#failingSinceMs) >= GIVE_UP_MS);
    for (const [name, fact] of late) this.#tell(name, fact);
    const what = `${this.#receiver} could not be told: ${failure}`;
    if (late.length > 0) return entry('warning', `${what}. Given up after an hour; what is new will be tried again.`);
    if (this.#failures === 1) return entry('warning', `${what}. It is tried again for an hour, and ever more slowly.`);
    return entry('debug', `${what} (failure ${this.#failures})`);
  }

  #arrived(sent: ReadonlyMap<string, Fact>, nowMs: number): LogEntry {
    for (const [name, fact] of sent) this.#tell(name, fact);
    const failures = this.#failures;
    this.#failures = 0;
    this.#retryAtMs = 0;
    this.#heartbeatAtMs = this.#heartbeatMs === null ? null : nowMs + this.#heartbeatMs;
    return failures === 0
      ? entry('debug', `${this.#receiver} was told`)
      : entry('notice', `${this.#receiver} can be told again`);
  }

  /** The record may have been read for the first time while the message was on its way. */
  #tell(name: string, fact: Fact): void {
    const address = fact.address === undefined ? this.#told.get(name)?.address : fact.address;
    this.#told.set(name, { ...fact, address });
  }

  /** What a name was first found to say is no news. */
  #adopt(facts: ReadonlyMap<string, Fact>): void {
    for (const [name, fact] of facts) {
      const told = this.#told.get(name);
      if (told === undefined) this.#told.set(name, { ...fact, error: null });
      else if (told.address === undefined && fact.address !== undefined)
        this.#told.set(name, { ...told, address: fact.address });
    }
    if (this.#told.size === facts.size) return;
    for (const name of this.#told.keys()) if (!facts.has(name)) this.#told.delete(name);
  }

  /** What the receiver is yet to be told of the name; null = nothing. */
  #itemOf(name: string, fact: Fact): Item | null {
    const told = this.#told.get(name);
    if (told === undefined || fact === told) return null;
    const previous = told.address ?? null;
    if (fact.error !== null && told.error === null) return { ...itemOf(name, fact), previous };
    if (fact.error === null && told.error !== null) return { ...itemOf(name, fact), event: 'recovery', previous };
    if (fact.address === told.address) return null;
    return { ...itemOf(name, fact), event: 'change', previous };
  }
}

const itemOf = (name: string, { address = null, error }: Fact): Item => ({
  event: 'error',
  name,
  address,
  previous: address,
  error,
});

const entry = (level: LogEntry['level'], msg: string): LogEntry => ({ level, msg, fields: {} });
