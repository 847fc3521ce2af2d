import { readFile } from 'node:fs/promises';
import { manyNames } from '../test/e2e/harness/many-names.ts';
import { untilAsleep } from '../test/e2e/harness/proc.ts';
import { NAME_COUNTS } from './figures.ts';
import { usageDuring } from './idle.ts';
import { type Measurement, ours, type Part } from './parts.ts';

const BEFORE = '3ffe:1::a';
const AFTER = '3ffe:2::a';

/** What a change of the prefix costs when many names follow it. */
export const measureNames: Part = async (openLab) => {
  const measurements: Measurement[] = [];
  for (const count of NAME_COUNTS) {
    const lab = await openLab();
    const { names, start, untilSynced } = await manyNames(lab, count);
    await lab.add(BEFORE);
    await lab.seed(...names.map((name) => ({ name, content: BEFORE })));
    const daemon = await start();
    await untilSynced(BEFORE);
    const { pid } = daemon;
    await untilAsleep(pid);
    const since = (await lab.api.requests()).length;
    const bytesBefore = await loopbackBytes(pid);
    const { cpuMs } = await usageDuring(pid, async () => {
      await lab.remove(BEFORE);
      await lab.add(AFTER);
      await untilSynced(AFTER);
      await untilAsleep(pid);
    });
    measurements.push(
      ours(`names-${count}-requests`, (await lab.api.requests(since)).length),
      ours(`names-${count}-bytes`, (await loopbackBytes(pid)) - bytesBefore),
      ours(`names-${count}-cpu`, cpuMs),
    );
  }
  return measurements;
};

/** Bytes of all packets over the loopback of the process's network namespace, where the API is. */
async function loopbackBytes(pid: number): Promise<number> {
  const devices = await readFile(`/proc/${pid}/net/dev`, 'latin1');
  return Number(/^ *lo: *(\d+)/m.exec(devices)?.[1]);
}
