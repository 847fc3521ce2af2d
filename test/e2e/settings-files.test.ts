import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLab } from './harness/open.ts';
import { EXECUTABLE } from './harness/programs.ts';

const A = '3ffe:1::a';

test('SIGHUP: files that no parser should have to take → each refused, the daemon keeps its settings', {
  timeout: 120_000,
}, async () => {
  const lab = await openLab();
  await lab.add(A);
  const daemon = await lab.daemon();
  await daemon.line(/ created in /);
  const texts: readonly [text: string, said: RegExp][] = [
    [`a${'.a'.repeat(2000)} = 1\n`, /config\.toml:1: no settings: more than 1000 dots/],
    [`x = [${'['.repeat(100_000)}\n`, /config\.toml:1:\d+: not TOML/],
    [Array.from({ length: 30_000 }, (_, i) => `[[record]]\na${i}.b.c.d.e.f = 1\n`).join(''), /longer than 256 KiB/],
    // Deep tables, again and again.
    ['[[record]]\na.b.c.d.e.f.g.h=1\n'.repeat(9000), /config\.toml:\d+: no settings: more than 1000 dots/],
    ['[[record]]\n'.repeat(20_000), /found 20000 \[\[record\]\] tables; allowed are 10000/],
  ];
  for (const [text, said] of texts) {
    await lab.configure(text);
    const since = daemon.lines.length;
    daemon.signal('SIGHUP');
    await daemon.line(said, { since });
    await daemon.line(/the new settings are refused, the old ones stay in force/, { since });
  }
  await lab.remove(A);
  await lab.add('3ffe:1::b');
  await lab.says('3ffe:1::b');
});

test('SIGHUP: the config has become a pipe → not waited for, the old settings stay in force', async () => {
  const lab = await openLab();
  await lab.add(A);
  const daemon = await lab.daemon();
  await daemon.line(/ created in /);
  const file = join(lab.folder, 'config.toml');
  rmSync(file);
  execFileSync('mkfifo', [file]);
  daemon.signal('SIGHUP');
  await daemon.line(/config\.toml: cannot be read: it is a pipe, not a file/);
  daemon.signal('SIGTERM');
  expect((await daemon.exit).status).toBe(0);
});

test.each([
  ['a folder', 'mkdir'],
  ['a pipe', 'mkfifo'],
])('start: the default config file is %s → 78 in words', async (what, command) => {
  const lab = await openLab();
  const etc = join(lab.folder, 'etc');
  mkdirSync(join(etc, 'ipv6ddns'), { recursive: true });
  execFileSync(command, [join(etc, 'ipv6ddns/config.toml')]);
  await lab.host.replaceFile('/etc', etc);
  const once = lab.start([EXECUTABLE, 'once']);
  expect((await once.exit).status).toBe(78);
  expect(lab.transcript()).toContain(`/etc/ipv6ddns/config.toml: cannot be read: it is ${what}, not a file`);
});

test('start: the config comes from a pipe that -c names → read; at SIGHUP it is not waited for', async () => {
  const lab = await openLab();
  await lab.add(A);
  const command = `exec '${EXECUTABLE}' -c <(printf 'verify_interval = 0\\n')`;
  const daemon = lab.start(['bash', '-c', command]);
  await daemon.line(/ created in /);
  daemon.signal('SIGHUP');
  await daemon.line(/cannot be read: it is a pipe, not a file/);
  daemon.signal('SIGTERM');
  expect((await daemon.exit).status).toBe(0);
});
