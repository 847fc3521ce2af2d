import { expect, test } from 'vitest';
import type { ListManners } from '../simulator/state.ts';
import { openLab } from './harness/open.ts';

const A = '3ffe:1::a';
const OLD = '3ffe:9::1';
const NAMES = Array.from({ length: 10 }, (_, i) => `host${i}.example.com`);
const namedSo = { CLOUDFLARE_RECORD_NAME: NAMES.join(',') };
const LOOKED_UP = { CLOUDFLARE_ZONE_ID: undefined };

test.each<[string, Partial<ListManners>]>([
  ['pages that are smaller, and no number of pages', { mostPerPage: 20, told: { total_pages: null } }],
  ['pages that are smaller, and no more pages than one', { mostPerPage: 20, told: { total_pages: 1 } }],
  ['a total that is untrue', { mostPerPage: null, told: { total_count: 3 } }],
])('daemon: lists with %s → no name gets a second record', async (_, manners) => {
  const lab = await openLab();
  await lab.add(A);
  const others = Array.from({ length: 30 }, (__, i) => ({ name: `other${i}.example.com`, content: OLD }));
  await lab.seed(...others, ...NAMES.map((name) => ({ name, content: OLD })));
  await lab.api.setLists(manners);
  const daemon = await lab.daemon({ environment: namedSo });
  // The list of one name says the untrue total as well: then nothing is known, and nothing is written.
  if (manners.told?.['total_count'] === 3) await daemon.line(/could not answer .*contradicts itself/);
  else for (const name of NAMES) await lab.api.untilContents(lab.zone.id, name, [A]);
  expect(await lab.api.records(lab.zone.id)).toHaveLength(40);
});

test('daemon: two zones of the name, one of them moved away → the record is kept in the one that is served', async () => {
  const lab = await openLab();
  const gone = await lab.api.addZone({ name: 'example.com', status: 'moved' });
  await lab.api.changeToken(lab.token.value, { zones: [gone.id, lab.zone.id] });
  await lab.add(A);
  await lab.daemon({ environment: LOOKED_UP });
  await lab.says(A);
  expect(await lab.api.records(gone.id)).toEqual([]);
});

test('once: two zones of the name that are equally good → refused with the ids of both, status 76', async () => {
  const lab = await openLab();
  const twin = await lab.api.addZone({ name: 'example.com' });
  await lab.api.changeToken(lab.token.value, { zones: [twin.id, lab.zone.id] });
  await lab.add(A);
  const once = await lab.run(['once'], { environment: LOOKED_UP });
  expect((await once.exit).status).toBe(76);
  expect(once.transcript()).toMatch(new RegExp(`(?=.*${twin.id})(?=.*${lab.zone.id}).*set zone_id`));
  expect(await lab.writes()).toEqual([]);
});

test('daemon: the edge turns the machine away, as JSON → said as what it is', async () => {
  const lab = await openLab();
  await lab.add(A);
  await lab.api.addFault({ kind: 'edge', status: 403, errorCode: 1020, retryable: false, retryAfterSec: null });
  const daemon = await lab.daemon();
  await daemon.line(/HTTP 403, error 1020 "Error 1020" of Cloudflare's edge\).*Next try in 5 min/);
});

test('check: the name lies below a delegation → fails, status 76', async () => {
  const lab = await openLab();
  await lab.add(A);
  await lab.seed(A, { type: 'NS', name: 'sub.example.com', content: 'ns.example.net' });
  const name = 'home.sub.example.com';
  await lab.seed({ name, content: A });
  const check = await lab.run(['check'], { environment: { CLOUDFLARE_RECORD_NAME: name } });
  expect((await check.exit).status).toBe(76);
  expect(check.stdout.join('\n')).toMatch(
    /FAIL +record home\.sub\.example\.com .*NS records delegate sub\.example\.com/,
  );
});
