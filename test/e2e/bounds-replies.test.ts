/** Replies that cost as much as possible to read: none takes more than 32 MiB and 5 s. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BODIES, kindsFor } from './harness/bodies.ts';
import { Lab } from './harness/lab.ts';
import { makeMeasure, runMeasured } from './harness/measured.ts';
import { bundle } from './harness/programs.ts';

const MOST_KIB = 32 * 1024;
const MOST_MS = 5_000;

/** Longer than any line that is for people. */
const MOST_CHARACTERS = 4_096;

const results: Record<string, unknown>[] = [];
let lab: Lab;
let measure: string;
let port: string | undefined;

beforeAll(async () => {
  lab = await Lab.open();
  measure = await makeMeasure(lab.folder);
  await lab.add('3ffe:1::a');
  const replier = lab.launch(lab.host, [process.execPath, await bundle('test/e2e/harness/replier.ts', lab.folder)], {});
  port = (await replier.line(/^listening \d+$/)).text.split(' ')[1];
});
afterAll(async () => {
  console.table(results);
  await lab.close();
});

const cases = Object.keys(BODIES).flatMap((body) => kindsFor(body).map((kind) => [body, kind] as const));

test.each(cases)('once: %s as the reply about %s → memory, time and words bounded', async (body, kind) => {
  const isLookup = kind === 'zones';
  const { status, lines, peakKib, cpuMs } = await runMeasured(lab, measure, ['once'], {
    CLOUDFLARE_BASE_URL: `http://[::1]:${port}/${encodeURI(`${body}/${kind}`)}`.replaceAll('%20', '+'),
    CLOUDFLARE_ZONE_ID: isLookup ? undefined : '0'.repeat(32),
    CLOUDFLARE_RECORD_NAME: kind === 'batch' ? 'home.example.com,away.example.com' : 'home.example.com',
  });
  results.push({ body, kind, status, 'peak KiB': peakKib, 'cpu ms': cpuMs, said: lines.at(-1)?.slice(25, 120) });
  expect([0, 75, 76]).toContain(status);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(MOST_CHARACTERS);
  expect(peakKib).toBeLessThan(MOST_KIB);
  expect(cpuMs).toBeLessThan(MOST_MS);
});
