/** The simulator as a process of its own: `[--host ADDRESS] [--port NUMBER] [--certificates FOLDER] [--plain]
 *  [--lenient] [--schemas FILE]`.
 *  Prints one JSON line (an Endpoint) when it listens; then takes calls on stdin, one JSON object a line,
 *  `{"id":1,"call":"addZone","arguments":[{"name":"example.com"}]}`, and answers each on stdout with
 *  `{"id":1,"result":…}` or `{"id":1,"error":"…"}`. Ends when stdin does; status 1 when it cannot listen,
 *  or when something was not as the schemas describe it. */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import type { Controls, SimulatorOptions } from './simulator.ts';
import { CONTROL_NAMES, startSimulator } from './simulator.ts';

const CallSchema = v.object({
  id: v.number(),
  call: v.picklist(CONTROL_NAMES),
  arguments: v.optional(v.array(v.unknown()), []),
});

function readOptions(): SimulatorOptions {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '0' },
      certificates: { type: 'string' },
      plain: { type: 'boolean', default: false },
      lenient: { type: 'boolean', default: false },
      schemas: { type: 'string' },
    },
  });
  const { host = '', port, certificates, plain = false, lenient = false, schemas } = values;
  return {
    host,
    port: Number(port),
    plain,
    lenient,
    ...(certificates === undefined ? {} : { certificates }),
    ...(schemas === undefined ? {} : { schemas }),
  };
}

const print = (message: object): boolean => process.stdout.write(`${JSON.stringify(message)}\n`);

async function obey(controls: Controls, line: string): Promise<void> {
  let id: number | null = null;
  try {
    const call = v.parse(CallSchema, JSON.parse(line));
    id = call.id;
    const method: (...values: never[]) => Promise<unknown> = controls[call.call];
    const values = call.arguments.map((value) => value ?? undefined) as never[]; // typed where they are sent: remote.ts
    print({ id, result: (await method(...values)) ?? null });
  } catch (error) {
    print({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

async function main(): Promise<void> {
  const simulator = await startSimulator(readOptions());
  const { url, port, caFile } = simulator;
  print({ url, port, caFile });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') void obey(simulator, line);
  }
  await simulator.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
