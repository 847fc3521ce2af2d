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
  fd = spawn.open();
  spawn.request(fd, ['/bin/sh', '-c', text], variables, limitMs);
  return ended();
}

const fine = { error: null, status: 0, signal: 0, timedOut: false };

describe('spawn', () => {
  test('spawn: a command → its output, its status', async () => {
    expect(await script('echo a; echo b >&2')).toEqual({ ...fine, output: 'a\nb\n' });
    os.close(fd);
    expect(await script('exit 3')).toEqual({ ...fine, status: 3, output: '' });
  });

  test('spawn: variables → these and no others', async () => {
    const { output } = await script('cat /proc/self/environ', ['A=1', 'B=x y']);
    expect(output.split('\0').filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line))).toEqual(['A=1', 'B=x y', '']);
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
    fd = spawn.open();
    spawn.request(fd, ['/nonexistent'], [], 1000);
    expect(await ended()).toEqual({ ...fine, error: 'No such file or directory', output: '' });
  });

  test('spawn: two requests → one after the other', async () => {
    fd = spawn.open();
    spawn.request(fd, ['/bin/sh', '-c', 'sleep 0.1; echo first'], [], 20_000);
    spawn.request(fd, ['/bin/echo', 'second'], [], 20_000);
    expect([(await ended()).output, (await ended()).output]).toEqual(['first\n', 'second\n']);
  });

  test('spawn: more than fits into a request → E2BIG, and the helper goes on', async () => {
    fd = spawn.open();
    const large = 'x'.repeat(128 * 1024);
    expect(() => spawn.request(fd, ['/bin/echo', large], [], 1000)).toThrow(expect.objectContaining({ code: 'E2BIG' }));
    spawn.request(fd, ['/bin/echo', 'a'], [], 20_000);
    expect(await ended()).toEqual({ ...fine, output: 'a\n' });
  });

  test('spawn: more strings than the helper takes → refused, and it goes on', async () => {
    fd = spawn.open();
    spawn.request(fd, ['/bin/echo', ...Array.from({ length: 300 }, () => 'x')], [], 1000);
    expect(await ended()).toMatchObject({ error: 'Invalid argument' });
    spawn.request(fd, ['/bin/echo', 'a'], [], 20_000);
    expect(await ended()).toEqual({ ...fine, output: 'a\n' });
  });

  test('spawn: the helper is gone → EPIPE', async () => {
    const { output } = await script('echo $PPID; kill -KILL $PPID').catch(() => ({ output: '' }));
    expect(output).toBe('');
    expect(() => spawn.request(fd, ['/bin/echo'], [], 1000)).toThrow(expect.objectContaining({ code: 'EPIPE' }));
  });
});
