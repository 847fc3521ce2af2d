import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synced } from './harness/confined.ts';
import { Injector, seqpacketOf } from './harness/inject.ts';
import type { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

const POSSIBLE = process.geteuid?.() === 0 && process.arch === 'x64';

let injector: Injector;
beforeAll(async () => {
  if (POSSIBLE) injector = await Injector.build();
});
afterAll(() => injector?.close());

type Call = readonly (string | number)[];

/** Each call, with what is expected of it. */
async function expectAll(
  daemon: Process,
  calls: readonly (readonly [expected: string, ...call: Call])[],
): Promise<void> {
  for (const [expected, ...call] of calls) {
    expect([call, await injector.call(daemon, ...call)]).toEqual([call, expected]);
  }
}

/** The daemon does its work all the same. */
async function expectToGoOn(lab: Lab): Promise<void> {
  await lab.remove(A);
  await lab.add(B);
  await lab.says(B);
}

// Calls and constants by number: <asm/unistd_64.h>. Structures in hexadecimal, as they lie in memory.
const OPEN = 2;
const SOCKET = 41;
const [READ_ONLY, CREATE] = [0, 0o101];
const CLOEXEC = 0o2000000;
const DESCRIPTOR = /^\d+$/;

/** Runs a program on a kernel without Landlock: a filter answers ENOSYS (38) to landlock_create_ruleset (444). */
const WITHOUT_LANDLOCK = `
  my @program = ([0x20, 0, 0, 0], [0x15, 0, 1, 444], [6, 0, 0, 0x50026], [6, 0, 0, 0x7fff0000]);
  my $filter = join('', map(pack('SCCL', @$_), @program));
  syscall(157, 38, 1, 0, 0, 0) == 0 or die "prctl: $!";
  syscall(317, 1, 0, pack('Sx6P', scalar(@program), $filter)) == 0 or die "seccomp: $!";
  exec(@ARGV) or die "exec: $!";`;

describe.skipIf(!POSSIBLE)('confinement: code that got into the daemon', () => {
  const PORT_0 = '@02000000000000000000000000000000'; // struct sockaddr_in: 0.0.0.0, any free port
  const PORT_9 = '@02000009000000000000000000000000'; // struct sockaddr_in: 0.0.0.0, port 9

  test('forbidden: files outside of what it needs → refused; those it needs → opened', async () => {
    const lab = await openLab();
    const { daemon, tokenFile } = await synced(lab, A);
    await expectAll(daemon, [
      ['EACCES', OPEN, `=${process.execPath}`, READ_ONLY],
      ['EACCES', OPEN, '=/etc/ipv6ddns.new', CREATE, 0o600],
      ['EACCES', OPEN, `=${tokenFile}.new`, CREATE, 0o600],
      ['EACCES', 87, `=${tokenFile}`], // unlink
    ]);
    const token = await injector.call(daemon, OPEN, `=${tokenFile}`, READ_ONLY);
    expect(token).toMatch(DESCRIPTOR);
    const program = `=${join(lab.folder, 'program')}`; // beside the status file
    await expectAll(daemon, [
      ['ENOSYS', 91, token, 0o644], // fchmod
      ['ENOSYS', 90, `=${tokenFile}`, 0o644], // chmod
      ['EPERM', OPEN, program, CREATE, 0o4755], // root's, for everybody
      ['EPERM', 257, -100, program, CREATE, 0o2755], // openat
    ]);
    expect(await injector.call(daemon, OPEN, program, CREATE, 0o755)).toMatch(DESCRIPTOR);
    expect(await injector.call(daemon, OPEN, '=/etc/hosts', READ_ONLY)).toMatch(DESCRIPTOR);
    await expectToGoOn(lab);
  });

  test('forbidden: servers, processes, executable memory → refused, and it goes on', async () => {
    const lab = await openLab();
    const { daemon } = await synced(lab, A);
    const socket = await injector.call(daemon, SOCKET, 2, 1, 0);
    expect(socket).toMatch(DESCRIPTOR);
    await expectAll(daemon, [
      ['EACCES', 49, socket, PORT_9, 16], // bind, TCP
      ['0', 49, socket, PORT_0, 16], // an address to leave from
      ['ENOSYS', 50, socket, 1], // listen
      ['ENOSYS', 43, socket, 0, 0], // accept
      ['ENOSYS', 57], // fork
      ['ENOSYS', 56, 17, 0], // clone(SIGCHLD)
      ['ENOSYS', 56, 0x10f00, 0], // clone(CLONE_THREAD …)
      ['ENOSYS', 435, 0, 0], // clone3
      ['EPERM', 9, 0, 4096, 7, 0x22, -1, 0], // mmap(PROT_EXEC)
      ['EPERM', 16, 0, 0x5412, '=x'], // ioctl(TIOCSTI)
      ['EPERM', 16, socket, 0x8912, 0], // ioctl(SIOCGIFCONF)
      ['ENOSYS', 157, 4, 1], // prctl(PR_SET_DUMPABLE)
      ['ENOSYS', 126, '@2205082000000000', 0], // capset
      ['ENOSYS', 105, 65534], // setuid
      ['ENOSYS', 0x40000000 + 59, '=/bin/true', 0, 0], // execve of the x32 ABI
    ]);
    await expectToGoOn(lab);
  });

  test('forbidden: sockets of other kinds than it uses → refused', async () => {
    const lab = await openLab();
    const { daemon } = await synced(lab, A);
    const [UNIX, INET, INET6, NETLINK] = [1, 2, 10, 16];
    const [STREAM, DGRAM, RAW, SEQPACKET] = [1, 2, 3, 5];
    const [ICMP, ICMPV6, TCP, UDP, SCTP, MPTCP] = [1, 58, 6, 17, 132, 262];
    const used: readonly Call[] = [
      [UNIX, DGRAM | CLOEXEC, 0],
      ...[INET, INET6].flatMap((family) => [
        [family, STREAM | CLOEXEC, TCP],
        [family, DGRAM, UDP],
        [family, DGRAM, 0],
      ]),
      [NETLINK, RAW | CLOEXEC, 0],
    ];
    for (const socket of used) expect(await injector.call(daemon, SOCKET, ...socket)).toMatch(DESCRIPTOR);
    const refused: readonly Call[] = [
      [UNIX, STREAM, 0],
      [UNIX, STREAM | CLOEXEC, 0],
      [UNIX, SEQPACKET, 0],
      [UNIX, RAW, 0],
      ...[INET, INET6].flatMap((family) => [RAW, RAW | CLOEXEC, SEQPACKET].map((type) => [family, type, UDP])),
      ...[SCTP, MPTCP].map((protocol) => [INET, STREAM, protocol]),
      [INET, DGRAM, ICMP],
      [INET6, DGRAM, ICMPV6],
      [17, RAW, 3], // AF_PACKET
      [40, STREAM, 0], // AF_VSOCK
      [NETLINK, RAW, 12], // NETLINK_NETFILTER
    ];
    await expectAll(
      daemon,
      refused.map((socket) => ['EAFNOSUPPORT', SOCKET, ...socket]),
    );
    await expectAll(daemon, [['ENOSYS', 53, UNIX, DGRAM, 0, '=12345678']]); // socketpair
    await expectToGoOn(lab);
  });

  test('forbidden: signals to other processes → refused, those to itself → sent', async () => {
    const lab = await openLab();
    const { daemon } = await synced(lab, A);
    const other = process.pid;
    await expectAll(daemon, [
      ['0', 200, daemon.pid, 0], // tkill, abort(3)'s
      ['EPERM', 200, other, 0],
      ['EPERM', 200, 1, 0],
      ['ENOSYS', 62, other, 0], // kill
      ['ENOSYS', 62, -1, 0],
      ['ENOSYS', 234, other, other, 0], // tgkill
      ['ENOSYS', 129, other, 15, 0], // rt_sigqueueinfo
      ['ENOSYS', 424, 0, 15, 0, 0], // pidfd_send_signal
      ['ENOSYS', 434, other, 0], // pidfd_open
      ['EPERM', 72, 0, 8, other], // fcntl(F_SETOWN), for SIGIO
      ['EPERM', 72, 0, 15, '@0100000001000000'], // fcntl(F_SETOWN_EX)
      ['EPERM', 72, 0, 10, 9], // fcntl(F_SETSIG)
      ['EPERM', 16, 0, 0x8901, '@01000000'], // ioctl(FIOSETOWN)
    ]);
    await expectToGoOn(lab);
  });

  test.each([
    ['Landlock in force', []],
    ['a kernel without Landlock', ['perl', '-e', WITHOUT_LANDLOCK]],
  ])('forbidden: secrets of other processes of the same user, %s → refused', async (_, under) => {
    const lab = await openLab();
    const other = lab.start(['sh', '-c', 'echo started; exec sleep 600'], { SECRET: 'x' });
    await other.line(/^started$/);
    const program = join(lab.folder, 'tell');
    await writeFile(program, '#!/bin/sh\necho ran by $PPID\n');
    await chmod(program, 0o755);
    await lab.add(A);
    const config = `verbose = true\n[notify]\nexec = ["${program}"]\n`;
    const daemon = await lab.daemon({ config, under });
    const [, helper] = /ran by (\d+)$/.exec((await daemon.line(/ran by \d+$/)).text) ?? [];
    const secrets = ['environ', 'mem', 'maps', 'fd/0'];
    for (const pid of [other.pid, helper, process.pid]) {
      for (const secret of secrets) {
        const opened = await injector.call(daemon, OPEN, `=/proc/${pid}/${secret}`, READ_ONLY);
        expect([pid, secret, opened]).toEqual([pid, secret, 'EACCES']);
      }
    }
    await expectToGoOn(lab);
  });

  test.each([
    ['execve', [59, '=/bin/true', 0, 0]],
    ['ptrace', [101, 16, process.pid, 0, 0]],
    ['process_vm_readv', [310, process.pid, 0, 0, 0, 0, 0]],
    ['mount', [165, '=none', '=/mnt', '=tmpfs', 0, 0]],
    ['unshare', [272, 0x10000000]],
    ['bpf', [321, 0, 0, 0]],
    ['io_uring_setup', [425, 1, 0]],
  ] as const)('forbidden: %s → the daemon is killed', async (_, call) => {
    const lab = await openLab();
    const daemon = await lab.daemon();
    expect(await injector.call(daemon, ...call)).toBe('SIGSYS');
    await daemon.exit;
  });
});

describe.skipIf(!POSSIBLE)('notify.exec: code that got into the daemon', () => {
  /** A message as native/helper.h has it, in hexadecimal for the injector. */
  function message(
    limitMs: number,
    counts: readonly [args: number, variables: number],
    ...strings: readonly string[]
  ): string {
    const head = Buffer.alloc(12);
    for (const [i, value] of [limitMs, ...counts].entries()) head.writeInt32LE(value, i * 4);
    return Buffer.concat([head, Buffer.from(strings.join(''))]).toString('hex');
  }

  test('forbidden: another command, other variables, nonsense → refused, and the helper lives; the command, told something else → run', async () => {
    const lab = await openLab();
    const [program, told] = [join(lab.folder, 'tell'), join(lab.folder, 'told')];
    await writeFile(program, `#!/bin/sh\necho "$# $IPV6DDNS_TEXT$LD_PRELOAD" >>${told}\n`);
    await chmod(program, 0o755);
    await lab.add(A);
    const daemon = await lab.daemon({ config: `[notify]\nexec = ["${program}"]\n` });
    const lines = async (): Promise<string[]> => (await readFile(told, 'utf8').catch(() => '')).trim().split('\n');
    await expect.poll(lines, { timeout: 20_000 }).toEqual([expect.stringContaining(A)]);
    const helper = await seqpacketOf(daemon);
    const send = async (hex: string): Promise<void> => {
      const length = hex.length / 2;
      expect(await injector.call(daemon, 44, helper, `@${hex}`, length, 0, 0, 0)).toBe(String(length));
    };
    const text = 'IPV6DDNS_TEXT=forged\0';
    const refused = [
      message(20_000, [2, 0], '/usr/bin/touch\0', `${lab.folder}/touched\0`),
      message(20_000, [1, 1], '/bin/sh\0', text),
      message(20_000, [0, 1], 'LD_PRELOAD=/tmp/x\0'),
      message(20_000, [0, 2], text, 'PATH=/tmp\0'),
      message(20_000, [0, 1], text, 'LD_PRELOAD=/tmp/x\0'),
      message(20_000, [0, 2], text),
      message(20_000, [0, 1], 'IPV6DDNS_TEXT=forged'),
      message(20_000, [0, -1], text),
      message(20_000, [-1, 1], text),
      message(20_000, [0, 0x7fffffff], text),
      message(20_000, [0, 8], ...Array.from({ length: 8 }, () => text)),
      message(20_000, [0, 0]).slice(0, 22),
      '00',
      '',
    ];
    for (const hex of refused) await send(hex);
    await send(message(20_000, [0, 1], 'IPV6DDNS_TEXT=what an intruder can say\0'));
    await expect.poll(lines, { timeout: 20_000 }).toHaveLength(2);
    expect((await lines()).at(-1)).toBe('0 what an intruder can say');
    await lab.remove(A);
    await lab.add(B);
    await expect.poll(lines, { timeout: 20_000 }).toHaveLength(3);
    expect((await lines()).at(-1)).toContain(B);
  });
});
