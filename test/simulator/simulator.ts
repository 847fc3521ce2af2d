import { mkdtemp, rm } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadJudge } from '../schemas/judge.ts';
import { BASE_PATH } from './api.ts';
import { certificatesIn } from './certificate.ts';
import type { Generation } from './errors.ts';
import type { Fault, RequestMatch } from './faults.ts';
import type { RateLimit } from './limiter.ts';
import { Limiter } from './limiter.ts';
import type { RequestEntry } from './log.ts';
import { ApiServer } from './server.ts';
import type {
  Cloud,
  DnsRecord,
  ListManners,
  RecordSeed,
  Token,
  TokenSeed,
  Zone,
  ZoneProperties,
  ZoneSeed,
} from './state.ts';
import { addRecord, addToken, addZone, createCloud, KIND } from './state.ts';

export interface SimulatorOptions {
  /** Address to listen on; default 127.0.0.1, `::` = all of both families. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Folder with ca.pem and the like, or for them; default a temporary one, removed at the end. */
  readonly certificates?: string;
  /** Plain HTTP in place of TLS. */
  readonly plain?: boolean;
  /** Over TLS: takes requests that are not quite HTTP, as the edge does. */
  readonly lenient?: boolean;
  /** JSON schemas of the API, SCHEMAS of the judge: what our product asks and what this simulator answers is compared with
   *  them. Default: it is not. */
  readonly schemas?: string;
}

export interface Endpoint {
  /** `CLOUDFLARE_BASE_URL` for a client of the same network namespace. */
  readonly url: string;
  readonly port: number;
  /** PEM file of the CA to trust; null = plain HTTP. */
  readonly caFile: string | null;
}

/** What a test may do to the simulated API. All values are JSON, so that it may run in another process. */
export interface Controls {
  addZone(seed: ZoneSeed): Promise<ZoneProperties>;
  changeZone(zoneId: string, changes: Partial<ZoneProperties>): Promise<void>;
  /** Every permission on every zone, but for what the seed says. */
  addToken(seed?: TokenSeed): Promise<Token>;
  changeToken(value: string, changes: Omit<TokenSeed, 'value'>): Promise<void>;
  /** Stored unchecked, as they stand: AAAA, automatic, not proxied, but for what the seeds say. */
  addRecords(zoneId: string, seeds: readonly RecordSeed[]): Promise<DnsRecord[]>;
  /** As the owner would by hand. */
  changeRecord(zoneId: string, recordId: string, changes: Partial<Omit<DnsRecord, 'id'>>): Promise<void>;
  removeRecord(zoneId: string, recordId: string): Promise<void>;
  /** In the order in which they were made. */
  records(zoneId: string): Promise<DnsRecord[]>;
  /** Waits until the AAAA records of the name hold exactly these addresses, in any order. */
  untilContents(zoneId: string, name: string, contents: readonly string[], timeoutMs?: number): Promise<void>;
  setGeneration(generation: Generation): Promise<void>;
  setLookupNeedsZoneRead(needed: boolean): Promise<void>;
  /** How unkind lists are from now on. */
  setLists(manners: Partial<ListManners>): Promise<void>;
  /** Starts a new window. */
  setRateLimit(limit: RateLimit): Promise<void>;
  /** @returns the id for `clearFaults` */
  addFault(fault: Fault): Promise<number>;
  /** Without an id: all of them. */
  clearFaults(id?: number): Promise<void>;
  /** For a test that has the API answer what its description does not allow: nothing is compared with it from now on. */
  dismissJudge(): Promise<void>;
  /** Ends idle and busy connections alike. */
  dropConnections(): Promise<void>;
  /** The requests after the one numbered `since`. */
  requests(since?: number): Promise<RequestEntry[]>;
  /** The first matching request after the one numbered `since` (default: the last one that has come). */
  nextRequest(match: RequestMatch, options?: { since?: number; timeoutMs?: number }): Promise<RequestEntry>;
  /** That request once it has ended. */
  untilEnded(sequence: number, timeoutMs?: number): Promise<RequestEntry>;
}

export type Simulator = Endpoint &
  Controls & {
    /** @throws Error when a request of our product or a reply was not as `schemas` describe them */
    close(): Promise<void>;
  };

export const CONTROL_NAMES: readonly (keyof Controls)[] = [
  'addZone',
  'changeZone',
  'addToken',
  'changeToken',
  'addRecords',
  'changeRecord',
  'removeRecord',
  'records',
  'untilContents',
  'setGeneration',
  'setLookupNeedsZoneRead',
  'setLists',
  'setRateLimit',
  'addFault',
  'clearFaults',
  'dismissJudge',
  'dropConnections',
  'requests',
  'nextRequest',
  'untilEnded',
];

