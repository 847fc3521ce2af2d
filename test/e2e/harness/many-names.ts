import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../simulator/log.ts';
import type { Lab, RunOptions } from './lab.ts';
import type { Process } from './process.ts';

const PATIENCE_MS = 60_000;

/** Names of the lab's zone, which has room for them, and the means to start a daemon that keeps them. */
export interface ManyNames {
  readonly names: readonly string[];
  /** @param environment laid over that of every run */
  start(environment?: RunOptions['environment']): Promise<Process>;
  /** Waits until the status file has every record at `address`. A log of so many lines may have gaps on a busy machine.
   *  @throws Error after a minute */
  untilSynced(address: string): Promise<void>;
}

export async function manyNames(lab: Lab, count: number): Promise<ManyNames> {
  const names = Array.from({ length: count }, (_, i) => `host${i + 1}.example.com`);
  await lab.api.changeZone(lab.zone.id, { plan: 'pro' }); // Free holds 200 records
  return {
    names,
    start: (environment = {}) =>
      lab.daemon({
        config: `record_name = ${JSON.stringify(names)}\n`,
        environment: { CLOUDFLARE_RECORD_NAME: undefined, ...environment },
      }),
    async untilSynced(address) {
      const file = join(lab.folder, 'status.json');
      let text = '';
      for (const endMs = monotonicMs() + PATIENCE_MS; monotonicMs() < endMs; await sleep(50)) {
        // There is none before the first report.
        text = await readFile(file, 'utf8').catch(() => '{"records":[]}');
        const { records }: { records: { state: string; published: string }[] } = JSON.parse(text);
        const right = records.filter(({ state, published }) => state === 'synced' && published === address);
        if (right.length === count) return;
      }
      throw new Error(`not all records are right: ${text.slice(0, 1000)}`);
    },
  };
}
