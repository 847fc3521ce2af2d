/** Measures the daemon: `[--json FILE] [--compare FILE] [PART…]`, default all parts. Prints the table and writes the
 *  figures as JSON. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Lab } from '../test/e2e/harness/lab.ts';
import { measureBurst } from './burst.ts';
import { measureLatency } from './latency.ts';
import { measureMemory } from './memory.ts';
import type { Measurement, Part } from './parts.ts';
import { makeReport, type Report } from './report.ts';
import { formatTable } from './table.ts';

const PARTS: Readonly<Record<string, Part>> = {
  memory: measureMemory,
  latency: measureLatency,
  burst: measureBurst,
};

async function measure(name: string): Promise<readonly Measurement[]> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`no part "${name}"; there are ${Object.keys(PARTS).join(', ')}`);
  process.stderr.write(`measuring ${name}…\n`);
  const labs: Lab[] = [];
  const openLab = async (): Promise<Lab> => {
    const lab = await Lab.open();
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

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, compare: { type: 'string' } },
  });
  const earlier: Report | null =
    values.compare === undefined ? null : JSON.parse(await readFile(values.compare, 'utf8'));
  const measurements = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS))
    measurements.push(...(await measure(name)));
  const report = await makeReport(measurements);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(formatTable(report, earlier));
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
