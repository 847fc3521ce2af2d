import { memoryOf, untilAsleep, usageOf } from '../test/e2e/harness/proc.ts';
import { Advertiser } from './advertiser.ts';
import { ours, type Part } from './parts.ts';

const BEFORE = '3ffe:1::a';
const AFTER = '3ffe:1::b';
const ADDRESSES = 10_000;
const RENEWALS = 10;
/** Prefixes in an advertisement of the burst. */
const MANY = 1_000;
/** Their events fit in a receive buffer. */
const FEW = 250;
const ADVERTISEMENTS_READ = 40;
const CHURNED = 500;

const PREFIXES = Array.from({ length: ADDRESSES }, (_, i) => `3ffe:2:0:${i.toString(16)}::`);
/** They end in the same 24 bits, and so share the multicast group that the kernel would have to look for in a list. */
const OWN = PREFIXES.map((prefix) => `${Advertiser.addressIn(prefix)}/64 dev wan0`);
const USABLE = 'valid_lft 86400 preferred_lft 43200';
const DEPRECATED = 'valid_lft 86400 preferred_lft 0';

const advertisements = (prefixesEach: number): string[][] =>
  Array.from({ length: ADDRESSES / prefixesEach }, (_, i) => PREFIXES.slice(i * prefixesEach, (i + 1) * prefixesEach));

/** What many addresses and storms of events cost. */
export const measureBurst: Part = async (openLab) => {
  const lab = await openLab();
  await lab.add(BEFORE);
  const daemon = await lab.daemon();
  await daemon.line(/ created in /);
  const router = await Advertiser.open(lab, daemon.pid);
  const resident = async (): Promise<number> => {
    await untilAsleep(daemon.pid);
    return (await memoryOf(daemon.pid)).resident;
  };
  /** Processor time until the daemon sleeps again. */
  const cpuUs = async (act: () => Promise<void>): Promise<number> => {
    const before = await usageOf(daemon.pid);
    await act();
    await untilAsleep(daemon.pid);
    return ((await usageOf(daemon.pid)).cpuMs - before.cpuMs) * 1000;
  };
  const alone = await resident();
  await lab.host.ipBatch(OWN.map((own) => `addr add ${own} nodad ${USABLE}`));
  const crowded = await resident();

  const since = (await lab.api.requests()).length;
  const lostBefore = await router.untilRead();
  const burstUs = await cpuUs(async () => {
    await router.send(Array.from({ length: RENEWALS }, () => advertisements(MANY)).flat());
    await lab.add(AFTER);
    await lab.remove(BEFORE);
    await lab.says(AFTER);
  });
  const lost = (await router.untilRead()) - lostBefore;
  const grown = (await resident()) - crowded;
  const writes = (await lab.writes(since)).length;

  const readUs = await cpuUs(async () => {
    for (const one of advertisements(FEW).slice(0, ADVERTISEMENTS_READ)) {
      await router.send([one]);
      await router.untilRead();
    }
  });
  const churned = OWN.slice(0, CHURNED);
  const churnUs = await cpuUs(async () => {
    await lab.host.ipBatch(churned.map((own) => `addr change ${own} ${DEPRECATED}`));
    await lab.host.ipBatch(churned.map((own) => `addr change ${own} ${USABLE}`));
  });
  await router.end();
  return [
    ours('table', crowded - alone),
    ours('burst-growth', grown),
    ours('burst-writes', writes),
    ours('burst-lost', lost),
    ours('burst-cpu', burstUs / (RENEWALS * ADDRESSES)),
    ours('event-cpu', readUs / (FEW * ADVERTISEMENTS_READ)),
    ours('churn-cpu', churnUs / CHURNED),
  ];
};
