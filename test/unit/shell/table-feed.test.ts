import { beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/address/address.ts';
import { candidatesOf } from '../../../src/core/address/candidates.ts';
import { eligible } from '../../../src/core/address/eligible.ts';
import { select } from '../../../src/core/address/select.ts';
import { Secret } from '../../../src/core/config/secret.ts';
import { Log } from '../../../src/shell/log.ts';
import { TableFeed } from '../../../src/shell/table-feed.ts';
import { FakeRtnetlink } from '../../fakes/kernel.ts';
import { FakeClock, FakeFiles, FakeOutput } from '../../fakes/ports.ts';
import { routeMessage } from '../../fakes/rtnetlink.ts';
import { A, ANY, B, C } from '../../fakes/samples.ts';

let clock: FakeClock;
let kernel: FakeRtnetlink;
let files: FakeFiles;
let output: FakeOutput;
let feed: TableFeed;
/** The eligible addresses at every report. */
let reports: Address[][];

beforeEach(() => {
  clock = new FakeClock();
  kernel = new FakeRtnetlink();
  files = new FakeFiles();
  output = new FakeOutput();
  reports = [];
  const log = new Log(output, clock, 'journal');
  log.configure(true, new Secret('none of these lines'));
  const report = (): void => {
    reports.push(eligible(feed.table, ANY, clock.nowMs() / 1000).map(({ address }) => address));
    reports.at(-1)?.sort();
  };
  feed = new TableFeed({ clock, kernel, files }, log, 60_000, report, arm);
  clock.onAlarm(() => {
    feed.due();
    arm();
  });
});

const arm = (): void => clock.setAlarm(feed.dueMs);

/** Starts with what the kernel has. */
function start(): void {
  feed.start();
  arm();
  kernel.answerDumps();
}

/** Lets time pass; the kernel answers what is asked meanwhile. */
function pass(durationMs: number): void {
  clock.pass(durationMs, () => kernel.answerDumps());
}

const warnings = (): string[] => output.err.filter((line) => !line.startsWith('<7>'));
const winner = (): Address | undefined => select(candidatesOf(feed.table, ANY, 0), null)?.winner.row.address;

describe('TableFeed: rtnetlink', () => {
  test('TableFeed: start → nothing reported before links, addresses and routes are known, then once', () => {
    kernel.addSilently(A);
    feed.start();
    expect(reports).toEqual([]);
    kernel.answerDumps();
    expect([reports, feed.mode, feed.dueMs]).toEqual([[[A]], 'netlink', null]);
  });

  test('TableFeed: addresses come and go → reported at once', () => {
    start();
    kernel.add(A);
    kernel.add(B);
    kernel.remove(A);
    expect(reports).toEqual([[], [A], [A, B], [B]]);
    expect(warnings()).toEqual([]);
  });

  test('TableFeed: an address is renewed → nothing reported', () => {
    kernel.addSilently(A, { lifetimeSec: 3_600, flags32: 0 });
    start();
    kernel.add(A, { lifetimeSec: 3_600, flags32: 0 });
    expect(reports).toEqual([[A]]);
  });

  test('TableFeed: the default route moves to another link → reported, and it decides', () => {
    kernel.addSilently(A, { ifIndex: 2 });
    kernel.addSilently(B, { ifIndex: 3 });
    start();
    expect(winner()).toBe(A);
    kernel.routes = [{ ifIndex: 3, metric: 512 }, { ifIndex: 2 }];
    kernel.routeSocket.arrive(routeMessage({ ifIndex: 3, metric: 512 }));
    pass(100);
    expect([reports.length, winner()]).toEqual([2, B]);
  });

  test('TableFeed: messages were lost → dumped again, and the table is the kernel’s', () => {
    kernel.addSilently(A);
    start();
    kernel.addSilently(B);
    kernel.addressSocket.arrive('overrun');
    kernel.answerDumps();
    expect(reports.at(-1)).toEqual([A, B]);
    expect(warnings()).toEqual([]);
  });

  test('TableFeed: messages are lost twice in a row, then nothing happens any more → dumped again after a pause', () => {
    start();
    kernel.addressSocket.arrive('overrun');
    kernel.answerDumps();
    kernel.addSilently(A);
    kernel.addressSocket.arrive('overrun');
    expect(reports.at(-1)).toEqual([]);
    pass(1_000);
    expect(reports.at(-1)).toEqual([A]);
  });

  test('TableFeed: route messages were lost → dumped again', () => {
    kernel.addSilently(A, { ifIndex: 2 });
    kernel.addSilently(B, { ifIndex: 3 });
    start();
    kernel.routes = [{ ifIndex: 3 }];
    kernel.routeSocket.arrive('overrun');
    pass(100);
    expect(winner()).toBe(B);
  });

  test('TableFeed: dumps are interrupted for a while → repeated with a pause, then reported', () => {
    kernel.addSilently(A);
    kernel.isInterrupting = true;
    start();
    expect(reports).toEqual([]);
    pass(1_000);
    expect(kernel.sockets.length).toBeLessThan(10);
    kernel.isInterrupting = false;
    pass(1_000);
    expect(reports).toEqual([[A]]);
  });

  test('TableFeed: the socket breaks → a new one is opened and everything is dumped again', () => {
    kernel.addSilently(A);
    start();
    kernel.addSilently(B);
    kernel.addressSocket.arrive('broken');
    kernel.answerDumps();
    expect([reports.at(-1), feed.mode]).toEqual([[A, B], 'netlink']);
    expect(warnings()).toEqual(["<4>lost the kernel's address events (it is broken); opening the socket anew"]);
  });

  test('TableFeed: a dump of the addresses does not end → given up after 5 s, and a new socket is opened', () => {
    kernel.addSilently(A);
    feed.start();
    const [routes, dump] = kernel.sockets;
    if (dump === undefined || routes === undefined) throw new Error('no route dump');
    expect(feed.dueMs).toBe(5_000);
    const stuck = kernel.addressSocket;
    arm();
    clock.pass(5_000);
    expect(stuck.isOpen).toBe(false);
    kernel.answerDumps();
    expect(reports.at(-1)).toEqual([A]);
  });

  test('TableFeed: a dump of the routes does not end → the addresses are reported without them', () => {
    kernel.addSilently(A);
    feed.start();
    const dump = kernel.sockets.find(({ options }) => options.groups.length === 0);
    dump?.sent.splice(0);
    kernel.answerDumps();
    expect(reports).toEqual([]);
    pass(5_000);
    expect([reports, dump?.isOpen]).toEqual([[[A]], false]);
  });

  test('TableFeed: the socket for routes breaks → opened and dumped again a minute later', () => {
    start();
    const isForRoutes = ({ options }: (typeof kernel.sockets)[number]): boolean => options.filter !== null;
    const broken = kernel.sockets.find(isForRoutes);
    broken?.arrive('broken');
    pass(60_000);
    kernel.answerDumps();
    const again = kernel.sockets.filter(isForRoutes);
    expect([broken?.isOpen, again.length, again.at(-1)?.isOpen]).toEqual([false, 2, true]);
  });

  test('TableFeed: a preferred lifetime ends without an event → noticed 2 s after it', () => {
    kernel.addSilently(A, { lifetimeSec: 100, flags32: 0 });
    start();
    pass(101_999);
    expect(reports).toEqual([[A]]);
    pass(1);
    expect(reports).toEqual([[A], []]);
  });

  test('TableFeed: asked to look again (after suspend) → what happened without a word is seen', () => {
    kernel.addSilently(A);
    start();
    kernel.addSilently(B);
    feed.resync('the clock jumped');
    kernel.answerDumps();
    expect(reports.at(-1)).toEqual([A, B]);
  });
});

describe('TableFeed: polling', () => {
  beforeEach(() => {
    kernel.refusal = 'Operation not permitted';
    files.setAddresses(A);
  });

  test('TableFeed: rtnetlink refused → polled at once, said once', () => {
    start();
    expect([reports, feed.mode, feed.dueMs]).toEqual([[[A]], 'polling', 60_000]);
    expect(warnings()).toEqual([
      "<4>cannot listen to the kernel's address events (Operation not permitted); " +
        'polling /proc/self/net/if_inet6 every 60 s until it can',
    ]);
    pass(600_000);
    expect([reports.length, warnings().length]).toEqual([1, 1]);
  });

  test('TableFeed: addresses change → reported at the next look', () => {
    start();
    files.setAddresses(B, C);
    pass(59_999);
    expect(reports).toHaveLength(1);
    pass(1);
    expect(reports.at(-1)).toEqual([B, C]);
  });

  test('TableFeed: rtnetlink works again → taken up at the next look, the table is the kernel’s', () => {
    start();
    kernel.refusal = null;
    kernel.addSilently(B);
    pass(60_000);
    expect([reports.at(-1), feed.mode]).toEqual([[B], 'netlink']);
    expect(warnings().at(-1)).toBe("<5>listening to the kernel's address events again");
  });

  test('TableFeed: the file cannot be read → said, reported as it is, tried again', () => {
    files.texts.clear();
    start();
    expect(reports).toEqual([[]]);
    expect(warnings().at(-1)).toBe(
      '<3>cannot read /proc/self/net/if_inet6: No such file or directory; is IPv6 switched off?',
    );
    files.setAddresses(C);
    pass(60_000);
    expect(reports.at(-1)).toEqual([C]);
  });

  test('TableFeed: the link is down → not eligible', () => {
    files.texts.set('/sys/class/net/eth0/flags', '0x1002\n');
    start();
    expect(reports).toEqual([[]]);
    files.texts.set('/sys/class/net/eth0/flags', '0x1003\n');
    files.setAddresses(A, B);
    pass(60_000);
    expect(reports.at(-1)).toEqual([A, B]);
  });

  test('TableFeed: the link alone goes down or up → seen at the next look', () => {
    files.texts.set('/sys/class/net/eth0/flags', '0x1003\n');
    start();
    files.texts.set('/sys/class/net/eth0/flags', '0x1002\n');
    pass(60_000);
    expect(reports.at(-1)).toEqual([]);
  });

  test('TableFeed: another interval → from the next look on', () => {
    start();
    feed.configure(10_000);
    pass(60_000);
    expect(feed.dueMs).toBe(70_000);
  });
});
