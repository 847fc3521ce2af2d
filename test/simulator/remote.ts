import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Controls, Endpoint, Simulator } from './simulator.ts';
import { CONTROL_NAMES } from './simulator.ts';

/** One line of the simulator's output. */
type Message = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the simulator as a process of its own, for instance inside a network namespace.
 *  @param command program and arguments that end up running main.ts, as in
 *    `['ip', 'netns', 'exec', 'NAME', 'node', 'build/simulator.mjs', '--host', '::']`
 *  @throws Error when it ends before it listens */
export async function spawnSimulator(command: readonly [string, ...string[]]): Promise<Simulator> {
  const [program, ...parameters] = command;
  const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const output = createInterface({ input: child.stdout });
  const first = await Promise.race([once(output, 'line'), ended.then(() => null)]);
  if (first === null) throw new Error(`${program} ended with status ${child.exitCode} before it listened`);
  const endpoint: Endpoint = JSON.parse(String(first[0]));
  const call = caller(child, output);
  // Each name of CONTROL_NAMES is a method of Controls, and main.ts calls the method of that name.
  const controls = Object.fromEntries(
    CONTROL_NAMES.map((name) => [name, (...values: unknown[]) => call(name, values)]),
  ) as unknown as Controls;
  return {
    ...endpoint,
    ...controls,
    async close() {
      child.stdin?.end();
      await ended;
      if (child.exitCode !== 0) throw new Error('the simulator ended with a fault, which it has printed');
    },
  };
}

function caller(
  child: ChildProcess,
  output: NodeJS.EventEmitter,
): (name: string, values: unknown[]) => Promise<unknown> {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  output.on('line', (line) => {
    const message: Message = JSON.parse(String(line));
    const waiting = pending.get(message.id);
    pending.delete(message.id);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.result);
  });
  child.on('exit', () => {
    for (const { reject } of pending.values()) reject(new Error('the simulator has ended'));
  });
  return (name, values) =>
    new Promise((resolve, reject) => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('the simulator has ended');
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      child.stdin?.write(`${JSON.stringify({ id: lastId, call: name, arguments: values })}\n`);
    });
}
