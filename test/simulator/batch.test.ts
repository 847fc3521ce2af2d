import type { RecordResponse } from 'cloudflare/resources/dns/records';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCHEMAS } from '../schemas/judge.ts';
import { failureOf, newCustomer } from './sdk.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './simulator.ts';

const A = '2a01:db8::1';
const B = '2a01:db8::2';
const C = '2a01:db8::3';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ schemas: SCHEMAS });
});
afterAll(() => simulator.close());

const aaaa = (name: string, content: string) => ({ type: 'AAAA', name, content, ttl: 1 }) as const;
const contents = (records: readonly RecordResponse[] | undefined) => records?.map(({ content }) => content);

describe('records.batch', () => {
  test('records.batch: one of each list → all applied, answered list by list', async () => {
    const { client, zone } = await newCustomer(simulator);
    const seeds = await simulator.addRecords(
      zone.id,
      ['a', 'b', 'c'].map((label) => ({ name: `${label}.${zone.name}`, content: A })),
    );
    const [first, second, third] = seeds.map(({ id }) => id);
    const result = await client.dns.records.batch({
      zone_id: zone.id,
      deletes: [{ id: first ?? '' }],
      patches: [{ id: second ?? '', ...aaaa(`b.${zone.name}`, B) }],
      puts: [{ id: third ?? '', ...aaaa(`c.${zone.name}`, C) }],
      posts: [aaaa(`d.${zone.name}`, B)],
    });
    const answered = [result.deletes, result.patches, result.puts, result.posts].map(contents);
    expect(answered).toEqual([[A], [B], [C], [B]]);
    expect((await simulator.records(zone.id)).map(({ content }) => content)).toEqual([B, C, B]);
  });

  test('records.batch: deletes before patches → a patch may take the content of a deleted twin', async () => {
    const { client, zone } = await newCustomer(simulator);
    const name = `home.${zone.name}`;
    const [stale, twin] = await simulator.addRecords(zone.id, [
      { name, content: A },
      { name, content: B },
    ]);
    const patches = [{ id: stale?.id ?? '', ...aaaa(name, B) }];
    await client.dns.records.batch({ zone_id: zone.id, patches, deletes: [{ id: twin?.id ?? '' }] });
    expect((await simulator.records(zone.id)).map(({ id, content }) => [id, content])).toEqual([[stale?.id, B]]);
  });

  test('records.batch: the last item fails → its error, and nothing is applied', async () => {
    const { client, zone } = await newCustomer(simulator);
    const name = `home.${zone.name}`;
    const [seed] = await simulator.addRecords(zone.id, [{ name, content: A }]);
    const call = client.dns.records.batch({
      zone_id: zone.id,
      patches: [{ id: seed?.id ?? '', ...aaaa(name, B) }],
      posts: [aaaa(name, C), aaaa(name, C)],
    });
    expect(await failureOf(call)).toEqual({ status: 400, codes: [81058] });
    expect((await simulator.records(zone.id)).map(({ content }) => content)).toEqual([A]);
  });

  test('records.batch: 201 records on the free plan → refused; 200 → applied', async () => {
    const { client, zone } = await newCustomer(simulator);
    const posts = Array.from({ length: 201 }, (_, i) => aaaa(`h${i}.${zone.name}`, A));
    expect((await failureOf(client.dns.records.batch({ zone_id: zone.id, posts }))).status).toBe(400);
    const accepted = await client.dns.records.batch({ zone_id: zone.id, posts: posts.slice(1) });
    expect(accepted.posts).toHaveLength(200);
  });

  test('records.batch: 1,000 patches in a zone of 3,000 on a paid plan → applied in one request', async () => {
    const { client, zone } = await newCustomer(simulator, { plan: 'pro' });
    const names = Array.from({ length: 3000 }, (_, i) => `h${i}.${zone.name}`);
    const seeds = await simulator.addRecords(
      zone.id,
      names.map((name) => ({ name, content: A })),
    );
    const patches = seeds.slice(0, 1000).map(({ id, name }) => ({ id, ...aaaa(name, B) }));
    await client.dns.records.batch({ zone_id: zone.id, patches });
    expect((await simulator.records(zone.id)).filter(({ content }) => content === B)).toHaveLength(1000);
  });

  test('records.batch: a stale id among the patches → 404, 81044', async () => {
    const { client, zone } = await newCustomer(simulator);
    const patches = [{ id: '0'.repeat(32), ...aaaa('home', B) }];
    const call = client.dns.records.batch({ zone_id: zone.id, patches });
    expect(await failureOf(call)).toEqual({ status: 404, codes: [81044] });
  });
});
