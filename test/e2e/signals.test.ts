import { expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { NAME } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';

const A = '3ffe:1::a';

/** A daemon whose name comes from the config file, its record right. */
async function configured(lab: Lab, name: string): Promise<Process> {
  await lab.add(A);
  const daemon = await lab.daemon({
    config: `record_name = "${name}"\n`,
    environment: { CLOUDFLARE_RECORD_NAME: undefined },
  });
  await daemon.line(/ created in /);
  return daemon;
}

test('SIGHUP: another name in the config file → logged, published under the new name too', async () => {
  const lab = await openLab();
  const daemon = await configured(lab, NAME);
  await lab.configure('record_name = "www.example.com"\n');
  daemon.signal('SIGHUP');
  await daemon.line(/ settings read again, changed: records; /);
  await lab.api.untilContents(lab.zone.id, 'www.example.com', [A]);
});

test('SIGHUP: nothing has changed in the file, somebody has changed the record → set back', async () => {
  const lab = await openLab();
  const daemon = await configured(lab, NAME);
  const [record] = await lab.api.records(lab.zone.id);
  await lab.api.changeRecord(lab.zone.id, record?.id ?? '', { content: '3ffe:9::1' });
  daemon.signal('SIGHUP');
  await daemon.line(/ settings read again, nothing changed; /);
  await lab.says(A);
});

test('SIGHUP: the file is bad → every problem is logged, the old settings stay in force', async () => {
  const lab = await openLab();
  const daemon = await configured(lab, NAME);
  await lab.configure('record_name = "www.example.com"\ntimout = 3\n');
  daemon.signal('SIGHUP');
  await daemon.line(/config\.toml:2: unknown key "timout"; did you mean "timeout"\?/);
  await lab.remove(A);
  await lab.add('3ffe:1::b');
  await lab.says('3ffe:1::b');
  expect((await lab.api.records(lab.zone.id)).map(({ name }) => name)).toEqual([NAME]);
});

test('SIGHUP: a write hangs → it is given up, the records are read before anything is written again', async () => {
  const lab = await openLab();
  const daemon = await configured(lab, NAME);
  const { length } = await lab.api.requests();
  await lab.api.addFault({ kind: 'hang', on: { method: 'PATCH' } });
  const hung = lab.api.nextRequest({ method: 'PATCH' });
  await lab.remove(A);
  await lab.add('3ffe:1::b');
  await hung;
  daemon.signal('SIGHUP');
  await lab.says('3ffe:1::b');
  await daemon.line(/AAAA 3ffe:1::b.*, updated in /);
  expect(await lab.sent(length)).toEqual(['PATCH 3ffe:1::b', 'LIST', 'PATCH 3ffe:1::b']);
});

test('SIGHUP: the server has asked for silence → kept nevertheless', async () => {
  const lab = await openLab();
  const daemon = await configured(lab, NAME);
  await lab.api.addFault({ kind: 'throttle', retryAfter: '3' });
  const throttled = lab.api.nextRequest({ method: 'PATCH' });
  await lab.remove(A);
  await lab.add('3ffe:1::b');
  const { sequence, completeMs } = await throttled;
  await lab.api.untilEnded(sequence);
  const next = lab.api.nextRequest({});
  await daemon.line(/ asks for fewer requests /);
  daemon.signal('SIGHUP');
  expect((await next).connectedMs - completeMs).toBeGreaterThanOrEqual(3000);
  await lab.says('3ffe:1::b');
});

test('signals: SIGUSR1 → every address with its verdict and every record with its state are logged', async () => {
  const lab = await openLab();
  await lab.add('fd00::1'); // before the start: a signal may be heard before an event that was there first
  const daemon = await configured(lab, NAME);
  daemon.signal('SIGUSR1');
  await daemon.line(/ wan0 +3ffe:1::a\/64 .* yes$/);
  await daemon.line(/ wan0 +fd00::1\/64 .* no, unique local/);
  await daemon.line(/ home\.example\.com: synced, wants 3ffe:1::a, record says 3ffe:1::a$/);
});

test.each(['SIGTERM', 'SIGINT'] as const)('signals: %s → says so, ends with status 0', async (signal) => {
  const lab = await openLab();
  const daemon = await lab.daemon();
  daemon.signal(signal);
  expect((await daemon.exit).status).toBe(0);
  expect(daemon.stderr.at(-1)).toMatch(new RegExp(` notice stopping on ${signal}$`));
});
