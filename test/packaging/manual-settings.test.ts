import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VARIABLES } from '../../src/core/config/schema.ts';
import { EXIT } from '../../src/shell/exit.ts';
import { EXECUTABLE } from '../e2e/harness/programs.ts';
import { type Fence, fencesOf, GUIDES } from './documents.ts';
import { run, temporaryFolder } from './run.ts';

const fences = (language: string) => GUIDES.flatMap(fencesOf).filter((fence) => fence.language === language);

const TOKEN = { CLOUDFLARE_API_TOKEN: 'token' };
const NAME = { CLOUDFLARE_RECORD_NAME: 'home.example.com' };

/** Asserts that `check` gets past the settings of a block. Nobody listens there: it ends with 75. */
async function accepts(fence: Fence, options: (file: string) => string[], environment: Record<string, string>) {
  const file = join(await temporaryFolder(), 'block');
  await writeFile(file, fence.text);
  const variables = { CLOUDFLARE_BASE_URL: 'http://127.0.0.1:9', ...environment };
  const { status, stdout, stderr } = await run([EXECUTABLE, 'check', ...options(file)], variables);
  const where = `${fence.file}:${fence.line}`;
  expect({ where, stderr, settings: /^\w+ +settings/m.exec(stdout)?.[0] }).toEqual({
    where,
    stderr: '',
    settings: expect.stringMatching(/^ok/),
  });
  expect(status).not.toBe(78);
}

test.each(fences('toml'))('documents: config at $file:$line → accepted by the executable', async (fence) => {
  await accepts(fence, (file) => ['-c', file, '--env-file', '/dev/null'], TOKEN);
});

test.each(fences('env'))('documents: variables at $file:$line → accepted by the executable', async (fence) => {
  const missing = fence.text.includes('CLOUDFLARE_API_TOKEN=') ? {} : { ...TOKEN, ...NAME };
  await accepts(fence, (file) => ['-c', '/dev/null', '--env-file', file], missing);
});

test('blocks: config, variables → there are some of each', () => {
  expect(fences('toml').length).toBeGreaterThan(10);
  expect(fences('env').length).toBeGreaterThan(1);
});

test('manual: tables of settings → every key of the sample config, which has all, and every variable', async () => {
  const manual = await readFile('docs/manual.md', 'utf8');
  const sample = await readFile('packaging/config.toml', 'utf8');
  const rows = [...manual.matchAll(/^\|([^|]*)\|([^|]*)\|/gm)].map(([, key = '', variable = '']) => key + variable);
  const listed = new Set(rows.join(' ').match(/(?<=`)\w+(?=`)/g));
  const keys = [...sample.matchAll(/^#(\w+) = /gm)].map(([, key = '']) => key);
  expect(keys.length).toBeGreaterThan(20);
  for (const name of [...keys, ...Object.keys(VARIABLES)]) expect(listed).toContain(name);
});

test('manual: table of exit statuses → all that the program has', async () => {
  const manual = await readFile('docs/manual.md', 'utf8');
  const [, section = ''] = /^## Exit statuses$(.*?)^## /ms.exec(manual) ?? [];
  const listed = [...section.matchAll(/^\| (\d+) \|/gm)].map(([, status]) => Number(status));
  expect(listed).toEqual([...Object.values(EXIT)].sort((a, b) => a - b));
});
