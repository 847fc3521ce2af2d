import { expect, test } from 'vitest';
import type { RequestMatch } from '../simulator/faults.ts';
import type { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';

/** A daemon one of whose requests hangs until the faults are cleared. */
async function hanging(lab: Lab, on: RequestMatch): Promise<Process> {
  await lab.api.addFault({ kind: 'hang', on });
  const daemon = await lab.daemon();
  const request = lab.api.nextRequest(on);
  await lab.add(A);
  await request;
  return daemon;
}

test.each(['GET', 'POST'])('daemon: a %s hangs and SIGTERM comes → ends within 2 s with status 0', async (method) => {
  const lab = await openLab();
  const daemon = await hanging(lab, { method });
  const stopped = daemon.line(/ stopping on SIGTERM$/);
  const askedMs = performance.now();
  daemon.signal('SIGTERM');
  await stopped;
  expect((await daemon.exit).status).toBe(0);
  expect(performance.now() - askedMs).toBeLessThan(2000);
});

test('daemon: a write hangs and the address changes → seen at once, written right after the reply', async () => {
  const lab = await openLab();
  const daemon = await hanging(lab, { method: 'POST' });
  await lab.remove(A);
  await lab.add(B);
  await daemon.line(/home\.example\.com: detected 3ffe:1::b/);
  expect(await lab.writes()).toEqual([`POST ${A}`]);
  const update = lab.api.nextRequest({ method: 'PATCH' });
  await lab.api.clearFaults();
  await lab.says(B);
  const create = (await lab.api.requests()).find(({ method }) => method === 'POST');
  // The write that hung has made the record that this one changes: no look, no wait in between.
  expect((await update).sequence - (create?.sequence ?? 0)).toBe(1);
  expect((await update).completeMs - (create?.endedMs ?? 0)).toBeLessThan(2000);
});

test('daemon: the address changes thrice while a write hangs → only the last one is written after it', async () => {
  const lab = await openLab();
  const daemon = await hanging(lab, { method: 'POST' });
  let before = A;
  for (const address of ['3ffe:1::b', '3ffe:1::c', '3ffe:1::d']) {
    await lab.remove(before);
    await lab.add(address);
    await daemon.line(new RegExp(`detected ${address}`));
    before = address;
  }
  await lab.api.clearFaults();
  await lab.says('3ffe:1::d');
  expect(await lab.writes()).toEqual([`POST ${A}`, 'PATCH 3ffe:1::d']);
});

test('daemon: a write is lost in flight, the address has changed → tried again at once', async () => {
  const lab = await openLab();
  const daemon = await hanging(lab, { method: 'POST' });
  await lab.remove(A);
  await lab.add(B);
  await daemon.line(/detected 3ffe:1::b/);
  await lab.api.dropConnections();
  await daemon.line(/ warning home\.example\.com: could not confirm the update .*Reading the records back in 0\.0 s/);
  await lab.says(B);
});

test('daemon: a request is not answered within "timeout" → given up, tried again', async () => {
  const lab = await openLab();
  await lab.api.addFault({ kind: 'hang', on: { method: 'GET' } });
  const daemon = await lab.daemon({ environment: { IPV6DDNS_TIMEOUT: '2' } }); // the second request needs less
  await lab.add(A);
  await daemon.line(/ warning home\.example\.com: cannot reach Cloudflare: .*Next try in/);
  await lab.says(A);
  expect((await lab.sent()).filter((request) => request === 'LIST')).toHaveLength(2);
});
