import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../../simulator/faults.ts';
import { type Lab, NAME } from './lab.ts';
import type { Session } from './namespace.ts';
import type { Receiver } from './notified.ts';
import type { Process } from './process.ts';

const LINKS = ['wan0', 'wan1'] as const;
type Link = (typeof LINKS)[number];

/** Of two prefixes and a unique-local one. */
const ADDRESSES: readonly string[] = ['3ffe:1::', '3ffe:2::', 'fd00::'].flatMap((prefix) =>
  Array.from({ length: 20 }, (_, i) => `${prefix}${(i + 0x10).toString(16)}/64`),
);

/** How an address comes or is renewed: permanent, as from a router, soon to end, deprecated. */
const LIFETIMES = [
  '',
  'valid_lft 86400 preferred_lft 14400',
  'valid_lft 7200 preferred_lft 1800',
  'valid_lft 7200 preferred_lft 0',
] as const;

/** Every kind of trouble that passes by itself. */
const FAULTS: readonly Fault[] = [
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'reset', applied: true },
  { kind: 'close' },
  { kind: 'garbage' },
  { kind: 'garbageBody' },
  { kind: 'html', status: 502 },
  { kind: 'html', status: 403 },
  { kind: 'throttle', retryAfter: '1' },
  { kind: 'cutBody' },
  { kind: 'truncated' },
  { kind: 'handshakeReset' },
  { kind: 'handshakeHang' },
  { kind: 'certificate', which: 'wrongName' },
];

/** What the config file becomes for a while. The last two are bad. */
const CHANGES: readonly ((config: string) => string)[] = [
  (config) => config,
  (config) => `verbose = true\n${config}`,
  (config) => config.replace('timeout = 1', 'timeout = 2'),
  (config) => config.replace('error_after = 0', 'error_after = 60'),
  (config) => config.replace('/hook"', '/other"'),
  (config) => `${config}\n[[record]]\nname = "extra.example.com"\n`,
  (config) => config.replaceAll('[[record]]', '[[record]]\ninterface = "wan0"'),
  (config) => `timout = 3\n${config}`,
  (config) => `${config}\n[[record`,
];

/** Lines for ip(8) in one go: what a busy link makes in a minute. */
const FLURRY = 150;

/** mulberry32: numbers in [0, 1), the same ones for the same seed. */
function drawer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    const twice = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((twice ^ (twice >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Surroundings {
  readonly lab: Lab;
  readonly daemon: Process;
  readonly receiver: Receiver;
  readonly zoneIds: readonly string[];
  /** What the config file says at rest. */
  readonly config: string;
}

/** A network, an API, an owner and an administrator that give a daemon no rest, as a seed says. The host has the links
 *  wan0 and wan1. */
export class Disturber {
  /** What has happened so far, by kind. */
  readonly counts: Record<string, number> = {};
  readonly #draw: () => number;
  readonly #around: Surroundings;
  readonly #present: Record<Link, Set<string>> = { wan0: new Set(), wan1: new Set() };
  #ip: Session;
  #told: Promise<void> = Promise.resolve();

  constructor(seed: number, around: Surroundings) {
    this.#draw = drawer(seed);
    this.#around = around;
    this.#ip = around.lab.host.ipSession();
  }

  /** One thing happens, as fast as the kernel takes it in. Nothing waits for what the daemon makes of it. */
  async step(): Promise<void> {
    const kinds: readonly (() => unknown)[] = [
      ...Array.from({ length: 6 }, () => () => this.#flurry()),
      () => this.#flap(),
      () => this.#moveRoute(),
      () => this.#reload(),
      () => this.#report(),
      () => this.#fail(),
      () => this.#fail(),
      () => this.#meddle(),
      () => this.#deafen(),
    ];
    await this.#oneOf(kinds)();
  }

  /** Nothing more goes wrong: both links have the one address, the API answers, the settings are those of the start. */
  async calm(address: string): Promise<void> {
    const { lab, daemon, receiver, config } = this.#around;
    for (const link of LINKS) {
      this.#tell(`addr flush dev ${link} scope global`);
      this.#present[link].clear();
    }
    this.#tell('route replace ::/0 dev wan0 metric 100');
    this.#tell(`addr replace ${address}/64 dev wan0 nodad`);
    await this.#ip.end();
    this.#ip = lab.host.ipSession();
    receiver.wake();
    await lab.api.clearFaults();
    const since = daemon.lines.length;
    await this.#configure(config);
    await daemon.line(/ settings read again/, { since });
  }

  async close(): Promise<void> {
    await this.#ip.end();
  }

  async #flurry(): Promise<void> {
    for (let i = 0; i < FLURRY; i += 1) {
      const link = this.#oneOf(LINKS);
      const address = this.#oneOf(ADDRESSES);
      const present = this.#present[link];
      const known = present.has(address);
      if (known && this.#draw() < 0.5) {
        present.delete(address);
        this.#tell(`addr del ${address} dev ${link}`);
      } else {
        present.add(address);
        this.#tell(`addr replace ${address} dev ${link} nodad ${this.#oneOf(LIFETIMES)}`.trim());
      }
      this.#count('address');
    }
    await this.#told;
  }

  #flap(): void {
    const link = this.#oneOf(LINKS);
    this.#tell(`link set ${link} down`);
    this.#tell(`link set ${link} up`);
    this.#present[link].clear(); // it keeps none
    this.#count('link flap');
  }

  #moveRoute(): void {
    this.#tell(`route replace ::/0 dev ${this.#oneOf(LINKS)} metric 100`);
    this.#count('route');
  }

  async #reload(): Promise<void> {
    await this.#configure(this.#oneOf(CHANGES)(this.#around.config));
    this.#count('reload');
  }

  #report(): void {
    this.#around.daemon.signal('SIGUSR1');
    this.#count('report');
  }

  async #fail(): Promise<void> {
    const { api } = this.#around.lab;
    if (this.#draw() < 0.3) await api.clearFaults();
    await api.addFault({ ...this.#oneOf(FAULTS), times: 1 });
    this.#count('fault');
  }

  /** The owner changes, removes or doubles a record. */
  async #meddle(): Promise<void> {
    const { lab, zoneIds } = this.#around;
    const zoneId = this.#oneOf(zoneIds);
    const records = await lab.api.records(zoneId);
    const chance = this.#draw();
    if (records.length === 0 || chance < 0.1) {
      if (zoneId === lab.zone.id) await lab.api.addRecords(zoneId, [{ name: NAME, content: '3ffe:9::2' }]);
    } else {
      const { id } = this.#oneOf(records);
      // The daemon may have removed it since.
      if (chance < 0.5) await lab.api.removeRecord(zoneId, id).catch(() => undefined);
      else await lab.api.changeRecord(zoneId, id, { content: '3ffe:9::1' }).catch(() => undefined);
    }
    this.#count('record changed');
  }

  /** The receiver of notifications hangs for a while. */
  #deafen(): void {
    if (this.#draw() < 0.5) this.#around.receiver.hang();
    else this.#around.receiver.wake();
    this.#count('receiver');
  }

  async #configure(text: string): Promise<void> {
    const { lab, daemon } = this.#around;
    const next = join(lab.folder, 'config.next');
    await writeFile(next, text);
    await rename(next, join(lab.folder, 'config.toml'));
    daemon.signal('SIGHUP');
  }

  #tell(line: string): void {
    this.#told = this.#ip.write(line);
  }

  #count(kind: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  #oneOf<T>(values: readonly T[]): T {
    return values[Math.floor(this.#draw() * values.length)] as T; // there is one: numbers are in [0, 1)
  }
}
