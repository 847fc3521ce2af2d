import type { Address } from '../../src/core/address/address.ts';
import type { ApiRequest } from '../../src/core/cloudflare/http.ts';
import type { HookSettings } from '../../src/core/config/settings.ts';
import type { Hook } from '../../src/core/notify/message.ts';
import type {
  ApiClient,
  ApiSettings,
  CommandEnd,
  CommandRunner,
  ConnectionSettings,
  Handshake,
  HookClient,
  HttpOutcome,
  ProbeVerdict,
} from '../../src/core/ports.ts';
import type { FakeCloudflare } from './cloudflare.ts';

/** A client whose requests end when they are told to. */
export class FakeApiClient implements ApiClient {
  readonly #cloudflare: FakeCloudflare;
  #inFlight: {
    readonly request: ApiRequest;
    readonly from: Address | null;
    readonly done: (outcome: HttpOutcome) => void;
  }[] = [];
  #probes: { readonly from: Address; readonly done: (verdict: ProbeVerdict) => void }[] = [];
  /** How often there was nothing more to send. */
  rests = 0;
  configured: ApiSettings | null = null;
  certificates: string | null = '/etc/ssl/certs/ca-certificates.crt';
  roots = 142;
  /** What the handshake of a reply showed. */
  tls: Handshake | null = null;

  constructor(cloudflare: FakeCloudflare) {
    this.#cloudflare = cloudflare;
  }

  countRoots(): number {
    return this.roots;
  }

  get inFlight(): readonly ApiRequest[] {
    return this.#inFlight.map(({ request }) => request);
  }

  /** The addresses that requests leave from; null = as the kernel chooses. */
  get leavingFrom(): readonly (Address | null)[] {
    return this.#inFlight.map(({ from }) => from);
  }

  /** The addresses whose verdict is awaited. */
  get probing(): readonly Address[] {
    return this.#probes.map(({ from }) => from);
  }

  send(request: ApiRequest, done: (outcome: HttpOutcome) => void, from: Address | null = null): void {
    this.#inFlight.push({ request, from, done });
  }

  probe(from: Address, done: (verdict: ProbeVerdict) => void): void {
    this.#probes.push({ from, done });
  }

  /** Ends the oldest probe. */
  endProbe(verdict: ProbeVerdict): void {
    const [first, ...others] = this.#probes;
    if (first === undefined) throw new Error('no probe is in flight');
    this.#probes = others;
    first.done(verdict);
  }

  closeConnections(): void {
    this.rests += 1;
    this.#inFlight = [];
  }

  configure(settings: ApiSettings): void {
    this.configured = settings;
    this.#inFlight = [];
  }

  /** Ends the oldest request, by default with the provider's answer. */
  end(outcome?: HttpOutcome): void {
    const [first, ...others] = this.#inFlight;
    if (first === undefined) throw new Error('no request is in flight');
    this.#inFlight = others;
    const reply = { kind: 'replied', reply: this.#cloudflare.answer(first.request) } as const;
    first.done(outcome ?? (this.tls === null ? reply : { ...reply, tls: this.tls }));
  }

  answerAll(): void {
    while (this.#inFlight.length > 0 || this.#probes.length > 0) {
      if (this.#inFlight.length > 0) this.end();
      else this.endProbe('unknown');
    }
  }
}

/** Receivers of notifications whose requests end when they are told to. */
export class FakeHookClient implements HookClient {
  /** What was sent, with the whole URL. */
  readonly sent: (Hook & { readonly url: string })[] = [];
  #inFlight: ((outcome: HttpOutcome) => void)[] = [];
  configured: ConnectionSettings | null = null;

  send({ good, bad }: HookSettings, hook: Hook, done: (outcome: HttpOutcome) => void): void {
    this.sent.push({ ...hook, url: (hook.bad ? bad : good).reveal() + hook.suffix });
    this.#inFlight.push(done);
  }

  configure(settings: ConnectionSettings): void {
    this.configured = settings;
  }

  get inFlight(): number {
    return this.#inFlight.length;
  }

  /** Ends the oldest request with an answer of that status, or with none. */
  end(status: number | null = 200, headers = ''): void {
    const done = this.#inFlight.shift();
    if (done === undefined) throw new Error('no notification is in flight');
    if (status === null) done({ kind: 'unreachable', detail: 'It timed out', sent: true });
    else done({ kind: 'replied', reply: { status, headers, body: '', arrivedMs: 0 } });
  }
}

/** A command that ends when it is told to. */
export class FakeCommandRunner implements CommandRunner {
  command: readonly string[] = ['/bin/tell', '-q'];
  readonly ran: {
    readonly command: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
    readonly limitMs: number;
  }[] = [];
  #running: ((end: CommandEnd) => void)[] = [];

  run(variables: Readonly<Record<string, string>>, limitMs: number, done: (end: CommandEnd) => void): void {
    this.ran.push({ command: this.command, variables, limitMs });
    this.#running.push(done);
  }

  end(end: CommandEnd = { failure: null, output: '' }): void {
    const done = this.#running.shift();
    if (done === undefined) throw new Error('no command is running');
    done(end);
  }
}
