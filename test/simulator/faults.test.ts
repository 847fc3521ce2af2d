import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { APIConnectionError, APIConnectionTimeoutError, InternalServerError, RateLimitError } from 'cloudflare';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SCHEMAS } from '../schemas/judge.ts';
import type { Fault } from './faults.ts';
import type { Customer } from './sdk.ts';
import { errorOf, newCustomer, sdkClient, trustingFetch } from './sdk.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './simulator.ts';

const A = '2a01:db8::1';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ schemas: SCHEMAS });
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

const create = ({ client, zone }: Customer) =>
  client.dns.records.create({ zone_id: zone.id, type: 'AAAA', name: 'home', content: A, ttl: 1 });

const lookUp = ({ client, zone }: Customer) => client.zones.list({ name: zone.name });

/** `code` of the error below the SDK's. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error ? Reflect.get(Object(error.cause), 'code') : error;

/** A customer that meets the fault with its next request. */
async function struckCustomer(fault: Fault): Promise<Customer> {
  const customer = await newCustomer(simulator);
  await simulator.addFault(fault);
  return customer;
}

describe('faults before the API', () => {
  test('hang: no reply → the client times out, nothing is written', async () => {
    const { zone, token } = await struckCustomer({ kind: 'hang' });
    const impatient = sdkClient(simulator, token.value, 100);
    expect(await errorOf(create({ zone, token, client: impatient }))).toBeInstanceOf(APIConnectionTimeoutError);
    expect(await simulator.records(zone.id)).toEqual([]);
  });

  test('hang: the fault is cleared → the request is carried out and answered', async () => {
    const customer = await struckCustomer({ kind: 'hang' });
    const arrival = simulator.nextRequest({ method: 'POST' });
    const reply = create(customer);
    expect(await arrival).toMatchObject({ fault: 'hang', status: null, endedMs: null });
    await simulator.clearFaults();
    expect((await reply).content).toBe(A);
  });

  test('faults: reset → ECONNRESET, nothing is written', async () => {
    const customer = await struckCustomer({ kind: 'reset' });
    const error = await errorOf(create(customer));
    expect([error, causeOf(error)]).toEqual([expect.any(APIConnectionError), 'ECONNRESET']);
    expect(await simulator.records(customer.zone.id)).toEqual([]);
  });

  test('reset: applied → the reply is lost after the write', async () => {
    const customer = await struckCustomer({ kind: 'reset', applied: true });
    expect(causeOf(await errorOf(create(customer)))).toBe('ECONNRESET');
    await simulator.untilContents(customer.zone.id, `home.${customer.zone.name}`, [A]);
  });

  test('faults: close → the connection ends without a byte, nothing is written', async () => {
    const customer = await struckCustomer({ kind: 'close' });
    expect(await errorOf(create(customer))).toHaveProperty('cause.message', 'socket hang up');
    expect(await simulator.records(customer.zone.id)).toEqual([]);
  });

  test('faults: garbage → the reply is no HTTP', async () => {
    expect(causeOf(await errorOf(lookUp(await struckCustomer({ kind: 'garbage' }))))).toMatch(/^HPE_INVALID/);
  });

  test('faults: garbageBody → 200 that claims to be JSON and is not', async () => {
    expect(await errorOf(lookUp(await struckCustomer({ kind: 'garbageBody' })))).toBeInstanceOf(SyntaxError);
  });

  test('html: 502 → InternalServerError around a page', async () => {
    const error = await errorOf(lookUp(await struckCustomer({ kind: 'html', status: 502 })));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 502, message: expect.stringContaining('<html>') });
  });

  test.each(['7', 'Fri, 31 Dec 2038 23:59:59 GMT', null])(
    'throttle: Retry-After %j → 429 and 971 with it',
    async (retryAfter) => {
      const error = await errorOf(lookUp(await struckCustomer({ kind: 'throttle', retryAfter })));
      if (!(error instanceof RateLimitError)) throw error;
      expect([error.headers.get('retry-after'), error.errors[0]?.code]).toEqual([retryAfter, 971]);
    },
  );

  test('reply: any status, headers and body → answered as they stand', async () => {
    const body = '{"success":false,"errors":null}';
    const headers = { 'content-type': 'application/json', 'x-should-retry': 'true' };
    const error = await errorOf(lookUp(await struckCustomer({ kind: 'reply', status: 409, headers, body })));
    expect(error).toMatchObject({ status: 409, error: { success: false, errors: null } });
  });
});

