import { expect, test } from 'vitest';
import { openLab } from './harness/open.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

/** More than the receive buffer holds, whatever net.core.rmem_max says up to 1 MiB. */
const FLOOD = 2500;

/** Addresses that come and go. */
const flood = (): string[] =>
  Array.from({ length: FLOOD }, (_, i) => `fd00::${(i + 1).toString(16)}/128 dev wan0`).flatMap((own) => [
    `addr add ${own} nodad`,
    `addr del ${own}`,
  ]);

test('netlink: events are lost while the daemon is stopped → it looks again and publishes the last address', async () => {
  const lab = await openLab();
  const daemon = await lab.daemon({ parameters: ['--verbose'] });
  await lab.add(A);
  await daemon.line(/ created in /);
  daemon.signal('SIGSTOP');
  await lab.host.ipBatch([...flood(), `addr del ${A}/64 dev wan0`, `addr add ${B}/64 dev wan0 nodad`]);
  const { length } = daemon.lines;
  daemon.signal('SIGCONT');
  await daemon.line(/ dumping the address table again: .*No buffer space/, { since: length });
  await daemon.line(/AAAA 3ffe:1::b \(was 3ffe:1::a\), updated/, { since: length });
  expect(await lab.writes()).toEqual([`POST ${A}`, `PATCH ${B}`]);
});

test('netlink: a flood of changes while it runs → the last address is published, few writes', async () => {
  const lab = await openLab();
  const daemon = await lab.daemon();
  await lab.add(A);
  await daemon.line(/ created in /);
  await lab.host.ipBatch([...flood(), `addr del ${A}/64 dev wan0`, `addr add ${B}/64 dev wan0 nodad`]);
  await lab.says(B);
  expect(await lab.writes()).toEqual([`POST ${A}`, `PATCH ${B}`]);
});

test('netlink: it cannot be had, an address is on a link that is down → polling does not take it', async () => {
  const lab = await openLab();
  await lab.host.sysctl('net/ipv6/conf/wan0/keep_addr_on_down', 1);
  await lab.add(A);
  await lab.host.ip('link set wan0 down');
  const refuse = ['strace', '-D', '-o', '/dev/null', '-e', 'trace=bind', '-e', 'inject=bind:error=EACCES'];
  const addresses = await lab.run(['addresses'], { under: refuse });
  expect((await addresses.exit).status).toBe(69);
  expect(addresses.stdout.join('\n')).toMatch(/3ffe:1::a\/64 .*no, interface is down/);
});

test('netlink: the socket cannot be opened for a while → polling finds a change, then events again', async () => {
  const lab = await openLab();
  await lab.add(A);
  // Nothing else of the daemon's calls bind(2).
  const refuse = ['strace', '-D', '-o', '/dev/null', '-e', 'trace=bind', '-e', 'inject=bind:error=EACCES:when=1..4'];
  const daemon = await lab.run(['run'], { under: refuse, environment: { IPV6DDNS_POLL_INTERVAL: '10' } });
  await daemon.line(
    / warning cannot listen to the kernel's address events \(.*\); polling .* every 10 s until it can$/,
  );
  await daemon.line(/ keeping .* right by polling$/);
  await daemon.line(/AAAA 3ffe:1::a, created/);
  await lab.remove(A);
  await lab.add(B);
  const again = daemon.line(/ listening to the kernel's address events again$/, { timeoutMs: 45_000 });
  const polled = await daemon.line(/AAAA 3ffe:1::b \(was 3ffe:1::a\), updated/, { timeoutMs: 25_000 });
  expect((await again).atMs).toBeGreaterThan(polled.atMs);
  await lab.remove(B);
  await lab.add('3ffe:1::c');
  await lab.says('3ffe:1::c');
});
