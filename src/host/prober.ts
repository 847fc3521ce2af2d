import { type Address, addressBytes, parseAddress } from '../core/address/address.ts';
import { PROBE_LIMIT_MS, probeUrl, probeVerdict } from '../core/cloudflare/probe.ts';
import { familyOf, USUAL } from '../core/cloudflare/ways.ts';
import type { Prober, ProbeSettings, ProbeVerdict } from '../core/ports.ts';
import { IF_INET6 } from '../core/wire/if-inet6.ts';
import { toHex } from '../core/wire/trace.ts';
import { SystemFiles } from './files.ts';
import { Transfers } from './transfers.ts';

/** A probe shows no certificate and takes no proxy. */
const DIRECT = { timeoutMs: PROBE_LIMIT_MS, caFile: null, caPath: null, httpsProxy: null, noProxy: null };

/** Connects to the API from an address, over TCP and IPv6 alone. */
export class CurlProber implements Prober {
  #settings: ProbeSettings;
  /** Not those of requests, which are dropped when there is nothing more to send. */
  readonly #transfers = new Transfers(DIRECT, '');
  #inFlight = 0;

  constructor(settings: ProbeSettings) {
    this.#settings = settings;
  }

  /** @param known addresses of the API that answered, in place of the resolver's answers */
  probe(from: Address, done: (verdict: ProbeVerdict) => void, known: readonly string[] = []): void {
    const { baseUrl, isProxied } = this.#settings;
    const url = probeUrl(baseUrl);
    if (isProxied || url === null) {
      void Promise.resolve().then(() => done('unknown'));
      return;
    }
    const addresses = known.filter((address) => familyOf(address) === 6);
    const route = { from, way: { ...USUAL, addresses }, connectLimitMs: PROBE_LIMIT_MS, isNew: true };
    this.#inFlight += 1;
    this.#transfers.connect(url, route, (end) => {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#transfers.closeConnections();
      done(probeVerdict(end.code, isOwn(end.remoteAddress)));
    });
  }

  configure(settings: ProbeSettings): void {
    this.#settings = settings;
  }
}

/** Whether this machine has the address. */
function isOwn(text: string): boolean {
  const address = parseAddress(text);
  const table = new SystemFiles().read(IF_INET6);
  return address !== null && table.ok && table.value.includes(toHex(addressBytes(address)));
}
