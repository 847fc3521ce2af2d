import { type Address, addressBytes, parseAddress } from '../core/address/address.ts';
import type { ApiRequest } from '../core/cloudflare/http.ts';
import { PROBE_LIMIT_MS, probeUrl, probeVerdict } from '../core/cloudflare/probe.ts';
import { RESOLVER_FAILED, remember, resolveAs } from '../core/cloudflare/transport.ts';
import type { ApiClient, ApiSettings, HttpOutcome, ProbeVerdict } from '../core/ports.ts';
import { IF_INET6 } from '../core/wire/if-inet6.ts';
import { toHex } from '../core/wire/trace.ts';
import { SystemFiles } from './files.ts';
import { type TransferEnd, Transfers } from './transfers.ts';

/** Sends calls of the API, with base URL and token. */
export class CurlApiClient implements ApiClient {
  #settings: ApiSettings;
  readonly #transfers: Transfers;
  /** Not those of requests, which are dropped when there is nothing more to send. */
  readonly #probes: Transfers;
  #probesInFlight = 0;
  /** Addresses of the API that answered, the latest first: they serve while the resolver fails or is silent. */
  #lastGood: readonly string[] = [];

  constructor(settings: ApiSettings, userAgent: string) {
    this.#settings = settings;
    this.#transfers = new Transfers(settings, userAgent);
    this.#probes = new Transfers(settings, userAgent);
  }

  get certificates(): string | null {
    return this.#transfers.certificates;
  }

  send(request: ApiRequest, done: (outcome: HttpOutcome) => void, from: Address | null = null): void {
    this.#start(request, from, [], (end) => {
      const fallback = end.code === RESOLVER_FAILED ? resolveAs(this.#settings.baseUrl, this.#lastGood) : null;
      if (fallback !== null) this.#start(request, from, [fallback], (again) => done(again.outcome));
      else done(end.outcome);
    });
  }

  probe(from: Address, done: (verdict: ProbeVerdict) => void): void {
    const { baseUrl, httpsProxy } = this.#settings;
    const url = probeUrl(baseUrl);
    if (httpsProxy !== null || url === null) {
      void Promise.resolve().then(() => done('unknown'));
      return;
    }
    const known = resolveAs(
      url,
      this.#lastGood.filter((address) => address.includes(':')),
    );
    this.#probesInFlight += 1;
    this.#probes.connect({ url, from, resolve: known === null ? [] : [known] }, PROBE_LIMIT_MS, (end) => {
      this.#probesInFlight -= 1;
      if (this.#probesInFlight === 0) this.#probes.rest();
      done(probeVerdict(end.code, isOwn(end.remoteAddress)));
    });
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
    this.#settings = settings;
    this.#lastGood = [];
  }
}

/** Whether this machine has the address. */
function isOwn(text: string): boolean {
  const address = parseAddress(text);
  const table = new SystemFiles().read(IF_INET6);
  return address !== null && table.ok && table.value.includes(toHex(addressBytes(address)));
}
