import * as http from 'http';
import * as os from 'os';
import * as std from 'std';
import type { ApiRequest } from '../core/cloudflare/http.ts';
import {
  CA_FILES,
  describeTransportFailure,
  MAX_REPLY_BYTES,
  NO_CA_BUNDLE,
  RESOLVER_FAILED,
  remember,
  resolveAs,
} from '../core/cloudflare/transport.ts';
import type { ApiClient, ApiSettings, HttpOutcome } from '../core/ports.ts';
import { exists } from './files.ts';
import { Timer } from './timer.ts';

const READABLE = 1;
const WRITABLE = 2;

/** Sends calls of the API through libcurl, beside everything else that the loop serves. */
export class CurlApiClient implements ApiClient {
  #settings: ApiSettings;
  readonly #userAgent: string;
  readonly #timer = new Timer(() => this.#act(-1, 0));
  readonly #waiting = new Map<number, (transfer: http.Completed) => void>();
  /** Addresses of the API that answered, the latest first: they serve while the resolver is down. */
  #lastGood: readonly string[] = [];
  #multi: http.Multi | null = null;

  constructor(settings: ApiSettings, userAgent: string) {
    this.#settings = settings;
    this.#userAgent = userAgent;
  }

  send(request: ApiRequest, done: (outcome: HttpOutcome) => void): void {
    this.#start(
      request,
      [],
      (transfer) => {
        const fallback = transfer.code === RESOLVER_FAILED ? resolveAs(this.#settings.baseUrl, this.#lastGood) : null;
        if (fallback !== null) this.#start(request, [fallback], (again) => done(outcomeOf(again)), done);
        else done(outcomeOf(transfer));
      },
      done,
    );
  }

  /** @param resolve in place of the resolver's answers
   *  @param refuse runs instead of `done` when nothing can be sent */
  #start(
    { method, path, body }: ApiRequest,
    resolve: readonly string[],
    done: (transfer: http.Completed) => void,
    refuse: (outcome: HttpOutcome) => void,
  ): void {
    const { apiToken, baseUrl, timeoutMs, caPath, httpsProxy, noProxy } = this.#settings;
    const caFile = this.#settings.caFile ?? (caPath === null ? CA_FILES.find(exists) : null);
    if (caFile === undefined && baseUrl.startsWith('https:')) {
      void Promise.resolve().then(() => refuse({ kind: 'unreachable', detail: NO_CA_BUNDLE, sent: false }));
      return;
    }
    this.#multi ??= http.open(
      (fd, interest) => this.#watch(fd, interest),
      (delayMs) => this.#schedule(delayMs),
    );
    const id = http.start(this.#multi, {
      method,
      url: baseUrl + path,
      headers: [
        `Authorization: Bearer ${apiToken.reveal()}`,
        `User-Agent: ${this.#userAgent}`,
        'Accept: application/json',
        ...(body === null ? [] : ['Content-Type: application/json']),
      ],
      body,
      newConnection: method !== 'GET',
      timeoutMs,
      connectTimeoutMs: timeoutMs,
      maxBodyBytes: MAX_REPLY_BYTES,
      caFile: caFile ?? null,
      caPath,
      proxy: httpsProxy?.reveal() ?? null,
      noProxy,
      resolve,
    });
    this.#waiting.set(id, done);
  }

  rest(): void {
    if (this.#multi === null) return;
    http.close(this.#multi);
    this.#multi = null;
    this.#waiting.clear();
    this.#timer.set(null);
    std.gc();
  }

  configure(settings: ApiSettings): void {
    this.rest();
    this.#settings = settings;
    this.#lastGood = [];
  }

  #watch(fd: number, interest: number): void {
    os.setReadHandler(fd, interest & READABLE ? () => this.#act(fd, READABLE) : null);
    os.setWriteHandler(fd, interest & WRITABLE ? () => this.#act(fd, WRITABLE) : null);
  }

  #schedule(delayMs: number): void {
    // At once, but not from inside libcurl's own callback.
    if (delayMs === 0) void Promise.resolve().then(() => this.#act(-1, 0));
    else this.#timer.set(delayMs < 0 ? null : delayMs);
  }

  #act(fd: number, events: number): void {
    if (this.#multi === null) return;
    http.act(this.#multi, fd, events);
    this.#deliver();
  }

  #deliver(): void {
    for (;;) {
      // A listener may have put the client to rest, or to work again.
      const transfer = this.#multi === null ? null : http.completed(this.#multi);
      if (transfer === null) return;
      const done = this.#waiting.get(transfer.id);
      this.#waiting.delete(transfer.id);
      if (transfer.code === 0) this.#lastGood = remember(this.#lastGood, transfer.remoteAddress);
      done?.(transfer);
    }
  }
}

function outcomeOf({ code, detail, status, headers, body, sentBytes, tooLarge }: http.Completed): HttpOutcome {
  if (code === 0) return { kind: 'replied', reply: { status, headers, body } };
  const what = tooLarge ? `the reply is longer than ${MAX_REPLY_BYTES} bytes` : describeTransportFailure(code, detail);
  return { kind: 'unreachable', detail: what, sent: sentBytes > 0 };
}