describe('faults of a true reply', () => {
  test('faults: cutBody → half of the announced body, although the write was done', async () => {
    const customer = await struckCustomer({ kind: 'cutBody' });
    expect(await errorOf(create(customer))).toMatchObject({ cause: { code: 'ECONNRESET', message: 'aborted' } });
    expect(await simulator.records(customer.zone.id)).toHaveLength(1);
  });

  test('faults: truncated → a whole reply with half of the JSON', async () => {
    expect(await errorOf(lookUp(await struckCustomer({ kind: 'truncated' })))).toBeInstanceOf(SyntaxError);
  });

  test('faults: drip → the body comes byte by byte, and whole', async () => {
    const { token, zone } = await struckCustomer({ kind: 'drip', intervalMs: 1 });
    const ca = readFileSync(simulator.caFile ?? '');
    const headers = { authorization: `Bearer ${token.value}` };
    const [reply] = await once(get(`${simulator.url}/zones?name=${zone.name}`, { ca, headers }), 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of reply) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ success: true });
    expect(chunks.length).toBeGreaterThan(50);
  });

  test('faults: delay → answered that much later', async () => {
    const customer = await struckCustomer({ kind: 'delay', delayMs: 80 });
    const arrival = simulator.nextRequest({ path: '/zones' });
    await lookUp(customer);
    const { sequence, completeMs } = await arrival;
    const { endedMs } = await simulator.untilEnded(sequence);
    expect((endedMs ?? 0) - completeMs).toBeGreaterThanOrEqual(79); // timers count whole milliseconds
  });

  test('faults: headers → laid over those of the true reply', async () => {
    const headers = { ratelimit: '"default";r=0;t=9' };
    const { response } = await lookUp(await struckCustomer({ kind: 'headers', headers })).withResponse();
    expect(response.headers.get('ratelimit')).toBe('"default";r=0;t=9');
  });

  test('faults: oversized → valid JSON of that length', async () => {
    const customer = await struckCustomer({ kind: 'oversized', bytes: 2 ** 20 + 1 });
    const { data, response } = await lookUp(customer).withResponse();
    expect([data.result.length, response.headers.get('content-length')]).toEqual([1, String(2 ** 20 + 1)]);
  });
});

