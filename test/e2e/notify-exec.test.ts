import { chmod, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { NAME } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import { statusOf } from './harness/proc.ts';
import type { Process } from './harness/process.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

/** A verbose daemon that runs a script of these lines. */
async function running(lab: Lab, script: readonly string[], timeoutSec = 1): Promise<Process> {
  const program = join(lab.folder, 'tell');
  await writeFile(program, ['#!/bin/sh', `cd ${lab.folder}`, ...script, ''].join('\n'));
  await chmod(program, 0o755);
  await lab.add(A);
  const config = [`timeout = ${timeoutSec}`, '[notify]', `exec = ["${program}", "a b", "$HOME;"]`].join('\n');
  return lab.daemon({
    config,
    parameters: ['--verbose'],
    environment: { HOME: '/nonexistent', CLOUDFLARE_EXTRA: 'x' },
  });
}

const output = (lab: Lab, name: string): Promise<string> => readFile(join(lab.folder, name), 'utf8');

test('notify.exec: a change → run with the facts, without our variables, descriptors and secrets', async () => {
  const lab = await openLab();
  const daemon = await running(lab, [
    'printf "%s\\n" "$@" >arguments',
    'cat /proc/self/environ | tr "\\0" "\\n" >variables',
    // Once the shell sleeps, which it does when it has closed the ends of the pipe.
    '{ until grep -q "^State:.S" /proc/$$/status; do :; done; ls -l /proc/$$/fd; } | cat >descriptors',
    'cat >input',
    'echo said; echo complained >&2',
  ]);
  await daemon.line(/\/tell printed: said complained$/);
  expect(await output(lab, 'arguments')).toBe('a b\n$HOME;\n');
  const variables = await output(lab, 'variables');
  const names = variables.split('\n').flatMap((line) => /^([A-Z0-9_]+)=/.exec(line)?.[1] ?? []);
  const facts = ['EVENT', 'NAME', 'ADDRESS', 'PREVIOUS', 'ERROR', 'TEXT', 'JSON'].map((fact) => `IPV6DDNS_${fact}`);
  expect(names.filter((name) => !/^(PWD|OLDPWD|SHLVL|_)$/.test(name)).sort()).toEqual(
    ['HOME', 'PATH', ...facts].sort(),
  );
  for (const set of ['EVENT=change', `NAME=${NAME}`, `ADDRESS=${A}`, 'PREVIOUS=', `TEXT=${NAME}: AAAA ${A}`]) {
    expect(variables).toContain(`\nIPV6DDNS_${set}\n`);
  }
  expect(variables).not.toContain(lab.token.value);
  expect(await output(lab, 'input')).toBe('');
  // Standard input, output and error, and the script itself.
  const descriptors = (await output(lab, 'descriptors')).split('\n').filter((line) => line.includes(' -> '));
  expect(descriptors.map((line) => line.replace(/.* (\d+) -> ([^[]*).*/, '$1 $2')).sort()).toEqual([
    `0 /dev/null`,
    '1 pipe:',
    `10 ${lab.folder}/tell`,
    '2 pipe:',
  ]);
});

test('notify.exec: it hangs, with children → all of them are killed after "timeout", the address is written meanwhile', async () => {
  const lab = await openLab();
  const daemon = await running(lab, ['echo $$ >>pids', 'sleep 600 & wait']);
  await daemon.line(/\/tell could not be told: it did not end in time and was killed/);
  await lab.remove(A);
  await lab.add(B);
  await lab.says(B);
  // It may run again by now; of the first time nothing is left.
  const [group = ''] = (await output(lab, 'pids')).split('\n');
  const looked = () => lab.host.run('pgrep', '--runstates', 'R,S,D', '--pgroup', group).catch(({ code }) => code);
  await expect.poll(looked, { timeout: 10_000 }).toBe(1); // no process matched
});

test('notify.exec: it fails, then works → run again until it does', async () => {
  const lab = await openLab();
  const daemon = await running(lab, ['test -e second && exec touch done', 'touch second', 'exit 3']);
  await daemon.line(/\/tell could not be told: it ended with status 3/);
  await daemon.line(/\/tell can be told again/);
  expect(await output(lab, 'done')).toBe('');
});

test('notify.exec: there is no such program → said so, the record is right all the same', async () => {
  const lab = await openLab();
  await lab.add(A);
  const daemon = await lab.daemon({ config: '[notify]\nexec = ["/nonexistent/tell"]\n' });
  await daemon.line(/\/nonexistent\/tell could not be told: it cannot be run: No such file or directory/);
  await lab.says(A);
});

test('notify.exec: the daemon is killed while a command runs → neither helper nor command is left', async () => {
  const lab = await openLab();
  const daemon = await running(lab, [
    'echo $$ >pid',
    'echo $PPID >helper',
    'mkfifo started',
    'echo >started',
    'sleep 600',
  ]);
  await lab.host.run('sh', '-c', `until test -p ${lab.folder}/started; do sleep 0.01; done; cat ${lab.folder}/started`);
  await daemon.kill();
  for (const name of ['pid', 'helper']) {
    const pid = (await output(lab, name)).trim();
    await lab.host.run(
      'sh',
      '-c',
      `for i in $(seq 500); do kill -0 ${pid} 2>/dev/null || exit 0; sleep 0.01; done; exit 1`,
    );
  }
});

test('notify.exec: helper and command → not confined as the daemon is, without its environment and descriptors', async () => {
  const lab = await openLab();
  const daemon = await running(lab, ['echo $PPID >helper', 'cat /proc/self/status >status', 'echo ran']);
  await daemon.line(/printed: ran/);
  const helper = (await output(lab, 'helper')).trim();
  const environment = await readFile(`/proc/${helper}/environ`, 'utf8');
  const files = await lab.host.run('ls', `/proc/${helper}/fd`);
  // Its socket, /dev/null twice, the signalfd.
  expect([environment, files.trim().split('\n')]).toEqual(['', ['0', '1', '2', '3']]);
  const confined = (status: string): string[] => status.match(/^(NoNewPrivs|Seccomp):\s*\d/gm) ?? [];
  expect(confined(await output(lab, 'status'))).toEqual(['NoNewPrivs:\t0', 'Seccomp:\t0']);
  expect(confined(await readFile(`/proc/${daemon.pid}/status`, 'utf8'))).toEqual(['NoNewPrivs:\t1', 'Seccomp:\t2']);
});

test('notify.exec: what runs it is killed while it runs → said so, the command ends, another process runs it again', async () => {
  const lab = await openLab();
  const script = ['test -e pids && echo again && exit', 'echo $$ $PPID >new', 'mv new pids', 'sleep 600 & wait'];
  const daemon = await running(lab, script, 300);
  await expect.poll(() => output(lab, 'pids').catch(() => ''), { timeout: 20_000 }).toMatch(/^\d+ \d+\n$/);
  const [group = '', runner = ''] = (await output(lab, 'pids')).trim().split(' ');
  process.kill(Number(runner), 'SIGKILL');
  await daemon.line(/\/tell could not be told: the process that ran it has died, and has been replaced/);
  await daemon.line(/\/tell printed: again$/);
  const left = () => lab.host.run('pgrep', '--pgroup', group).catch(({ code }) => code);
  await expect.poll(left, { timeout: 10_000 }).toBe(1); // no process matched, no zombie either
});

test('notify.exec: what replaces that one is killed → it is run all the same; both are killed → said what to do', async () => {
  const lab = await openLab();
  const daemon = await running(lab, ['echo $PPID >runner', 'echo "ran for $IPV6DDNS_ADDRESS"']);
  await daemon.line(/printed: ran for 3ffe:1::a$/);
  const runner = Number(await output(lab, 'runner'));
  const { PPid } = await statusOf(runner);
  process.kill(Number(PPid), 'SIGKILL');
  await lab.remove(A);
  await lab.add(B);
  await daemon.line(/printed: ran for 3ffe:1::b$/);
  process.kill(runner, 'SIGKILL');
  await lab.remove(B);
  await lab.add(A);
  await daemon.line(/\/tell could not be told: the processes that run it have ended: restart ipv6ddns/);
  await lab.says(A);
});

test('notify.exec: the daemon is the first process of its PID namespace → nobody leaves zombies there', async () => {
  const lab = await openLab();
  const program = join(lab.folder, 'tell');
  // Two that are left behind: one in the command's session, one in a session of its own.
  await writeFile(program, '#!/bin/sh\nsleep 0.2 & setsid sleep 0.2 & echo ran\n');
  await chmod(program, 0o755);
  await lab.add(A);
  const daemon = await lab.daemon({
    config: `[notify]\nexec = ["${program}"]\n`,
    parameters: ['--verbose'],
    under: ['unshare', '--pid', '--fork', '--kill-child'],
  });
  await daemon.line(/printed: ran/);
  const first = (await lab.host.run('pgrep', '--parent', String(daemon.pid))).trim();
  expect((await statusOf(first))['NSpid']).toMatch(/\t1$/);
  const inside = ['nsenter', '--target', first, '--pid'] as const;
  // One more is left behind by a command that is run in the container from outside, such as a health check.
  await lab.host.run(...inside, 'sh', '-c', 'sleep 0.2 &');
  const others = async (): Promise<string[]> => {
    const namespace = await readlink(`/proc/${first}/ns/pid`);
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const here = await Promise.all(
      pids.map(async (pid) => (await readlink(`/proc/${pid}/ns/pid`).catch(() => '')) === namespace),
    );
    const all = await Promise.all(pids.filter((_, i) => here[i]).map((pid) => statusOf(pid).catch(() => null)));
    return all.flatMap((status) => (status === null ? [] : [`${status['Name']} ${status['State']?.[0]}`])).sort();
  };
  // The daemon and the two of the helper.
  await expect.poll(others, { timeout: 20_000 }).toEqual(['exe S', 'exe S', 'ipv6ddns S']);
});

test('SIGHUP: another command → a warning that names the restart, and the one of the start is run', async () => {
  const lab = await openLab();
  const daemon = await running(lab, ['echo "ran for $IPV6DDNS_ADDRESS"']);
  await daemon.line(/printed: ran for 3ffe:1::a$/);
  await lab.configure(`verbose = true\n[notify]\nexec = ["/usr/bin/touch", "${lab.folder}/touched"]\n`);
  daemon.signal('SIGHUP');
  await daemon.line(
    / warning notify\.exec: the new command is not run until ipv6ddns is restarted; \/.*\/tell is run as before/,
  );
  await lab.remove(A);
  await lab.add(B);
  await daemon.line(/printed: ran for 3ffe:1::b$/);
  expect(await readdir(lab.folder)).not.toContain('touched');
});

test('SIGHUP: exec is set while no helper runs → said that it needs a restart', async () => {
  const lab = await openLab();
  await lab.add(A);
  const daemon = await lab.daemon({ config: '' });
  await lab.says(A);
  await lab.configure('[notify]\nexec = ["/bin/true"]\n');
  daemon.signal('SIGHUP');
  await daemon.line(/settings read again, changed: notify/);
  await daemon.line(/notify\.exec: \/bin\/true is not run until ipv6ddns is restarted/);
});
