import * as http from 'http';
import * as os from 'os';
import * as std from 'std';
import type { Address } from '../core/address/address.ts';
import { CA_FILES, MAX_REPLY_BYTES, NO_CA_BUNDLE, RESOLVER_FAILED } from '../core/cloudflare/transport.ts';
import { describeTransportFailure, type Target } from '../core/cloudflare/unreached.ts';
import { CONNECT_LIMIT_MS, resolveEntry, USUAL, type Way } from '../core/cloudflare/ways.ts';
import { proxyFor } from '../core/config/no-proxy.ts';
import { proxyOrigin } from '../core/config/proxy.ts';
import type { ConnectionSettings, HttpOutcome } from '../core/ports.ts';
import { exists } from './files.ts';
import { countRoots } from './roots.ts';
import { Timer } from './timer.ts';

const READABLE = 1;
const WRITABLE = 2;

export type TransferRequest = Pick<http.TransferOptions, 'method' | 'url' | 'headers' | 'body'>;

/** How to get to the server. */
export interface Route {
  /** The own IPv6 address to leave from, over IPv6 alone; null = as the kernel chooses. */
  readonly from: Address | null;
  readonly way: Way;
  /** How long it may take until the request can be sent. */
  readonly connectLimitMs: number;
  /** A kept connection does not do. */
  readonly isNew: boolean;
}

/** As the resolver says and the kernel chooses. */
export const ANY_ROUTE: Route = { from: null, way: USUAL, connectLimitMs: CONNECT_LIMIT_MS, isNew: false };

/** How often libcurl goes on at once, before the loop comes round to everybody else: as often as a request needs. */
const HASTE = 4;

/** Data that is not acknowledged for so long is lost: time for five repetitions. */
const LOST_AFTER_MS = 6_000;

export interface TransferEnd {
  readonly outcome: HttpOutcome;
  /** CURLcode; 0 = a whole reply arrived. */
  readonly code: number;
  /** Numeric address of the server, '' = none was reached. */
  readonly remoteAddress: string;
}

interface Waiting extends Omit<Target, 'now'> {
  readonly done: (end: TransferEnd) => void;
}

/** HTTP requests through libcurl, beside everything else that the loop serves. */
export class Transfers {
  #settings: ConnectionSettings;
  readonly #userAgent: string;
  #timer: Timer | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #multi: http.Multi | null = null;
  #hasteLeft = HASTE;

  constructor(settings: ConnectionSettings, userAgent: string) {
    this.#settings = settings;
    this.#userAgent = userAgent;
  }

  /** The bundle or folder of root certificates that counts; null = none was found. */
  get certificates(): string | null {
    const { caFile, caPath } = this.#settings;
    return caFile ?? caPath ?? CA_FILES.find(exists) ?? null;
  }

  countRoots(): number {
    const { caFile, caPath } = this.#settings;
    return countRoots(caFile ?? (caPath === null ? this.certificates : null), caPath);
  }

  /** Sends a request; `done` runs once, never before this returns. Connections are kept for what GET asks for. */
  start(request: TransferRequest, route: Route, done: (end: TransferEnd) => void): void {
    const { timeoutMs, caFile, caPath, httpsProxy, noProxy } = this.#settings;
    const { certificates } = this;
    if (certificates === null && request.url.startsWith('https:')) {
      const outcome = { kind: 'unreachable', detail: NO_CA_BUNDLE, sent: false } as const;
      void Promise.resolve().then(() => done({ outcome, code: -1, remoteAddress: '' }));
      return;
    }
    const options = {
      ...request,
      ...routeOptions(request.url, route),
      headers: [`User-Agent: ${this.#userAgent}`, ...request.headers],
      newConnection: request.method !== 'GET' || route.from !== null || route.isNew,
      connectOnly: false,
      timeoutMs,
      connectTimeoutMs: Math.min(timeoutMs, route.connectLimitMs),
      maxBodyBytes: MAX_REPLY_BYTES,
      caFile: caFile ?? (caPath === null ? certificates : null),
      caPath,
      // Not null: libcurl would look for variables of its own, which nobody has read as secrets.
      proxy: proxyFor(request.url, httpsProxy?.reveal() ?? null, noProxy) ?? '',
      noProxy: '',
    };
    this.#begin(options, done);
  }

