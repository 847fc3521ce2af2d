import * as os from 'os';
import * as setup from 'setup';
import * as system from 'system';
import { describe, expect, test } from 'vitest';

const folder = `/tmp/ipv6ddns-setup-${os.getpid()}`;

describe('setup', () => {
  test('setup: a folder made → has the mode whatever the umask; again → EEXIST', () => {
    setup.makeFolder(folder, 0o775);
    expect((os.stat(folder)[0]?.mode ?? 0) & 0o7777).toBe(0o775);
    expect(() => setup.makeFolder(folder, 0o755)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    os.remove(folder);
  });

  test('setup: a file given to its owner → stays so; one that is not there → ENOENT', () => {
    const path = `${folder}.file`;
    system.createFile(path, 0o600, 'text');
    const [before] = os.stat(path);
    setup.give(path, before?.uid ?? 0, before?.gid ?? 0);
    expect(os.stat(path)[0]?.uid).toBe(before?.uid);
    os.remove(path);
    expect(() => setup.give(path, 0, 0)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test('setup: what is no terminal → cannot be hidden; show without hide → nothing', () => {
    const fd = os.open('/dev/null', os.O_RDONLY);
    expect(() => setup.hide(fd)).toThrow(/^tcgetattr: /);
    setup.show();
    expect(setup.read(fd)).toBe('');
    os.close(fd);
    expect(() => setup.read(fd)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });

  test('setup: the user → that of /proc', () => {
    expect(os.stat('/proc/self')[0]?.uid).toBe(setup.user());
  });
});
