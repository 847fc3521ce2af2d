import * as os from 'os';
import * as spawn from 'spawn';
import { afterEach, describe, expect, test } from 'vitest';

let fd = -1;

afterEach(() => void os.close(fd));

function ended(): Promise<spawn.Ended> {
  return new Promise((resolve, reject) => {
    os.setReadHandler(fd, () => {
      try {
        const end = spawn.result(fd);
        if (end === null) return;
        os.setReadHandler(fd, null);
        resolve(end);
      } catch (error) {
        os.setReadHandler(fd, null);
        reject(error);
      }
    });
  });
}

/** Runs a script of sh(1). */
function script(text: string, variables: readonly string[] = [], limitMs = 20_000): Promise<spawn.Ended> {
  fd = spawn.open(['/bin/sh', '-c', text], ['A=1', 'B=x y']);
  spawn.request(fd, variables, limitMs);
  return ended();
}

const fine = { error: null, status: 0, signal: 0, timedOut: false, lost: false };

describe('spawn', () => {
  test('spawn: a command → its output, its status', async () => {
    expect(await script('echo a; echo b >&2')).toEqual({ ...fine, output: 'a\nb\n' });
    os.close(fd);
    expect(await script('exit 3')).toEqual({ ...fine, status: 3, output: '' });
  });

  test('spawn: variables → those of the start, those of this run, and no others', async () => {
    const { output } = await script('cat /proc/self/environ', ['IPV6DDNS_EVENT=change', 'IPV6DDNS_ERROR=']);
    const set = output.split('\0').filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line));
    expect(set.sort()).toEqual(['', 'A=1', 'B=x y', 'IPV6DDNS_ERROR=', 'IPV6DDNS_EVENT=change']);
    spawn.request(fd, [], 20_000);
    expect((await ended()).output).not.toContain('IPV6DDNS');
  });

  test('spawn: endless output → the first KiB, and the command ends', async () => {
    const { output, ...rest } = await script('head -c 300000 /dev/zero | tr "\\0" x');
    expect([output.length, rest]).toEqual([1024, fine]);
  });

  test('spawn: its time is over → killed, with what it started', async () => {
    const { timedOut, signal } = await script('sleep 600 & sleep 600', [], 50);
    expect([timedOut, signal]).toEqual([true, 9]);
  });

  test('spawn: it closes its output and goes on → waited for', async () => {
    expect(await script('exec >&- 2>&-; sleep 0.1; exit 5')).toEqual({ ...fine, status: 5, output: '' });
  });

  test('spawn: something stays behind with the output open → not waited for', async () => {
    expect(await script('sleep 2 & echo a')).toEqual({ ...fine, output: 'a\n' });
  });

  test('spawn: a signal ends it → named', async () => {
    expect(await script('kill -TERM $$')).toEqual({ ...fine, signal: 15, output: '' });
  });

  test('spawn: no such program → why', async () => {
    fd = spawn.open(['/nonexistent'], []);
    spawn.request(fd, [], 1000);
    expect(await ended()).toEqual({ ...fine, error: 'No such file or directory', output: '' });
  });

  test('spawn: two requests → one after the other', async () => {
    fd = spawn.open(['/bin/sh', '-c', 'sleep 0.1; echo $IPV6DDNS_NAME'], []);
    for (const name of ['first', 'second']) spawn.request(fd, [`IPV6DDNS_NAME=${name}`], 20_000);
    expect([(await ended()).output, (await ended()).output]).toEqual(['first\n', 'second\n']);
  });

  const TOO_BIG = expect.objectContaining({ code: 'E2BIG' });
  const LARGE = `IPV6DDNS_TEXT=${'x'.repeat(128 * 1024)}`;

  test('spawn: a command that does not fit → E2BIG, nothing is started', () => {
    expect(() => spawn.open(['/bin/echo', LARGE], [])).toThrow(TOO_BIG);
    const many = Array.from({ length: 257 }, () => 'x');
    expect(() => spawn.open(many, [])).toThrow(TOO_BIG);
    expect(() => spawn.open(['/bin/echo'], many)).toThrow(TOO_BIG);
  });

  test('spawn: a command and variables of the greatest number → run', async () => {
    const most = Array.from({ length: 254 }, () => 'x');
    fd = spawn.open(
      ['/bin/sh', '-c', ...most.with(0, 'echo $# $A1 $A256')],
      Array.from({ length: 256 }, (_, i) => `A${i + 1}=v${i + 1}`),
    );
    spawn.request(fd, ['IPV6DDNS_EVENT=change'], 20_000);
    expect(await ended()).toEqual({ ...fine, output: '252 v1 v256\n' });
  });

  const seven = ['EVENT', 'NAME', 'ADDRESS', 'PREVIOUS', 'ERROR', 'TEXT', 'JSON'].map(
    (name) => `IPV6DDNS_${name}=${name}`,
  );

  test.each([
    ['another name', ['IPV6DDNS_EVENT=change', 'LD_PRELOAD=/tmp/x']],
    ['one of ours that does not exist', ['IPV6DDNS_EVENTS=x']],
    ['no value', ['IPV6DDNS_EVENT']],
    ['the empty name', ['=x']],
    ['a NUL, with another one behind it', ['IPV6DDNS_EVENT=a\0LD_PRELOAD=/tmp/x']],
    ['a NUL, with a known one behind it', ['IPV6DDNS_EVENT=a\0IPV6DDNS_NAME=b']],
    ['more than there are', [...seven, 'IPV6DDNS_EVENT=b']],
  ])('spawn: a variable: %s → refused, nothing is run, and the next request is served', async (_, variables) => {
    fd = spawn.open(['/bin/sh', '-c', 'echo $IPV6DDNS_JSON $LD_PRELOAD'], []);
    spawn.request(fd, variables, 20_000);
    expect(await ended()).toEqual({ ...fine, error: 'Invalid argument', output: '' });
    spawn.request(fd, seven, 20_000);
    expect(await ended()).toEqual({ ...fine, output: 'JSON\n' });
  });

  test('spawn: more than fits into a request → E2BIG, and the helper goes on', async () => {
    fd = spawn.open(['/bin/echo', 'a'], []);
    expect(() => spawn.request(fd, [LARGE], 1000)).toThrow(TOO_BIG);
    spawn.request(fd, [], 20_000);
    expect(await ended()).toEqual({ ...fine, output: 'a\n' });
  });

  test('spawn: what it leaves behind → taken away when it ends', async () => {
    fd = spawn.open(
      ['/bin/sh', '-c', '[ $IPV6DDNS_EVENT ] || { setsid sleep 0.1 & exit; }; cat /proc/$PPID/task/*/children'],
      [],
    );
    spawn.request(fd, [], 20_000);
    expect(await ended()).toEqual({ ...fine, output: '' });
    for (;;) {
      spawn.request(fd, ['IPV6DDNS_EVENT=look'], 20_000);
      const children = (await ended()).output.trim().split(' ');
      if (children.length === 1) break; // the one that looks
    }
  });

  test('spawn: the process that runs commands dies → said, its command is killed, another one serves', async () => {
    const text = 'echo $$; [ $IPV6DDNS_EVENT ] && exit; sleep 600 & kill -KILL $PPID; wait';
    expect(await script(text)).toEqual({ ...fine, lost: true, output: '' });
    spawn.request(fd, ['IPV6DDNS_EVENT=again'], 20_000);
    expect(await ended()).toMatchObject(fine);
  });

  test('spawn: the process that replaces it dies → the other one serves on; both die → EPIPE', async () => {
    const parent = 'read -r _ _ _ parent _ </proc/$PPID/stat';
    fd = spawn.open(
      [
        '/bin/sh',
        '-c',
        `${parent}; echo $IPV6DDNS_EVENT; case $IPV6DDNS_EVENT in (guard) kill -KILL $parent;; (all) kill -KILL $PPID;; esac`,
      ],
      [],
    );
    for (const event of ['guard', 'after']) {
      spawn.request(fd, [`IPV6DDNS_EVENT=${event}`], 20_000);
      expect(await ended()).toEqual({ ...fine, output: `${event}\n` });
    }
    spawn.request(fd, ['IPV6DDNS_EVENT=all'], 20_000);
    await expect(ended()).rejects.toMatchObject({ code: 'EPIPE' });
    expect(() => spawn.request(fd, [], 1000)).toThrow(expect.objectContaining({ code: 'EPIPE' }));
  });
});
