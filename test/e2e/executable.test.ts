import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { BUDGETS } from '../../bench/budgets.ts';
import { executableKiB, memoryAsleep } from '../../bench/memory.ts';
import { openLab } from './harness/open.ts';
import { untilAsleep, wakeUps } from './harness/proc.ts';
import { EXECUTABLE } from './harness/programs.ts';

const A = '3ffe:1::a';

test('executable: as file(1) sees it → static, no interpreter', async () => {
  const { stdout } = await promisify(execFile)('file', ['--brief', EXECUTABLE]);
  expect(stdout).toMatch(/^ELF .*static(?:ally|-pie) linked/);
  expect(stdout).not.toMatch(/interpreter|dynamically/);
});

test('secret: the token → in no line at debug level, not in the process’s environment or command line', async () => {
  const lab = await openLab();
  const echo = {
    success: false,
    errors: [{ code: 9207, message: `no: ${lab.token.value}` }],
    messages: [],
    result: null,
  };
  const reply = { status: 400, headers: { 'content-type': 'application/json' }, body: JSON.stringify(echo) };
  await lab.api.addFault({ kind: 'reply', ...reply, on: { method: 'POST' } });
  await lab.add(A);
  const daemon = await lab.daemon({ parameters: ['--verbose'] });
  await daemon.line(/ error .*code 9207 "no: \[hidden\]"/);
  await lab.remove(A);
  await lab.add('3ffe:1::b');
  await lab.says('3ffe:1::b');
  const traces = await Promise.all(['environ', 'cmdline'].map((name) => lines(`/proc/${daemon.pid}/${name}`)));
  expect(traces[0]).toContain(`CLOUDFLARE_ZONE_ID=${lab.zone.id}`);
  expect(traces[1]).toContain('run');
  expect([...traces, daemon.transcript()].join('\n')).not.toContain(lab.token.value);
});

test('executable: its size → within its budget', async () => {
  expect(await executableKiB()).toBeLessThanOrEqual(BUDGETS.executableKiB);
});

test('idle: after five syncs with the system’s root certificates → memory within its budgets', async () => {
  const { resident, anonymous, peak } = await memoryAsleep(await openLab());
  expect(resident).toBeLessThanOrEqual(BUDGETS.residentKiB);
  expect(anonymous).toBeLessThanOrEqual(BUDGETS.anonymousKiB);
  expect(peak).toBeLessThanOrEqual(BUDGETS.peakKiB);
});

test('idle: after a sync, verification off → not woken once in 4 s', async () => {
  const lab = await openLab();
  await lab.host.sysctl('net/ipv6/conf/wan0/addr_gen_mode', 1);
  await lab.host.ip('addr flush dev wan0 scope link');
  await lab.add(A);
  const daemon = await lab.daemon({ environment: { IPV6DDNS_VERIFY_INTERVAL: '0' } });
  await daemon.line(/ created in /);
  await untilAsleep(daemon.pid);
  const before = await wakeUps(daemon.pid);
  await sleep(4000);
  expect(await wakeUps(daemon.pid)).toBe(before);
});

/** Entries of a file in which they end in NUL (proc(5)). */
const lines = async (path: string): Promise<string> => (await readFile(path, 'latin1')).replaceAll('\0', '\n');
