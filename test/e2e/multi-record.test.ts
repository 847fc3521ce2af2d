import { expect, test } from 'vitest';
import { openLab } from './harness/open.ts';

const [OLD, OLDER, OLDEST] = ['3ffe:9::1', '3ffe:9::2', '3ffe:9::3'] as const;
const A = '3ffe:1::a';

const policy = (multiRecord: string) => ({ environment: { CLOUDFLARE_MULTI_RECORD: multiRecord } });

test('multi_record error: several records → nothing is written, they are listed with what to do', async () => {
  const lab = await openLab();
  await lab.seed(OLD, OLDER);
  await lab.add(A);
  const daemon = await lab.daemon();
  await daemon.line(
    / error home\.example\.com: the name has 2 AAAA records \(3ffe:9::1, 3ffe:9::2\) .*set multi_record to "first" or "all"/,
  );
  expect(await lab.sent()).toEqual(['LIST']);
});

test('multi_record first: several records → the first one is updated, the rest stays', async () => {
  const lab = await openLab();
  await lab.seed(OLD, OLDER);
  await lab.add(A);
  await lab.daemon(policy('first'));
  await lab.says(A, OLDER);
  expect((await lab.api.records(lab.zone.id)).map(({ content }) => content)).toEqual([A, OLDER]);
  expect(await lab.sent()).toEqual(['LIST', `PATCH ${A}`]);
});

test('multi_record first: another of the records is right already → nothing is written', async () => {
  const lab = await openLab();
  await lab.seed(OLD, A);
  await lab.add(A);
  const daemon = await lab.daemon(policy('first'));
  await daemon.line(/already right$/);
  expect(await lab.sent()).toEqual(['LIST']);
});

test('multi_record all: several records → one is left and right, by one batch', async () => {
  const lab = await openLab();
  await lab.seed(OLD, OLDER, OLDEST);
  await lab.add(A);
  await lab.daemon(policy('all'));
  await lab.says(A);
  const [, write, ...rest] = await lab.api.requests();
  expect(write?.path).toMatch(/\/batch$/);
  expect(write?.body).toMatchObject({ patches: [{ content: A }], deletes: [{}, {}] });
  expect(rest).toEqual([]);
});

test('multi_record all: more records than one page of the list holds → one is left', async () => {
  const lab = await openLab();
  await lab.seed(...Array.from({ length: 150 }, (_, i) => `3ffe:9::${i + 1}`));
  await lab.add(A);
  await lab.daemon(policy('all'));
  await lab.says(A);
  expect(await lab.sent()).toEqual(['LIST', 'LIST', 'POST']);
});

test('a record of another product says the address already → nothing is written, which one is said', async () => {
  const lab = await openLab();
  await lab.seed({ content: A, meta: { read_only: true } });
  await lab.add(A);
  const daemon = await lab.daemon();
  await daemon.line(new RegExp(`AAAA ${A}, already right in a record of another product of Cloudflare$`));
  expect(await lab.sent()).toEqual(['LIST']);
});
