import { BadRequestError, PermissionDeniedError } from 'cloudflare';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCHEMAS } from '../schemas/judge.ts';
import type { Customer } from './sdk.ts';
import { errorOf, failureOf, newCustomer, sdkClient, trustingFetch } from './sdk.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './simulator.ts';
import type { RecordSeed } from './state.ts';

const A = '2a01:db8::1';
const B = '2a01:db8::2';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ schemas: SCHEMAS });
});
afterAll(() => simulator.close());

const aaaa = (name: string, content = A) => ({ type: 'AAAA', name, content, ttl: 1 }) as const;

/** Status and body of a request that the SDK would not send. */
async function raw(path: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
  const reply = await trustingFetch(simulator)(`${simulator.url}${path}`, init);
  return { status: reply.status, body: await reply.json() };
}

const post = ({ zone, token }: Customer, body: string, contentType = 'application/json') =>
  raw(`/zones/${zone.id}/dns_records`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token.value}`, 'content-type': contentType },
  });

describe('authorization', () => {
  test('authorization: no header → 400, 9106', async () => {
    expect(await raw('/zones', {})).toMatchObject({ status: 400, body: { success: false, errors: [{ code: 9106 }] } });
  });

  test.each([
    ['a global key', '0123456789abcdef0123456789abcdef01234'],
    ['quotes', '"0123456789012345678901234567890123456789"'],
    ['a truncated token', 'cfut_0123456789'],
  ])('authorization: %s as Bearer token → 400, 6003 around 6111', async (_, value) => {
    const { zone } = await newCustomer(simulator);
    const failure = await failureOf(sdkClient(simulator, value).zones.list({ name: zone.name }));
    expect(failure).toEqual({ status: 400, codes: [6003, 6111] });
  });

  test('authorization: a token as X-Auth-Key → 400, 6003 around 6103', async () => {
    const { token } = await newCustomer(simulator);
    const headers = { 'x-auth-email': 'me@example.com', 'x-auth-key': token.value };
    expect(await raw('/zones', { headers })).toMatchObject({
      status: 400,
      body: { errors: [{ code: 6003, error_chain: [{ code: 6103 }] }] },
    });
  });

  test('authorization: a token nobody made → 403, 9109, with documentation_url', async () => {
    const { zone } = await newCustomer(simulator);
    const error = await errorOf(sdkClient(simulator, 'x'.repeat(40)).zones.list({ name: zone.name }));
    expect(error).toBeInstanceOf(PermissionDeniedError);
    expect(error).toHaveProperty('errors', [
      { code: 9109, message: 'Invalid access token', documentation_url: expect.any(String) },
    ]);
  });

  test('authorization: a revoked token that comes back → 9109, then success', async () => {
    const { client, zone, token } = await newCustomer(simulator);
    await simulator.changeToken(token.value, { status: 'disabled' });
    expect((await failureOf(client.zones.list({ name: zone.name }))).codes).toEqual([9109]);
    await simulator.changeToken(token.value, { status: 'active' });
    expect((await client.zones.list({ name: zone.name })).result).toHaveLength(1);
  });

  test('authorization: an address outside the allow list → 403, 9109 that names it', async () => {
    const { client, zone } = await newCustomer(simulator, {}, { allowedFrom: ['192.0.2.1'] });
    const error = await errorOf(client.zones.list({ name: zone.name }));
    expect(error).toHaveProperty('errors.0.message', 'Cannot use the access token from location: 127.0.0.1');
  });

  test('authorization: a zone that the token does not cover → 403, 10000 "Forbidden"', async () => {
    const { client } = await newCustomer(simulator);
    const { zone: foreign } = await newCustomer(simulator);
    const error = await errorOf(client.dns.records.list({ zone_id: foreign.id }));
    expect(error).toMatchObject({ status: 403, errors: [{ code: 10000, message: 'Forbidden' }] });
  });

  test('authorization: dns:read alone → may list, a write is 403, 10000', async () => {
    const { client, zone } = await newCustomer(simulator, {}, { permissions: ['dns:read'] });
    expect((await client.dns.records.list({ zone_id: zone.id })).result).toEqual([]);
    const call = client.dns.records.create({ ...aaaa('home'), zone_id: zone.id });
    expect(await failureOf(call)).toEqual({ status: 403, codes: [10000] });
  });

  test('authorization: classic generation → "Authentication error" and no documentation_url', async () => {
    const { client, zone } = await newCustomer(simulator, {}, { permissions: [] });
    await simulator.setGeneration('classic');
    const error = await errorOf(client.dns.records.list({ zone_id: zone.id }));
    await simulator.setGeneration('current');
    expect(error).toHaveProperty('errors', [{ code: 10000, message: 'Authentication error' }]);
  });
});

describe('user.tokens.verify', () => {
  test('user.tokens.verify: a token of a user → active, code 10000 as a mere message', async () => {
    const { client, token } = await newCustomer(simulator);
    expect(await client.user.tokens.verify()).toEqual({ id: token.id, status: 'active' });
    const headers = { authorization: `Bearer ${token.value}` };
    const { body } = await raw('/user/tokens/verify', { headers });
    expect(body).toMatchObject({ success: true, errors: [], messages: [{ code: 10000 }] });
  });

  test('user.tokens.verify: a token of an account → 401, 1000; its account’s endpoint knows it', async () => {
    const { client, token } = await newCustomer(simulator, {}, { owner: 'account' });
    expect(await failureOf(client.user.tokens.verify())).toEqual({ status: 401, codes: [1000] });
    const verified = await client.accounts.tokens.verify({ account_id: token.accountId });
    expect(verified).toEqual({ id: token.id, status: 'active' });
  });
});

describe('routing', () => {
  test('routing: a domain in place of the zone id → 404, 7003 and 7000; 400 in the classic generation', async () => {
    const { client, zone } = await newCustomer(simulator);
    const list = () => failureOf(client.dns.records.list({ zone_id: zone.name }));
    expect(await list()).toEqual({ status: 404, codes: [7003, 7000] });
    await simulator.setGeneration('classic');
    expect(await list()).toEqual({ status: 400, codes: [7003, 7000] });
    await simulator.setGeneration('current');
  });

  test('routing: a method that is not there → 405 in a shape without the envelope', async () => {
    const { zone, token } = await newCustomer(simulator);
    const headers = { authorization: `Bearer ${token.value}` };
    expect(await raw(`/zones/${zone.id}/dns_records`, { method: 'DELETE', headers })).toEqual({
      status: 405,
      body: { code: 1001, error: 'method_not_allowed' },
    });
  });
});

describe('body', () => {
  test('body: sent as a form → 400, 9207', async () => {
    const reply = await post(
      await newCustomer(simulator),
      JSON.stringify(aaaa('home')),
      'application/x-www-form-urlencoded',
    );
    const message = 'Content-type must be application/json.';
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ code: 9207, message }] } });
  });

  test('body: cut JSON → 400, 6007', async () => {
    expect(await post(await newCustomer(simulator), '{"type":"AAAA",')).toMatchObject({
      body: { errors: [{ code: 6007 }] },
    });
  });

  test.each([{ name: 7 }, { proxied: 'true' }, { content: null }])('body: %j → 400, 9207', async (wrong) => {
    const reply = await post(await newCustomer(simulator), JSON.stringify({ ...aaaa('home'), ...wrong }));
    expect(reply).toMatchObject({ body: { errors: [{ code: 9207, message: 'Failed to parse request body' }] } });
  });
});

describe('validation', () => {
  test.each<[string, object, number]>([
    ['no ttl', { ttl: undefined }, 9021],
    ['a ttl of 59', { ttl: 59 }, 9021],
    ['a ttl of 86401', { ttl: 86_401 }, 9021],
    ['a ttl as text', { ttl: '1' }, 9021],
    ['an IPv4 address', { content: '192.0.2.1' }, 9006],
    ['an HTML page as content', { content: '<html>' }, 9006],
    ['an address with a zone', { content: 'fe80::1%eth0' }, 9006],
    ['an IPv6 address in an A record', { type: 'A' }, 9005],
    ['an unknown type', { type: 'AAAAA' }, 9001],
    ['a final dot', { name: 'home.example.' }, 9000],
    ['a label of 64 octets', { name: 'a'.repeat(64) }, 9000],
    ['a * inside', { name: 'a.*.b' }, 9000],
    ['a unique-local address, proxied', { content: 'fd00::1', proxied: true }, 9003],
    ['Cloudflare’s own address, proxied', { content: '2606:4700::1111', proxied: true }, 9003],
    ['a TXT record, proxied', { type: 'TXT', proxied: true }, 9004],
    ['a comment of 101 characters on the free plan', { comment: 'c'.repeat(101) }, 9313],
    ['a tag on the free plan', { tags: ['a:b'] }, 9300],
  ])('validation: %s → 400 with the code', async (_, wrong, code) => {
    const { client, zone } = await newCustomer(simulator);
    const call = client.dns.records.create({ ...aaaa('home'), ...wrong, zone_id: zone.id });
    expect(await failureOf(call)).toEqual({ status: 400, codes: [code] });
  });

  test('validation: classic generation → the code is chained under 1004', async () => {
    const { client, zone } = await newCustomer(simulator);
    await simulator.setGeneration('classic');
    const error = await errorOf(client.dns.records.create({ ...aaaa('home', 'nonsense'), zone_id: zone.id }));
    await simulator.setGeneration('current');
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ errors: [{ code: 1004, error_chain: [{ code: 9006 }] }] });
  });

  test('validation: unique-local, not proxied → accepted', async () => {
    const { client, zone } = await newCustomer(simulator);
    const record = await client.dns.records.create({ ...aaaa('home', 'fd00::1'), zone_id: zone.id });
    expect(record.content).toBe('fd00::1');
  });

  test('validation: a ttl of 30 on an Enterprise zone → accepted', async () => {
    const { client, zone } = await newCustomer(simulator, { plan: 'enterprise' });
    expect((await client.dns.records.create({ ...aaaa('home'), ttl: 30, zone_id: zone.id })).ttl).toBe(30);
  });

  test('validation: proxied with another ttl in a zone that refuses it → 400, 9021', async () => {
    const { client, zone } = await newCustomer(simulator, { refusesProxiedTtl: true });
    const call = client.dns.records.create({ ...aaaa('home'), ttl: 120, proxied: true, zone_id: zone.id });
    expect((await failureOf(call)).codes).toEqual([9021]);
  });

  test('validation: the zone’s quota is full → 400, 81045', async () => {
    const { client, zone } = await newCustomer(simulator, { recordQuota: 1 });
    await client.dns.records.create({ ...aaaa('a'), zone_id: zone.id });
    expect((await failureOf(client.dns.records.create({ ...aaaa('b'), zone_id: zone.id }))).codes).toEqual([81045]);
  });
});

describe('conflicts', () => {
  const cname = (name: string) => ({ type: 'CNAME', name, content: 'target.example', ttl: 1 }) as const;

  test.each<[string, Omit<RecordSeed, 'name'>, 'AAAA' | 'CNAME', number]>([
    ['AAAA beside an identical one', { content: A }, 'AAAA', 81058],
    ['AAAA beside a CNAME', { type: 'CNAME', content: 'target.example' }, 'AAAA', 81054],
    ['AAAA beside NS', { type: 'NS', content: 'ns.example' }, 'AAAA', 81056],
    ['CNAME beside AAAA', { content: A }, 'CNAME', 81053],
    ['CNAME beside another', { type: 'CNAME', content: 'other.example' }, 'CNAME', 81053],
  ])('conflicts: %s → 400 with the code', async (_, seed, type, code) => {
    const { client, zone } = await newCustomer(simulator);
    const name = `home.${zone.name}`;
    await simulator.addRecords(zone.id, [{ name, ...seed }]);
    const wanted = type === 'AAAA' ? aaaa(name) : cname(name);
    expect(await failureOf(client.dns.records.create({ ...wanted, zone_id: zone.id }))).toEqual({
      status: 400,
      codes: [code],
    });
  });

  test('conflicts: PATCH to the content of another record of the name → 400, 81058', async () => {
    const { client, zone } = await newCustomer(simulator);
    const name = `home.${zone.name}`;
    const [stale] = await simulator.addRecords(zone.id, [
      { name, content: B },
      { name, content: A },
    ]);
    const call = client.dns.records.edit(stale?.id ?? '', { ...aaaa(name), zone_id: zone.id });
    expect(await failureOf(call)).toEqual({ status: 400, codes: [81058] });
  });

  test('conflicts: A, TXT and a second AAAA of the name → accepted', async () => {
    const { client, zone } = await newCustomer(simulator);
    const name = `home.${zone.name}`;
    await simulator.addRecords(zone.id, [
      { name, content: '192.0.2.1', type: 'A' },
      { name, content: 'text', type: 'TXT' },
      { name, content: B },
    ]);
    expect((await client.dns.records.create({ ...aaaa(name), zone_id: zone.id })).content).toBe(A);
  });

  test('conflicts: AAAA at the apex beside the zone’s NS → accepted', async () => {
    const { client, zone } = await newCustomer(simulator);
    await simulator.addRecords(zone.id, [{ name: zone.name, content: 'ns.example', type: 'NS' }]);
    expect((await client.dns.records.create({ ...aaaa('@'), zone_id: zone.id })).name).toBe(zone.name);
  });

  test('conflicts: a secondary zone → every write refused', async () => {
    const { client, zone } = await newCustomer(simulator, { type: 'secondary' });
    expect((await failureOf(client.dns.records.create({ ...aaaa('home'), zone_id: zone.id }))).status).toBe(403);
  });
});
