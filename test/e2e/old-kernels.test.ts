import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLab } from './harness/open.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

const run = promisify(execFile);

/** Each kernel's last system call. */
const KERNELS = [
  { version: '3.17', last: 320 },
  { version: '4.4', last: 325 },
  { version: '5.4', last: 435 },
] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipv6ddns-old-kernel-'));
  if (process.arch === 'x64') await run('gcc', ['-o', join(folder, 'old-kernel'), 'test/e2e/harness/old-kernel.c']);
});
afterAll(() => rm(folder, { recursive: true }));

describe.runIf(process.arch === 'x64').each(KERNELS)('system calls of Linux $version', ({ version, last }) => {
  const under = (): string[] => [join(folder, 'old-kernel'), String(last)];

  test(`run: on Linux ${version} → follows the address, its system calls filtered`, async () => {
    const lab = await openLab();
    await lab.add(A);
    const daemon = await lab.daemon({ under: under(), parameters: ['--verbose'] });
    await daemon.line(/ created in /);
    expect(await readFile(`/proc/${daemon.pid}/status`, 'utf8')).toMatch(/^Seccomp_filters:\t2$/m);
    await lab.remove(A);
    await lab.add(B);
    await lab.says(B);
    expect(daemon.transcript()).toMatch(/landlock_create_ruleset: Function not implemented/);
    expect(daemon.transcript()).not.toMatch(/seccomp: /);
    daemon.signal('SIGTERM');
    expect((await daemon.exit).status).toBe(0);
  });

  test(`check: on Linux ${version} → everything is right, status 0`, async () => {
    const lab = await openLab();
    await lab.add(A);
    await lab.seed(A);
    const check = await lab.run(['check'], { under: under() });
    expect([(await check.exit).status, check.stderr]).toEqual([0, []]);
  });

  test(`run: on Linux ${version}, a command to tell → it is run, with nothing of the daemon’s open`, async () => {
    const lab = await openLab();
    await lab.add(A);
    const [program, told] = [join(lab.folder, 'tell'), join(lab.folder, 'told')];
    await writeFile(program, `#!/bin/sh\nls /proc/self/fd >${told}.new && mv ${told}.new ${told}\n`, { mode: 0o755 });
    await lab.daemon({ under: under(), config: `[notify]\nexec = ["${program}"]\n` });
    const descriptors = (): Promise<string> => readFile(told, 'latin1').catch(() => '');
    await expect.poll(descriptors, { timeout: 30_000 }).toBe('0\n1\n2\n3\n'); // the last one is ls's own
  });
});
