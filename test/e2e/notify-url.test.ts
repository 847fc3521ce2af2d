import { expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { NAME } from './harness/lab.ts';
import { Receiver } from './harness/notified.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';
const KEY = 's3cret-0d338dcc-a054-11ec';

/** A verbose daemon that notifies `url`, its record right. */
async function notifying(lab: Lab, url: string, more: readonly string[] = []): Promise<Process> {
  await lab.add(A);
  const config = ['timeout = 2', '[notify]', `url = "${url}"`, ...more].join('\n');
  const daemon = await lab.daemon({ config, parameters: ['--verbose'] });
  await lab.says(A);
  return daemon;
}

/** A document of that event, in the line that the receiver prints. */
const event = (kind: string): RegExp => new RegExp(`event\\\\":\\\\"${kind}\\\\",\\\\"time`);

async function move(lab: Lab, from: string, to: string): Promise<void> {
  await lab.remove(from);
  await lab.add(to);
}

test('notify.url: the record is created, then updated → one document each, the key in no line of the log', async () => {
  const lab = await openLab();
  const receiver = await Receiver.start(lab);
  const daemon = await notifying(lab, receiver.url(`/hook/${KEY}?k=${KEY}`));
  const created = await receiver.next(event('change'));
  await move(lab, A, B);
  const updated = await receiver.next(event('change'));
  expect(created).toMatchObject({ method: 'POST', url: `/hook/${KEY}?k=${KEY}`, type: 'application/json' });
  const records = [created, updated].map(({ body }) => JSON.parse(body).records);
  expect(records).toEqual([
    [{ event: 'change', name: NAME, address: A, previous: null, error: null }],
    [{ event: 'change', name: NAME, address: B, previous: A, error: null }],
  ]);
  await daemon.line(new RegExp(`notifying https://\\[::1\\]:${receiver.port}: change`));
  expect(daemon.transcript()).not.toContain(KEY);
  expect(receiver.received).toHaveLength(2);
});

test('notify.url: an error lasts longer than error_after → told, and its end', async () => {
  const lab = await openLab();
  const receiver = await Receiver.start(lab);
  await notifying(lab, receiver.url('/'), ['error_after = 1']);
  await receiver.next(event('change'));
  await lab.api.addFault({ kind: 'html', status: 502, times: null });
  await move(lab, A, B);
  const failing = JSON.parse((await receiver.next(event('error'))).body);
  expect(failing).toMatchObject({ event: 'error', failing: 1, records: [{ name: NAME, address: A }] });
  expect(failing.text).toMatch(/error: Cloudflare could not answer \(HTTP 502\)/);
  await lab.api.clearFaults();
  const mended = JSON.parse((await receiver.next(event('recovery'))).body);
  expect(mended).toMatchObject({ event: 'recovery', failing: 0, records: [{ address: B, previous: A, error: null }] });
});

test('notify.url: the receiver hangs → the next address is at the API at once, then told', async () => {
  const lab = await openLab();
  const receiver = await Receiver.start(lab);
  const daemon = await notifying(lab, receiver.url('/'));
  await receiver.next(event('change'));
  receiver.hang();
  const { length } = daemon.lines;
  await move(lab, A, B);
  await daemon.line(/notifying/, { since: length });
  const written = lab.api.nextRequest({ method: 'PATCH' });
  await move(lab, B, A);
  const detected = await daemon.line(/detected 3ffe:1::a \(record says 3ffe:1::b\)/);
  await lab.says(A);
  expect((await written).completeMs - detected.atMs).toBeLessThan(3000);
  await daemon.line(/could not be told: .*time.*tried again for an hour/i);
  await move(lab, A, '3ffe:1::c');
  receiver.wake();
  expect(JSON.parse((await receiver.next(/3ffe:1::c/)).body).records).toMatchObject([{ address: '3ffe:1::c' }]);
  await daemon.line(/can be told again/);
});

test('notify.url: the receiver is down, then up again → told what is true by then', async () => {
  const lab = await openLab();
  const first = await Receiver.start(lab);
  const daemon = await notifying(lab, first.url('/'));
  await daemon.line(/ was told$/);
  await first.stop();
  await move(lab, A, B);
  await daemon.line(/could not be told: .*/);
  const second = await Receiver.start(lab, first.port);
  const { records } = JSON.parse((await second.next(event('change'))).body);
  expect(records).toMatchObject([{ previous: A, address: B }]);
});

test('notify.url: a certificate that nobody vouches for → nothing is sent to it', async () => {
  const lab = await openLab();
  const receiver = await Receiver.start(lab);
  await lab.add(A);
  const daemon = await lab.daemon({
    config: `[notify]\nerror_after = 0\nurl = "${receiver.url(`/${KEY}`)}"\n`,
    environment: { SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt' },
  });
  await daemon.line(/https:\/\/\[::1\]:\d+ could not be told: .*certificate/i);
  expect(receiver.received).toEqual([]);
  expect(daemon.transcript()).not.toContain(KEY);
});

test('notify.url: the one of healthchecks → text to the ping URL, /fail while a name is in error', async () => {
  const lab = await openLab();
  const receiver = await Receiver.start(lab);
  await notifying(lab, receiver.url(`/${KEY}`), ['format = "healthchecks"', 'error_after = 0']);
  expect(await receiver.next(/was|AAAA/)).toMatchObject({ method: 'POST', url: `/${KEY}`, body: `${NAME}: AAAA ${A}` });
  await lab.api.addFault({ kind: 'html', status: 502, times: null });
  await move(lab, A, B);
  expect(await receiver.next(/fail/)).toMatchObject({ url: `/${KEY}/fail`, type: 'text/plain; charset=utf-8' });
  await lab.api.clearFaults();
  expect(await receiver.next(/in line again/)).toMatchObject({ url: `/${KEY}` });
});

test('notify.url: the one of uptime-kuma, as it is shown there → GET with status and msg', async () => {
  const lab = await openLab();
  const receiver = await Receiver.start(lab);
  await notifying(lab, receiver.url(`/api/push/${KEY}?status=up&msg=OK&ping=`), [
    'format = "uptime-kuma"',
    'error_after = 0',
  ]);
  const up = await receiver.next(/GET/);
  expect([up.method, decodeURIComponent(up.url), up.body]).toEqual([
    'GET',
    `/api/push/${KEY}?status=up&msg=${NAME}: AAAA ${A}`,
    '',
  ]);
  await lab.api.addFault({ kind: 'html', status: 502, times: null });
  await move(lab, A, B);
  expect(decodeURIComponent((await receiver.next(/status=down/)).url)).toContain('msg=home.example.com: error: ');
});
