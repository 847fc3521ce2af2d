import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CA_FILES } from '../../../src/core/cloudflare/transport.ts';
import { SCHEMAS } from '../../schemas/judge.ts';
import { monotonicMs, type RequestEntry } from '../../simulator/log.ts';
import { spawnSimulator } from '../../simulator/remote.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { RecordSeed, Token, ZoneProperties } from '../../simulator/state.ts';
import { keptCertificates } from './certificates.ts';
import { type Command, Namespace } from './namespace.ts';
import { Process } from './process.ts';
import { EXECUTABLE, SIMULATOR } from './programs.ts';

export const ZONE = 'example.com';
export const NAME = 'home.example.com';

export interface LabOptions {
  /** Port of the simulated API; default any. */
  readonly port?: number;
  /** It takes requests that are not quite HTTP. */
  readonly lenient?: boolean;
  /** It speaks HTTP without TLS. */
  readonly plain?: boolean;
  /** It is in a namespace of its own, `world`, and not on the host's loopback. How the host gets there is the test's. */
  readonly remote?: boolean;
  /** The host has no default route: the test sets those that it is about. Otherwise one leads over wan0. */
  readonly unrouted?: boolean;
}

export interface RunOptions {
  /** Laid over the variables that every run gets; undefined = not set. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Text of the config file. */
  readonly config?: string;
  /** Program that starts the executable, as in `['strace', …]`. */
  readonly under?: readonly string[];
  /** Instead of the one under test. */
  readonly executable?: string;
}

/** An address as ip(8) shows it in JSON. */
export interface KernelAddress {
  readonly local: string;
  readonly prefixlen: number;
  readonly temporary?: true;
  readonly tentative?: true;
  readonly deprecated?: true;
  readonly dadfailed?: true;
}

/** A machine with one uplink, its router, and the API on its loopback; the executable runs in there. */
export class Lab {
  readonly #processes: Process[] = [];
  readonly #disposals: (() => Promise<void>)[] = [];
  /** Where the executable runs; its uplink is `wan0`. */
  readonly host: Namespace;
  /** The far end of the uplink, `lan0`. */
  readonly router: Namespace;
  /** Where the API is: the host, unless it is remote. */
  readonly world: Namespace;
  readonly api: Simulator;
  readonly zone: ZoneProperties;
  /** May do everything. */
  readonly token: Token;
  /** For files of the test. */
  readonly folder: string;
  /** Folder with the simulator's certificates. */
  readonly certificates: string;
  /** The system's CA bundle with the simulator's CA behind it. */
  readonly caBundle: string;

  private constructor(
    parts: Pick<Lab, 'host' | 'router' | 'world' | 'api' | 'zone' | 'token' | 'folder' | 'certificates' | 'caBundle'>,
    disposals: (() => Promise<void>)[],
  ) {
    this.host = parts.host;
    this.router = parts.router;
    this.world = parts.world;
    this.api = parts.api;
    this.zone = parts.zone;
    this.token = parts.token;
    this.folder = parts.folder;
    this.certificates = parts.certificates;
    this.caBundle = parts.caBundle;
    this.#disposals = disposals;
  }

  static async open({
    port = 0,
    lenient = false,
    plain = false,
    remote = false,
    unrouted = remote,
  }: LabOptions = {}): Promise<Lab> {
    const disposals: (() => Promise<void>)[] = [];
    try {
      const folder = await mkdtemp(join(tmpdir(), 'ipv6ddns-e2e-'));
      disposals.push(() => rm(folder, { recursive: true }));
      const host = await Namespace.create();
      disposals.push(() => host.close());
      const router = await Namespace.create(host);
      disposals.push(() => router.close());
      const world = remote ? await Namespace.create(host) : host;
      if (remote) disposals.push(() => world.close());
      const certificates = await keptCertificates();
      const options = [
        '--host',
        '::',
        '--port',
        String(port),
        '--certificates',
        certificates,
        '--schemas',
        resolve(SCHEMAS),
        ...(lenient ? ['--lenient'] : []),
        ...(plain ? ['--plain'] : []),
      ];
      const server: Command = [process.execPath, SIMULATOR, ...options];
      const [api] = await Promise.all([spawnSimulator(world.command(server)), host.link('wan0', router, 'lan0')]);
      disposals.push(() => api.close());
      if (!unrouted) await host.ip('-6 route add default via fe80::1 dev wan0');
      const zone = await api.addZone({ name: ZONE });
      const token = await api.addToken({ zones: [zone.id] });
      const caBundle = await makeCaBundle(folder, api.caFile);
      return new Lab({ host, router, world, api, zone, token, folder, certificates, caBundle }, disposals);
    } catch (error) {
      await dispose(disposals);
      throw error;
    }
  }

