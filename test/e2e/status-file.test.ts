import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NAME } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import { A, B, fileOf, status, synced, until } from './harness/status-file.ts';

describe('status file', () => {
  test('status file: a life → unknown, detected, synced, error, synced, and gone at the end', async () => {
    const lab = await openLab();
    const daemon = await lab.daemon();
    expect(await until(lab, 'unknown')).toMatchObject({ name: NAME, address: null, published: null });

    await lab.api.addFault({ kind: 'hang', on: { method: 'GET' } });
    await lab.add(A);
    expect(await until(lab, 'detected')).toMatchObject({ address: A, published: null, last_sync: null });
    await lab.api.clearFaults();
    const first = await until(lab, 'synced');
    expect(first).toMatchObject({ address: A, published: A, failures: 0, error: null, next_try: null });
    expect(Math.abs(Date.now() - Date.parse(String(first['last_sync'])))).toBeLessThan(5_000);

    await lab.api.addFault({ kind: 'html', status: 502, times: null });
    await lab.remove(A);
    await lab.add(B);
    const failed = await until(lab, 'error');
    expect(failed).toMatchObject({ address: B, published: A, last_sync: first['last_sync'] });
    expect(failed['error']).toMatch(/HTTP 502/);
    await lab.api.clearFaults();
    expect(await until(lab, 'synced')).toMatchObject({ address: B, published: B, failures: 0, error: null });

    daemon.signal('SIGTERM');
    await daemon.exit;
    await expect(stat(fileOf(lab))).rejects.toThrow('ENOENT');
  });

  test('status file: umask 077, a link in the way of the new file → mode 0644, what the link names is left alone', async () => {
    const lab = await openLab();
    const victim = join(lab.folder, 'victim');
    await writeFile(victim, 'precious');
    await symlink(victim, `${fileOf(lab)}.new`);
    await synced(lab, { under: ['sh', '-c', 'umask 077; exec "$@"', 'sh'] });
    expect((await stat(fileOf(lab))).mode & 0o777).toBe(0o644);
    expect(await readFile(victim, 'utf8')).toBe('precious');
  });

  test('status file: the disk becomes full → the old file makes room for the new one, which is whole', async () => {
    const lab = await openLab();
    const disk = join(lab.folder, 'disk');
    await lab.host.run('mkdir', disk);
    await lab.host.run('mount', '-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', disk);
    const path = join(disk, 'status.json');
    await lab.add(A);
    const daemon = await lab.daemon({ environment: { IPV6DDNS_STATUS_FILE: path } });
    const read = () => lab.host.run('cat', path);
    await until(lab, 'synced', read);
    await lab.host.run('sh', '-c', 'cat /dev/zero >"$1/filler" 2>/dev/null; true', 'sh', disk);
    await lab.remove(A);
    await lab.add(B);
    await expect.poll(async () => (await until(lab, 'synced', read))['address'], { timeout: 10_000 }).toBe(B);
    expect(daemon.stderr.filter((line) => line.includes('cannot write'))).toEqual([]);
  });

  test('status file: it can be written no more → said once, the old one removed, records kept right; then written again', async () => {
    const lab = await openLab();
    const daemon = await synced(lab);
    await mkdir(`${fileOf(lab)}.new/in-the-way`, { recursive: true });
    await lab.remove(A);
    await lab.add(B);
    await daemon.line(/status_file: cannot write ".*" \(open: File exists\); make room/);
    await lab.says(B);
    expect(await status(lab)).toMatchObject({ status: 3, stderr: [expect.stringContaining('No such file')] });
    await rm(`${fileOf(lab)}.new`, { recursive: true });
    await lab.remove(B);
    await lab.add(A);
    await daemon.line(/status_file: ".*" is written from now on/);
    expect(await until(lab, 'synced')).toMatchObject({ address: A });
    expect(daemon.stderr.filter((line) => line.includes('cannot write'))).toHaveLength(1);
  });

  test('status file: once, a dry run → none; a default folder that is not there → none, said once', async () => {
    const lab = await openLab();
    await lab.add(A);
    await (await lab.run(['once'])).exit;
    const { length } = await lab.api.requests();
    const dry = await lab.daemon({ parameters: ['--dry-run'] });
    await lab.api.nextRequest({}, { since: length });
    await dry.kill();
    await lab.host.run('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', '/run');
    const daemon = await lab.daemon({ environment: { RUNTIME_DIRECTORY: undefined } });
    await daemon.line(/already right/);
    const said = dry.stderr.concat(daemon.stderr).filter((line) => line.includes('status'));
    expect(said).toEqual([
      expect.stringMatching(/ info cannot write ".*: "ipv6ddns status" will not know .*; set status_file, /),
    ]);
    expect(await status(lab, [], { environment: { RUNTIME_DIRECTORY: undefined } })).toMatchObject({
      status: 3,
      stderr: [expect.stringMatching(/^ipv6ddns: not running, as far as this command can know: .* set status_file /)],
    });
    await expect(stat(fileOf(lab))).rejects.toThrow('ENOENT');
  });
});

describe('status file: a second daemon', () => {
  test('status file: kept by a daemon that runs → warned, left alone; taken over when that has ended', async () => {
    const lab = await openLab();
    const metrics = { IPV6DDNS_METRICS_FILE: join(lab.folder, 'ipv6ddns.prom') };
    const first = await synced(lab, { environment: metrics });
    const second = await lab.daemon({ environment: metrics });
    await second.line(new RegExp(` warning status_file: ".*" is kept by another daemon, process ${first.pid}, `));
    await second.line(new RegExp(` warning metrics_file: ".*" is kept by another daemon, process ${first.pid}, `));
    expect(await status(lab)).toMatchObject({ status: 0, stderr: [] });
    const pid = async () => JSON.parse(await readFile(fileOf(lab), 'utf8')).pid;
    await second.signal('SIGTERM');
    await second.exit;
    expect([await pid(), (await stat(metrics.IPV6DDNS_METRICS_FILE)).isFile()]).toEqual([first.pid, true]);

    const third = await lab.daemon();
    await third.line(/ is kept by /);
    first.signal('SIGTERM');
    await first.exit;
    // With the next change, if not before.
    await lab.remove(A);
    await lab.add(B);
    await third.line(/status_file: ".*" is written from now on/);
    await expect.poll(async () => (await until(lab, 'synced'))['address'], { timeout: 10_000 }).toBe(B);
    expect(await pid()).toBe(third.pid);
  });

  test('status file: left behind by a killed daemon → taken over without a word', async () => {
    const lab = await openLab();
    await (await synced(lab)).kill();
    const next = await lab.daemon();
    await next.line(/already right/);
    await expect.poll(async () => JSON.parse(await readFile(fileOf(lab), 'utf8')).pid).toBe(next.pid);
    expect(next.stderr.filter((line) => line.includes('status_file'))).toEqual([]);
  });

  test('status file: kept by a daemon in another process name space → seen as running, and left alone', async () => {
    const lab = await openLab();
    const inside = { under: ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'] };
    const first = await synced(lab, inside);
    expect(JSON.parse(await readFile(fileOf(lab), 'utf8')).pid).toBe(1);
    const another = { under: ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'] };
    const second = await lab.daemon(another);
    await second.line(/status_file: ".*" is kept by another daemon, of another container, /);
    await second.kill();
    expect(await status(lab, [], another)).toMatchObject({ status: 0, stderr: [] });
    await first.kill();
  });
});
