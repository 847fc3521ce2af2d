import { beforeEach, expect, test } from 'vitest';
import type { Routes } from '../../../src/core/address/routes.ts';
import { Secret } from '../../../src/core/config/secret.ts';
import { RTM_GETROUTE, RTM_GETRULE, RTN_UNREACHABLE } from '../../../src/core/wire/constants.ts';
import { Log } from '../../../src/shell/log.ts';
import { RouteFeed } from '../../../src/shell/route-feed.ts';
import { FakeRtnetlink } from '../../fakes/kernel.ts';
import { FakeClock, FakeOutput } from '../../fakes/ports.ts';
import { bytesOf, prefix } from '../../fakes/routes.ts';
import { readRequest, routeMessage, ruleMessage } from '../../fakes/rtnetlink.ts';

const E2 = 2;
const E3 = 3;
const ADDRESS = bytesOf('3ffe::1');

let clock: FakeClock;
let kernel: FakeRtnetlink;
let feed: RouteFeed;
/** The links that served when it was reported. */
let reports: (readonly number[])[];
let carriers: Set<number>;

beforeEach(() => {
  clock = new FakeClock();
  kernel = new FakeRtnetlink();
  reports = [];
  carriers = new Set([E2, E3]);
  const log = new Log(new FakeOutput(), clock, 'journal');
  log.configure(false, new Secret('none of these lines'));
  feed = new RouteFeed(
    kernel,
    clock,
    log,
    (ifIndex) => carriers.has(ifIndex),
    () => reports.push(uplinks(feed.routes)),
  );
  clock.onAlarm(() => {
    feed.due();
    clock.setAlarm(feed.dueMs);
  });
});

const uplinks = (routes: Routes): number[] =>
  [E2, E3].filter((ifIndex) => routes.serving(ADDRESS, ifIndex, () => true) !== null);

function start(): void {
  feed.start();
  kernel.answerDumps();
  pass(1_000);
}

function pass(durationMs: number): void {
  clock.setAlarm(feed.dueMs);
  clock.pass(durationMs, () => kernel.answerDumps());
}

/** What was asked since the last call. */
let asked = 0;
const dumps = (): number => {
  const all = kernel.sockets.filter(({ options }) => options.groups.length === 0).length;
  const since = all - asked;
  asked = all;
  return since;
};

test('RouteFeed: start → the routes of the main table, and no wake-up any more', () => {
  asked = 0;
  start();
  expect([reports, feed.routes.isKnown, feed.dueMs, dumps()]).toEqual([[[E2]], true, null, 1]);
});

test('RouteFeed: an event that is news → dumped anew; one that is none → nothing', () => {
  start();
  dumps();
  kernel.routeSocket.arrive(routeMessage({ ifIndex: E2 }));
  expect([feed.isDumping, reports.length, feed.dueMs]).toEqual([false, 1, null]);
  kernel.routes = [{ ifIndex: E3 }];
  kernel.routeSocket.arrive(routeMessage({ ifIndex: E2, removed: true }));
  kernel.answerDumps();
  expect([reports, dumps()]).toEqual([[[E2], [E3]], 1]);
});

test('RouteFeed: an unreachable default took the place of the uplink’s → no uplink', () => {
  start();
  kernel.routes = [{ type: RTN_UNREACHABLE }];
  kernel.routeSocket.arrive(routeMessage({ type: RTN_UNREACHABLE, flags: 0x100 }));
  kernel.answerDumps();
  expect(reports).toEqual([[E2], []]);
});

test('RouteFeed: events again and again → a dump at most every 100 ms, and none is missed', () => {
  start();
  dumps();
  for (let metric = 1; metric <= 50; metric++) {
    kernel.routes = [{ ifIndex: metric % 2 ? E3 : E2, metric }];
    kernel.routeSocket.arrive(routeMessage({ ifIndex: metric % 2 ? E3 : E2, metric }));
    kernel.answerDumps();
    pass(10);
  }
  pass(100);
  expect(dumps()).toBeLessThanOrEqual(6);
  expect([reports.at(-1), feed.dueMs]).toEqual([[E2], null]);
});

test('RouteFeed: the main table has no default route → rules, and the tables that they lead to', () => {
  kernel.routes = [{ ifIndex: E3, table: 200 }];
  start();
  expect(reports).toEqual([[]]);
  kernel.rules = [{ table: 200 }];
  kernel.routeSocket.arrive(ruleMessage({ table: 200 }));
  kernel.answerDumps();
  expect(reports).toEqual([[], [E3]]);
  kernel.rules = [{ table: 200, source: prefix('3ffe:9::/64') }];
  kernel.routeSocket.arrive(ruleMessage({ table: 200, removed: true }));
  pass(100);
  expect(reports.at(-1)).toEqual([]);
});

test('RouteFeed: the main table has a default route → rules are neither asked for nor heeded', () => {
  feed.start();
  const types = (): number[] => kernel.sockets.flatMap(({ sent }) => sent.map((request) => readRequest(request).type));
  expect(types()).toEqual([RTM_GETROUTE]);
  kernel.answerDumps();
  expect(types()).not.toContain(RTM_GETRULE);
  kernel.routeSocket.arrive(ruleMessage());
  expect([feed.isDumping, feed.dueMs]).toEqual([false, null]);
});

test('RouteFeed: a link of the routes loses carrier → dumped anew; another one → nothing', () => {
  start();
  feed.linksChanged();
  expect([feed.isDumping, feed.dueMs]).toEqual([false, null]);
  dumps();
  carriers.delete(E3);
  feed.linksChanged();
  expect(feed.isDumping).toBe(false);
  carriers.delete(E2);
  feed.linksChanged();
  expect(feed.isDumping).toBe(true);
  kernel.answerDumps();
  feed.linksChanged();
  expect([feed.isDumping, dumps()]).toEqual([false, 1]);
});

test('RouteFeed: dumps are interrupted again and again → the third counts', () => {
  kernel.isInterrupting = true;
  asked = 0;
  start();
  expect([reports, dumps()]).toEqual([[[E2]], 3]);
});

test('RouteFeed: the socket breaks → the routes are no longer known, and known again a minute later', () => {
  start();
  kernel.routeSocket.arrive('broken');
  expect([reports, feed.routes.isKnown]).toEqual([[[E2], []], false]);
  pass(60_000);
  expect([reports.at(-1), feed.routes.isKnown]).toEqual([[E2], true]);
});

test('RouteFeed: routes cannot be followed and a link changes → nothing is asked, and no wake-up before the next try', () => {
  start();
  kernel.routeSocket.arrive('broken');
  dumps();
  const retryMs = clock.nowMs() + 60_000;
  for (const ifIndex of [E2, E3]) {
    carriers.delete(ifIndex);
    feed.linksChanged();
    expect([feed.isDumping, dumps(), feed.dueMs]).toEqual([false, 0, retryMs]);
  }
  feed.due();
  feed.resync();
  expect([feed.isDumping, dumps(), feed.dueMs, reports.length]).toEqual([false, 0, retryMs, 2]);
});

test('RouteFeed: nonsense on the socket of events → dumped anew', () => {
  start();
  kernel.routes = [{ ifIndex: E3 }];
  kernel.routeSocket.arrive(Uint8Array.of(1, 2, 3, 4));
  kernel.answerDumps();
  expect(reports.at(-1)).toEqual([E3]);
});
