/** Drives the `http` module on QuickJS's own loop, as the host does on its. */
import type { Completed, Multi, TransferOptions } from 'http';
import * as http from 'http';
import * as os from 'os';
import * as std from 'std';
import * as system from 'system';
import { afterEach, beforeAll, beforeEach } from 'vitest';

/** A chain of certificates that a server shows (chains/cases.mjs). */
export interface Chain {
  readonly title: string;
  /** 'accepted', 'unreadable', or what is wrong with the certificate at `depth`. */
  readonly expected: string;
  readonly depth: number;
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
  /** Why OpenSSL decides otherwise; null = it does not. */
  readonly openssl: string | null;
  /** '' = it accepts the chain. */
  readonly opensslSays: string;
}

interface Bundle {
  readonly name: string;
  readonly bundle: string;
  /** Each of its certificates in a file of its own. */
  readonly files: readonly string[];
}

interface Setup {
  readonly bundles: readonly Bundle[];
  /** Authorities in whose name constraints bytes are wrong, and a certificate to compare with. */
  readonly mutants: { readonly bundle: string; readonly file: string; readonly host: string; readonly count: number };
  readonly chains: readonly Chain[];
  readonly caFile: string;
  readonly caPath: string;
  /** A folder with the root and a pipe. */
  readonly oddPath: string;
  /** Scratch. */
  readonly folder: string;
  /** A file system of 8 KiB. */
  readonly fullDisk: string;
  readonly ports: Readonly<Record<string, number>>;
}

export const setup = JSON.parse(std.getenv('SETUP') ?? '{}') as Setup;

export const urlOf = (server: string, path: string, scheme = 'https'): string =>
  `${scheme}://localhost:${setup.ports[server]}${path}`;

/** `localhost` needs no name server; the one there is is silent. */
export const optionsFor = (url: string, changes: Partial<TransferOptions> = {}): TransferOptions => ({
  method: 'GET',
  url,
  headers: [],
  body: null,
  newConnection: false,
  timeoutMs: 20_000,
  connectTimeoutMs: 20_000,
  lostAfterMs: 0,
  maxBodyBytes: 1_000_000,
  caFile: setup.caFile,
  caPath: null,
  proxy: null,
  noProxy: null,
  from: null,
  family: 0,
  avoid: [],
  connectOnly: false,
  resolve: [],
  ...changes,
});

export class Client {
  readonly watched = new Map<number, number>();
  readonly #waiting = new Map<number, (completed: Completed) => void>();
  #timer: number | null = null;
  readonly multi: Multi = http.open(
    (fd, interest) => this.#watch(fd, interest),
    (delayMs) => this.#arm(delayMs),
  );

  start(options: TransferOptions): number {
    return http.start(this.multi, options);
  }

  finished(id: number): Promise<Completed> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  fetch(url: string, changes: Partial<TransferOptions> = {}): Promise<Completed> {
    return this.finished(this.start(optionsFor(url, changes)));
  }

  close(): void {
    http.close(this.multi);
    this.#arm(-1);
  }

  #watch(fd: number, interest: number): void {
    std.gc(); // libcurl is calling us: what it holds must survive
    if (interest === 0) this.watched.delete(fd);
    else this.watched.set(fd, interest);
    os.setReadHandler(fd, interest & 1 ? () => this.#act(fd, 1) : null);
    os.setWriteHandler(fd, interest & 2 ? () => this.#act(fd, 2) : null);
  }

  #arm(delayMs: number): void {
    if (this.#timer !== null) os.clearTimeout(this.#timer);
    this.#timer = delayMs < 0 ? null : os.setTimeout(() => this.#act(-1, 0), delayMs);
  }

  #act(fd: number, events: number): void {
    if (fd < 0) this.#timer = null;
    http.act(this.multi, fd, events);
    for (let done = http.completed(this.multi); done !== null; done = http.completed(this.multi)) {
      this.#waiting.get(done.id)?.(done);
      this.#waiting.delete(done.id);
    }
  }
}

const SIGUSR1 = 10;
const SIGUSR2 = 12;

/** A client of its own for every test of the file. */
export function useClient(): { client: Client } {
  // As the program does before its first request: it does not die of a signal that another test sends.
  beforeAll(() => void os.close(system.signalOpen([SIGUSR1, SIGUSR2])));

  const here = {} as { client: Client };
  beforeEach(() => {
    here.client = new Client();
  });
  afterEach(() => here.client.close());
  return here;
}

export const sleep = (delayMs: number): Promise<void> => new Promise((resolve) => os.setTimeout(resolve, delayMs));

export async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

/** What the servers count over all of them. */
export const connections = async (client: Client): Promise<{ opened: number; open: number }> =>
  JSON.parse((await client.fetch(urlOf('p256', '/connections'))).body);

/** What they count when the connections of the tests before have ended there, too. */
export async function onlyOurs(client: Client): Promise<{ opened: number; open: number }> {
  await waitFor(async () => (await connections(client)).open === 1);
  return connections(client);
}
