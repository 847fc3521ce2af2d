import type { Lab } from '../test/e2e/harness/lab.ts';
import type { Session } from '../test/e2e/harness/namespace.ts';
import { untilAsleep } from '../test/e2e/harness/proc.ts';
import type { Process } from '../test/e2e/harness/process.ts';
import { monotonicMs } from '../test/simulator/log.ts';
import { ours, type Part } from './parts.ts';

/** Three daemons take turns: while one is measured, the others fall asleep. Each stays below 50 writes, which the
 *  daemon limits itself to. */
const DAEMONS = 3;
const TURNS = 35;

/** A lab and its daemon. */
interface RunningLab {
  readonly lab: Lab;
  readonly daemon: Process;
  readonly ip: Session;
  address: string;
  /** The address is gone and the daemon sleeps. */
  ready: Promise<void>;
}

/** How soon a new address is at the server. */
export const measureLatency: Part = async (openLab) => {
  const labs: RunningLab[] = [];
  for (let i = 0; i < DAEMONS; i += 1) labs.push(await startDaemon(await openLab()));
  const delays = [];
  for (let turn = 1; turn <= TURNS; turn += 1) {
    for (const running of labs) delays.push(await publish(running, `3ffe:2::${turn}`));
  }
  await Promise.all(labs.map(({ ready }) => ready));
  await Promise.all(labs.map(({ ip }) => ip.end()));
  return [
    ours('connect', ...delays.map(({ connectMs }) => connectMs)),
    ours('request', ...delays.map(({ requestMs }) => requestMs)),
    ours('change-requests', ...delays.map(({ requests }) => requests)),
  ];
};

async function startDaemon(lab: Lab): Promise<RunningLab> {
  const daemon = await lab.daemon();
  const running = { lab, daemon, ip: lab.host.ipSession(), address: '3ffe:1::1', ready: Promise.resolve() };
  await lab.add(running.address);
  await daemon.line(/ created in /);
  running.ready = withdraw(running);
  return running;
}

/** Takes the address away, so that the next one is a gain. */
async function withdraw({ ip, address, daemon }: RunningLab): Promise<void> {
  ip.write(`addr del ${address}/64 dev wan0`);
  await untilAsleep(daemon.pid);
}

/** How an address reached the server. */
interface Delay {
  readonly connectMs: number;
  readonly requestMs: number;
  readonly requests: number;
}

async function publish(running: RunningLab, address: string): Promise<Delay> {
  const { lab, daemon, ip } = running;
  await running.ready;
  const { length } = daemon.lines;
  const since = (await lab.api.requests()).length;
  const changedMs = monotonicMs();
  ip.write(`addr add ${address}/64 dev wan0 nodad`);
  const { firstByteMs, connectedMs } = await lab.api.nextRequest({}, { since });
  await daemon.line(/ updated in /, { since: length });
  running.address = address;
  running.ready = withdraw(running);
  const requests = (await lab.api.requests(since)).length;
  return { connectMs: connectedMs - changedMs, requestMs: firstByteMs - changedMs, requests };
}
