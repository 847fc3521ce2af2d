import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { monotonicMs } from '../simulator/log.ts';
import { type Lab, NAME, type RunOptions } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import { serviceManager } from './harness/service-manager.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

const fileOf = (lab: Lab): string => join(lab.folder, 'status.json');

interface Shown {
  readonly mode: string;
  readonly records: readonly Readonly<Record<string, string | number | null>>[];
}

/** Resolves with the status of the lab's record once the file shows that state. @throws Error after 30 s */
async function until(
  lab: Lab,
  state: string,
  read = () => readFile(fileOf(lab), 'utf8'),
): Promise<Readonly<Record<string, string | number | null>>> {
  let text = '';
  for (const endMs = monotonicMs() + 30_000; monotonicMs() < endMs; await sleep(20)) {
    text = await read().catch(() => '');
    // Never half-written: what is there parses.
    const [record] = text === '' ? [] : (JSON.parse(text) as Shown).records;
    if (record?.['state'] === state) return record;
  }
  throw new Error(`never ${state}: ${text}`);
}

/** What `ipv6ddns status` prints and ends with. */
async function status(lab: Lab, parameters: readonly string[] = [], options: RunOptions = {}) {
  const command = await lab.run(['status', ...parameters], options);
  const { status: ended } = await command.exit;
  return { status: ended, stdout: command.stdout, stderr: command.stderr };
}

async function synced(lab: Lab, options: RunOptions = {}) {
  await lab.add(A);
  const daemon = await lab.daemon(options);
  await daemon.line(/ created in /);
  await until(lab, 'synced');
  return daemon;
}

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

describe('ipv6ddns status', () => {
  test('status: asked as soon as the daemon is ready → what it found, not "no address"', async () => {
    const lab = await openLab();
    const { manager, environment } = await serviceManager(lab);
    await lab.add(A);
    await lab.api.addFault({ kind: 'hang', on: { method: 'GET' } });
    await lab.daemon({ environment });
    await manager.line(/^READY=1$/);
    const { records } = JSON.parse(await readFile(fileOf(lab), 'utf8')) as Shown;
    expect(records).toMatchObject([{ name: NAME, state: 'detected', address: A }]);
  });

  test('status: new settings were refused → said, until others are taken over; the verdict is that of the records', async () => {
    const lab = await openLab();
    const { manager, environment } = await serviceManager(lab);
    const daemon = await synced(lab, { environment, config: 'timeout = 30\n' });
    await lab.configure('timout = 3\n');
    daemon.signal('SIGHUP');
    await manager.line(/^STATUS=1 of 1 records synced; new settings refused: .*config\.toml:1: unknown key "timout"/);
    const { status: ended, stdout } = await status(lab);
    expect([ended, stdout[1]]).toEqual([0, expect.stringMatching(/^new settings refused: .*"timout".* reload again$/)]);
    await lab.configure('timeout = 3\n');
    daemon.signal('SIGHUP');
    await daemon.line(/ settings read again, changed: timeout/);
    await until(lab, 'synced');
    expect((await status(lab)).stdout).toHaveLength(1);
  });

  test('status: synced → a line, 0; refused → why, without the token, and when next, 1; JSON → what the file holds', async () => {
    const lab = await openLab();
    await synced(lab);
    expect(await status(lab)).toMatchObject({
      status: 0,
      stdout: [expect.stringMatching(/^home\.example\.com {2}synced {2}3ffe:1::a, synced \ds ago$/)],
    });
    const errors = [{ code: 10000, message: `the token ${lab.token.value} may not` }];
    const body = JSON.stringify({ success: false, errors, messages: [], result: null });
    await lab.api.addFault({ kind: 'reply', status: 403, headers: {}, body, times: null });
    await lab.remove(A);
    await lab.add(B);
    await until(lab, 'error');
    const { status: ended, stdout } = await status(lab);
    expect([ended, stdout]).toEqual([
      1,
      [
        expect.stringMatching(
          /^home\.example\.com {2}error {2}to be 3ffe:1::b, record says 3ffe:1::a, synced \d+s ago, next try in (5min|4min \d+s) \(failure 1\): Cloudflare refused .*the token \[hidden\] may not/,
        ),
      ],
    ]);
    const json = await status(lab, ['--json']);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout.join('\n'))).toEqual(JSON.parse(await readFile(fileOf(lab), 'utf8')));
  });

  test('status: bad settings, no token → of no consequence', async () => {
    const lab = await openLab();
    await synced(lab);
    const environment = { CLOUDFLARE_API_TOKEN: undefined, CLOUDFLARE_ZONE_ID: 'bad' };
    expect(await status(lab, [], { environment, config: 'timout = 3\n' })).toMatchObject({ status: 0, stderr: [] });
  });

  test('status: never started, killed, ended → 3 and the reason', async () => {
    const lab = await openLab();
    const missing = /^ipv6ddns: not running: its status file ".*" cannot be read \(No such file or directory\)$/;
    expect(await status(lab)).toEqual({ status: 3, stdout: [], stderr: [expect.stringMatching(missing)] });
    const daemon = await synced(lab);
    await daemon.kill();
    const gone = new RegExp(`not running: its process ${daemon.pid} is gone`);
    expect(await status(lab)).toEqual({ status: 3, stdout: [], stderr: [expect.stringMatching(gone)] });
    const left = await readFile(fileOf(lab), 'utf8');
    const another = lab.start(['sleep', '60']);
    const old = left.replace(/"since":"[^"]*"/, '"since":"2020-01-01T00:00:00.000Z"');
    await writeFile(fileOf(lab), old.replace(`"pid":${daemon.pid}`, `"pid":${another.pid}`));
    expect(await status(lab)).toMatchObject({
      status: 3,
      stderr: [expect.stringContaining(`its process ${another.pid} is gone`)],
    });
    await writeFile(fileOf(lab), '{"version":');
    expect(await status(lab)).toMatchObject({ status: 3, stderr: [expect.stringMatching(/ is broken$/)] });
  });

  test.skipIf(process.geteuid?.() !== 0)('status: asked by another user → the same', async () => {
    const lab = await openLab();
    await synced(lab);
    await chmod(lab.folder, 0o755);
    const nobody = ['setpriv', '--reuid', '65534', '--clear-groups'];
    expect(await status(lab, [], { under: nobody })).toMatchObject({ status: 0, stderr: [] });
  });
});