  /** Starts the executable. Files of this machine cannot interfere: config and environment file are the lab's. */
  async run(parameters: readonly string[], options: RunOptions = {}): Promise<Process> {
    const variables = join(this.folder, 'variables');
    await Promise.all([this.configure(options.config ?? ''), writeFile(variables, '')]);
    const files = ['--config', this.#config, '--env-file', variables];
    return this.start(
      [...(options.under ?? []), options.executable ?? EXECUTABLE, ...parameters, ...files],
      options.environment,
    );
  }

  /** Replaces the text of the config file. */
  async configure(text: string): Promise<void> {
    await writeFile(this.#config, text);
  }

  get #config(): string {
    return join(this.folder, 'config.toml');
  }

  /** Starts a program on the host with the executable's variables. */
  start(program: readonly string[], environment: RunOptions['environment'] = {}): Process {
    const merged = { ...this.#environment(), ...environment };
    const set = Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return this.launch(this.host, program, Object.fromEntries(set));
  }

  /** Starts a program that ends with the lab at the latest. */
  launch(where: Namespace, program: readonly string[], environment: Readonly<Record<string, string>>): Process {
    const command = where.command(['setpriv', '--pdeathsig', 'KILL', ...program]);
    const started = new Process(command, { PATH: process.env['PATH'] ?? '', ...environment });
    this.#processes.push(started);
    return started;
  }

  /** The running daemon, once it listens. */
  async daemon(options: RunOptions & { readonly parameters?: readonly string[] } = {}): Promise<Process> {
    const daemon = await this.run(['run', ...(options.parameters ?? [])], options);
    await daemon.line(/ keeping .* right by /);
    return daemon;
  }

  #environment(): Record<string, string> {
    return {
      CLOUDFLARE_API_TOKEN: this.token.value,
      CLOUDFLARE_ZONE_ID: this.zone.id,
      CLOUDFLARE_RECORD_NAME: NAME,
      CLOUDFLARE_BASE_URL: this.api.url,
      SSL_CERT_FILE: this.caBundle,
      RUNTIME_DIRECTORY: this.folder,
    };
  }

  /** Adds an address that is usable at once, permanent unless the flags name lifetimes. */
  async add(address: string, flags = 'nodad', ifName = 'wan0'): Promise<void> {
    await this.host.ip(`addr add ${address}/64 dev ${ifName} ${flags}`.trim());
  }

  async remove(address: string, ifName = 'wan0'): Promise<void> {
    await this.host.ip(`addr del ${address}/64 dev ${ifName}`);
  }

  /** Every IPv6 address of the host. */
  async addresses(): Promise<KernelAddress[]> {
    const links: { readonly addr_info: KernelAddress[] }[] = JSON.parse(await this.host.ip('-6 -json address show'));
    return links.flatMap(({ addr_info }) => addr_info);
  }

  /** Resolves with the first address of the host that is as wanted, once there is one.
   *  @throws Error after 30 s */
  async untilAddress(wanted: (address: KernelAddress) => boolean): Promise<KernelAddress> {
    for (const endMs = monotonicMs() + 30_000; monotonicMs() < endMs; ) {
      const found = (await this.addresses()).find(wanted);
      if (found !== undefined) return found;
      await sleep(20);
    }
    throw new Error(`no address was as wanted: ${JSON.stringify(await this.addresses())}`);
  }

  /** Replaces /etc/hosts, for the host alone. */
  async hosts(...lines: readonly string[]): Promise<void> {
    const file = join(this.folder, 'hosts');
    await writeFile(file, lines.map((line) => `${line}\n`).join(''));
    await this.host.replaceFile('/etc/hosts', file);
  }

  /** Puts AAAA records of the name there, as their owner would have. */
  async seed(...contents: readonly (string | Partial<RecordSeed>)[]): Promise<void> {
    const seeds = contents.map((content) => (typeof content === 'string' ? { content } : content));
    await this.api.addRecords(
      this.zone.id,
      seeds.map((seed) => ({ name: NAME, content: '', ...seed })),
    );
  }

  /** Resolves when the name's AAAA records are exactly these. */
  says(...contents: readonly string[]): Promise<void> {
    return this.api.untilContents(this.zone.id, NAME, contents);
  }

  /** The requests after the one numbered `since`: LIST for a look at the records, READ for one at anything else, METHOD
   *  and content for a write. */
  async sent(since = 0): Promise<string[]> {
    return (await this.api.requests(since)).map(describeRequest);
  }

  /** The writes among what was sent. */
  async writes(since = 0): Promise<string[]> {
    return (await this.sent(since)).filter((request) => request !== 'LIST' && request !== 'READ');
  }

  /** Everything that the lab's processes have printed. */
  transcript(): string {
    return this.#processes.map((own) => own.transcript()).join('\n--\n');
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((own) => own.kill()));
    await dispose(this.#disposals);
  }
}

function describeRequest({ method, path, body }: RequestEntry): string {
  if (method === 'GET') return path.endsWith('/dns_records') ? 'LIST' : 'READ';
  const content = typeof body === 'object' && body !== null && 'content' in body ? String(body.content) : '';
  return `${method} ${content}`.trim();
}

async function dispose(disposals: readonly (() => Promise<void>)[]): Promise<void> {
  for (const disposal of [...disposals].reverse()) await disposal();
}

async function makeCaBundle(folder: string, caFile: string | null): Promise<string> {
  const parts = [CA_FILES.find(existsSync), caFile].filter((path) => typeof path === 'string');
  const bundle = join(folder, 'ca-bundle.pem');
  await writeFile(bundle, await Promise.all(parts.map((path) => readFile(path))));
  return bundle;
}
