import * as os from 'os';
import * as std from 'std';
import * as system from 'system';
import { describe, expect, test } from 'vitest';
import { setup } from './client.ts';

const SIGUSR1 = 10;
const SIGUSR2 = 12;

const readable = (fd: number): Promise<void> =>
  new Promise((resolve) => {
    os.setReadHandler(fd, () => {
      os.setReadHandler(fd, null);
      resolve();
    });
  });

function read(path: string): string {
  const file = std.open(path, 'r');
  const text = file?.readAsString() ?? '';
  file?.close();
  return text;
}

describe('system: timer', () => {
  test('system: timer set → readable after that time, once', async () => {
    const fd = system.timerOpen();
    const started = system.boottimeMs();
    system.timerSet(fd, 50);
    expect(system.timerRead(fd)).toBe(0);
    await readable(fd);
    expect(system.boottimeMs() - started).toBeGreaterThanOrEqual(50);
    expect(system.timerRead(fd)).toBe(1);
    expect(system.timerRead(fd)).toBe(0);
    os.close(fd);
  });

  test.each([0, -5, 0.2])('system: timer set to %d ms → runs out at once', async (delayMs) => {
    const fd = system.timerOpen();
    system.timerSet(fd, delayMs);
    await readable(fd);
    expect(system.timerRead(fd)).toBe(1);
    os.close(fd);
  });

  test('system: timer disarmed → stays silent', async () => {
    const [silent, later] = [system.timerOpen(), system.timerOpen()];
    system.timerSet(silent, 20);
    system.timerSet(silent, null);
    system.timerSet(later, 60);
    await readable(later);
    expect(system.timerRead(silent)).toBe(0);
    os.close(silent);
    os.close(later);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e15])('system: timer set to %d ms → RangeError', (delayMs) => {
    const fd = system.timerOpen();
    expect(() => system.timerSet(fd, delayMs)).toThrow(RangeError);
    os.close(fd);
  });

  test('system: timer that is closed → EBADF', () => {
    expect(() => system.timerSet(-1, 5)).toThrow(expect.objectContaining({ code: 'EBADF' }));
    expect(() => system.timerRead(-1)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });
});

describe('system: signals', () => {
  test('system: signals sent → reported by number, each once', async () => {
    const fd = system.signalOpen([SIGUSR1, SIGUSR2]);
    expect(system.signalRead(fd)).toBe(0);
    for (const signal of [SIGUSR1, SIGUSR1, SIGUSR2]) os.kill(os.getpid(), signal);
    await readable(fd);
    expect([system.signalRead(fd), system.signalRead(fd), system.signalRead(fd)]).toEqual([SIGUSR1, SIGUSR2, 0]);
    os.close(fd);
  });

  test('system: number that is no signal → EINVAL', () => {
    expect(() => system.signalOpen([1000])).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  test('system: no list → TypeError', () => {
    expect(() => system.signalOpen(null as unknown as number[])).toThrow(TypeError);
  });
});

describe('system: clocks and chance', () => {
  test('system: clocks → go on, in milliseconds', () => {
    const uptimeMs = Number(read('/proc/uptime').split(' ')[0]) * 1000;
    expect(Math.abs(system.boottimeMs() - uptimeMs)).toBeLessThan(1000);
    const started = system.monotonicMs();
    expect(system.monotonicMs()).toBeGreaterThanOrEqual(started);
  });

  test('system: random → spread over [0, 1)', () => {
    const draws = Array.from({ length: 1000 }, system.random);
    expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true);
    expect(new Set(draws).size).toBe(1000);
    expect(draws.filter((draw) => draw < 0.5).length).toBeGreaterThan(400);
  });
});

describe('system: environment', () => {
  test('system: variable erased → gone from the environment and from what the kernel shows', () => {
    expect(read('/proc/self/environ')).toContain('ERASED=a secret value');
    system.eraseEnvironment('ERASED');
    expect(std.getenv('ERASED')).toBe(undefined);
    expect(read('/proc/self/environ')).not.toContain('secret');
    expect(read('/proc/self/environ')).toContain('KEPT=kept');
  });

  test('system: variable that is not set → nothing', () => {
    system.eraseEnvironment('KEP');
    expect(std.getenv('KEPT')).toBe('kept');
  });

  test('system: name that cannot be one → EINVAL', () => {
    expect(() => system.eraseEnvironment('A=B')).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});

describe('system: files', () => {
  const path = `${setup.folder}/created`;
  const modeOf = (name: string): number => (os.stat(name)[0]?.mode ?? 0) & 0o7777;

  test('system: file created → text in UTF-8 and mode as asked, whatever the umask', () => {
    const text = 'ä → 😀\n'.repeat(50_000);
    system.createFile(path, 0o666, text);
    expect([read(path) === text, modeOf(path)]).toEqual([true, 0o666]);
    os.remove(path);
  });

  test('system: something is there already, be it a dangling link → EEXIST, left as it is', () => {
    system.createFile(path, 0o600, 'before');
    os.symlink('created-elsewhere', `${path}-link`);
    for (const taken of [path, `${path}-link`]) {
      expect(() => system.createFile(taken, 0o644, 'after')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    }
    expect([read(path), os.stat(`${setup.folder}/created-elsewhere`)[0]]).toEqual(['before', null]);
    os.remove(path);
    os.remove(`${path}-link`);
  });

  test('system: the disk is full → ENOSPC, nothing is left of it', () => {
    expect(() => system.createFile(`${setup.fullDisk}/file`, 0o644, 'x'.repeat(100_000))).toThrow(
      expect.objectContaining({ code: 'ENOSPC' }),
    );
    expect(os.readdir(setup.fullDisk)[0].sort()).toEqual(['.', '..']);
  });

  test('system: file locked → a descriptor; its own lock is nobody else’s', () => {
    system.createFile(path, 0o644, 'kept');
    const fd = system.lockFile(path);
    expect(fd).toBeGreaterThan(2);
    expect(system.lockHolder(path)).toBeNull();
    os.close(fd);
    os.remove(path);
  });

  test('system: a link, nothing → neither locked nor asked', () => {
    os.symlink(setup.folder, `${path}-link`);
    for (const ask of [system.lockFile, system.lockHolder]) {
      expect(() => ask(`${path}-link`)).toThrow(expect.objectContaining({ code: 'ELOOP' }));
      expect(() => ask(path)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    }
    os.remove(`${path}-link`);
  });

  test('system: no such folder → ENOENT', () => {
    expect(() => system.createFile('/nonexistent/file', 0o644, '')).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });
});

describe('system: service manager', () => {
  test.each([
    ['path', () => `${setup.folder}/notify`],
    ['abstract', () => `@ipv6ddns-test-${os.getpid()}`],
  ])('system: message to an address that is a %s → arrives whole', async (_what, addressOf) => {
    const address = addressOf();
    const receiver = `use Socket; socket(S, AF_UNIX, SOCK_DGRAM, 0) or die; (my $a = $ARGV[0]) =~ s/^@/\\0/;
      bind(S, pack('Sa*', AF_UNIX, $a)) or die $!; $| = 1; print "bound\\n"; recv(S, my $m, 1000, 0); print "$m\\n"`;
    const [out, into] = os.pipe();
    const pid = os.exec(['perl', '-e', receiver, address], { block: false, stdout: into });
    os.close(into);
    const buffer = new Uint8Array(100);
    const readPipe = async (): Promise<string> => {
      await readable(out);
      return String.fromCharCode(...buffer.subarray(0, os.read(out, buffer.buffer, 0, buffer.length)));
    };
    expect(await readPipe()).toBe('bound\n');
    system.notify(address, 'READY=1\nSTATUS=all well');
    expect(await readPipe()).toBe('READY=1\nSTATUS=all well\n');
    os.close(out);
    os.waitpid(pid, 0);
  });

  test.each([
    ['/nonexistent/socket', 'ENOENT'],
    ['@nobody-listens-here', 'ECONNREFUSED'],
    [`/${'x'.repeat(200)}`, 'ENAMETOOLONG'],
  ])('system: message to %s → %s', (address, code) => {
    expect(() => system.notify(address, 'READY=1')).toThrow(expect.objectContaining({ code }));
  });
});

describe('idle', () => {
  const rssFileKb = (): number => Number(/RssFile:\s*(\d+)/.exec(read('/proc/self/status'))?.[1]);

  test('idle: nothing happens for a second → pages of the file are given back, and the sleep lasts as long as asked', async () => {
    const before = rssFileKb();
    const started = system.monotonicMs();
    await new Promise<void>((resolve) => os.setTimeout(resolve, 1200));
    expect(system.monotonicMs() - started).toBeGreaterThanOrEqual(1200);
    expect(rssFileKb()).toBeLessThan(before);
  });
});
