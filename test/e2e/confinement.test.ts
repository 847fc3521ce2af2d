import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { synced, temporaryFolder } from './harness/confined.ts';
import { startNameServer } from './harness/name-servers.ts';
import { openLab } from './harness/open.ts';
import { statusOf } from './harness/proc.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

const isRoot = process.geteuid?.() === 0;

/** Puts a new file, for its owner alone, in the place of the old one, as editors and tools do. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

test('confinement: a running daemon → no new privileges, no capability, a filter, no core dumps; nothing skipped', async () => {
  const lab = await openLab();
  const { daemon } = await synced(lab, A);
  const none = '0'.repeat(16);
  const sets = { CapInh: none, CapPrm: none, CapEff: none, CapAmb: none, ...(isRoot ? { CapBnd: none } : {}) };
  expect(await statusOf(daemon.pid)).toMatchObject({ NoNewPrivs: '1', Seccomp: '2', ...sets });
  expect(await readFile(`/proc/${daemon.pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m);
  expect(daemon.transcript()).not.toContain('not confined');
});

test('confinement: a sync, SIGHUP with good and with bad settings, the end → nothing is asked for that is refused', async () => {
  const lab = await openLab();
  const trace = join(await temporaryFolder(), 'trace');
  await lab.add(A);
  const daemon = await lab.daemon({ config: 'timeout = 30\n', under: ['strace', '-D', '-f', '-o', trace] });
  await daemon.line(/ created in /);
  await lab.configure('timeout = 20\n');
  const reading = lab.api.nextRequest({});
  daemon.signal('SIGHUP');
  await lab.api.untilEnded((await reading).sequence);
  await lab.configure('timeout = x\n');
  daemon.signal('SIGHUP');
  await daemon.line(/the new settings are refused/);
  daemon.signal('SIGTERM');
  await daemon.exit;
  // strace outlives it by an instant.
  await expect.poll(() => readFile(trace, 'utf8')).toMatch(/\+\+\+ exited with 0/);
  const [before, confined = ''] = (await readFile(trace, 'utf8')).split(/^.* seccomp\(SECCOMP_SET_MODE_FILTER.*$/m);
  expect(before).toContain('landlock_create_ruleset');
  const refused = confined.split('\n').filter((line) => /landlock|= -1 (ENOSYS|EPERM|EAFNOSUPPORT)/.test(line));
  expect([confined.length > 10_000, refused]).toEqual([true, []]);
});

test('core dump: killed by SIGSEGV with dumps switched on → none', async () => {
  const lab = await openLab();
  const dumping = (folder: string) => ['sh', '-c', 'cd "$0"; ulimit -c unlimited; exec "$@"', folder] as const;
  const [control, ours] = [join(lab.folder, 'control'), join(lab.folder, 'ours')];
  await Promise.all([mkdir(control), mkdir(ours)]);
  const other = lab.start([...dumping(control), 'sh', '-c', 'kill -SEGV $$']);
  await other.exit;
  const daemon = await lab.daemon({ under: dumping(ours) });
  daemon.signal('SIGSEGV');
  expect((await daemon.exit).status).toBeNull();
  expect(await readdir(ours)).toEqual([]);
  // Where core_pattern (core(5)) leads elsewhere there is nothing to compare with: the limit of the first test has to do.
  if (!(await readFile('/proc/sys/kernel/core_pattern', 'utf8')).startsWith('|')) {
    expect(await readdir(control)).toHaveLength(1);
  }
});

test.skipIf(!isRoot)('ptrace: by another process of the same unprivileged user → refused', async () => {
  const lab = await openLab();
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  await chmod(lab.folder, 0o755);
  const daemon = await lab.daemon({ under: nobody });
  const sleeper = lab.start([...nobody, 'sh', '-c', 'echo started; exec sleep 60']);
  await sleeper.line(/^started$/);
  const trace = async (pid: number, says: RegExp): Promise<void> => {
    const tracer = lab.start([...nobody, 'strace', '-p', String(pid)]);
    await tracer.line(says);
    await tracer.kill();
  };
  await trace(daemon.pid, /attach.*Operation not permitted/);
  await trace(sleeper.pid, / attached/);
  const environ = lab.start([...nobody, 'cat', `/proc/${daemon.pid}/environ`]);
  await environ.exit;
  expect(environ.transcript()).toMatch(/Permission denied/);
});

describe('confinement: not to be had', () => {
  test('IPV6DDNS_CONFINE: 0 → nothing is given up, the debug log says so', async () => {
    const lab = await openLab();
    const daemon = await lab.daemon({ parameters: ['--verbose'], environment: { IPV6DDNS_CONFINE: '0' } });
    await daemon.line(/ debug not confined in full: IPV6DDNS_CONFINE is 0$/);
    expect(await statusOf(daemon.pid)).toMatchObject({ NoNewPrivs: '0', Seccomp: '0' });
  });

  /** Runs a program on a kernel without Landlock, seccomp and prctl: a filter of x86-64 answers ENOSYS (38). */
  const LACKING = `
    my @program = ([0x20, 0, 0, 0], map([0x15, 0, 1, $_], 444, 317, 157), [6, 0, 0, 0x7fff0000]);
    splice(@program, $_, 0, [6, 0, 0, 0x50026]) for (4, 3, 2);
    my $filter = join('', map(pack('SCCL', @$_), @program));
    syscall(157, 38, 1, 0, 0, 0) == 0 or die "prctl: $!";
    syscall(317, 1, 0, pack('Sx6P', scalar(@program), $filter)) == 0 or die "seccomp: $!";
    exec(@ARGV) or die "exec: $!";`;

  test.skipIf(process.arch !== 'x64')(
    'a kernel that lacks it → a debug line for each part, all else goes on',
    async () => {
      const lab = await openLab();
      await lab.add(A);
      const daemon = await lab.daemon({ under: ['perl', '-e', LACKING], parameters: ['--verbose'] });
      await lab.says(A);
      const skipped = daemon.stderr.filter((line) => line.includes('not confined in full'));
      const parts = ['prctl', 'prctl', 'landlock_create_ruleset', 'seccomp'];
      expect(skipped).toEqual(
        parts.map((part) => expect.stringMatching(` debug not confined in full: ${part}: Function not implemented$`)),
      );
    },
  );
});