  /** Connects over TCP, sends nothing and closes; `done` runs once, never before this returns. */
  connect(url: string, route: Route, done: (end: TransferEnd) => void): void {
    const nothing = { method: 'GET', headers: [], body: null, maxBodyBytes: 0, caFile: null, caPath: null };
    const direct = { newConnection: true, connectOnly: true, proxy: '', noProxy: '' };
    const limits = { timeoutMs: route.connectLimitMs, connectTimeoutMs: route.connectLimitMs };
    this.#begin({ url, ...routeOptions(url, route), ...nothing, ...direct, ...limits }, done);
  }

  #begin(options: http.TransferOptions, done: (end: TransferEnd) => void): void {
    this.#multi ??= http.open(
      (fd, interest) => this.#watch(fd, interest),
      (delayMs) => this.#schedule(delayMs),
    );
    const roots = options.caFile ?? options.caPath ?? '';
    const proxy = options.proxy === null || options.proxy === '' ? null : proxyOrigin(options.proxy);
    this.#waiting.set(http.start(this.#multi, options), { done, url: options.url, proxy, roots });
  }

  /** Closes all connections and gives their memory back. What is in flight is dropped without a word. */
  closeConnections(): void {
    if (this.#multi === null) return;
    http.close(this.#multi);
    this.#multi = null;
    this.#waiting.clear();
    this.#timer?.close();
    this.#timer = null;
    std.gc();
  }

  /** What is started from now on follows these settings. */
  configure(settings: ConnectionSettings): void {
    this.#settings = settings;
  }

  #watch(fd: number, interest: number): void {
    os.setReadHandler(fd, interest & READABLE ? () => this.#act(fd, READABLE) : null);
    os.setWriteHandler(fd, interest & WRITABLE ? () => this.#act(fd, WRITABLE) : null);
  }

  #schedule(delayMs: number): void {
    if (delayMs === 0 && this.#hasteLeft > 0) {
      this.#hasteLeft -= 1;
      // At once, but not from inside libcurl's own callback.
      void Promise.resolve().then(() => this.#go(-1, 0));
    } else {
      this.#timer ??= new Timer(() => this.#act(-1, 0));
      this.#timer.set(delayMs < 0 ? null : delayMs);
    }
  }

  /** The loop has come round. */
  #act(fd: number, events: number): void {
    this.#hasteLeft = HASTE;
    this.#go(fd, events);
  }

  #go(fd: number, events: number): void {
    if (this.#multi === null) return;
    http.act(this.#multi, fd, events);
    this.#deliver();
  }

  #deliver(): void {
    for (;;) {
      // A listener may have closed all, or begun anew.
      const transfer = this.#multi === null ? null : http.completed(this.#multi);
      if (transfer === null) return;
      const waiting = this.#waiting.get(transfer.id);
      this.#waiting.delete(transfer.id);
      if (waiting === undefined) continue;
      const { code, remoteAddress } = transfer;
      waiting.done({ outcome: outcomeOf(transfer, waiting), code, remoteAddress });
    }
  }
}

function routeOptions(url: string, { from, way }: Route) {
  const entry = resolveEntry(url, way.addresses);
  const family = from === null ? (way.family ?? 0) : 6;
  return {
    from,
    family,
    avoid: way.avoid,
    resolve: entry === null ? [] : [entry],
    lostAfterMs: LOST_AFTER_MS,
  } as const;
}

function outcomeOf(transfer: http.Completed, target: Omit<Target, 'now'>): HttpOutcome {
  const { code, status, headers, body, sentBytes, tlsVersion, server } = transfer;
  if (code === 0) {
    const reply = { status, headers, body, arrivedMs: Date.now() };
    return server === null
      ? { kind: 'replied', reply }
      : { kind: 'replied', reply, tls: { version: tlsVersion, server } };
  }
  const words = describeTransportFailure(transfer, { ...target, now: new Date().toISOString() });
  const unreachable = { kind: 'unreachable', detail: words, sent: sentBytes > 0 } as const;
  return code === RESOLVER_FAILED ? { ...unreachable, unresolved: true } : unreachable;
}