describe('faults before TLS', () => {
  /** A customer with no connection yet, so that the next request opens one. */
  async function unconnected(fault: Fault, timeoutMs = 5000): Promise<Customer> {
    const customer = await newCustomer(simulator);
    await simulator.addFault(fault);
    return { ...customer, client: sdkClient(simulator, customer.token.value, timeoutMs) };
  }

  test('faults: handshakeHang → connected and then silence, until the client gives up', async () => {
    const customer = await unconnected({ kind: 'handshakeHang' }, 100);
    expect(await errorOf(lookUp(customer))).toBeInstanceOf(APIConnectionTimeoutError);
  });

  test('faults: handshakeReset → ECONNRESET; the next connection is served', async () => {
    const customer = await unconnected({ kind: 'handshakeReset' });
    expect(causeOf(await errorOf(lookUp(customer)))).toBe('ECONNRESET');
    expect((await lookUp(customer)).result).toHaveLength(1);
  });

  test.each([
    ['wrongName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['expired', 'CERT_HAS_EXPIRED'],
  ] as const)('certificate: %s → the client refuses it with %s, and nothing reaches the API', async (which, code) => {
    const customer = await unconnected({ kind: 'certificate', which });
    const before = await simulator.requests();
    expect(causeOf(await errorOf(lookUp(customer)))).toBe(code);
    expect(await simulator.requests()).toEqual(before);
  });
});

describe('script of faults', () => {
  test('script: a method and a path → requests that do not match are served', async () => {
    const customer = await struckCustomer({ kind: 'html', status: 503, on: { method: 'POST', path: '/dns_records$' } });
    expect((await lookUp(customer)).result).toHaveLength(1);
    expect(await errorOf(create(customer))).toMatchObject({ status: 503 });
  });

  test('script: twice 500, once 429 → in that order, then served', async () => {
    const customer = await struckCustomer({ kind: 'html', status: 500, times: 2 });
    await simulator.addFault({ kind: 'throttle', retryAfter: null });
    const statuses: unknown[] = [];
    for (let i = 0; i < 3; i += 1) statuses.push(Reflect.get(Object(await errorOf(lookUp(customer))), 'status'));
    expect(statuses).toEqual([500, 500, 429]);
    expect((await lookUp(customer)).result).toHaveLength(1);
  });

  test('script: times null → strikes until it is cleared', async () => {
    const customer = await newCustomer(simulator);
    const id = await simulator.addFault({ kind: 'html', status: 500, times: null });
    for (let i = 0; i < 3; i += 1) expect(await errorOf(lookUp(customer))).toMatchObject({ status: 500 });
    await simulator.clearFaults(id);
    expect((await lookUp(customer)).result).toHaveLength(1);
  });
});

describe('rate limit', () => {
  test('rate limit: quota of 2 → r counts down, the third request is 429 and names the wait', async () => {
    const customer = await newCustomer(simulator);
    await simulator.setRateLimit({ quota: 2, windowSec: 60 });
    const left: (string | null)[] = [];
    for (let i = 0; i < 2; i += 1) {
      const { response } = await lookUp(customer).withResponse();
      left.push(response.headers.get('ratelimit'));
    }
    const error = await errorOf(lookUp(customer));
    await simulator.setRateLimit({ quota: 1200, windowSec: 300 });
    expect(left).toEqual(['"default";r=1;t=60', '"default";r=0;t=60']);
    if (!(error instanceof RateLimitError)) throw error;
    expect(error.headers.get('retry-after')).toBe('60');
  });
});

describe('connections', () => {
  test('log: a request that comes in two pieces on a used connection → timed from its own first byte', async () => {
    const options = { ca: readFileSync(simulator.caFile ?? ''), servername: 'localhost' };
    const socket = connect({ host: '127.0.0.1', port: simulator.port, ...options });
    const lookUpByHand = async (pauseMs: number) => {
      const arrival = simulator.nextRequest({ path: '/by-hand$' });
      socket.write('GET /client/v4/by-hand HTTP/1.1\r\n');
      await sleep(pauseMs); // the pause is what is measured
      socket.write('host: localhost\r\n\r\n');
      return arrival;
    };
    const first = await lookUpByHand(0);
    await simulator.untilEnded(first.sequence);
    const second = await lookUpByHand(200); // of which a busy machine may notice the beginning late
    socket.destroy();
    expect(second.connection).toBe(first.connection);
    expect(second.firstByteMs).toBeGreaterThan(first.completeMs);
    expect(second.completeMs - second.firstByteMs).toBeGreaterThan(30);
  });

  test('dropConnections: an idle one that is kept alive → the next request needs a new one', async () => {
    const customer = await newCustomer(simulator);
    const fetchKept = trustingFetch(simulator, new Agent({ keepAlive: true, maxSockets: 1 }));
    const headers = { authorization: `Bearer ${customer.token.value}` };
    const from = (await simulator.requests()).length;
    const ask = () => fetchKept(`${simulator.url}/zones?name=${customer.zone.name}`, { headers });
    await ask();
    await ask();
    await simulator.dropConnections();
    await expect
      .poll(
        () =>
          ask().then(
            (reply) => reply.status,
            () => null,
          ),
        { timeout: 10_000 },
      )
      .toBe(200);
    const [first, second, third] = (await simulator.requests(from)).map(({ connection }) => connection);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});
