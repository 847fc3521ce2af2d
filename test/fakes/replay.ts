import type { Address } from '../../src/core/address/address.ts';
import { NLMSG_DONE, NLMSG_ERROR, NLMSG_HDRLEN } from '../../src/core/wire/constants.ts';
import { DatagramReader } from '../../src/core/wire/framing.ts';
import { parseTrace, socketName, type TraceEvent } from '../../src/core/wire/trace.ts';
import { Engine } from '../../src/shell/engine.ts';
import { FakeCloudflare } from './cloudflare.ts';
import { FakeHost, settingsFor } from './host.ts';
import type { FakeSocket } from './ports.ts';
import { readRequest } from './rtnetlink.ts';
import { record, recordSettings, ZONE } from './samples.ts';

/** Lines of one socket so close together count as read in one go: their messages are there before the daemon acts. */
const DRAIN_MS = 5;

/** How long the daemon is watched after the last line: longer than the wait after a loss. */
const EPILOGUE_MS = 5_000;

const NAME = 'home.example.com';

export interface ReplayOptions {
  /** What the record says in the beginning; null = there is none. */
  readonly published?: Address | null;
  /** Names of the interfaces whose addresses may be published; null = any but loopback. */
  readonly interfaces?: readonly string[] | null;
}

/** What became of a trace. Times are milliseconds since its first line. */
export interface Timeline {
  /** What the record said from when on, as far as the daemon wrote it. */
  readonly writes: readonly { readonly atMs: number; readonly address: string }[];
  /** The daemon's log, each line with the priority of syslog(3) in front. */
  readonly log: readonly { readonly atMs: number; readonly line: string }[];
  /** When that was done which a comment "# MILLISECONDS TEXT" in the trace tells. @throws Error when none matches */
  at(done: RegExp): number;
}

/** Plays a machine's trace (IPV6DDNS_TRACE, src/core/wire/trace.ts) to a daemon with the default settings, whose API
 *  answers at once.
 *  @throws Error when the trace does not fit the daemon: one answers what the other never asked */
export function replay(text: string, options: ReplayOptions = {}): Timeline {
  const player = new Player(text, options);
  player.run();
  return player;
}

class Player implements Timeline {
  readonly writes: { atMs: number; address: string }[] = [];
  readonly log: { atMs: number; line: string }[] = [];
  readonly #events: readonly TraceEvent[];
  readonly #marks: readonly { readonly atMs: number; readonly text: string }[];
  readonly #startMs: number;
  readonly #cloudflare = new FakeCloudflare();
  readonly #host = new FakeHost(this.#cloudflare);
  readonly #engine: Engine;
  /** By socket: the numbers of running dumps as the trace has them, and as the daemon has them now. */
  readonly #sequences = new Map<FakeSocket, Map<number, number>>();

