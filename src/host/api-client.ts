import type { Address } from '../core/address/address.ts';
import type { ApiRequest } from '../core/cloudflare/http.ts';
import { RESOLVER_FAILED, TIMED_OUT } from '../core/cloudflare/transport.ts';
import {
  connectLimitMs,
  learned,
  learnedFromAddress,
  NOTHING_KNOWN,
  nextWays,
  nextWaysFromAddress,
  type Path,
  pathTo,
  USUAL,
  type Way,
  type WayEnd,
  type Ways,
} from '../core/cloudflare/ways.ts';
import { proxyFor } from '../core/config/no-proxy.ts';
import type { ApiClient, ApiSettings, HttpOutcome, ProbeVerdict } from '../core/ports.ts';
import { CurlProber } from './prober.ts';
import { type TransferEnd, type TransferRequest, Transfers } from './transfers.ts';

/** Sends calls of the API, with base URL and token. */
export class CurlApiClient implements ApiClient {
  #settings: ApiSettings;
  readonly #transfers: Transfers;
  readonly #prober: CurlProber;
  #path: Path;
  #ways: Ways = NOTHING_KNOWN;

  constructor(settings: ApiSettings, userAgent: string) {
    this.#settings = settings;
    this.#transfers = new Transfers(settings, userAgent);
    this.#prober = new CurlProber(probeSettings(settings));
    this.#path = pathOf(settings);
  }

  get certificates(): string | null {
    return this.#transfers.certificates;
  }

  countRoots(): number {
    return this.#transfers.countRoots();
  }

  send(request: ApiRequest, done: (outcome: HttpOutcome) => void, from: Address | null = null): void {
    const ways = from === null ? nextWays(this.#ways, this.#path) : nextWaysFromAddress(this.#ways, this.#path);
    this.#try(this.#transferOf(request), from, ways, (end) => {
      const learn = from === null ? learned : learnedFromAddress;
      this.#ways = learn(this.#ways, wayEndOf(end));
      done(end.outcome);
    });
  }

  /** Goes the ways in turn, until something is connected to or time was lost on it. */
  #try(
    request: TransferRequest,
    from: Address | null,
    [way = USUAL, ...others]: readonly Way[],
    done: (end: TransferEnd) => void,
  ): void {
    const route = {
      from,
      way,
      connectLimitMs: connectLimitMs(this.#ways, this.#path),
      isNew: this.#ways.failures > 0,
    };
    this.#transfers.start(request, route, (end) => {
      const isReached = end.outcome.kind === 'replied' || end.outcome.sent || end.remoteAddress !== '';
      if (isReached || end.code === TIMED_OUT || others.length === 0) done(end);
      else this.#try(request, from, others, done);
    });
  }

  #transferOf({ method, path, body }: ApiRequest): TransferRequest {
    const { apiToken, baseUrl } = this.#settings;
    const headers = [
      `Authorization: Bearer ${apiToken.reveal()}`,
      'Accept: application/json',
      ...(body === null ? [] : ['Content-Type: application/json']),
    ];
    return { method, url: baseUrl + path, headers, body };
  }

  probe(from: Address, done: (verdict: ProbeVerdict) => void): void {
    this.#prober.probe(from, done, this.#ways.good);
  }

  closeConnections(): void {
    this.#transfers.closeConnections();
  }

  configure(settings: ApiSettings): void {
    this.closeConnections();
    this.#transfers.configure(settings);
    this.#prober.configure(probeSettings(settings));
    const path = pathOf(settings);
    if (settings.baseUrl !== this.#settings.baseUrl || path.isProxied !== this.#path.isProxied)
      this.#ways = NOTHING_KNOWN;
    this.#path = path;
    this.#settings = settings;
  }
}

const isProxied = ({ baseUrl, httpsProxy, noProxy }: ApiSettings): boolean =>
  proxyFor(baseUrl, httpsProxy?.reveal() ?? null, noProxy) !== null;
const pathOf = (settings: ApiSettings): Path => pathTo(settings.baseUrl, isProxied(settings));
const probeSettings = (settings: ApiSettings) => ({ baseUrl: settings.baseUrl, isProxied: isProxied(settings) });

function wayEndOf({ outcome, code, remoteAddress }: TransferEnd): WayEnd {
  if (outcome.kind === 'replied') return { kind: 'answered', address: remoteAddress };
  return { kind: code === RESOLVER_FAILED ? 'unresolved' : 'failed', address: remoteAddress };
}