const PATIENCE_MS = 30_000;

/** Starts the API in this process. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, plain = false, lenient = false } = options;
  const folder = options.certificates ?? (await mkdtemp(join(tmpdir(), 'simulator-')));
  const removeFolder = async (): Promise<void> => {
    if (options.certificates === undefined) await rm(folder, { recursive: true });
  };
  const cloud = createCloud();
  try {
    const certificates = plain ? null : await certificatesIn(folder, isWildcard(host) ? [] : [`IP:${host}`]);
    const judge = options.schemas === undefined ? null : loadJudge(options.schemas);
    const server = new ApiServer(cloud, certificates, lenient, judge);
    const bound = await server.listen(host, port);
    return {
      url: `${plain ? 'http' : 'https'}://${reachable(host)}:${bound}${BASE_PATH}`,
      port: bound,
      caFile: certificates?.caFile ?? null,
      ...controls(cloud, server),
      async close() {
        await server.close();
        await removeFolder();
        const departures = [...new Set(server.departures)];
        if (departures.length > 0) throw new Error(`not as Cloudflare describes its API: ${departures.join('; ')}`);
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

const isWildcard = (host: string): boolean => host === '::' || host === '0.0.0.0';

function reachable(host: string): string {
  if (isWildcard(host)) return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}

function controls(cloud: Cloud, server: ApiServer): Controls {
  const zoneOf = (id: string): Zone => known(cloud.zones.get(id), `zone ${id}`);
  const recordOf = (zoneId: string, id: string): DnsRecord => known(zoneOf(zoneId).records.get(id), `record ${id}`);
  const { log, faults } = server;
  return {
    addZone: async (seed) => addZone(cloud, seed),
    async changeZone(zoneId, changes) {
      const zone = zoneOf(zoneId);
      zone.properties = { ...zone.properties, ...changes, id: zoneId };
    },
    addToken: async (seed = {}) => addToken(cloud, seed),
    async changeToken(value, changes) {
      cloud.tokens.set(value, { ...known(cloud.tokens.get(value), 'token'), ...changes, value });
    },
    async addRecords(zoneId, seeds) {
      const zone = zoneOf(zoneId);
      return seeds.map((seed) => addRecord(zone, seed, new Date()));
    },
    async changeRecord(zoneId, recordId, changes) {
      zoneOf(zoneId).records.set(recordId, { ...recordOf(zoneId, recordId), ...changes, id: recordId });
    },
    async removeRecord(zoneId, recordId) {
      zoneOf(zoneId).records.delete(recordOf(zoneId, recordId).id);
    },
    records: async (zoneId) => [...zoneOf(zoneId).records.values()],
    async untilContents(zoneId, name, contents, timeoutMs = PATIENCE_MS) {
      const zone = zoneOf(zoneId);
      const wanted = [...contents].sort().join(' ');
      const present = (): string => contentsOf(zone, name).sort().join(' ');
      const describe = (): string => `AAAA of ${name} is "${present()}", not "${wanted}",`;
      await log.until(() => (present() === wanted ? true : undefined), timeoutMs, describe);
    },
    async setGeneration(generation) {
      cloud.generation = generation;
    },
    async setLookupNeedsZoneRead(needed) {
      cloud.lookupNeedsZoneRead = needed;
    },
    async setLists(manners) {
      cloud.lists = { ...KIND, ...manners };
    },
    async setRateLimit(limit) {
      server.limiter = new Limiter(limit);
    },
    addFault: async (fault) => faults.add(fault),
    clearFaults: async (id) => faults.clear(id),
    dismissJudge: async () => server.dismissJudge(),
    dropConnections: async () => server.dropConnections(),
    requests: async (since = 0) => structuredClone(log.entries.slice(since)),
    nextRequest: (match, { since = log.entries.length, timeoutMs = PATIENCE_MS } = {}) =>
      log.next(match, since, timeoutMs),
    untilEnded(sequence, timeoutMs = PATIENCE_MS) {
      const ended = (): RequestEntry | undefined => {
        const entry = log.entries[sequence - 1];
        return entry === undefined || entry.endedMs === null ? undefined : entry;
      };
      return log.until(ended, timeoutMs, () => `request ${sequence} did not end`);
    },
  };
}

const contentsOf = (zone: Zone, name: string): string[] =>
  [...zone.records.values()]
    .filter((record) => record.type === 'AAAA' && record.name === name)
    .map(({ content }) => content);

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`unknown ${what}`);
  return value;
}
