import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Lab, NAME, ZONE } from '../test/e2e/harness/lab.ts';
import { memoryOf } from '../test/e2e/harness/proc.ts';
import type { Process } from '../test/e2e/harness/process.ts';
import { monotonicMs } from '../test/simulator/log.ts';
import type { Program } from './figures.ts';
import { IDLE_MS, usageDuring } from './idle.ts';
import type { Measurement, OpenLab, Part } from './parts.ts';

/** Another program that does the same work. */
export interface Other {
  readonly program: Program;
  readonly path: string;
  /** Files beside the mapped ones that it consists of. */
  readonly scripts: readonly string[];
  /** The config file that keeps the lab's name right, with the address of wan0 looked at every minute. */
  config(lab: Lab): string;
  parameters(lab: Lab, configFile: string): readonly string[];
}

const OTHERS: readonly Other[] = [
  {
    program: 'inadyn',
    path: '/usr/sbin/inadyn',
    scripts: [],
    config: (lab) => `period = 60
allow-ipv6 = true
iface = wan0
ca-trust-file = "${lab.caBundle}"
provider cloudflare.com {
  username = ${ZONE}
  password = ${lab.token.value}
  hostname = ${NAME}
  ttl = 1
}
`,
    parameters: (lab, file) => ['--foreground', '--no-pidfile', '--config', file, '--cache-dir', lab.folder],
  },
  {
    program: 'ddclient',
    path: '/usr/bin/ddclient',
    scripts: ['/usr/bin/ddclient'],
    // It polls no more often than every minute; it would write no more often than every five.
    config: (lab) => `daemon=60
min-interval=30
use=no
usev6=ifv6
ifv6=wan0
ssl=yes
protocol=cloudflare
zone=${ZONE}
login=token
password=${lab.token.value}
${NAME}
`,
    parameters: (lab, file) => [
      ...['-foreground', '-quiet', '-file', file, '-cache', join(lab.folder, 'ddclient.cache')],
      ...['-ssl_ca_file', lab.caBundle],
    ],
  },
];

/** When the address changes, after the program has written the one before: on average in the middle of its period. */
const PHASES_MS = [10_000, 30_000, 50_000];
const PATIENCE_MS = 150_000;

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The versions of those that are installed. */
export async function versionsOfOthers(): Promise<Partial<Record<Program, string>>> {
  const versions: Partial<Record<Program, string>> = {};
  for (const { program, path } of OTHERS) {
    if (!(await isThere(path))) continue;
    const { stdout } = await promisify(execFile)(path, ['--version']);
    versions[program] = /\d+(\.\d+)+/.exec(stdout)?.[0] ?? 'unknown';
  }
  return versions;
}

export async function installedOthers(): Promise<Other[]> {
  const installed = [];
  for (const other of OTHERS) if (await isThere(other.path)) installed.push(other);
  return installed;
}

/** They know the API by its name and port alone. */
export async function openLabForOthers(openLab: OpenLab): Promise<Lab> {
  const lab = await openLab({ port: 443, lenient: true });
  await lab.hosts('::1 localhost api.cloudflare.com');
  return lab;
}

/** The same work done by those that are installed, at the same time: they sleep for most of it. */
export const measureOthers: Part = async (openLab) => {
  const installed = await installedOthers();
  return (await Promise.all(installed.map((other) => measureOther(other, openLab)))).flat();
};

async function measureOther(other: Other, openLab: OpenLab): Promise<Measurement[]> {
  const lab = await openLabForOthers(openLab);
  let address = '3ffe:1::1';
  await lab.seed('3ffe:9::9');
  await lab.add(address);
  const daemon = await startOther(other, lab);
  await lab.says(address);
  const idle = await usageDuring(daemon.pid, () => sleep(IDLE_MS));
  const memory = await memoryOf(daemon.pid);
  const delays = [];
  const requests = [];
  for (const phaseMs of PHASES_MS) {
    await sleep(phaseMs);
    const since = (await lab.api.requests()).length;
    const changedMs = monotonicMs();
    const next = `3ffe:1::${phaseMs / 1000}`;
    await lab.add(next);
    await lab.remove(address);
    address = next;
    const { firstByteMs } = await lab.api.nextRequest({}, { since, timeoutMs: PATIENCE_MS });
    await lab.says(address);
    delays.push(firstByteMs - changedMs);
    requests.push((await lab.api.requests(since)).length);
  }
  const of = (figure: string, ...samples: number[]): Measurement => ({ figure, program: other.program, samples });
  return [
    of('size', await sizeKiB(daemon.pid, other.scripts)),
    of('resident', memory.resident),
    of('anonymous', memory.anonymous),
    of('peak', memory.peak),
    of('idle-switches', idle.switches),
    of('idle-cpu', idle.cpuMs),
    of('request', ...delays),
    of('change-requests', ...requests),
  ];
}

export async function startOther({ program, path, config, parameters }: Other, lab: Lab): Promise<Process> {
  const file = join(lab.folder, `${program}.conf`);
  await writeFile(file, config(lab), { mode: 0o600 });
  return lab.launch(lab.host, [path, ...parameters(lab, file)], {});
}

/** Of the process's executable and libraries, and of the scripts. */
async function sizeKiB(pid: number, scripts: readonly string[]): Promise<number> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  const mapped = [...maps.matchAll(/^\S+ ..x. .* (\/.*)$/gm)].map(([, path = '']) => path);
  const files = await Promise.all([...new Set([...mapped, ...scripts])].map((path) => stat(path)));
  return files.reduce((sum, { size }) => sum + size, 0) / 1024;
}
