import { setTimeout as sleep } from 'node:timers/promises';
import { type Usage, untilAsleep, usageOf } from '../test/e2e/harness/proc.ts';
import { Advertiser } from './advertiser.ts';
import { ours, type Part } from './parts.ts';

export const IDLE_MS = 60_000;
/** One in ten seconds for a day; RFC 4861 allows a router one in three. */
const DAY = 8_640;
/** Their events fit in a receive buffer. */
const AT_ONCE = 240;
const SINGLE = 10;
const PREFIX = '3ffe:5::';

/** What the process uses meanwhile. */
export async function usageDuring(pid: number, act: () => Promise<unknown>): Promise<Usage> {
  const before = await usageOf(pid);
  await act();
  const after = await usageOf(pid);
  return { cpuMs: after.cpuMs - before.cpuMs, switches: after.switches - before.switches };
}

/** What the daemon uses while nothing happens, and while a router says what it has always said. */
export const measureIdle: Part = async (openLab) => {
  const lab = await openLab();
  const daemon = await lab.daemon();
  const router = await Advertiser.open(lab, daemon.pid);
  await router.send([[PREFIX]]);
  await daemon.line(/ created in /);
  await untilAsleep(daemon.pid);
  const idle = await usageDuring(daemon.pid, () => sleep(IDLE_MS));
  const single = [];
  for (let i = 0; i < SINGLE; i += 1) {
    const renewal = async (): Promise<void> => {
      await router.send([[PREFIX]]);
      await untilAsleep(daemon.pid);
    };
    single.push(await usageDuring(daemon.pid, renewal));
  }
  const day = await usageDuring(daemon.pid, async () => {
    for (let sent = 0; sent < DAY; sent += AT_ONCE) {
      await router.send(Array.from({ length: AT_ONCE }, () => [PREFIX]));
      await router.untilRead();
    }
    await untilAsleep(daemon.pid);
  });
  await router.end();
  return [
    ours('idle-cpu', idle.cpuMs),
    ours('idle-switches', idle.switches),
    ours('day-cpu', day.cpuMs),
    ours('day-switches', day.switches),
    ours('renewal-cpu', ...single.map(({ cpuMs }) => cpuMs * 1000)),
    ours('renewal-switches', ...single.map(({ switches }) => switches)),
  ];
};
