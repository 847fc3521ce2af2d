import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { Status } from '../../src/core/daemon/status.ts';
import { type Behaviour, isConnectionFault, type RequestMatch } from '../simulator/faults.ts';
import { monotonicMs, type RequestEntry } from '../simulator/log.ts';
import { Lab, NAME } from './harness/lab.ts';
import { memoryOf } from './harness/proc.ts';
import type { Process } from './harness/process.ts';

/** Every fault at every call: a daemon for each call suffers one fault after the other. */
const CALLS = ['zone lookup', 'list', 'create', 'update', 'batch'] as const;
type Call = (typeof CALLS)[number];

interface Case {
  readonly fault: string;
  readonly behaviour: Behaviour;
  /** How often it strikes in a row. */
  readonly times: number;
  /** A write is carried out, although its reply does not arrive. */
  readonly carriedOut?: boolean;
  /** Seconds of silence that the server asks for. */
  readonly imposedSec?: number;
}

const RATE_LIMITED = { 'content-type': 'application/json', ratelimit: '"default";r=0;t=1' };
const THROTTLED = '{"success":false,"errors":[{"code":971,"message":"slow down"}],"messages":[],"result":null}';

const CASES: readonly Case[] = [
  { fault: 'hang', behaviour: { kind: 'hang' }, times: 1 },
  { fault: 'reset', behaviour: { kind: 'reset' }, times: 2 },
  { fault: 'close', behaviour: { kind: 'close' }, times: 1 },
  { fault: 'lost reply', behaviour: { kind: 'reset' }, times: 1, carriedOut: true },
  { fault: 'cut body', behaviour: { kind: 'cutBody' }, times: 1, carriedOut: true },
  { fault: 'slow drip', behaviour: { kind: 'drip', intervalMs: 100 }, times: 1, carriedOut: true },
  { fault: 'half a body', behaviour: { kind: 'truncated' }, times: 1, carriedOut: true },
  { fault: '2 MiB', behaviour: { kind: 'oversized', bytes: 2 * 1024 * 1024 }, times: 1, carriedOut: true },
  { fault: 'garbage', behaviour: { kind: 'garbage' }, times: 2 },
  { fault: 'garbage body', behaviour: { kind: 'garbageBody' }, times: 1 },
  { fault: 'HTML 502', behaviour: { kind: 'html', status: 502 }, times: 2 },
  { fault: '429, Retry-After', behaviour: { kind: 'throttle', retryAfter: '1' }, times: 2, imposedSec: 1 },
  {
    fault: '429, Ratelimit',
    behaviour: { kind: 'reply', status: 429, headers: RATE_LIMITED, body: THROTTLED },
    times: 2,
    imposedSec: 1,
  },
  { fault: 'wrong certificate', behaviour: { kind: 'certificate', which: 'wrongName' }, times: 1 },
  { fault: 'handshake hangs', behaviour: { kind: 'handshakeHang' }, times: 1 },
  { fault: 'handshake reset', behaviour: { kind: 'handshakeReset' }, times: 1 },
];
/** The last of each daemon, because it is not over within the test. */
const BARE_429 = '429 alone';

/** A daemon whose records are right, and what makes it send the call in question. */
interface Lane {
  readonly call: Call;
  readonly lab: Lab;
  readonly daemon: Process;
  readonly names: readonly string[];
  /** What an undisturbed round sends, and which of its requests is the call. */
  readonly round: readonly string[];
  readonly failing: number;
  readonly on: RequestMatch;
  address: string;
}

/** What one round led to. */
interface Outcome {
  readonly requests: readonly RequestEntry[];
  readonly announced: readonly Announcement[];
}

/** A wait that the log has told of. */
interface Announcement {
  readonly sec: number;
  /** When the daemon wrote so, milliseconds on CLOCK_MONOTONIC. The simulator notices the end of a request later. */
  readonly atMs: number;
}

/** The idle figure is the lowest one after so many undisturbed rounds, with a look at the records after each, as
 *  after a failed write. An event of the kernel's own in between leaves pages of the program resident. */
