import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { monotonicMs } from './log.ts';
import { spawnSimulator } from './remote.ts';
import { errorOf, newCustomer } from './sdk.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './simulator.ts';

const A = '2a01:db8::1';

let folder: string;
let program: string;
let simulator: Simulator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-test-'));
  program = join(folder, 'simulator.mjs');
  const entryPoints = [fileURLToPath(new URL('main.ts', import.meta.url))];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: program });
  simulator = await spawnSimulator([process.execPath, program, '--host', '::', '--certificates', folder]);
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

describe('simulator as a process', () => {
  test('process: a record made by the SDK → seen through the control channel', async () => {
    const { client, zone } = await newCustomer(simulator);
    await client.dns.records.create({ zone_id: zone.id, type: 'AAAA', name: 'home', content: A, ttl: 1 });
    expect((await simulator.records(zone.id)).map(({ name, content }) => [name, content])).toEqual([
      [`home.${zone.name}`, A],
    ]);
  });

  test('process: a request → logged with times of this machine’s monotonic clock, without the token', async () => {
    const { client, zone, token } = await newCustomer(simulator);
    const startedMs = monotonicMs();
    const arrival = simulator.nextRequest({ method: 'POST', path: `${zone.id}/dns_records$` });
    await client.dns.records.create({ zone_id: zone.id, type: 'AAAA', name: 'home', content: A, ttl: 1 });
    const entry = await simulator.untilEnded((await arrival).sequence);
    const { connectedMs, firstByteMs, completeMs, endedMs } = entry;
    const times = [startedMs, connectedMs, firstByteMs, completeMs, endedMs ?? 0, monotonicMs()];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(entry).toMatchObject({ status: 200, fault: null, body: { type: 'AAAA', content: A } });
    expect(entry.headers['authorization']).toBe(`[token ${token.id}]`);
    expect(JSON.stringify(await simulator.requests())).not.toContain(token.value);
  });

  test('process: a fault sent over the control channel → strikes', async () => {
    const { client, zone } = await newCustomer(simulator);
    await simulator.addFault({ kind: 'html', status: 502 });
    expect(await errorOf(client.zones.list({ name: zone.name }))).toMatchObject({ status: 502 });
  });

  test('process: a control call that fails → rejected with its words', async () => {
    await expect(simulator.records('nowhere')).rejects.toThrow('unknown zone nowhere');
  });

  test('process: no request comes → nextRequest says so after its timeout', async () => {
    await expect(simulator.nextRequest({ path: '/never' }, { timeoutMs: 20 })).rejects.toThrow(
      /^no request matched \{"path":"\/never"\} after request \d+ within 20 ms$/,
    );
  });

  test('process: its port is taken → ends before it listens', async () => {
    const command = [process.execPath, program, '--port', String(simulator.port), '--plain'] as const;
    await expect(spawnSimulator(command)).rejects.toThrow('ended with status 1 before it listened');
  });

  test('process: its standard input ends → it ends', async () => {
    const other = await spawnSimulator([process.execPath, program, '--plain']);
    await other.close();
    await expect(fetch(other.url)).rejects.toThrow('fetch failed');
    await expect(other.records('any')).rejects.toThrow('the simulator has ended');
  });
});

describe('simulator without TLS', () => {
  test('plain: an http URL of the loopback → served', async () => {
    const plain = await startSimulator({ plain: true });
    const { status } = await plain
      .addToken()
      .then(({ value }) => fetch(`${plain.url}/zones`, { headers: { authorization: `Bearer ${value}` } }));
    await plain.close();
    expect([plain.url.startsWith('http://127.0.0.1:'), plain.caFile, status]).toEqual([true, null, 200]);
  });
});
