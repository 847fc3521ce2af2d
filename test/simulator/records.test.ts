import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCHEMAS } from '../schemas/judge.ts';
import { failureOf, newCustomer } from './sdk.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './simulator.ts';

const A = '2a01:db8::1';
const B = '2a01:db8::2';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ schemas: SCHEMAS });
});
afterAll(() => simulator.close());

const aaaa = (name: string, content = A) => ({ type: 'AAAA', name, content, ttl: 1 }) as const;

describe('zones.list', () => {
  test('zones.list: the name of a zone that the token covers → that zone alone', async () => {
    const { client, zone } = await newCustomer(simulator);
    const page = await client.zones.list({ name: zone.name });
    expect(page.result.map(({ id, name, status }) => ({ id, name, status }))).toEqual([
      { id: zone.id, name: zone.name, status: 'active' },
    ]);
  });

  test('zones.list: a zone that the token does not cover → success with an empty result', async () => {
    const { client } = await newCustomer(simulator);
    const { zone: foreign } = await newCustomer(simulator);
    expect((await client.zones.list({ name: foreign.name })).result).toEqual([]);
  });

  test('zones.list: no name, from a token of one zone → 403 for the missing permission to list zones', async () => {
    const { client } = await newCustomer(simulator);
    expect(await failureOf(client.zones.list())).toEqual({ status: 403, codes: [0] });
  });

  test('zones.list: the A-labels of an internationalized zone → found, named in Unicode', async () => {
    const { client, zone } = await newCustomer(simulator, { name: 'xn--mnchen-3ya.example' });
    expect((await client.zones.list({ name: zone.name })).result[0]?.name).toBe('münchen.example');
  });

  test('zones.list: contains: before the value → zones whose name holds it', async () => {
    const { client, zone } = await newCustomer(simulator, { name: 'needle-in-hay.example' });
    expect((await client.zones.list({ name: 'contains:needle' })).result.map(({ id }) => id)).toEqual([zone.id]);
  });

  test('zones.list: per_page above 50 → 400', async () => {
    const { client, zone } = await newCustomer(simulator);
    expect((await failureOf(client.zones.list({ name: zone.name, per_page: 51 }))).status).toBe(400);
  });

  test('zones.list: DNS permissions alone where zone:read is needed → empty result', async () => {
    const { client, zone } = await newCustomer(simulator, {}, { permissions: ['dns:write'] });
    await simulator.setLookupNeedsZoneRead(true);
    const { result } = await client.zones.list({ name: zone.name });
    await simulator.setLookupNeedsZoneRead(false);
    expect(result).toEqual([]);
  });
});

