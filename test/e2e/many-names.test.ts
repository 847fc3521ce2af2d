import { afterAll, expect, test } from 'vitest';
import { openLab } from './harness/open.ts';

const BEFORE = '3ffe:1::a';
const AFTER = '3ffe:2::a';
const MOST_REQUESTS = 12;
const PATIENCE = { timeoutMs: 60_000 };

const results: object[] = [];
afterAll(() => console.table(results));

test.each([1, 10, 100, 1000])(
  'daemon: the prefix of %i names changes → at most 12 requests until all are right',
  { timeout: 120_000 },
  async (count) => {
    const lab = await openLab();
    const names = Array.from({ length: count }, (_, i) => `host${i + 1}.example.com`);
    await lab.api.changeZone(lab.zone.id, { plan: 'pro' }); // Free holds 200 records
    await lab.api.setRateLimit({ quota: 10_000, windowSec: 300 }); // the first look alone takes one request a name
    await lab.seed(...names.map((name) => ({ name, content: BEFORE })));
    await lab.add(BEFORE);
    const daemon = await lab.daemon({
      config: `record_name = ${JSON.stringify(names)}\n`,
      environment: { CLOUDFLARE_RECORD_NAME: undefined },
    });
    for (const name of names) await daemon.line(new RegExp(` ${name}: .*, already right$`), PATIENCE);
    const { length } = await lab.api.requests();
    expect(length).toBe(count);
    const changedMs = performance.now();
    await lab.remove(BEFORE);
    await lab.add(AFTER);
    for (const name of names) await lab.api.untilContents(lab.zone.id, name, [AFTER], PATIENCE.timeoutMs);
    const tookMs = Math.round(performance.now() - changedMs);
    for (const name of names) await daemon.line(new RegExp(` ${name}: AAAA ${AFTER} .*, updated in `), PATIENCE);
    const sent = await lab.sent(length);
    results.push({ names: count, requests: sent.length, 'all right after (ms)': tookMs });
    expect(sent.length).toBeLessThanOrEqual(MOST_REQUESTS);
    expect(await lab.writes(length)).toEqual(sent);
    const records = await lab.api.records(lab.zone.id);
    expect(records.map(({ name, content }) => `${name} ${content}`)).toEqual(names.map((name) => `${name} ${AFTER}`));
  },
);
