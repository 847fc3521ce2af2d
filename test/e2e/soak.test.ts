import { randomInt } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { monotonicMs } from '../simulator/log.ts';
import { Disturber } from './harness/disturber.ts';
import { NAME } from './harness/lab.ts';
import { Receiver } from './harness/notified.ts';
import { openLab } from './harness/open.ts';
import { memoryOf, untilAsleep } from './harness/proc.ts';
import type { Process } from './harness/process.ts';
import { serviceManager } from './harness/service-manager.ts';

/** An hour of a restless network is pressed into so many seconds, or what it takes for `LEAST_EVENTS`. */
const SOAK_SEC = Number(process.env['SOAK_SEC'] ?? 60);
/** The daemon comes to rest so often after the warm-up. */
const RESTS = 3;
/** What the heap's pages may differ by: 48 KiB were the most in three runs. A leak of a byte an event is four times as much. */
const TOLERANCE_KIB = 96;
const LEAST_EVENTS = 4 * TOLERANCE_KIB * 1024;
/** Writes of a zone: src/core/daemon/bucket.ts. */
const BUCKET = 50;
const REFILL_SEC = 6;
const seed = Number(process.env['E2E_SEED'] ?? randomInt(2 ** 31));

const HOME = '3ffe:1::a';
const NAS = '3ffe:1::5';
const ELSEWHERE = 'home.example.org';

/** Resolves when the status file says that all records are right. What the last reload found changed for the third time is
 *  set back at once by another one.
 *  @throws Error after a minute */
async function untilSynced(statusFile: string, count: number, daemon: Process): Promise<void> {
  let text = '';
  let isReloaded = false;
  for (const endMs = monotonicMs() + 60_000; monotonicMs() < endMs; await sleep(50)) {
    text = await readFile(statusFile, 'utf8');
    const { records }: { records: { state: string; address: string }[] } = JSON.parse(text);
    if (!isReloaded && / times in a row /.test(text)) {
      isReloaded = true;
      daemon.signal('SIGHUP');
    }
    const right = records.filter(({ state, address }) => state === 'synced' && [HOME, NAS].includes(address));
    if (right.length === count && records.length === count) return;
  }
  throw new Error(`not all records are right: ${text}`);
}

/** What a process holds while it sleeps; memory in KiB. */
type Figures = Readonly<Record<'resident' | 'anonymous' | 'descriptors' | 'threads', number>>;

async function figuresOf({ pid }: Process): Promise<Figures> {
  await untilAsleep(pid);
  const { resident, anonymous } = await memoryOf(pid);
  const [descriptors, threads] = await Promise.all(['fd', 'task'].map((folder) => readdir(`/proc/${pid}/${folder}`)));
  return { resident, anonymous, descriptors: descriptors?.length ?? 0, threads: threads?.length ?? 0 };
}

test(`soak: an hour of changes, faults and reloads → as small as before, every record right (E2E_SEED=${seed})`, {
  timeout: (SOAK_SEC * 3 + 300) * 1000,
}, async () => {
  const lab = await openLab();
  await lab.host.link('wan1', lab.router, 'lan1');
  const org = await lab.api.addZone({ name: 'example.org' });
  const token = await lab.api.addToken({ zones: [lab.zone.id, org.id] });
  await lab.api.setRateLimit({ quota: 1_000_000, windowSec: 300 });
  const [receiver, { manager, environment }] = await Promise.all([Receiver.start(lab), serviceManager(lab)]);
  const contents = { [NAME]: HOME, 'www.example.com': HOME, 'nas.example.com': NAS, [ELSEWHERE]: HOME };
  const config = `timeout = 1
metrics_file = "${lab.folder}/ipv6ddns.prom"
[notify]
url = "${receiver.url('/hook')}"
error_after = 0
${Object.keys(contents)
  .map((name) => `[[record]]\nname = "${name}"\nmulti_record = "all"\n`)
  .join('')}`
    .replace(`"${NAME}"`, `"${NAME}"\nzone_id = "${lab.zone.id}"`)
    .replace('"nas.example.com"', '"nas.example.com"\nhost_id = "::5"');
  const daemon = await lab.daemon({
    config,
    environment: {
      ...environment,
      CLOUDFLARE_API_TOKEN: token.value,
      CLOUDFLARE_ZONE_ID: undefined,
      CLOUDFLARE_RECORD_NAME: undefined,
      WATCHDOG_USEC: '20000000',
    },
  });
  const disturber = new Disturber(seed, { lab, daemon, receiver, zoneIds: [lab.zone.id, org.id], config });
  const figures: Figures[] = [];
  const startMs = monotonicMs();
  for (let rest = 0; rest <= RESTS; rest += 1) {
    const endMs = monotonicMs() + (SOAK_SEC * 1000) / (RESTS + 1);
    const enough = () => (disturber.counts['address'] ?? 0) >= ((rest + 1) * LEAST_EVENTS) / (RESTS + 1);
    while (monotonicMs() < endMs || !enough()) await disturber.step();
    await disturber.calm(HOME);
    await untilSynced(join(lab.folder, 'status.json'), Object.keys(contents).length, daemon);
    figures.push(await figuresOf(daemon));
  }
  await disturber.close();
  const spentSec = (monotonicMs() - startMs) / 1000;
  console.table(figures);
  const requests = await lab.api.requests();
  console.log(`E2E_SEED=${seed}, ${spentSec.toFixed()} s, ${requests.length} requests:`, disturber.counts);

  for (const [name, address] of Object.entries(contents)) {
    await lab.api.untilContents(name === ELSEWHERE ? org.id : lab.zone.id, name, [address]);
  }
  for (const { id } of [lab.zone, org]) {
    const writes = requests.filter(({ method, path }) => method !== 'GET' && path.includes(id));
    expect(writes.length, `writes in ${id}`).toBeLessThanOrEqual(BUCKET + spentSec / REFILL_SEC + 1);
  }
  const [warm, last] = [figures[0], figures.at(-1)];
  expect(last?.threads).toBe(1);
  expect(last?.descriptors).toBe(warm?.descriptors);
  expect(last?.anonymous).toBeLessThanOrEqual((warm?.anonymous ?? 0) + TOLERANCE_KIB);
  expect(last?.resident).toBeLessThanOrEqual((warm?.resident ?? 0) + TOLERANCE_KIB);
  expect(manager.stdout).toContain('WATCHDOG=1');
  expect(receiver.received.length).toBeGreaterThan(0);
  daemon.signal('SIGTERM');
  expect((await daemon.exit).status).toBe(0);
});
