/** Measures the daemon: `[--json FILE] [--compare FILE] [--docs] [PART…]`, default all parts; or shows an earlier
 *  report: `--from FILE`. Prints the table, writes the report as JSON, compares with an earlier one, writes what the
 *  documents say of it. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Lab } from '../test/e2e/harness/lab.ts';
import { measureBurst } from './burst.ts';
import { withFacts } from './facts.ts';
import { measureIdle } from './idle.ts';
import { measureLatency } from './latency.ts';
import { measureMemory } from './memory.ts';
import { measureNames } from './names.ts';
import { measureOthers } from './others.ts';
import type { Measurement, OpenLab, Part } from './parts.ts';
import { formatPlot } from './plot.ts';
import { measurePrivacy } from './privacy.ts';
import { makeReport, type Report } from './report.ts';
import { measureStart } from './start.ts';
import { formatPage, formatTable } from './table.ts';

const PARTS: Readonly<Record<string, Part>> = {
  memory: measureMemory,
  start: measureStart,
  latency: measureLatency,
  privacy: measurePrivacy,
  idle: measureIdle,
  burst: measureBurst,
  names: measureNames,
  others: measureOthers,
};

async function measure(name: string, part: Part): Promise<readonly Measurement[]> {
  process.stderr.write(`measuring ${name}…\n`);
  const labs: Lab[] = [];
  const openLab: OpenLab = async (options) => {
    const lab = await Lab.open(options);
    labs.push(lab);
    return lab;
  };
  try {
    return await part(openLab);
  } catch (error) {
    for (const lab of labs) process.stderr.write(`${lab.transcript()}\n`);
    throw error;
  } finally {
    for (const lab of labs) await lab.close();
  }
}

async function measureAll(names: readonly string[]): Promise<Report> {
  const measurements: Measurement[] = [];
  for (const name of names) {
    const part = PARTS[name];
    if (part === undefined) throw new Error(`no part "${name}"; there are ${Object.keys(PARTS).join(', ')}`);
    measurements.push(...(await measure(name, part)));
  }
  return makeReport(measurements);
}

async function writeDocuments(report: Report): Promise<void> {
  await writeFile('docs/benchmarks.md', formatPage(report));
  await writeFile('docs/benchmarks.svg', formatPlot(report));
  await writeFile('README.md', withFacts(await readFile('README.md', 'utf8'), report));
}

const readReport = async (file: string): Promise<Report> => JSON.parse(await readFile(file, 'utf8'));

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: text, compare: text, from: text, docs: { type: 'boolean' } },
  });
  const earlier = values.compare === undefined ? null : await readReport(values.compare);
  const names = positionals.length > 0 ? positionals : Object.keys(PARTS);
  const report = values.from === undefined ? await measureAll(names) : await readReport(values.from);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  if (values.docs === true) await writeDocuments(report);
  process.stdout.write(formatTable(report, earlier));
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
