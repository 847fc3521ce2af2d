/** Replies, and what comes before them, from a server that damages them. */
import { readDelegations, readTypes } from '../../../src/core/cloudflare/diagnosis.ts';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import { readBatch, readDone, readNamePage, readRecord, readZonePage } from '../../../src/core/cloudflare/replies.ts';
import { readZoneInfo, readZones } from '../../../src/core/cloudflare/zones.ts';
import { Secret } from '../../../src/core/config/secret.ts';
import type { HttpOutcome } from '../../../src/core/ports.ts';
import { CurlApiClient } from '../../../src/host/api-client.ts';

const TIMEOUT_MS = 3_000;
const NAME = 'home.example.com';

export class Requests {
  readonly #client: CurlApiClient;

  constructor(baseUrl: string, caFile: string) {
    const tls = { caFile, caPath: null, httpsProxy: null, noProxy: null };
    const settings = { apiToken: new Secret('token'), baseUrl, timeoutMs: TIMEOUT_MS, ...tls };
    this.#client = new CurlApiClient(settings, 'fuzz');
  }

  /** Sends one request and reads what comes back in every way that the daemon may. */
  async send(): Promise<void> {
    const request = { method: 'POST', path: '/zones', body: '{}' } as const;
    const outcome = await new Promise<HttpOutcome>((done) => this.#client.send(request, done));
    if (outcome.kind === 'replied') readEverything(outcome.reply);
  }

  close(): void {
    this.#client.closeConnections();
  }
}

function readEverything(reply: HttpReply): void {
  readZones(reply);
  readZoneInfo(reply);
  readNamePage(reply, NAME);
  readZonePage(reply, new Set([NAME]));
  readRecord(reply);
  readBatch(reply);
  readDone(reply);
  readTypes(reply);
  readDelegations(reply);
}
