import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLab } from './harness/open.ts';
import { EXECUTABLE } from './harness/programs.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

/** Two hundred addresses are told of in 20 kB: a pipe holds 64 KiB (pipe(7)). */
const ADDRESSES = 200;
const REPORTS = 6;

test('log: its reader stalls while much is written → records are kept right, SIGTERM ends it; read again, the loss is told', async () => {
  const lab = await openLab();
  const fifo = join(lab.folder, 'log');
  await lab.host.run('mkfifo', fifo);
  const reader = lab.launch(lab.host, ['cat', fifo], {});
  const files = ['-c', join(lab.folder, 'config.toml'), '--env-file', '/dev/null'];
  await lab.configure('');
  await lab.add(A);
  const daemon = lab.start(['sh', '-c', 'exec "$@" 2>"$0"', fifo, EXECUTABLE, 'run', ...files]);
  await reader.line(/ created in /);
  await lab.host.ipBatch(Array.from({ length: ADDRESSES }, (_, i) => `addr add fd00::${i + 1}/64 dev wan0 nodad`));
  reader.signal('SIGSTOP');
  for (let report = 0; report < REPORTS; report += 1) {
    daemon.signal('SIGUSR1');
    await lab.remove(report % 2 === 0 ? A : B);
    await lab.add(report % 2 === 0 ? B : A);
    await lab.says(report % 2 === 0 ? B : A);
  }
  const { length } = reader.lines;
  reader.signal('SIGCONT');
  await reader.line(/ synced, wants /, { since: length });
  daemon.signal('SIGUSR1');
  const { text } = await reader.line(/ warning \d+ lines of the log lost: /, { since: length });
  expect(Number(/(\d+) lines/.exec(text)?.[1])).toBeGreaterThan(0);

  reader.signal('SIGSTOP');
  for (let report = 0; report < REPORTS; report += 1) daemon.signal('SIGUSR1');
  daemon.signal('SIGTERM');
  expect((await daemon.exit).status).toBe(0);
});
