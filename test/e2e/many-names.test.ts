import { afterAll, expect, test } from 'vitest';
import { BUDGETS } from '../../bench/budgets.ts';
import { manyNames } from './harness/many-names.ts';
import { openLab } from './harness/open.ts';

const BEFORE = '3ffe:1::a';
const AFTER = '3ffe:2::a';
const RECORDS_PER_PAGE = 100;

const results: object[] = [];
afterAll(() => console.table(results));

test.each([1, 10, 100, 1000])(
  `daemon: the prefix of %i names changes → at most ${BUDGETS.namesRequests} requests until all are right`,
  { timeout: 120_000 },
  async (count) => {
    const lab = await openLab();
    const { names, start, untilSynced } = await manyNames(lab, count);
    await lab.add(BEFORE);
    await lab.seed(...names.map((name) => ({ name, content: BEFORE })));
    await start();
    await untilSynced(BEFORE);
    const { length } = await lab.api.requests();
    expect(length).toBe(Math.ceil(count / RECORDS_PER_PAGE));
    const changedMs = performance.now();
    await lab.remove(BEFORE);
    await lab.add(AFTER);
    await untilSynced(AFTER);
    const tookMs = Math.round(performance.now() - changedMs);
    const sent = await lab.sent(length);
    results.push({ names: count, 'first look': length, change: sent.length, 'all right after (ms)': tookMs });
    expect(sent.length).toBeLessThanOrEqual(BUDGETS.namesRequests);
    expect(await lab.writes(length)).toEqual(sent);
    const records = await lab.api.records(lab.zone.id);
    expect(records.map(({ name, content }) => `${name} ${content}`)).toEqual(names.map((name) => `${name} ${AFTER}`));
  },
);

test('daemon: 1000 new names without zone_id → made and verified within few requests', {
  timeout: 120_000,
}, async () => {
  const lab = await openLab();
  const { names, start, untilSynced } = await manyNames(lab, 1000);
  await lab.add(BEFORE);
  await lab.seed({ name: 'other.example.com', content: BEFORE });
  const daemon = await start({ CLOUDFLARE_ZONE_ID: undefined });
  await untilSynced(BEFORE);
  const made = await lab.sent();
  expect(made).toEqual(['READ', 'LIST', 'POST', 'POST', 'POST', 'POST', 'POST']);
  expect(await lab.api.records(lab.zone.id)).toHaveLength(names.length + 1);
  const changed = (await lab.api.records(lab.zone.id)).at(-1);
  await lab.api.changeRecord(lab.zone.id, changed?.id ?? '', { content: AFTER });
  daemon.signal('SIGHUP');
  await lab.api.untilContents(lab.zone.id, 'host1000.example.com', [BEFORE]);
  const verified = (await lab.sent()).slice(made.length);
  results.push({ names: 1000, 'first look': made.length, verification: verified.length });
  expect(verified).toEqual(['READ', ...Array.from({ length: 11 }, () => 'LIST'), `PATCH ${BEFORE}`]);
});

test('daemon: names of a zone and of one that is delegated below it → each in the deepest zone that holds it', async () => {
  const lab = await openLab();
  const below = await lab.api.addZone({ name: 'sub.example.com' });
  const { value } = await lab.api.addToken({ zones: [lab.zone.id, below.id] });
  // What was there before the delegation is no longer served.
  await lab.seed({ name: 'a.sub.example.com', content: AFTER });
  const names = ['a.example.com', 'a.sub.example.com', 'b.example.com', 'b.sub.example.com', 'sub.example.com'];
  await lab.add(BEFORE);
  const daemon = await lab.daemon({
    environment: {
      CLOUDFLARE_API_TOKEN: value,
      CLOUDFLARE_RECORD_NAME: names.join(','),
      CLOUDFLARE_ZONE_ID: undefined,
    },
  });
  for (const name of names) await daemon.line(new RegExp(` ${name}: AAAA ${BEFORE}, created in `));
  const contents = async (zone: string) =>
    (await lab.api.records(zone)).map(({ name, content }) => `${name} ${content}`).sort();
  expect(await contents(below.id)).toEqual(
    ['a.sub.example.com', 'b.sub.example.com', 'sub.example.com'].map((name) => `${name} ${BEFORE}`),
  );
  expect(await contents(lab.zone.id)).toEqual([
    `a.example.com ${BEFORE}`,
    `a.sub.example.com ${AFTER}`,
    `b.example.com ${BEFORE}`,
  ]);
});