describe('records.list', () => {
  test('records.list: filtered by type and name → that record set alone', async () => {
    const { client, zone } = await newCustomer(simulator);
    const home = `home.${zone.name}`;
    await simulator.addRecords(zone.id, [
      { name: home, content: A },
      { name: home, content: '192.0.2.1', type: 'A' },
      { name: `not.${home}`, content: B },
    ]);
    const page = await client.dns.records.list({ zone_id: zone.id, type: 'AAAA', name: { exact: home } });
    expect(page.result.map((record) => record.content)).toEqual([A]);
  });

  test('records.list: a filter in upper case → found all the same', async () => {
    const { client, zone } = await newCustomer(simulator);
    await simulator.addRecords(zone.id, [{ name: `home.${zone.name}`, content: A }]);
    const page = await client.dns.records.list({ zone_id: zone.id, name: { exact: `HOME.${zone.name}` } });
    expect(page.result).toHaveLength(1);
  });

  test('records.list: name.startswith and match=any with content → every record that fits one of them', async () => {
    const { client, zone } = await newCustomer(simulator);
    const names = ['web1', 'web2', 'mail', 'other'].map((label) => `${label}.${zone.name}`);
    await simulator.addRecords(
      zone.id,
      names.map((name, i) => ({ name, content: i === 2 ? B : A })),
    );
    const page = await client.dns.records.list({
      zone_id: zone.id,
      match: 'any',
      name: { startswith: 'web' },
      content: { exact: B },
    });
    expect(page.result.map((record) => record.name)).toEqual(names.slice(0, 3));
  });

  test('records.list: comment.absent → the records without a comment', async () => {
    const { client, zone } = await newCustomer(simulator);
    const [bare] = await simulator.addRecords(zone.id, [
      { name: `a.${zone.name}`, content: A },
      { name: `b.${zone.name}`, content: A, comment: 'mine' },
    ]);
    const page = await client.dns.records.list({ zone_id: zone.id, comment: { absent: 'true' } });
    expect(page.result.map(({ id }) => id)).toEqual([bare?.id]);
  });

  test('records.list: order and direction → sorted that way round', async () => {
    const { client, zone } = await newCustomer(simulator);
    await simulator.addRecords(
      zone.id,
      ['b', 'c', 'a'].map((label) => ({ name: `${label}.${zone.name}`, content: A })),
    );
    const page = await client.dns.records.list({ zone_id: zone.id, order: 'name', direction: 'desc' });
    expect(page.result.map(({ name }) => name[0])).toEqual(['c', 'b', 'a']);
  });

  test('records.list: 1,000 records, 300 a page → four pages and the true totals', async () => {
    const { client, zone } = await newCustomer(simulator);
    const seeds = Array.from({ length: 1000 }, (_, i) => ({ name: `h${i}.${zone.name}`, content: A }));
    await simulator.addRecords(zone.id, seeds);
    const first = await client.dns.records.list({ zone_id: zone.id, per_page: 300 });
    const names: string[] = [];
    for await (const record of client.dns.records.list({ zone_id: zone.id, per_page: 300 })) names.push(record.name);
    expect(first.result_info).toEqual({ page: 1, per_page: 300, count: 300, total_count: 1000, total_pages: 4 });
    expect(names).toEqual(seeds.map(({ name }) => name));
  });

  test('records.list: no per_page → 100 a page', async () => {
    const { client, zone } = await newCustomer(simulator);
    const seeds = Array.from({ length: 101 }, (_, i) => ({ name: `h${i}.${zone.name}`, content: A }));
    await simulator.addRecords(zone.id, seeds);
    expect((await client.dns.records.list({ zone_id: zone.id })).result).toHaveLength(100);
  });

  test('records.list: classic generation → records name their zone', async () => {
    const { client, zone } = await newCustomer(simulator);
    await simulator.addRecords(zone.id, [{ name: `home.${zone.name}`, content: A }]);
    await simulator.setGeneration('classic');
    const page = await client.dns.records.list({ zone_id: zone.id });
    await simulator.setGeneration('current');
    expect(page.result[0]).toMatchObject({ zone_id: zone.id, zone_name: zone.name, locked: false });
  });
});

describe('records.create', () => {
  test('records.create: an address in long form → stored and answered as RFC 5952 writes it', async () => {
    const { client, zone } = await newCustomer(simulator);
    const written = { ...aaaa(`home.${zone.name}`, '2A01:0DB8:0:0:0:0:0:0001'), zone_id: zone.id };
    const record = await client.dns.records.create(written);
    expect(record).toMatchObject({ name: `home.${zone.name}`, content: A, ttl: 1, proxied: false, proxiable: true });
    expect((await simulator.records(zone.id))[0]?.content).toBe(A);
  });

  test.each([
    ['@', (zone: string) => zone],
    ['relative', (zone: string) => `relative.${zone}`],
    ['name.of.another.test', (zone: string) => `name.of.another.test.${zone}`],
    ['MiXeD', (zone: string) => `mixed.${zone}`],
    ['*', (zone: string) => `*.${zone}`],
    ['_srv.9to5', (zone: string) => `_srv.9to5.${zone}`],
    ['bücher', (zone: string) => `xn--bcher-kva.${zone}`],
  ])('records.create: the name %j → stored under the full name in A-labels', async (given, full) => {
    const { client, zone } = await newCustomer(simulator);
    const record = await client.dns.records.create({ ...aaaa(given), zone_id: zone.id });
    expect(record.name).toBe(full(zone.name));
  });

  test('records.create: no attributes → proxied off, no comment, no tags', async () => {
    const { client, zone } = await newCustomer(simulator);
    await client.dns.records.create({ ...aaaa('home'), zone_id: zone.id });
    expect((await simulator.records(zone.id))[0]).toMatchObject({
      proxied: false,
      comment: null,
      tags: [],
      settings: {},
    });
  });

  test('records.create: proxied with another ttl → stored as automatic', async () => {
    const { client, zone } = await newCustomer(simulator);
    const record = await client.dns.records.create({ ...aaaa('home'), ttl: 120, proxied: true, zone_id: zone.id });
    expect(record).toMatchObject({ proxied: true, ttl: 1 });
  });
});

