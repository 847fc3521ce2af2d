import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLab } from './harness/open.ts';
import { serviceManager } from './harness/service-manager.ts';

const A = '3ffe:1::a';

test('sd_notify: a life → every state, ready after the first look, reloading and ready, stopping', async () => {
  const lab = await openLab();
  const { manager, environment } = await serviceManager(lab);
  await lab.add(A);
  const daemon = await lab.daemon({ environment });
  await manager.line(/^STATUS=1 of 1 records synced$/);
  expect(manager.stdout.slice(1, 3)).toEqual(['STATUS=0 of 1 records synced; home.example.com: detected', 'READY=1']);

  await lab.api.addFault({ kind: 'html', status: 502, times: null });
  const { length } = manager.lines;
  const before = process.hrtime.bigint() / 1000n;
  daemon.signal('SIGHUP');
  await manager.line(/^STATUS=0 of 1 records synced; home\.example\.com: error, .*HTTP 502/, { since: length });
  const after = process.hrtime.bigint() / 1000n;
  const [reloading = '', ...others] = manager.stdout.slice(length);
  const monotonicUsec = BigInt(/^RELOADING=1 \| MONOTONIC_USEC=(\d+)$/.exec(reloading)?.[1] ?? 0);
  expect([before <= monotonicUsec, monotonicUsec <= after]).toEqual([true, true]);
  expect(others).toContain('READY=1');

  daemon.signal('SIGTERM');
  expect((await daemon.exit).status).toBe(0);
  await manager.line(/^STOPPING=1$/);
  expect(manager.stdout.join('\n')).not.toContain(lab.token.value);
});

test('watchdog: 400 ms → answered twice as often, not while stopped, then again', async () => {
  const lab = await openLab();
  const { manager, environment, drain } = await serviceManager(lab);
  await lab.add(A);
  const daemon = await lab.daemon({ environment: { ...environment, WATCHDOG_USEC: '400000' } });
  const answered = async (times: number): Promise<number[]> => {
    const since = manager.lines.length;
    const answers = () => manager.lines.slice(since).filter(({ text }) => text === 'WATCHDOG=1');
    while (answers().length < times) await manager.line(/^WATCHDOG=1$/, { since: manager.lines.length });
    return answers().map(({ atMs }) => atMs);
  };
  const times = await answered(6);
  const gaps = times.slice(1).map((atMs, i) => atMs - (times[i] ?? 0));
  // One that is noticed late makes the gap before it longer and the next one shorter.
  const [, , median] = [...gaps].sort((a, b) => a - b);
  expect(median).toBeGreaterThan(100);
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(2_000);
  daemon.signal('SIGSTOP');
  await drain();
  const { length } = manager.lines;
  await sleep(1_000);
  expect(manager.lines).toHaveLength(length);
  daemon.signal('SIGCONT');
  await answered(2);
});

test('watchdog: asked of another process, or nobody listens → no answer, records are kept right', async () => {
  const lab = await openLab();
  const { manager, environment } = await serviceManager(lab);
  await lab.add(A);
  const daemon = await lab.daemon({ environment: { ...environment, WATCHDOG_USEC: '100000', WATCHDOG_PID: '1' } });
  await manager.line(/^STATUS=1 of 1/);
  await sleep(500);
  expect(manager.stdout).not.toContain('WATCHDOG=1');
  await manager.kill();
  await lab.remove(A);
  await lab.add('3ffe:1::b');
  await lab.says('3ffe:1::b');
  expect(daemon.stderr.join('\n')).not.toMatch(/service manager|error/);
});
