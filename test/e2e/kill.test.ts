import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLab } from './harness/open.ts';

const KILLS = 200;
/** A name is created in the first of so many lives of the daemon, and kept right in the others. */
const LIVES_OF_A_NAME = 10;
const ADDRESSES = ['3ffe:1::a', '3ffe:1::b', '3ffe:1::c'];

const seed = Number(process.env['E2E_SEED'] ?? randomInt(2 ** 31));

/** Which address comes in a life of the daemon, and when it is killed. Times are shares of what the first sync takes. */
interface Life {
  /** Counted from when it listens, else from its start. */
  readonly listening: boolean;
  readonly killedAt: number;
  readonly address: string;
  readonly changedAt: number;
}

const share = fc.noBias(fc.integer({ min: 0, max: 150 })).map((percent) => percent / 100);
const life: fc.Arbitrary<Life> = fc.record({
  listening: fc.constantFrom(true, true, true, false),
  killedAt: share,
  address: fc.constantFrom(...ADDRESSES),
  changedAt: share,
});
const LISTENS = / keeping .* right by /;
const lives = fc.sample(fc.noBias(life), { numRuns: KILLS, seed });

test(`kill -9: ${KILLS} times at any moment while addresses change → never twice, never empty, right in the end (E2E_SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const lab = await openLab();
  const statusFile = join(lab.folder, 'status.json');
  const start = (name: string) =>
    lab.run(['run'], {
      environment: {
        CLOUDFLARE_RECORD_NAME: name,
        IPV6DDNS_STATUS_FILE: statusFile,
        IPV6DDNS_VERIFY_INTERVAL: '0',
      },
    });
  const contentsOf = async (name: string): Promise<string[]> =>
    (await lab.api.records(lab.zone.id)).filter((record) => record.name === name).map(({ content }) => content);

  let current = ADDRESSES[0] ?? '';
  await lab.add(current);
  const change = async (address: string): Promise<void> => {
    if (address === current) return;
    await lab.remove(current);
    await lab.add(address);
    current = address;
  };

  // Carried out at once, answered later: many are killed in between.
  await lab.api.addFault({ kind: 'delay', delayMs: 15, times: null });
  const whole = await start('first.example.com');
  const { atMs: listensMs } = await whole.line(LISTENS);
  const { atMs: createdMs } = await whole.line(/ created in /);
  await whole.kill();
  const syncMs = createdMs - listensMs;

  const lastSent: Record<string, number> = {};
  for (const [i, { listening, killedAt, address, changedAt }] of lives.entries()) {
    const name = `host${Math.floor(i / LIVES_OF_A_NAME)}.example.com`;
    const before = await contentsOf(name);
    const { length } = await lab.api.requests();
    const daemon = await start(name);
    const kill = async (): Promise<void> => {
      if (listening) await daemon.line(LISTENS);
      await sleep(killedAt * syncMs);
      await daemon.kill();
    };
    await Promise.all([kill(), sleep(changedAt * syncMs).then(() => change(address))]);
    const after = await contentsOf(name);
    expect(after.length, `records of ${name} after kill ${i + 1}`).toBeLessThanOrEqual(1);
    expect(after.length, `records of ${name} after kill ${i + 1}`).toBeGreaterThanOrEqual(before.length);
    const last = (await lab.api.requests(length)).at(-1);
    const what = last === undefined ? 'nothing' : `${last.method}${last.status === null ? ', no reply' : ''}`;
    lastSent[what] = (lastSent[what] ?? 0) + 1;
    const status = await readFile(statusFile, 'utf8').catch(() => '{}');
    expect(() => JSON.parse(status), `the status file after kill ${i + 1}: ${status}`).not.toThrow();
  }

  // What no request can have deleted was never empty in between, nor double.
  const writes = (await lab.api.requests()).filter(({ method }) => method !== 'GET');
  expect(new Set(writes.map(({ method, path }) => `${method} ${path.endsWith('/batch')}`))).toEqual(
    new Set(['POST false', 'PATCH false']),
  );

  const names = Array.from({ length: KILLS / LIVES_OF_A_NAME }, (_, i) => `host${i}.example.com`);
  await start(names.join(','));
  for (const name of names) await lab.api.untilContents(lab.zone.id, name, [current]);
  console.log(`E2E_SEED=${seed}; last sent before kill -9:`, lastSent);
});
