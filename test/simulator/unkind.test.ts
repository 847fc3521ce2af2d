import { afterAll, beforeAll, expect, test } from 'vitest';
import { newCustomer } from './sdk.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const CONTENTS = ['2a01:db8::1', '2a01:db8::2', '2a01:db8::3'];

async function listed() {
  const customer = await newCustomer(simulator);
  const name = `home.${customer.zone.name}`;
  await simulator.addRecords(
    customer.zone.id,
    CONTENTS.map((content) => ({ name, content })),
  );
  const page = async () => (await customer.client.dns.records.list({ zone_id: customer.zone.id })) as unknown as Listed;
  return { ...customer, name, page };
}

interface Listed {
  readonly result: readonly { readonly content: string }[];
  readonly result_info: Readonly<Record<string, number>>;
}

test('records.list: smaller pages than asked for → the rest is on the next, and the size is told', async () => {
  const { page } = await listed();
  await simulator.setLists({ mostPerPage: 2 });
  const { result, result_info } = await page();
  await simulator.setLists({});
  expect([result.length, result_info]).toEqual([2, { page: 1, per_page: 2, count: 2, total_count: 3, total_pages: 2 }]);
});

test('records.list: members of result_info left out, and untrue → as told', async () => {
  const { page } = await listed();
  await simulator.setLists({ told: { total_pages: null, total_count: 9 } });
  const { result_info } = await page();
  await simulator.setLists({});
  expect(result_info).toEqual({ page: 1, per_page: 100, count: 3, total_count: 9 });
});

test('records.list: shadowing_name → the NS records at and above the name, the zone’s own apart', async () => {
  const { client, zone } = await newCustomer(simulator);
  const delegation = `sub.${zone.name}`;
  await simulator.addRecords(zone.id, [
    { type: 'NS', name: zone.name, content: 'ns1.example.net' },
    { type: 'NS', name: delegation, content: 'ns2.example.net' },
    { name: `home.${delegation}`, content: '2a01:db8::1' },
  ]);
  const shadows = async (name: string) => {
    const page = await client.dns.records.list({ zone_id: zone.id, shadowing_name: name });
    return page.result.map((record) => record.name);
  };
  expect([await shadows(`home.${delegation}`), await shadows(`home.${zone.name}`)]).toEqual([[delegation], []]);
});

test('records.list: an error of the edge as JSON → its status and body', async () => {
  const { client, zone } = await newCustomer(simulator);
  await simulator.addFault({ kind: 'edge', status: 403, errorCode: 1020, retryable: false, retryAfterSec: null });
  const failure = await client.dns.records.list({ zone_id: zone.id }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ status: 403, error: { error_code: 1020, retryable: false, cloudflare_error: true } });
});

test('zones.list: two zones of one name → both, in the order in which they were made', async () => {
  const { client, zone } = await newCustomer(simulator);
  await simulator.addZone({ name: zone.name, status: 'moved' });
  const page = await client.zones.list({ name: zone.name });
  expect(page.result.map(({ status }) => status)).toContain('active');
});