describe('records.edit and records.update', () => {
  const OWNED = {
    ttl: 3600,
    proxied: false,
    comment: 'the owner’s',
    tags: ['team:dns'],
    settings: { ipv6_only: true },
  };

  test('records.edit: the content alone → everything else and the id stay', async () => {
    const { client, zone } = await newCustomer(simulator, { plan: 'pro' });
    const [seed] = await simulator.addRecords(zone.id, [{ name: `home.${zone.name}`, content: A, ...OWNED }]);
    const changes = { zone_id: zone.id, content: B };
    // @ts-expect-error the SDK's types ask for fields that PATCH does not need
    const edited = await client.dns.records.edit(seed?.id ?? '', changes);
    expect(edited).toMatchObject({ id: seed?.id, content: B, ...OWNED });
  });

  test('records.update: the required fields alone → every other attribute falls back to its default', async () => {
    const { client, zone } = await newCustomer(simulator, { plan: 'pro' });
    const name = `home.${zone.name}`;
    const [seed] = await simulator.addRecords(zone.id, [{ name, content: A, ...OWNED, proxied: true, ttl: 1 }]);
    const updated = await client.dns.records.update(seed?.id ?? '', { ...aaaa(name, B), zone_id: zone.id });
    expect(updated).toMatchObject({ id: seed?.id, content: B, proxied: false, comment: null, tags: [], settings: {} });
  });

  test('records.edit: an empty comment → cleared', async () => {
    const { client, zone } = await newCustomer(simulator);
    const name = `home.${zone.name}`;
    const [seed] = await simulator.addRecords(zone.id, [{ name, content: A, comment: 'old' }]);
    const edited = await client.dns.records.edit(seed?.id ?? '', { ...aaaa(name), comment: '', zone_id: zone.id });
    expect(edited.comment).toBeNull();
  });

  test('records.edit: a record that is gone → 404, 81044', async () => {
    const { client, zone } = await newCustomer(simulator);
    const call = client.dns.records.edit('0'.repeat(32), { ...aaaa('home'), zone_id: zone.id });
    expect(await failureOf(call)).toEqual({ status: 404, codes: [81044] });
  });

  test('records.edit: a read-only record → refused and unchanged', async () => {
    const { client, zone } = await newCustomer(simulator);
    const name = `home.${zone.name}`;
    const [seed] = await simulator.addRecords(zone.id, [{ name, content: A, meta: { read_only: true } }]);
    const failure = await failureOf(client.dns.records.edit(seed?.id ?? '', { ...aaaa(name, B), zone_id: zone.id }));
    expect([failure.status, (await simulator.records(zone.id))[0]?.content]).toEqual([400, A]);
  });
});

describe('records.get and records.delete', () => {
  test('records.get: a record → that record', async () => {
    const { client, zone } = await newCustomer(simulator);
    const [seed] = await simulator.addRecords(zone.id, [{ name: `home.${zone.name}`, content: A }]);
    expect(await client.dns.records.get(seed?.id ?? '', { zone_id: zone.id })).toMatchObject({
      id: seed?.id,
      content: A,
    });
  });

  test('records.delete: twice → its id, then 404, 81044', async () => {
    const { client, zone } = await newCustomer(simulator);
    const [seed] = await simulator.addRecords(zone.id, [{ name: `home.${zone.name}`, content: A }]);
    const id = seed?.id ?? '';
    expect(await client.dns.records.delete(id, { zone_id: zone.id })).toEqual({ id });
    expect(await failureOf(client.dns.records.delete(id, { zone_id: zone.id }))).toEqual({
      status: 404,
      codes: [81044],
    });
  });
});
