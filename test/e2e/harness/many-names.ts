import type { Lab, RunOptions } from './lab.ts';
import type { Process } from './process.ts';

const PATIENCE_MS = 60_000;

/** Names of the lab's zone, which has room for them, and the means to start a daemon that keeps them. */
export interface ManyNames {
  readonly names: readonly string[];
  /** @param environment laid over that of every run */
  start(environment?: RunOptions['environment']): Promise<Process>;
  /** Waits until the daemon has said of each name a line that ends like this.
   *  @param ending source of a regular expression */
  untilSaid(daemon: Process, ending: string): Promise<void>;
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
    async untilSaid(daemon, ending) {
      for (const name of names) await daemon.line(new RegExp(` ${name}: ${ending}`), { timeoutMs: PATIENCE_MS });
    },
  };
}