describe('metrics file', () => {
  test('metrics: changes and failures → states, counts and times; no secret in any file', async () => {
    const lab = await openLab();
    const path = join(lab.folder, 'ipv6ddns.prom');
    const daemon = await synced(lab, { environment: { IPV6DDNS_METRICS_FILE: path }, config: 'verbose = true\n' });
    const value = async (sample: string): Promise<string | undefined> =>
      (await readFile(path, 'utf8'))
        .split('\n')
        .find((line) => line.startsWith(`${sample} `))
        ?.slice(sample.length + 1);
    // Written after the status file.
    const shows = (sample: string) => expect.poll(() => value(sample), { timeout: 10_000 });
    await shows(`ipv6ddns_record_state{name="${NAME}",state="synced"}`).toBe('1');
    expect(Number(await value('ipv6ddns_last_sync_duration_seconds'))).toBeGreaterThan(0);
    const lastSync = Number(await value(`ipv6ddns_record_last_sync_timestamp_seconds{name="${NAME}"}`));
    expect(Math.abs(Date.now() / 1000 - lastSync)).toBeLessThan(10);
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    const requests = Number(await value('ipv6ddns_requests_total'));

    await lab.api.addFault({ kind: 'html', status: 502 });
    await lab.remove(A);
    await lab.add(B);
    await daemon.line(/ \(was 3ffe:1::a\), updated in /);
    await shows('ipv6ddns_request_failures_total{class="unavailable"}').toBe('1');
    await shows('ipv6ddns_requests_total').toSatisfy((total) => Number(total) > requests + 1);
    await until(lab, 'synced');

    const texts = [await readFile(path, 'utf8'), await readFile(fileOf(lab), 'utf8'), daemon.transcript()];
    for (const text of texts) expect(text).not.toContain(lab.token.value);
    for (const text of texts.slice(0, 2)) expect(text).not.toContain(lab.zone.id);
    daemon.signal('SIGTERM');
    await daemon.exit;
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});
