import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NAME } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import { A, B, fileOf, synced, until } from './harness/status-file.ts';

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
