import type { Address } from '../core/address/address.ts';
import type { ApiRequest } from '../core/cloudflare/http.ts';
import { RESOLVER_FAILED, remember, resolveAs } from '../core/cloudflare/transport.ts';
import { proxyFor } from '../core/config/no-proxy.ts';
import type { ApiClient, ApiSettings, HttpOutcome, ProbeVerdict } from '../core/ports.ts';
import { CurlProber } from './prober.ts';
import { type TransferEnd, Transfers } from './transfers.ts';

/** Sends calls of the API, with base URL and token. */
export class CurlApiClient implements ApiClient {
  #settings: ApiSettings;
  readonly #transfers: Transfers;
  readonly #prober: CurlProber;
  /** Addresses of the API that answered, the latest first: they serve while the resolver fails or is silent. */
  #lastGood: readonly string[] = [];

  constructor(settings: ApiSettings, userAgent: string) {
    this.#settings = settings;
    this.#transfers = new Transfers(settings, userAgent);
    this.#prober = new CurlProber(probeSettings(settings));
  }

  get certificates(): string | null {
    return this.#transfers.certificates;
  }

  countRoots(): number {
    return this.#transfers.countRoots();
  }

  send(request: ApiRequest, done: (outcome: HttpOutcome) => void, from: Address | null = null): void {
    this.#start(request, from, [], (end) => {
      const fallback = end.code === RESOLVER_FAILED ? resolveAs(this.#settings.baseUrl, this.#lastGood) : null;
      if (fallback !== null) this.#start(request, from, [fallback], (again) => done(again.outcome));
      else done(end.outcome);
    });
  }

  probe(from: Address, done: (verdict: ProbeVerdict) => void): void {
    this.#prober.probe(from, done, this.#lastGood);
  }

  /** @param resolve in place of the resolver's answers */
  #start(
    { method, path, body }: ApiRequest,
    from: Address | null,
    resolve: readonly string[],
    done: (end: TransferEnd) => void,
  ): void {
    const { apiToken, baseUrl } = this.#settings;
    const headers = [
      `Authorization: Bearer ${apiToken.reveal()}`,
      'Accept: application/json',
      ...(body === null ? [] : ['Content-Type: application/json']),
    ];
    this.#transfers.start({ method, url: baseUrl + path, headers, body, from, resolve }, (end) => {
      if (end.code === 0) this.#lastGood = remember(this.#lastGood, end.remoteAddress);
      done(end);
    });
  }

  rest(): void {
    this.#transfers.rest();
  }

  configure(settings: ApiSettings): void {
    this.rest();
    this.#transfers.configure(settings);
    this.#prober.configure(probeSettings(settings));
    this.#settings = settings;
    this.#lastGood = [];
  }
}

const probeSettings = ({ baseUrl, httpsProxy, noProxy }: ApiSettings) => ({
  baseUrl,
  isProxied: proxyFor(baseUrl, httpsProxy?.reveal() ?? null, noProxy) !== null,
});
