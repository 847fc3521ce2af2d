/** Ways to the API that are broken, each while another one is not: how many seconds pass until the record is right. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { monotonicMs } from '../simulator/log.ts';
import type { Gate, Manner } from './harness/gate.ts';
import { Lab } from './harness/lab.ts';
import { startNameServer } from './harness/name-servers.ts';
import type { Process } from './harness/process.ts';
import { bundle } from './harness/programs.ts';

const API = 'api.cloudflare.com';
const HOST_V4 = '10.1.0.2';
const ROUTER_V4 = '10.1.0.1';
/** The first of each is the one that is tried first. */
const V6 = ['3ffe:1:9::1', '3ffe:9::2'] as const;
const V4 = ['10.9.0.1', '10.9.0.2'] as const;
const A = '3ffe:1::a';
const B = '3ffe:1::b';

/** `dropped`: SYN; `refused`: RST in answer to it. */
type Break = 'dropped' | 'refused' | Exclude<Manner, 'good'>;
const BREAKS: readonly Break[] = ['dropped', 'refused', 'reset', 'mute', 'lost', 'numb', 'slow'];

interface Layout {
  readonly what: string;
  readonly broken: readonly string[];
  readonly good: readonly string[];
}
const LAYOUTS: readonly Layout[] = [
  { what: 'IPv6 broken', broken: [V6[0]], good: [V4[0]] },
  { what: 'IPv4 broken', broken: [V4[0]], good: [V6[0]] },
  { what: 'both of IPv6 broken', broken: V6, good: [V4[0]] },
  { what: 'one of two of IPv6 broken, no IPv4', broken: [V6[0]], good: [V6[1]] },
  { what: 'one of two of IPv4 broken, no IPv6', broken: [V4[0]], good: [V4[1]] },
];
const ROWS = LAYOUTS.flatMap((layout) => BREAKS.map((how) => ({ ...layout, how })));

/** For one request: what `numb` and nothing else takes. */
const TIMEOUT_SEC = 8;
/** The limit for a connection, the longest first wait, and a busy machine. */
const WITHIN_SEC = 6 + 1 + 8;

const results: Record<string, unknown>[] = [];
afterAll(() => {
  const order = (row: Record<string, unknown>) =>
    ROWS.findIndex(({ what, how }) => row['way'] === what && row['how'] === how);
  console.table(results.sort((a, b) => order(a) - order(b)));
});

/** A lab whose router has the API's addresses. */
async function openWays({ broken, good, how }: (typeof ROWS)[number], context: TestContext): Promise<Lab> {
  const lab = await Lab.open();
  context.onTestFinished(() => lab.close());
  context.onTestFailed(() => console.log(lab.transcript()));
  await lab.router.ip('link set lo up');
  for (const variable of ['net/ipv6/conf/all/forwarding', 'net/ipv4/ip_forward']) await lab.router.sysctl(variable, 1);
  const isSilent = (address: string) => how === 'dropped' && broken.includes(address);
  const [present, absent] = [[...broken, ...good].filter((own) => !isSilent(own)), broken.filter(isSilent)];
  await lab.router.ipBatch([
    'addr add fe80::1/64 dev lan0 nodad',
    `addr add ${ROUTER_V4}/24 dev lan0`,
    'route add 3ffe:1::/64 dev lan0',
    ...present.map((address) => `addr add ${address}/${address.includes(':') ? '128 dev lo nodad' : '32 dev lo'}`),
    ...absent.map((address) => `route add blackhole ${address}`),
  ]);
  await lab.host.ipBatch([`addr add ${HOST_V4}/24 dev wan0`, `route add default via ${ROUTER_V4}`]);
  const manners = Object.fromEntries([
    ...broken.flatMap((address): [string, Manner][] =>
      how === 'dropped' || how === 'refused' ? [] : [[address, how]],
    ),
    ...good.map((address): [string, Manner] => [address, 'good']),
  ]);
  const gate: Gate = { port: Number(new URL(lab.api.url).port), upstream: HOST_V4, addresses: manners };
  const script = await bundle('test/e2e/harness/gate.ts', lab.folder);
  await lab.launch(lab.router, [process.execPath, script, JSON.stringify(gate)], {}).line(/^listening$/);
  const say = (family: boolean) =>
    [...broken, ...good].filter((own) => own.includes(':') === family).join(' ') || 'nodata';
  await startNameServer(lab, { names: { [API]: { a: say(false), aaaa: say(true) } } });
  const resolver = join(lab.folder, 'resolv.conf');
  await writeFile(resolver, 'nameserver 127.0.0.1\n');
  await lab.host.replaceFile('/etc/resolv.conf', resolver);
  return lab;
}

/** Seconds until the daemon says that the record is right. */
async function untilRight(daemon: Process, address: string, sinceMs: number): Promise<number> {
  const { atMs } = await daemon.line(new RegExp(`AAAA ${address}[ ,]`), { timeoutMs: 50_000 });
  return Math.round((atMs - sinceMs) / 100) / 10;
}

test.concurrent.for(ROWS)(
  'ways: $what, $how → the record is right within seconds, and the next one at once',
  async (row, context) => {
    const lab = await openWays(row, context);
    const url = lab.api.url.replace('localhost', API);
    const daemon = await lab.daemon({
      environment: { CLOUDFLARE_BASE_URL: url, IPV6DDNS_TIMEOUT: String(TIMEOUT_SEC) },
    });
    let sinceMs = monotonicMs();
    await lab.add(A);
    const firstSec = await untilRight(daemon, A, sinceMs);
    await lab.add(B);
    sinceMs = monotonicMs();
    await lab.remove(A);
    const nextSec = await untilRight(daemon, B, sinceMs);
    const tries = daemon.stderr.filter((line) => / cannot reach | could not confirm /.test(line)).length;
    results.push({ way: row.what, how: row.how, 'first (s)': firstSec, 'next (s)': nextSec, 'failed tries': tries });
    expect(firstSec).toBeLessThan(row.how === 'numb' ? TIMEOUT_SEC + WITHIN_SEC : WITHIN_SEC);
    expect(nextSec).toBeLessThan(5);
  },
);
