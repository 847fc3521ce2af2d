import type { AddressTable } from '../core/address/table.ts';
import type { Clock, Files, Kernel, KernelSocket } from '../core/ports.ts';
import { earliest } from '../core/time.ts';
import { IFF_LOOPBACK, IFF_UP, RTNLGRP_IPV6_IFADDR, RTNLGRP_LINK } from '../core/wire/constants.ts';
import { IF_INET6, readIfInet6 } from '../core/wire/if-inet6.ts';
import { type Progress, RtnetlinkSession } from '../core/wire/session.ts';
import type { Log } from './log.ts';

const GROUPS = [RTNLGRP_LINK, RTNLGRP_IPV6_IFADDR];

/** The kernel announces that a preferred lifetime ended up to a second late; from then on we do not rely on it. */
const ANNOUNCEMENT_MS = 2_000;

/** How often datagrams are taken in before the loop serves its other descriptors. */
const BURST = 16;

/** A dump during which nothing has come for so long will not end: the socket is opened anew. */
const DUMP_TIMEOUT_MS = 5_000;

export interface AddressFeedPorts {
  readonly kernel: Kernel;
  readonly files: Files;
  readonly clock: Clock;
}

/** Keeps the address table equal to the kernel's: by events while rtnetlink works, by polling while it does not. */
export class AddressFeed {
  readonly #table: AddressTable;
  readonly #ports: AddressFeedPorts;
  readonly #log: Log;
  #pollIntervalMs: number;
  readonly #onChange: () => void;
  #source: { readonly socket: KernelSocket; readonly session: RtnetlinkSession; progressMs: number } | null = null;
  #nextPollMs: number | null = null;
  /** What the last poll saw, or why it saw nothing. */
  #polled: string | null = null;

  /** @param onChange runs when what may be published changed, and after the first look */
  constructor(ports: AddressFeedPorts, log: Log, pollIntervalMs: number, table: AddressTable, onChange: () => void) {
    this.#ports = ports;
    this.#table = table;
    this.#log = log;
    this.#pollIntervalMs = pollIntervalMs;
    this.#onChange = onChange;
  }

  /** Whether the table shows the kernel's state. */
  get isWhole(): boolean {
    return this.#source?.session.isWhole ?? this.#nextPollMs !== null;
  }

  get mode(): 'netlink' | 'polling' {
    return this.#source === null ? 'polling' : 'netlink';
  }