  constructor(text: string, { published = null, interfaces = null }: ReplayOptions) {
    this.#events = parseTrace(text);
    this.#startMs = this.#events[0]?.atMs ?? 0;
    this.#marks = [...text.matchAll(/^# (\d+(?:\.\d+)?) (.*)$/gm)].map(([, atMs, mark = '']) => {
      return { atMs: Number(atMs) - this.#startMs, text: mark };
    });
    this.#cloudflare.addZone(ZONE, 'example.com');
    if (published !== null) this.#cloudflare.put(NAME, record('r1', published));
    this.#host.kernel.refusal = null;
    const settings = settingsFor([recordSettings(NAME, { interfaces })]);
    this.#engine = new Engine(this.#host, this.#host.log, settings, false);
  }

  at(done: RegExp): number {
    const mark = this.#marks.find(({ text }) => done.test(text));
    if (mark === undefined) throw new Error(`the trace tells nothing like ${done}`);
    return mark.atMs;
  }

  run(): void {
    this.#engine.start();
    for (let next = 0; next < this.#events.length; ) next = this.#play(next);
    this.#pass(EPILOGUE_MS);
    for (const { options, sent } of this.#host.kernel.sockets.filter(({ isOpen }) => isOpen)) {
      if (sent.length > 0) throw new Error(`no answer in the trace to a request on ${socketName(options.groups)}`);
    }
  }

  /** Plays the events that belong together. @returns the index of the next one */
  #play(first: number): number {
    const event = this.#events[first];
    if (event === undefined) return first + 1;
    const afterMs = Math.max(0, event.atMs - this.#startMs - this.#host.clock.nowMs());
    if (event.kind === 'jump') {
      this.#host.clock.suspend(afterMs);
      this.#settle();
      return first + 1;
    }
    this.#pass(afterMs);
    const socket = this.#socket(event.socket);
    const arrivals: (Uint8Array | 'overrun' | 'broken')[] = [];
    let next = first;
    for (let own: TraceEvent | undefined = event; own !== undefined; own = this.#events[next]) {
      if (own.kind === 'jump' || own.socket !== event.socket || own.atMs - event.atMs > DRAIN_MS) break;
      const question = own.kind === 'datagram' ? this.#newQuestion(socket, own.bytes) : null;
      // It was asked before this could be read, and may have been asked because of what was read before.
      if (question !== null && next > first) break;
      if (question !== null) this.#answer(socket, question);
      arrivals.push(own.kind === 'datagram' ? this.#renumber(socket, own.bytes) : own.kind);
      next += 1;
    }
    socket.arrive(...arrivals);
    this.#settle();
    return next;
  }

  #pass(durationMs: number): void {
    this.#host.clock.pass(durationMs, () => this.#settle());
  }

  /** Everything that the daemon asks of the API is answered, what it says and does is noted. */
  #settle(): void {
    const atMs = this.#host.clock.nowMs();
    const { api } = this.#host;
    while (api.inFlight.length > 0 || api.probing.length > 0) {
      // How the world routes is not in a trace.
      if (api.probing.length > 0) {
        api.endProbe('unknown');
        continue;
      }
      const { writes } = this.#cloudflare;
      api.end();
      const [address] = this.#cloudflare.contentsOf(NAME);
      if (this.#cloudflare.writes > writes && address) this.writes.push({ atMs, address });
    }
    this.log.push(...this.#host.output.err.splice(0).map((line) => ({ atMs, line })));
  }

  #socket(name: string): FakeSocket {
    const found = this.#host.kernel.sockets.findLast(
      ({ isOpen, options }) => isOpen && socketName(options.groups) === name,
    );
    if (found === undefined) throw new Error(`the daemon has no socket ${name} open`);
    return found;
  }

  /** The number of the request that the datagram is the first to answer; null = of none. */
  #newQuestion(socket: FakeSocket, datagram: Uint8Array): number | null {
    let question: number | null = null;
    for (const reader = new DatagramReader().open(datagram); reader.next(); ) {
      const { sequence } = reader;
      if (sequence !== 0 && !this.#sequences.get(socket)?.has(sequence)) question ??= sequence;
    }
    return question;
  }

  /** What has that number in the trace is the answer to the oldest request without one. */
  #answer(socket: FakeSocket, question: number): void {
    const request = socket.sent.shift();
    if (request === undefined) throw new Error(`request ${question} of the trace was not made`);
    const known = this.#sequences.get(socket) ?? new Map<number, number>();
    this.#sequences.set(socket, known.set(question, readRequest(request).sequence));
  }

  #renumber(socket: FakeSocket, datagram: Uint8Array): Uint8Array {
    const bytes = datagram.slice();
    const known = this.#sequences.get(socket);
    for (const reader = new DatagramReader().open(bytes); reader.next(); ) {
      const { type, sequence } = reader;
      reader.words[(reader.body - NLMSG_HDRLEN + SEQUENCE_AT) >> 2] = known?.get(sequence) ?? 0;
      // A daemon that was started anew, as in a trace put together of two, counts from the beginning again.
      if (type === NLMSG_DONE || type === NLMSG_ERROR) known?.delete(sequence);
    }
    return bytes;
  }
}

/** struct nlmsghdr: u32 length, u16 type, u16 flags, u32 sequence, u32 port. */
const SEQUENCE_AT = 8;
