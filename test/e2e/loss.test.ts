import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { monotonicMs } from '../simulator/log.ts';
import type { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';

const OLDER = '3ffe:1::b';
const PUBLISHED = '3ffe:1::a';
const YOUNGER = '3ffe:1::c';

/** A daemon whose record says PUBLISHED. The kernel tells ages in hundredths of a second, and starting takes longer. */
async function publishing(lab: Lab, ...older: readonly string[]): Promise<Process> {
  for (const address of [...older, PUBLISHED]) await lab.add(address);
  await lab.seed(PUBLISHED);
  const daemon = await lab.daemon();
  await daemon.line(/AAAA 3ffe:1::a, already right$/);
  return daemon;
}

/** Takes the published address away. @returns milliseconds until the record said `next` */
async function loseTo(lab: Lab, next: string): Promise<number> {
  const lostMs = monotonicMs();
  await lab.remove(PUBLISHED);
  await lab.says(next);
  return monotonicMs() - lostMs;
}

test('loss: a younger address is there → it succeeds at once', async () => {
  const lab = await openLab();
  await publishing(lab);
  await lab.add(YOUNGER);
  expect(await loseTo(lab, YOUNGER)).toBeLessThan(2500);
});

test('loss: only an older address is there → it succeeds after 3 s', async () => {
  const lab = await openLab();
  await publishing(lab, OLDER);
  const tookMs = await loseTo(lab, OLDER);
  expect(tookMs).toBeGreaterThanOrEqual(3000);
  expect(tookMs).toBeLessThan(10_000);
});

test('loss: a new address comes while the older one waits → the new one at once, the older one never', async () => {
  const lab = await openLab();
  const daemon = await publishing(lab, OLDER);
  const { length } = await lab.api.requests();
  await lab.remove(PUBLISHED);
  await lab.add(YOUNGER);
  await daemon.line(/ updated in /);
  expect(await lab.sent(length)).toHaveLength(1);
});

test('loss: the lost address comes back within 3 s → nothing is sent', async () => {
  const lab = await openLab();
  await publishing(lab, OLDER);
  const { length } = await lab.api.requests();
  await lab.remove(PUBLISHED);
  await lab.add(PUBLISHED);
  await sleep(3500); // the wait would be over
  expect(await lab.sent(length)).toEqual([]);
});

test('loss: nothing is left, then an older address becomes eligible → at once', async () => {
  const lab = await openLab();
  await lab.add(OLDER, 'valid_lft 7200 preferred_lft 0 nodad');
  const daemon = await publishing(lab);
  await lab.remove(PUBLISHED);
  await daemon.line(/no address to publish/);
  const eligibleMs = monotonicMs();
  await lab.host.ip(`addr change ${OLDER}/64 dev wan0 valid_lft forever preferred_lft forever`);
  await lab.says(OLDER);
  expect(monotonicMs() - eligibleMs).toBeLessThan(2500);
});

test('loss: nothing eligible is left → the record stays, the log says so; the next address → published', async () => {
  const lab = await openLab();
  const daemon = await publishing(lab);
  const { length } = await lab.api.requests();
  await lab.remove(PUBLISHED);
  await daemon.line(/ warning no address to publish .* The records stay at 3ffe:1::a\.$/);
  expect(await lab.sent(length)).toEqual([]);
  await lab.add(YOUNGER);
  await lab.says(YOUNGER);
  expect(await lab.sent(length)).toEqual([`PATCH ${YOUNGER}`]);
});

test('loss: the published address is deprecated → the younger one succeeds', async () => {
  const lab = await openLab();
  await publishing(lab);
  await lab.add(YOUNGER);
  await lab.host.ip(`addr change ${PUBLISHED}/64 dev wan0 valid_lft 3600 preferred_lft 0`);
  await lab.says(YOUNGER);
});

test('loss: the interface goes down and comes up with another address → that one is published', async () => {
  const lab = await openLab();
  const daemon = await publishing(lab);
  await lab.host.ip('link set wan0 down');
  await daemon.line(/no address to publish/);
  await lab.host.ip('link set wan0 up');
  await lab.host.ip('-6 route add default via fe80::1 dev wan0'); // it went with the link
  await lab.add(YOUNGER);
  await lab.says(YOUNGER);
});
