import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { APIError, Cloudflare } from 'cloudflare';
import type { Simulator } from './simulator.ts';
import type { Token, TokenSeed, ZoneProperties, ZoneSeed } from './state.ts';

/** The official client, trusting the simulator's CA; it repeats no failed request. */
export function sdkClient(simulator: Simulator, apiToken: string, timeoutMs = 5000): Cloudflare {
  return new Cloudflare({
    apiToken,
    baseURL: simulator.url,
    fetch: trustingFetch(simulator),
    maxRetries: 0,
    timeout: timeoutMs,
  });
}

/** `fetch` that trusts the simulator's CA, which Node's own can be told at its start only. */
export function trustingFetch(simulator: Simulator, agent = new Agent({ keepAlive: true })): typeof fetch {
  const ca = simulator.caFile === null ? '' : readFileSync(simulator.caFile, 'utf8');
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const { method = 'GET', body, signal } = init;
      const headers = Object.fromEntries(new Headers(init.headers));
      const outgoing = request(
        String(input),
        { agent, ca, method, headers, ...(signal ? { signal } : {}) },
        (reply) => {
          const status = reply.statusCode ?? 0;
          const fields = Object.entries(reply.headers).map(([name, value]): [string, string] => [name, String(value)]);
          text(reply).then((body) => resolve(new Response(body, { status, headers: fields })), reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
}

/** A zone, a token that may do everything, and the client that holds it. */
export interface Customer {
  readonly zone: ZoneProperties;
  readonly token: Token;
  readonly client: Cloudflare;
}

let customers = 0;

/** A new customer whose zone has a name of its own. */
export async function newCustomer(
  simulator: Simulator,
  zone: Partial<ZoneSeed> = {},
  token: TokenSeed = {},
): Promise<Customer> {
  customers += 1;
  const added = await simulator.addZone({ name: `zone${customers}.example`, ...zone });
  const made = await simulator.addToken({ zones: [added.id], ...token });
  return { zone: added, token: made, client: sdkClient(simulator, made.value) };
}

/** A call that failed: status, and the codes of all levels of its errors. */
export interface Failure {
  readonly status: number | undefined;
  readonly codes: readonly number[];
}

/** @throws Error when the call succeeds; whatever else it throws */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await errorOf(call);
  if (!(error instanceof APIError)) throw error;
  return { status: error.status, codes: error.errors.flatMap(codesOf) };
}

export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded');
}

interface Chained {
  readonly code?: number;
  readonly error_chain?: readonly Chained[];
}

const codesOf = (issue: Chained): number[] => [issue.code ?? -1, ...(issue.error_chain ?? []).flatMap(codesOf)];
