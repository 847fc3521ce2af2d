import { chmod, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { NAME } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import { serviceManager } from './harness/service-manager.ts';
import { A, B, fileOf, type Shown, status, synced, until } from './harness/status-file.ts';

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