describe.skipIf(process.arch !== 'x64')('confinement: a rule cannot be had', () => {
  const under = (...faults: readonly string[]): string[] => ['strace', '-D', '-o', '/dev/null', ...faults];
  const REFUSED = under('-e', 'trace=landlock_add_rule', '-e', 'inject=landlock_add_rule:error=EPERM:when=1');
  const GONE = under('-P', '/usr/share', '-e', 'trace=open', '-e', 'inject=open:error=ENOENT');

  test.each([
    [
      'the kernel refuses it → none is in force, so that it keeps what it needs',
      REFUSED,
      'landlock_add_rule: Op',
      false,
    ],
    ['the folder is gone → the others are in force', GONE, 'open: No such file', true],
  ] as const)('confinement: %s', async (_, fault, reason, inForce) => {
    const metrics = join(await temporaryFolder(), 'ipv6ddns.prom'); // goes when the daemon that writes there has gone
    const lab = await openLab();
    await lab.add(A);
    const daemon = await lab.daemon({ under: fault, parameters: ['--verbose'] });
    await daemon.line(/ created in /);
    const skipped = daemon.stderr.filter((line) => line.includes('not confined in full'));
    expect(skipped).toEqual([expect.stringContaining(`not confined in full: ${reason}`)]);
    await lab.configure(`verbose = true\nmetrics_file = "${metrics}"\n`);
    daemon.signal('SIGHUP');
    await daemon.line(/ settings read again, changed: metrics_file/);
    if (inForce) await daemon.line(/metrics_file: cannot write .*Permission denied/);
    else await expect.poll(() => existsSync(metrics), { timeout: 10_000 }).toBe(true);
  });
});

describe('confinement: what it needs', () => {
  test('SIGHUP: config and token file replaced by renamed ones → both are read', async () => {
    const lab = await openLab();
    const { daemon, tokenFile } = await synced(lab, A);
    const other = await lab.api.addToken({ zones: [lab.zone.id] });
    await replace(tokenFile, `${other.value}\n`);
    await replace(
      join(lab.folder, 'config.toml'),
      `api_token_file = "${tokenFile}"\nverify_interval = 0\nverbose = true\n`,
    );
    daemon.signal('SIGHUP');
    await daemon.line(/ settings read again, changed: .*api_token.*verify_interval/);
    await lab.remove(A);
    await lab.add(B);
    await lab.says(B);
    expect(daemon.transcript()).not.toMatch(/closed to this process/);
  });

  test('SIGHUP: the token file is elsewhere now → says that a restart is needed, the old settings stay', async () => {
    const lab = await openLab();
    const { daemon } = await synced(lab, A);
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, 'token'), lab.token.value);
    await lab.configure(`api_token_file = "${elsewhere}/token"\n`);
    daemon.signal('SIGHUP');
    await daemon.line(/ error .*cannot read the token from ".*": Permission denied/);
    await daemon.line(/ error the folder ".*" is closed to this process, .*: restart it to use/);
    await lab.remove(A);
    await lab.add(B);
    await lab.says(B);
  });

  test('SIGHUP: a metrics file is wanted elsewhere → a warning, which names the restart', async () => {
    const lab = await openLab();
    const { daemon, tokenFile } = await synced(lab, A);
    const text = `api_token_file = "${tokenFile}"\nmetrics_file = "/dev/shm/ipv6ddns-test.prom"\n`;
    await lab.configure(text);
    daemon.signal('SIGHUP');
    await daemon.line(/ warning the folder "\/dev\/shm" is closed to this process, .*: restart it/);
    await daemon.line(/ settings read again, changed: .*metrics_file/);
  });

  test('resolv.conf: a link to a file that comes only later → it is read', async () => {
    const lab = await openLab();
    const [etc, later] = [join(lab.folder, 'etc'), join(lab.folder, 'later')];
    await Promise.all([mkdir(etc), mkdir(later)]);
    await symlink(join(later, 'resolv.conf'), join(etc, 'resolv.conf'));
    await lab.host.replaceFile('/etc', etc);
    await startNameServer(lab, { listen: '127.0.0.2', names: { 'api.cloudflare.com': { a: '127.0.0.1' } } });
    await lab.add(A);
    const url = lab.api.url.replace('localhost', 'api.cloudflare.com');
    const daemon = await lab.daemon({ environment: { CLOUDFLARE_BASE_URL: url } });
    await daemon.line(/ cannot reach Cloudflare: .*resolve/);
    await replace(join(later, 'resolv.conf'), 'nameserver 127.0.0.2\n');
    daemon.signal('SIGHUP');
    await lab.says(A);
  });
});
