import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../test/e2e/harness/lab.ts';
import { monotonicMs } from '../test/simulator/log.ts';
import { installedOthers, openLabForOthers, startOther } from './others.ts';
import { type Measurement, ours, type Part } from './parts.ts';

const STARTS = 3;
const STABLE = '3ffe:1::a';
const BEFORE = '3ffe:9::9';
const PATIENCE_MS = 60_000;

/** Which of an interface's two public addresses is published: the stable one, or the temporary one (RFC 8981), which is
 *  gone after some days. */
export const measurePrivacy: Part = async (openLab) => {
  const measurements: Measurement[] = [
    ours(
      'temporary',
      await timesPublished(
        () => openLab(),
        (lab) => lab.daemon(),
      ),
    ),
  ];
  for (const other of await installedOthers()) {
    const times = await timesPublished(
      () => openLabForOthers(openLab),
      async (lab) => startOther(other, lab),
    );
    measurements.push({ figure: 'temporary', program: other.program, samples: [times] });
  }
  return measurements;
};

/** How often a program that starts beside a temporary address publishes it. */
async function timesPublished(open: () => Promise<Lab>, start: (lab: Lab) => Promise<unknown>): Promise<number> {
  let times = 0;
  for (let i = 0; i < STARTS; i += 1) {
    const lab = await open();
    await lab.seed(BEFORE);
    await lab.host.sysctl('net/ipv6/conf/wan0/use_tempaddr', 2);
    await lab.add(STABLE, 'valid_lft 7200 preferred_lft 3600 mngtmpaddr nodad');
    const { local } = await lab.untilAddress(({ temporary, tentative }) => temporary === true && tentative !== true);
    await start(lab);
    if ((await writtenAddress(lab)) === local) times += 1;
  }
  return times;
}

async function writtenAddress(lab: Lab): Promise<string> {
  for (const endMs = monotonicMs() + PATIENCE_MS; monotonicMs() < endMs; await sleep(50)) {
    const [record] = await lab.api.records(lab.zone.id);
    if (record !== undefined && record.content !== BEFORE) return record.content;
  }
  throw new Error(`nothing was written within ${PATIENCE_MS} ms`);
}
