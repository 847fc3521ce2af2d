/** Holds the routes that the feed follows by the kernel's events against what ip(8) shows, over random operations. */
import * as os from 'os';
import * as std from 'std';
import * as system from 'system';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Route, Routes, type SourceRule } from '../../src/core/address/routes.ts';
import { Secret } from '../../src/core/config/secret.ts';
import type { Clock, Kernel, KernelSocket } from '../../src/core/ports.ts';
import { ok } from '../../src/core/result.ts';
import { RT_TABLE_MAIN } from '../../src/core/wire/constants.ts';
import { SystemFiles } from '../../src/host/files.ts';
import { RtnetlinkKernel } from '../../src/host/kernel.ts';
import { Log } from '../../src/shell/log.ts';
import { TableFeed } from '../../src/shell/table-feed.ts';
import { bytesOf, hop, prefix } from '../fakes/routes.ts';
import { setup, sleep } from './client.ts';

const STEPS = 60;
/** From an event to the end of the dump that it leads to, its pause included, on a machine that is busy. */
const PATIENCE_MS = 20_000;

/** Links of the test's own; the even ones are watched, the odd ones their far ends. */
const LINKS = ['rt0', 'rt1', 'rt2', 'rt3'];
const ADDRESSES = ['3ffe:a::1', '3ffe:b::1', '3ffe:c::1'].map(bytesOf);

const ip = (parameters: string): number => os.exec(['sh', '-c', `ip ${parameters} 2>/dev/null`]);

function ipJson<T>(parameters: string): T {
  const file = `${setup.folder}/ip.json`;
  os.exec(['sh', '-c', `ip -6 -json ${parameters} > ${file}`]);
  const read = new SystemFiles().read(file);
  if (!read.ok) throw new Error(read.error.detail);
  return JSON.parse(read.value) as T; // what ip-route(8) and ip-rule(8) print
}

interface ShownHop {
  readonly dev?: string;
  readonly gateway?: string;
  readonly flags: readonly string[];
}

interface ShownRoute extends ShownHop {
  readonly type?: string;
  readonly dst: string;
  readonly from?: string;
  readonly table?: string;
  readonly protocol?: string;
  readonly metric: number;
  readonly pref?: string;
  readonly nexthops?: readonly ShownHop[];
}

const TYPES: Readonly<Record<string, number>> = { unicast: 1, blackhole: 6, unreachable: 7, prohibit: 8 };
const PREFERENCES: Readonly<Record<string, number>> = { high: 1, medium: 0, low: -1 };
const prefixIn = (text: string): Route['source'] => {
  if (text === 'default' || text === 'all') return prefix('::/0');
  return prefix(text.includes('/') ? text : `${text}/128`);
};
/** The links' numbers; 0 = there is none of that name. */
let numbers: ReadonlyMap<string, number>;
const numberOf = (link: string): number => numbers.get(link) ?? 0;

function shownRoutes(): Route[] {
  return ipJson<ShownRoute[]>('route show table all').map((shown) => {
    const { dst, from = 'all', table, protocol, metric, pref = 'medium', type = 'unicast', nexthops } = shown;
    return {
      table: table === undefined ? RT_TABLE_MAIN : Number(table),
      destination: prefixIn(dst),
      source: prefixIn(from),
      type: TYPES[type] ?? 0,
      protocol: protocol === 'ra' ? 9 : 0,
      metric,
      preference: PREFERENCES[pref] ?? 0,
      hops: (nexthops ?? [shown]).map(({ dev = 'lo', gateway = '', flags }) =>
        hop(numberOf(dev), { gateway, isDead: flags.includes('dead') }),
      ),
    };
  });
}

interface ShownRule {
  readonly priority: number;
  readonly src: string;
  readonly srclen?: number;
  readonly table?: string;
}

/** Rules that have nothing but what is taken out here. */
function shownRules(): SourceRule[] {
  return ipJson<ShownRule[]>('rule show').flatMap(({ priority, src, srclen, table, ...rest }) => {
    if (Object.keys(rest).length > 0 || !/^\d+$/.test(table ?? '')) return [];
    return { table: Number(table), source: src === 'all' ? prefix('::/0') : prefix(`${src}/${srclen ?? 128}`) };
  });
}

/** What the routes say of every address on every link. */
const verdicts = (routes: Routes, hasCarrier: (ifIndex: number) => boolean): string =>
  JSON.stringify(
    ADDRESSES.map((address) =>
      LINKS.map((link) => [
        routes.serving(address, numberOf(link), hasCarrier),
        routes.isAdvertised(address, numberOf(link)),
      ]),
    ),
  );

const pick = <T>(items: readonly T[]): T => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
};

let seed: number;
/** mulberry32 */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const NEAR = ['rt0', 'rt2'];
const way = (): string => pick([`dev ${pick(NEAR)}`, `via fe80::${pick([1, 2])} dev ${pick(NEAR)}`]);
const from = (): string => pick(['', '', 'from 3ffe:a::/64', 'from 3ffe:b::/48']);
const metric = (): string => `metric ${pick([100, 200, 1024])}`;
const table = (): string => pick(['', '', '', 'table 200', 'table 1000']);
const destination = (): string => pick(['default', 'default', 'default', '2000::/3', '8000::/1']);