const WARM_UP_ROUNDS = 4;

const results: (Readonly<Record<string, unknown>> & { readonly at: string })[] = [];
afterAll(() => console.table([...results].sort((a, b) => order(a.at) - order(b.at))));
const ROWS = [...CASES.map(({ fault }) => fault), BARE_429];
const order = (at: string): number => ROWS.findIndex((fault) => at.startsWith(`${fault} at `));

async function openLane(call: Call, lab: Lab): Promise<Lane> {
  const names = call === 'batch' ? [NAME, 'www.example.com'] : [NAME];
  const address = '3ffe:1::1';
  await lab.seed(...names.map((name) => ({ name, content: address })));
  await lab.add(address);
  const daemon = await lab.daemon({
    environment: {
      // One address: a connection that is reset at once may look refused, and the next address would be tried.
      CLOUDFLARE_BASE_URL: lab.api.url.replace('localhost', '127.0.0.1'),
      ...(call === 'zone lookup' ? { CLOUDFLARE_ZONE_ID: undefined } : {}),
      CLOUDFLARE_RECORD_NAME: names.join(','),
      IPV6DDNS_TIMEOUT: '3',
      IPV6DDNS_VERIFY_INTERVAL: '0',
    },
  });
  for (const name of names) await daemon.line(isRight(name, address));
  return { call, lab, daemon, names, ...ROUNDS[call], address };
}

const RECORDS = '/dns_records$';
const ROUNDS: Readonly<Record<Call, Pick<Lane, 'round' | 'failing' | 'on'>>> = {
  'zone lookup': { round: ['LOOKUP', 'LOOKUP', 'LIST', 'PATCH'], failing: 0, on: { method: 'GET', path: '/zones$' } },
  list: { round: ['LIST', 'PATCH'], failing: 0, on: { method: 'GET', path: RECORDS } },
  create: { round: ['LIST', 'ZONE', 'POST'], failing: 2, on: { method: 'POST', path: RECORDS } },
  update: { round: ['PATCH'], failing: 0, on: { method: 'PATCH' } },
  batch: { round: ['BATCH'], failing: 0, on: { method: 'POST', path: '/batch$' } },
};

/** Makes the daemon send the call: by another address, or by records that somebody has changed or removed. */
async function provoke(lane: Lane, count: number): Promise<void> {
  const { call, lab, daemon } = lane;
  if (call === 'update' || call === 'batch') {
    await lab.remove(lane.address);
    lane.address = `3ffe:1::${(count + 2).toString(16)}`;
    await lab.add(lane.address);
    return;
  }
  for (const { id } of await lab.api.records(lab.zone.id)) {
    if (call === 'create') await lab.api.removeRecord(lab.zone.id, id);
    else await lab.api.changeRecord(lab.zone.id, id, { content: '3ffe:9::1' });
  }
  daemon.signal('SIGHUP');
}

/** The line that says that a name is right. */
const isRight = (name: string, address: string): RegExp => new RegExp(` ${name}: AAAA ${address}[ ,]`);

/** One round; ends when the daemon says that everything is right.
 *  @param follow goes on while the daemon is at work */
async function goRound(lane: Lane, count: number, follow: () => Promise<unknown>): Promise<Outcome> {
  const { daemon, names, lab } = lane;
  const { length } = await lab.api.requests();
  const since = daemon.lines.length;
  const followed = follow();
  await provoke(lane, count);
  await followed;
  for (const name of names) await daemon.line(isRight(name, lane.address), { since, timeoutMs: 30_000 });
  const announced = daemon.lines.slice(since).flatMap(({ text }) => announcementIn(text) ?? []);
  return { requests: await lab.api.requests(length), announced };
}

