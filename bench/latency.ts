import type { Lab } from '../test/e2e/harness/lab.ts';
import type { Session } from '../test/e2e/harness/namespace.ts';
import { untilAsleep } from '../test/e2e/harness/proc.ts';
import type { Process } from '../test/e2e/harness/process.ts';
import { monotonicMs } from '../test/simulator/log.ts';
import { ours, type Part } from './parts.ts';

/** Three daemons take turns: while one is measured, the others fall asleep. Each stays below 50 writes, which the
 *  daemon limits itself to. */
const STATIONS = 3;
const TURNS = 35;

interface Station {
  readonly lab: Lab;
  readonly daemon: Process;
  readonly ip: Session;
  address: string;
  /** The address is gone and the daemon sleeps. */
  ready: Promise<void>;
}

/** How soon a new address is at the server. */
export const measureLatency: Part = async (openLab) => {
  const stations: Station[] = [];
  for (let i = 0; i < STATIONS; i += 1) stations.push(await openStation(await openLab()));
  const delays = [];
  for (let turn = 1; turn <= TURNS; turn += 1) {
    for (const station of stations) delays.push(await publish(station, `3ffe:2::${turn}`));
  }
  await Promise.all(stations.map(({ ready }) => ready));
  await Promise.all(stations.map(({ ip }) => ip.end()));
  return [
    ours('connect', ...delays.map(({ connectMs }) => connectMs)),
    ours('request', ...delays.map(({ requestMs }) => requestMs)),
    ours('change-requests', ...delays.map(({ requests }) => requests)),
  ];
};

async function openStation(lab: Lab): Promise<Station> {
  const daemon = await lab.daemon();
  const station = { lab, daemon, ip: lab.host.ipSession(), address: '3ffe:1::1', ready: Promise.resolve() };
  await lab.add(station.address);
  await daemon.line(/ created in /);
  station.ready = withdraw(station);
  return station;
}

/** Takes the address away, so that the next one is a gain. */
async function withdraw({ ip, address, daemon }: Station): Promise<void> {
  ip.write(`addr del ${address}/64 dev wan0`);
  await untilAsleep(daemon.pid);
}

/** How an address reached the server. */
interface Delay {
  readonly connectMs: number;
  readonly requestMs: number;
  readonly requests: number;
}

async function publish(station: Station, address: string): Promise<Delay> {
  const { lab, daemon, ip } = station;
  await station.ready;
  const { length } = daemon.lines;
  const since = (await lab.api.requests()).length;
  const changedMs = monotonicMs();
  ip.write(`addr add ${address}/64 dev wan0 nodad`);
  const { firstByteMs, connectedMs } = await lab.api.nextRequest({}, { since });
  await daemon.line(/ updated in /, { since: length });
  station.address = address;
  station.ready = withdraw(station);
  const requests = (await lab.api.requests(since)).length;
  return { connectMs: connectedMs - changedMs, requestMs: firstByteMs - changedMs, requests };
}
