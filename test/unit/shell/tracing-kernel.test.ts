import { beforeEach, describe, expect, test } from 'vitest';
import { parseTrace } from '../../../src/core/wire/trace.ts';
import { TableFeed } from '../../../src/shell/table-feed.ts';
import { TracingKernel } from '../../../src/shell/tracing-kernel.ts';
import { FakeCloudflare } from '../../fakes/cloudflare.ts';
import { FakeHost } from '../../fakes/host.ts';
import { FakeRtnetlink } from '../../fakes/kernel.ts';
import { replay } from '../../fakes/replay.ts';
import { A, B, C } from '../../fakes/samples.ts';

let host: FakeHost;
let kernel: FakeRtnetlink;
let lines: string[];
let feed: TableFeed;

/** A traced machine that has looked at its addresses. */
beforeEach(() => {
  host = new FakeHost(new FakeCloudflare());
  kernel = new FakeRtnetlink();
  lines = [];
  const traced = new TracingKernel(kernel, host.clock, (line) => lines.push(line));
  feed = new TableFeed(
    { ...host, kernel: traced },
    host.log,
    60_000,
    () => {},
    () => {},
  );
  kernel.addSilently(A, { createdStamp: 100 });
  feed.start();
  kernel.answerDumps();
});

/** Lets time pass; the kernel answers what is asked meanwhile. */
function pass(durationMs: number): void {
  host.clock.setAlarm(feed.dueMs);
  host.clock.onAlarm(() => feed.due());
  host.clock.pass(durationMs);
  kernel.answerDumps();
}

const kinds = (): string[] => parseTrace(lines.join('\n')).map(({ kind }) => kind);

/** What a daemon writes that hears the same. */
const writes = (): string[] => replay(lines.join('\n')).writes.map(({ atMs, address }) => `${atMs} ${address}`);

describe('TracingKernel', () => {
  test('TracingKernel: a change → played back, the daemon takes the same address at the same time', () => {
    pass(2_000);
    kernel.add(B, { createdStamp: 300 });
    kernel.remove(A);
    expect(writes()).toEqual([`0 ${A}`, `2000 ${B}`]);
  });

  test('TracingKernel: messages were lost → "overrun", and what the daemon did about it is played back, too', () => {
    pass(2_000);
    kernel.addSilently(B, { createdStamp: 300 });
    kernel.addressSocket.arrive('overrun');
    kernel.answerDumps();
    kernel.remove(A);
    expect(kinds()).toContain('overrun');
    expect(writes()).toEqual([`0 ${A}`, `2000 ${B}`]);
  });

  test('TracingKernel: a socket breaks → "broken", and the one opened instead is played back', () => {
    pass(2_000);
    kernel.addressSocket.arrive('broken');
    kernel.answerDumps();
    pass(1_000);
    kernel.add(B, { createdStamp: 300 });
    kernel.remove(A);
    pass(2_000);
    kernel.add(C, { createdStamp: 500 });
    kernel.remove(B);
    expect(kinds()).toContain('broken');
    expect(writes()).toEqual([`0 ${A}`, `3000 ${B}`, `5000 ${C}`]);
  });

  test('TracingKernel: the clock jumps → "jump" at the time of waking', () => {
    host.clock.suspend(60_000);
    expect(lines.at(-1)).toBe('60000.000 jump');
  });

  test('TracingKernel: no socket can be opened → the error is passed on, nothing is traced', () => {
    lines = [];
    kernel.refusal = 'Permission denied';
    const traced = new TracingKernel(kernel, host.clock, (line) => lines.push(line));
    const opened = traced.open({ groups: [9], filter: null, onReadable: () => {} });
    expect(opened).toEqual({ ok: false, error: 'Permission denied' });
    expect(lines).toEqual([]);
  });
});
