import { type Address, addressBytes } from '../../src/core/address/address.ts';
import type {
  Clock,
  Files,
  Kernel,
  KernelSocket,
  KernelSocketOptions,
  Output,
  ServiceManagerSocket,
  SignalName,
  Signals,
  StateFileProblem,
  StateFiles,
} from '../../src/core/ports.ts';
import { failed, ok, type Result } from '../../src/core/result.ts';

/** A clock that goes on when it is told to, and rings on the way. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #bootWallMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  #alarmMs: number | null = null;
  #onAlarm = (): void => {};
  #onJump = (): void => {};
  /** What random draws give. */
  chance = 0.5;

  /** When it rings next. */
  get alarmMs(): number | null {
    return this.#alarmMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#bootWallMs + this.#nowMs;
  }

  /** Sets the wall clock, without a word to anybody. */
  setWall(wallMs: number): void {
    this.#bootWallMs = wallMs - this.#nowMs;
  }

  draw(): number {
    return this.chance;
  }

  setAlarm(atMs: number | null): void {
    this.#alarmMs = atMs;
  }

  onAlarm(listener: () => void): void {
    this.#onAlarm = listener;
  }

  onJump(listener: () => void): void {
    this.#onJump = listener;
  }

  /** Lets time pass. @throws Error when an alarm rings again and again at the same instant */
  pass(durationMs: number, afterRing: () => void = () => {}): void {
    const endMs = this.#nowMs + durationMs;
    let rings = 0;
    while (this.#alarmMs !== null && this.#alarmMs <= endMs) {
      rings = this.#alarmMs <= this.#nowMs ? rings + 1 : 0;
      if (rings > 100) throw new Error('the alarm rings without end');
      this.#nowMs = Math.max(this.#nowMs, this.#alarmMs);
      this.#alarmMs = null;
      this.#onAlarm();
      afterRing();
    }
    this.#nowMs = endMs;
  }

  /** The machine sleeps: no alarm rings until it is awake again. */
  suspend(durationMs: number): void {
    this.#nowMs += durationMs;
    this.#onJump();
  }
}

/** Text files in memory. */
export class FakeFiles implements Files {
  readonly texts = new Map<string, string>();

  read(path: string): ReturnType<Files['read']> {
    const text = this.texts.get(path);
    return text === undefined ? failed({ kind: 'missing', detail: 'No such file or directory' }) : ok(text);
  }

  /** Makes these the machine's addresses as polling sees them, permanent and all on eth0. */
  setAddresses(...addresses: readonly Address[]): void {
    const hex = (own: Address) =>
      addressBytes(own)
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('');
    this.texts.set('/proc/self/net/if_inet6', addresses.map((own) => `${hex(own)} 02 40 00 80     eth0\n`).join(''));
  }
}

export class FakeOutput implements Output {
  readonly out: string[] = [];
  readonly err: string[] = [];
  /** Whoever reads stderr does not keep up. */
  stalled = false;

  stdout(line: string): void {
    this.out.push(line);
  }

  stderr(line: string): boolean {
    if (!this.stalled) this.err.push(line);
    return !this.stalled;
  }
}

export class FakeSignals implements Signals {
  #listener: (signal: SignalName) => void = () => {};

  onSignal(listener: (signal: SignalName) => void): void {
    this.#listener = listener;
  }

  raise(signal: SignalName): void {
    this.#listener(signal);
  }
}

/** Files in memory that count how often each was written. */
export class FakeStateFiles implements StateFiles {
  readonly texts = new Map<string, string>();
  writes = 0;
  /** Why nothing can be written; null = it can. */
  refusal: string | null = null;
  /** Process that keeps every file; null = we may. */
  keeper: number | null = null;
  readonly #own = new Map<string, string>();

  replace(path: string, text: string): Result<null, StateFileProblem> {
    if (this.keeper !== null) return failed({ kind: 'kept', pid: this.keeper });
    if (this.refusal !== null) return failed({ kind: 'failed', detail: this.refusal });
    this.texts.set(path, text);
    this.#own.set(path, text);
    this.writes += 1;
    return ok(null);
  }

  remove(path: string): void {
    if (this.texts.get(path) === this.#own.get(path)) this.texts.delete(path);
    this.#own.delete(path);
  }
}

/** A service manager that keeps what it is told. */
export class FakeServiceManagerSocket implements ServiceManagerSocket {
  readonly messages: string[] = [];
  /** Why nothing can be sent; null = it can. */
  refusal: string | null = null;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  send(message: string): Result<null, string> {
    if (this.refusal !== null) return failed(this.refusal);
    this.messages.push(message);
    return ok(null);
  }

  monotonicMs(): number {
    return this.#clock.nowMs();
  }
}

/** A socket with what the test puts into it. */
export class FakeSocket implements KernelSocket {
  readonly options: KernelSocketOptions;
  readonly sent: ArrayBuffer[] = [];
  #received: ReturnType<KernelSocket['receive']>[] = [];
  isOpen = true;
  /** Why nothing can be sent; null = it can. */
  refusal: string | null = null;

  constructor(options: KernelSocketOptions) {
    this.options = options;
  }

  send(request: ArrayBuffer): Result<null, string> {
    if (this.refusal !== null) return failed(this.refusal);
    this.sent.push(request);
    return ok(null);
  }

  receive(): ReturnType<KernelSocket['receive']> {
    return this.#received.shift() ?? ok([]);
  }

  close(): void {
    this.isOpen = false;
  }

  /** The kernel has something to say; datagrams that follow on each other are read at once. */
  arrive(...received: readonly (Uint8Array | 'overrun' | 'broken')[]): void {
    let datagrams: Uint8Array[] = [];
    for (const what of received) {
      if (typeof what === 'string') {
        this.#received.push(failed({ kind: what, detail: `it is ${what}` }));
        datagrams = [];
      } else {
        if (datagrams.length === 0) this.#received.push(ok(datagrams));
        datagrams.push(what);
      }
    }
    if (this.isOpen) this.options.onReadable();
  }
}

/** A kernel that opens sockets, or refuses to. */
export class FakeKernel implements Kernel {
  readonly sockets: FakeSocket[] = [];
  /** Why no socket can be opened; null = it can. */
  refusal: string | null = null;

  open(options: KernelSocketOptions): Result<KernelSocket, string> {
    if (this.refusal !== null) return failed(this.refusal);
    const socket = new FakeSocket(options);
    this.sockets.push(socket);
    return ok(socket);
  }
}
