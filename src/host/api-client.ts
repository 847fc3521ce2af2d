import type { ApiRequest } from '../core/cloudflare/http.ts';
import { RESOLVER_FAILED, remember, resolveAs } from '../core/cloudflare/transport.ts';
import type { ApiClient, ApiSettings, HttpOutcome } from '../core/ports.ts';
import { type TransferEnd, Transfers } from './transfers.ts';

/** Sends calls of the API, with base URL and token. */
export class CurlApiClient implements ApiClient {
  #settings: ApiSettings;
  readonly #transfers: Transfers;
  /** Addresses of the API that answered, the latest first: they serve while the resolver fails or is silent. */
  #lastGood: readonly string[] = [];

  constructor(settings: ApiSettings, userAgent: string) {
    this.#settings = settings;
    this.#transfers = new Transfers(settings, userAgent);
  }

  get certificates(): string | null {
    return this.#transfers.certificates;
  }

  send(request: ApiRequest, done: (outcome: HttpOutcome) => void): void {
    this.#start(request, [], (end) => {
      const fallback = end.code === RESOLVER_FAILED ? resolveAs(this.#settings.baseUrl, this.#lastGood) : null;
      if (fallback !== null) this.#start(request, [fallback], (again) => done(again.outcome));
      else done(end.outcome);
    });
  }

  /** @param resolve in place of the resolver's answers */
  #start({ method, path, body }: ApiRequest, resolve: readonly string[], done: (end: TransferEnd) => void): void {
    const { apiToken, baseUrl } = this.#settings;
    const headers = [
      `Authorization: Bearer ${apiToken.reveal()}`,
      'Accept: application/json',
      ...(body === null ? [] : ['Content-Type: application/json']),
    ];
    this.#transfers.start({ method, url: baseUrl + path, headers, body, resolve }, (end) => {
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
    this.#settings = settings;
    this.#lastGood = [];
  }
}