function announcementIn(text: string): Announcement | null {
  const [, time = '', sec] = /^(\S+) .*(?:Next try|Reading the records back) in ([\d.]+) s \(failure/.exec(text) ?? [];
  if (sec === undefined) return null;
  return { sec: Number(sec), atMs: Date.parse(time) - Date.now() + monotonicMs() };
}

/** Makes the daemon read its records, which are right, so that it says nothing. */
async function readBack({ daemon, names, lab }: Lane): Promise<void> {
  const { length } = await lab.api.requests();
  daemon.signal('SIGHUP');
  const isAnswered = (request: RequestEntry) => describeRequest(request) === 'LIST' && request.endedMs !== null;
  while ((await lab.api.requests(length)).filter(isAnswered).length < names.length) await sleep(20);
}

function describeRequest({ method, path }: RequestEntry): string {
  if (path.endsWith('/batch')) return 'BATCH';
  if (method !== 'GET') return method;
  if (path.endsWith('/zones')) return 'LOOKUP';
  return path.endsWith('/dns_records') ? 'LIST' : 'ZONE';
}

/** What a round sends when the call fails: a read is repeated; a write is repeated after a look at the records of each
 *  name, unless these show that it was carried out. What goes through no handshake is not counted: it is not sent. */
function expectedRequests(lane: Lane, { behaviour, times, carriedOut = false }: Case): string[] {
  const { round, failing, names } = lane;
  if (isConnectionFault(behaviour)) return [...round];
  const call = round[failing] ?? '';
  const isRead = call === 'LIST' || call === 'LOOKUP';
  const again = isRead ? [call] : [...names.map(() => 'LIST'), ...(carriedOut ? [] : [call])];
  const tries = Array.from({ length: times }, () => again);
  // A batch that fails twice is halved, which of these two names leaves single calls.
  if (call === 'BATCH' && times > 1 && !carriedOut) tries.push([...(tries.pop() ?? []).slice(0, -1), 'PATCH', 'PATCH']);
  const repeated = tries.flat();
  return [...round.slice(0, failing + 1), ...repeated, ...round.slice(failing + 1)];
}

/** Lays the fault in wait.
 *  @returns what has to go on while the daemon is at work */
async function arm({ lab, on, call }: Lane, { behaviour, times, carriedOut = false }: Case) {
  const strike = () => lab.api.addFault({ ...behaviour, on, times, applied: carriedOut && behaviour.kind === 'reset' });
  if (!isConnectionFault(behaviour) || call !== 'create') {
    await strike();
    return async () => undefined;
  }
  // A connection knows no call: the fault comes after the call before, whose good reply is followed by silence.
  const before = { method: 'GET', path: `/zones/${lab.zone.id}$` };
  const headers = { ratelimit: '"default";r=0;t=2', connection: 'close' };
  await lab.api.addFault({ kind: 'headers', headers, on: before });
  return async () => {
    await lab.api.untilEnded((await lab.api.nextRequest(before)).sequence);
    await strike();
  };
}

/** Each failed request is followed by the announced pause, and that by no more than the back-off allows. */
function expectBackoff({ requests, announced }: Outcome, { times, imposedSec = 0 }: Case, at: string): void {
  expect(announced, at).toHaveLength(times);
  for (const [i, { sec }] of announced.entries()) {
    expect(sec, at).toBeGreaterThanOrEqual(imposedSec);
    expect(sec, at).toBeLessThanOrEqual(Math.max(imposedSec, 2 ** i));
  }
  const failed = requests.filter(({ fault }) => fault !== null && fault !== 'headers');
  for (const [i, request] of failed.entries()) {
    const next = requests[requests.indexOf(request) + 1];
    const { sec, atMs } = announced[i] ?? { sec: Number.NaN, atMs: Number.NaN };
    const pauseSec = ((next?.firstByteMs ?? 0) - atMs) / 1000;
    expect(pauseSec, `pause after ${at}`).toBeGreaterThan(sec - 0.06); // announced with one decimal
  }
}

/** Resident memory now, KiB. */
const residentKib = async (pid: number): Promise<number> => (await memoryOf(pid)).resident;

/** Resident memory once two looks in a row agree, KiB. */
async function restingKib(pid: number): Promise<number> {
  for (let last = await residentKib(pid); ; ) {
    await sleep(100);
    const now = await residentKib(pid);
    if (now === last) return now;
    last = now;
  }
}

/** Resident memory once it is not above `mostKib`, or what it is after 5 s. */
async function memoryWithin(mostKib: number, pid: number): Promise<number> {
  for (const endMs = monotonicMs() + 5000; ; ) {
    const kib = await residentKib(pid);
    if (kib <= mostKib || monotonicMs() > endMs) return kib;
    await sleep(50);
  }
}

/** 429 without a word of when: five minutes of silence, also towards a new address.
 *  @returns what of it the log and the status file have told */
async function expectSilence(lane: Lane, count: number): Promise<Readonly<Record<string, string>>> {
  const { lab, daemon, on } = lane;
  await lab.api.addFault({ kind: 'throttle', retryAfter: null, on });
  const since = daemon.lines.length;
  await provoke(lane, count);
  await daemon.line(/ asks for fewer requests .*Next try in 5 min /, { since });
  const { length } = await lab.api.requests();
  const address = '3ffe:1::ffff';
  await lab.remove(lane.address);
  await lab.add(address);
  // Written when nothing is in flight, or after a second.
  const read = async (): Promise<Status> => JSON.parse(await readFile(join(lab.folder, 'status.json'), 'utf8'));
  while ((await read()).records.some((own) => own.address !== address)) await sleep(20);
  const nextTrySec = (await read()).records.map(({ next_try }) => (Date.parse(next_try ?? '') - Date.now()) / 1000);
  for (const sec of nextTrySec) {
    expect(sec).toBeGreaterThan(280);
    expect(sec).toBeLessThanOrEqual(300);
  }
  expect(await lab.api.requests(length)).toEqual([]);
  return { 'waits (s)': nextTrySec.map(Math.round).join(' ') };
}

test.concurrent.for(CALLS)(
  'daemon: every fault in turn at the call %s → no request too many, the record right and single, no memory kept',
  { timeout: 120_000 },
  async (call, context) => {
    const lab = await Lab.open();
    context.onTestFinished(() => lab.close());
    context.onTestFailed(() => console.log(lab.transcript()));
    const lane = await openLane(call, lab);
    let idleKib = Number.POSITIVE_INFINITY;
    for (let i = 0; i < WARM_UP_ROUNDS; i += 1) {
      await goRound(lane, i, async () => undefined);
      await readBack(lane);
      idleKib = Math.min(idleKib, await restingKib(lane.daemon.pid));
    }
    for (const [i, one] of CASES.entries()) {
      const at = `${one.fault} at ${call}`;
      const startMs = monotonicMs();
      const outcome = await goRound(lane, WARM_UP_ROUNDS + i, await arm(lane, one));
      const tookSec = Math.round((monotonicMs() - startMs) / 100) / 10;
      const records = await lab.api.records(lab.zone.id);
      expect(records.map(({ name, content }) => `${name} ${content}`).sort(), at).toEqual(
        lane.names.map((name) => `${name} ${lane.address}`).sort(),
      );
      const sent = outcome.requests.map(describeRequest);
      expect(sent, at).toEqual(expectedRequests(lane, one));
      expectBackoff(outcome, one, at);
      const kib = await memoryWithin(idleKib * 1.1, lane.daemon.pid);
      expect(kib, `KiB resident after ${at}, ${idleKib} before`).toBeLessThanOrEqual(idleKib * 1.1);
      const waits = outcome.announced.map(({ sec }) => sec).join(' ');
      results.push({
        at,
        sent: sent.join(' '),
        'waits (s)': waits,
        'right after (s)': tookSec,
        KiB: `${idleKib} → ${kib}`,
      });
      // Records that are found changed again and again are a conflict.
      await readBack(lane);
    }
    results.push({ at: `${BARE_429} at ${call}`, ...(await expectSilence(lane, WARM_UP_ROUNDS + CASES.length)) });
  },
);