  /** When `due` has to be called; null = not. */
  get dueMs(): number | null {
    if (this.#source === null) return earliest(this.#expiryMs, this.#nextPollMs);
    const { session, progressMs } = this.#source;
    return earliest(this.#expiryMs, session.dueMs, session.isDumping ? progressMs + DUMP_TIMEOUT_MS : null);
  }

  get #expiryMs(): number | null {
    const { deadlineSec } = this.#table;
    return deadlineSec === Number.POSITIVE_INFINITY ? null : deadlineSec * 1000 + ANNOUNCEMENT_MS;
  }

  configure(pollIntervalMs: number): void {
    this.#pollIntervalMs = pollIntervalMs;
  }

  start(): void {
    const problem = this.#open();
    if (problem === null) return;
    const pace = `polling ${IF_INET6} every ${this.#pollIntervalMs / 1000} s until it can`;
    this.#log.write('warning', `cannot listen to the kernel's address events (${problem}); ${pace}`);
    this.#poll();
  }

  due(): void {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#expiryMs !== null && nowMs >= this.#expiryMs && this.#table.expire(nowMs / 1000)) this.#onChange();
    if (this.#source === null) {
      if (this.#nextPollMs !== null && nowMs >= this.#nextPollMs) this.#retryOrPoll();
    } else if (this.#source.session.isDumping) {
      this.#checkDump(nowMs);
    } else {
      this.#follow(this.#source.session.tick(nowMs));
    }
  }

  /** What the kernel has sent may wait to be read, where this process had no time for it. */
  #checkDump(nowMs: number): void {
    const isOver = (): boolean => (this.#source?.progressMs ?? nowMs) + DUMP_TIMEOUT_MS <= nowMs;
    if (isOver()) this.#drain();
    if (isOver()) this.#fall('a dump of the address table does not end');
  }

  /** Looks at the whole table again, for whatever reason the events may not have told all. */
  resync(why: string): void {
    if (this.#source === null) this.#retryOrPoll();
    else {
      this.#source.session.lost(why);
      this.#follow(this.#source.session.tick(this.#ports.clock.nowMs()));
    }
  }

  #retryOrPoll(): void {
    if (this.#open() === null) this.#log.write('notice', "listening to the kernel's address events again");
    else this.#poll();
  }

  #close(): void {
    this.#source?.socket.close();
    this.#source = null;
    this.#nextPollMs = null;
  }

  /** @returns why it failed; null = it listens */
  #open(): string | null {
    const opened = this.#ports.kernel.open({ groups: GROUPS, filter: null, onReadable: () => this.#drain() });
    if (!opened.ok) return opened.error;
    const session = new RtnetlinkSession(this.#table);
    const sent = opened.value.send(session.begin());
    if (!sent.ok) {
      opened.value.close();
      return sent.error;
    }
    this.#source = { socket: opened.value, session, progressMs: this.#ports.clock.nowMs() };
    this.#nextPollMs = null;
    this.#polled = null;
    return null;
  }

  /** Gives rtnetlink up for now. */
  #fall(problem: string): void {
    this.#close();
    this.#log.write('warning', `lost the kernel's address events (${problem}); opening the socket anew`);
    this.start();
  }

  #drain(): void {
    const nowMs = this.#ports.clock.nowMs();
    let changed = false;
    for (let left = BURST; left > 0 && this.#source !== null; left--) {
      const { socket, session } = this.#source;
      const received = socket.receive();
      if (received.ok && received.value.length === 0) {
        this.#follow(session.tick(nowMs));
        break;
      }
      if (received.ok) {
        this.#source.progressMs = nowMs;
        const progress = session.receive(received.value, nowMs);
        this.#follow(progress);
        changed ||= progress.changed;
      } else if (received.error.kind === 'overrun') {
        session.lost(received.error.detail);
      } else {
        this.#fall(received.error.detail);
      }
    }
    if (changed) this.#onChange();
  }

  /** Sends what the session wants to be sent. */
  #follow({ request, resync }: Progress): void {
    if (resync !== null) this.#log.write('debug', `dumping the address table again: ${resync}`);
    if (request === null || this.#source === null) return;
    this.#source.progressMs = this.#ports.clock.nowMs();
    const sent = this.#source.socket.send(request);
    if (!sent.ok) this.#fall(sent.error);
  }

  #poll(): void {
    this.#nextPollMs = this.#ports.clock.nowMs() + this.#pollIntervalMs;
    const read = this.#ports.files.read(IF_INET6);
    if (!read.ok) {
      if (this.#polled === read.error.detail) return;
      this.#polled = read.error.detail;
      this.#log.write('error', `cannot read ${IF_INET6}: ${read.error.detail}; is IPv6 switched off?`);
      this.#onChange();
      return;
    }
    const rows = readIfInet6(read.value);
    const flags = new Map<string, number>();
    for (const { ifName } of rows) if (!flags.has(ifName)) flags.set(ifName, this.#linkFlags(ifName));
    const polled = `${read.value}${[...flags].join(' ')}`;
    if (polled === this.#polled) return;
    this.#polled = polled;
    const nowSec = this.#ports.clock.nowMs() / 1000;
    this.#table.beginDump();
    for (const { message, ifName } of rows) {
      this.#table.apply(message, nowSec);
      const link = { ifIndex: message.ifIndex, ifName, flags: flags.get(ifName) ?? IFF_UP };
      this.#table.applyLink({ removed: false, altNames: [], ...link });
    }
    this.#table.endDump();
    this.#onChange();
  }

  /** IFF_ bits from sysfs; where it is hidden, an interface with addresses counts as up. */
  #linkFlags(ifName: string): number {
    const read = this.#ports.files.read(`/sys/class/net/${ifName}/flags`);
    if (read.ok) return Number.parseInt(read.value.trim(), 16);
    return ifName === 'lo' ? IFF_UP | IFF_LOOPBACK : IFF_UP;
  }
}
