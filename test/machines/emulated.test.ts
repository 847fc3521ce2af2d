import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUDGETS } from '../../bench/budgets.ts';
import type { Lab, RunOptions } from '../e2e/harness/lab.ts';
import { openLab } from '../e2e/harness/open.ts';
import type { Process } from '../e2e/harness/process.ts';
import { EMULATED, type Machine } from './machines.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

/** Emulation and a busy machine. */
const PATIENCE = { timeoutMs: 120_000 };

const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipv6ddns-machines-'));
  await run('gcc', ['-o', join(folder, 'without-rtnetlink'), 'test/machines/without-rtnetlink.c']);
});
afterAll(() => rm(folder, { recursive: true }));

function on({ name, emulator, translated }: Machine, ...options: readonly string[]): RunOptions {
  return {
    under: [...(translated ? [] : [join(folder, 'without-rtnetlink')]), ...emulator, ...options],
    executable: resolve('build', name, 'ipv6ddns'),
    config: 'poll_interval = 10\n',
  };
}

/** Runs a command to its end. */
async function ended(lab: Lab, machine: Machine, ...parameters: readonly string[]) {
  const process = await lab.run(parameters, on(machine));
  const { status } = await process.exit;
  return { status, stdout: process.stdout, stderr: process.stderr };
}

/** A daemon that has made the record of A. */
async function synced(lab: Lab, machine: Machine, ...options: readonly string[]): Promise<Process> {
  await lab.add(A);
  const daemon = await lab.run(['run'], on(machine, ...options));
  await daemon.line(/ created in /, PATIENCE);
  return daemon;
}

describe.each(EMULATED)('$name', (machine) => {
  test(`${machine.name}: the size of its executable → within its budget`, async () => {
    const { size } = await stat(`build/${machine.name}/ipv6ddns`);
    const { executableKiB, otherExecutableKiB } = BUDGETS;
    expect(size / 1024).toBeLessThanOrEqual(machine.name === 'aarch64' ? executableKiB : otherExecutableKiB);
  });

  test(`${machine.name}: --version → what every other machine says`, async () => {
    const { stdout } = await run('build/ipv6ddns', ['--version', '--verbose']);
    const emulated = await run(machine.emulator[0], [
      ...machine.emulator.slice(1),
      `build/${machine.name}/ipv6ddns`,
      '--version',
      '--verbose',
    ]);
    expect(emulated.stdout).toBe(stdout);
  });

  if (machine.translated) {
    test(`${machine.name}: an address → addresses shows it as the one to publish`, async () => {
      const lab = await openLab();
      await lab.add(A);
      const { status, stdout } = await ended(lab, machine, 'addresses');
      expect([status, stdout.join('\n')]).toEqual([0, expect.stringMatching(/wan0 +3ffe:1::a\/64 .* yes/)]);
    });
  }

  test(`${machine.name}: an address, no record → check and once see it, and the record is made over TLS`, async () => {
    const lab = await openLab();
    await lab.add(A);
    const check = await ended(lab, machine, 'check');
    expect([check.status, check.stdout.filter((line) => !line.startsWith('ok '))]).toEqual([0, []]);
    expect(check.stdout).toContainEqual(expect.stringMatching(/^ok +API .* its certificate is good: .*TLSv1\.3$/));
    const once = await ended(lab, machine, 'once');
    expect(once.status).toBe(0);
    await lab.says(A);
  });

  test(`${machine.name}: the address changes → the record follows, SIGUSR1 and SIGTERM are heard`, async () => {
    const lab = await openLab();
    const daemon = await synced(lab, machine);
    expect(/polling/.test(daemon.transcript())).toBe(!machine.translated);
    await lab.remove(A);
    await lab.add(B);
    await daemon.line(/ updated in /, PATIENCE);
    await lab.says(B);
    daemon.signal('SIGUSR1');
    await daemon.line(new RegExp(`wan0 .*${B}`), PATIENCE);
    daemon.signal('SIGTERM');
    expect((await daemon.exit).status).toBe(0);
  });

  test(`${machine.name}: what the confined daemon asks of the kernel → is in the list of system calls`, async () => {
    const lab = await openLab();
    const daemon = await synced(lab, machine, '-strace');
    daemon.signal('SIGTERM');
    await daemon.exit;
    const calls = daemon.stderr.flatMap((line) => /^\d+ (\w+)\(/.exec(line)?.[1] ?? []);
    const confined = calls.slice(calls.lastIndexOf('seccomp') + 1);
    expect(confined.length).toBeGreaterThan(100);
    const allowed = await allowedCalls();
    expect([...new Set(confined)].filter((name) => !allowed.has(name))).toEqual([]);
  });
});

/** Those of the list, and those that the filter allows for some of their arguments. */
async function allowedCalls(): Promise<ReadonlySet<string>> {
  const [list, source] = await Promise.all(
    ['native/syscalls.list', 'native/syscalls.c'].map((file) => readFile(file, 'utf8')),
  );
  const listed = [...(list ?? '').matchAll(/^allow (.*)$/gm)].flatMap(([, names = '']) => names.split(' '));
  const filtered = [...(source ?? '').matchAll(/\b__NR_(\w+)/g)].map(([, name = '']) => name);
  return new Set([...listed, ...filtered]);
}

test.each(EMULATED.filter(({ engine }) => engine))(
  '$name: tests of records, replies and rtnetlink’s messages in the engine → all pass',
  async ({ name, emulator }) => {
    const { stdout } = await run(emulator[0], [...emulator.slice(1), `build/${name}/order-tests`], {
      maxBuffer: 2 ** 26,
    });
    expect(stdout.trimEnd().split('\n').pop()).toMatch(/^[1-9]\d+ passed, 0 failed$/);
  },
  600_000,
);