const OPERATIONS: readonly (() => string)[] = [
  () =>
    `-6 route ${pick(['add', 'replace', 'append', 'change'])} ${destination()} ${from()} ${way()} ${metric()} ` +
    `${pick(['', 'pref high', 'pref low'])} ${table()}`,
  () => `-6 route ${pick(['add', 'replace'])} ${destination()} ${metric()} nexthop ${way()} nexthop ${way()}`,
  () => `-6 route ${pick(['add', 'replace'])} ${pick(['unreachable', 'blackhole', 'prohibit'])} default ${metric()}`,
  () =>
    `-6 route del ${pick(['', 'unreachable'])} ${destination()} ${from()} ${pick(['', metric(), way()])} ${table()}`,
  () =>
    `-6 route ${pick(['add', 'del'])} ${pick(['3ffe:a::/64', '3ffe:b::/48'])} dev ${pick(NEAR)} proto ${pick(['ra', 'kernel'])}`,
  () => `-6 route flush ${pick(['default', 'table 200'])}`,
  () =>
    `-6 rule ${pick(['add', 'add', 'del'])} ${pick(['from all', 'from 3ffe:a::/64', 'from 3ffe:b::/48'])} lookup ${pick([200, 1000])}`,
  () => `-6 rule ${pick(['add', 'del'])} ${pick(['fwmark 7', 'not from 3ffe:a::/64', 'iif lo'])} lookup 200`,
  () => `link set ${pick(LINKS)} ${pick(['up', 'up', 'down'])}`,
  () => `nexthop replace id ${pick([1, 2])} via fe80::3 dev ${pick(NEAR)}`,
  () => `-6 route ${pick(['add', 'replace'])} default nhid ${pick([1, 2])} ${metric()}`,
];

const clean = (): void => {
  for (const near of NEAR) ip(`link del ${near}`);
  for (const which of ['default', 'table 200', 'table 1000']) ip(`-6 route flush ${which}`);
  for (const target of [200, 1000]) while (ip(`-6 rule del lookup ${target}`) === 0);
};

/** A kernel whose sockets can be closed together: as long as one is watched the engine's loop goes on. */
function closable(own: Kernel): { readonly kernel: Kernel; readonly close: () => void } {
  const open = new Set<KernelSocket>();
  const kernel: Kernel = {
    open(options) {
      const opened = own.open(options);
      if (!opened.ok) return opened;
      const socket = opened.value;
      open.add(socket);
      const close = (): void => {
        open.delete(socket);
        socket.close();
      };
      return ok({ send: (request) => socket.send(request), receive: () => socket.receive(), close });
    },
  };
  return {
    kernel,
    close() {
      for (const socket of open) socket.close();
    },
  };
}

/** Rings by the engine's own timers, which keep nothing open. */
class TimeoutClock implements Clock {
  #timer: number | null = null;
  #listener: () => void = () => {};

  nowMs(): number {
    return system.boottimeMs();
  }

  wallMs(): number {
    return Date.now();
  }

  draw(): number {
    return 0;
  }

  setAlarm(atMs: number | null): void {
    if (this.#timer !== null) os.clearTimeout(this.#timer);
    this.#timer = atMs === null ? null : os.setTimeout(() => this.#listener(), Math.max(0, atMs - this.nowMs()));
  }

  onAlarm(listener: () => void): void {
    this.#listener = listener;
  }

  onJump(): void {}
}

let stop: () => void;
beforeEach(() => {
  clean();
  for (const [near, far] of [LINKS.slice(0, 2), LINKS.slice(2)]) ip(`link add ${near} type veth peer name ${far}`);
  for (const link of LINKS) ip(`link set ${link} up`);
  const links = ipJson<{ readonly ifname: string; readonly ifindex: number }[]>('link show');
  numbers = new Map(links.map(({ ifname, ifindex }) => [ifname, ifindex]));
});
afterEach(() => {
  stop();
  clean();
});

test('RouteFeed: random operations on routes, rules, links and next hops → what ip(8) shows, after each', async () => {
  seed = Number(std.getenv('SEED') ?? Date.now()) | 0;
  const began = seed;
  const clock = new TimeoutClock();
  const output = { stdout: () => {}, stderr: () => true };
  const log = new Log(output, clock, 'text');
  log.configure(false, new Secret('none of these lines'));
  const arm = (): void => clock.setAlarm(feed.dueMs);
  const { kernel, close } = closable(new RtnetlinkKernel());
  const feed = new TableFeed({ kernel, files: new SystemFiles(), clock }, log, 60_000, arm, arm);
  clock.onAlarm(() => {
    feed.due();
    arm();
  });
  stop = () => {
    clock.setAlarm(null);
    close();
  };
  feed.start();
  arm();
  const done: string[] = [];
  const hasCarrier = (ifIndex: number): boolean => feed.table.hasCarrier(ifIndex);
  for (let step = 0; step < STEPS; step++) {
    const operation = pick(OPERATIONS)();
    if (ip(operation) === 0) done.push(operation);
    const shown = new Routes(shownRoutes(), shownRules());
    const untilMs = clock.nowMs() + PATIENCE_MS;
    const isSame = (): boolean =>
      feed.isWhole && verdicts(feed.table.routes, hasCarrier) === verdicts(shown, hasCarrier);
    do
      await sleep(10); // at least once: what is due runs meanwhile
    while (!isSame() && clock.nowMs() < untilMs);
    expect([`seed ${began}`, ...done, verdicts(feed.table.routes, hasCarrier)]).toEqual([
      `seed ${began}`,
      ...done,
      verdicts(shown, hasCarrier),
    ]);
  }
  expect(done.length).toBeGreaterThan(STEPS / 4);
}, 600_000);
