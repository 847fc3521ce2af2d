import type { AddressTable } from '../address/table.ts';
import {
  IFF_UP,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
} from './constants.ts';
import { DatagramReader, endErrno, WireError } from './framing.ts';
import { type LinkMessage, readAddress, readLink } from './reader.ts';
import { addressDumpRequest, linkDumpRequest } from './requests.ts';

/** The least time between the beginnings of two resyncs: a machine that overruns the socket again and again must not make
 *  us spin. */
export const RESYNC_PAUSE_MS = 100;

/** The longest rest after a dump that took long: it may have been the machine that slept. */
const MAX_REST_MS = 1_000;

/** What datagrams, or the lack of them, led to. */
export interface Progress {
  /** A request for the kernel; null = none. */
  readonly request: ArrayBuffer | null;
  /** The sound addresses or the links changed, and the table is whole. */
  readonly changed: boolean;
  /** Why a resync was started; null = none was. */
  readonly resync: string | null;
}

/** Keeps an AddressTable equal to the kernel's over one rtnetlink socket: dumps the links, then the addresses, and
 *  applies the events that arrive meanwhile and from then on. Because dump and events share the socket, the kernel's
 *  order is the order here, and an event is never older than the dump row that follows it.
 *  Join the groups first, then send `begin`. */
export class RtnetlinkSession {
  readonly #table: AddressTable;
  readonly #reader = new DatagramReader();
  /** Number of the dump that runs; 0 = none. */
  #dump: { readonly sequence: number; readonly of: 'links' | 'addresses' } | null = null;
  #sequence = 0;
  #interrupted = false;
  /** A resync is due, once the running dump is over: the kernel runs one at a time (EBUSY). */
  #stale: string | null = null;
  #resyncNotBeforeMs = 0;
  /** When the last resync began; null = there was only the first dump. */
  #resyncSinceMs: number | null = null;
  #links = new Set<number>();
  /** The table has been whole at least once. */
  #whole = false;
  /** Something changed that was not reported yet. */
  #dirty = false;

  constructor(table: AddressTable) {
    this.#table = table;
  }

  /** Whether the table shows the kernel's state; false until the first dump is complete. */
  get isWhole(): boolean {
    return this.#whole;
  }

  get isDumping(): boolean {
    return this.#dump !== null;
  }

  /** When a resync that waits for its pause is due (`tick`); null = none waits. */
  get dueMs(): number | null {
    return this.#stale !== null && this.#dump === null ? this.#resyncNotBeforeMs : null;
  }

  /** The first request. */
  begin(): ArrayBuffer {
    this.#interrupted = false;
    this.#links = new Set();
    this.#table.beginDump();
    return this.#ask('links');
  }

  /** Messages were lost or make no sense: everything is to be dumped again. */
  lost(why: string): void {
    this.#stale = why;
  }

  /** Starts a resync that is due. To be called when the socket is drained: until then the kernel goes on dropping what
   *  is new without another word (netlink_overrun, net/netlink/af_netlink.c). */
  tick(nowMs: number): Progress {
    if (this.#stale === null || this.#dump !== null || nowMs < this.#resyncNotBeforeMs) return nothing;
    const resync = this.#stale;
    this.#stale = null;
    this.#resyncNotBeforeMs = nowMs + RESYNC_PAUSE_MS;
    this.#resyncSinceMs = nowMs;
    return { request: this.begin(), changed: false, resync };
  }

  /** Takes datagrams in, each up to what makes no sense in it.
   *  @param datagrams start at a multiple of 4 of their buffer
   *  @param nowMs CLOCK_BOOTTIME */
  receive(datagrams: readonly ArrayBufferView[], nowMs: number): Progress {
    const reader = this.#reader;
    const nowSec = nowMs / 1000;
    const wasDumping = this.isDumping;
    let report = nothing;
    for (const datagram of datagrams) {
      try {
        for (reader.open(datagram); reader.next(); ) report = this.#take(reader, nowSec) ?? report;
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        // Rows of the running dump may be among what is dropped.
        this.#interrupted = true;
        this.lost(error.message);
      }
    }
    if (wasDumping && !this.isDumping) this.#rest(nowMs);
    const changed = report.changed || (this.#dirty && this.#whole && this.#dump === null && this.#stale === null);
    if (changed) this.#dirty = false;
    return report.changed === changed ? report : { ...report, changed };
  }

  /** Of a large table in a storm: to dump it takes a quarter of the time at most. */
  #rest(nowMs: number): void {
    const tookMs = nowMs - (this.#resyncSinceMs ?? nowMs);
    this.#resyncNotBeforeMs = Math.max(this.#resyncNotBeforeMs, nowMs + Math.min(3 * tookMs, MAX_REST_MS));
  }

  /** Takes the message in that the reader stands at.
   *  @returns null = nothing follows from it; at most one message of those that wait can end the dump that runs */
  #take(reader: DatagramReader, nowSec: number): Progress | null {
    const type = reader.type;
    const sequence = reader.sequence;
    if (type === RTM_NEWADDR || type === RTM_DELADDR) {
      const message = readAddress(reader);
      if (message !== null && this.#table.apply(message, nowSec)) this.#dirty = true;
    } else if (type === RTM_NEWLINK || type === RTM_DELLINK) {
      const message = readLink(reader);
      if (message !== null && this.#applyLink(message, sequence)) this.#dirty = true;
    }
    if (sequence === 0 || sequence !== this.#dump?.sequence) return null;
    if (reader.flags & NLM_F_DUMP_INTR) this.#interrupted = true;
    return type === NLMSG_DONE || type === NLMSG_ERROR ? this.#endDump(endErrno(reader)) : null;
  }

  #applyLink(message: LinkMessage, sequence: number): boolean {
    if (this.#dump?.of === 'links') this.#links.add(message.ifIndex);
    const before = this.#table.links.get(message.ifIndex);
    // Addresses kept while a link is down turn tentative without an event (keep_addr_on_down): look again.
    const turned = before !== undefined && before.isUp !== ((message.flags & IFF_UP) !== 0);
    if (sequence === 0 && turned && !message.removed) this.#stale ??= `${message.ifName} went up or down`;
    return this.#table.applyLink(message);
  }

  /** Goes on from links to addresses, and after those reports the table, even if another resync is due by now: under
   *  a storm of events there may always be one. */
  #endDump(errno: number): Progress {
    const of = this.#dump?.of;
    this.#dump = null;
    if (errno !== 0 || this.#interrupted) {
      this.#stale ??= errno !== 0 ? `a dump failed with errno ${errno}` : 'a dump was interrupted by changes';
      return nothing;
    }
    if (of === 'links') {
      for (const ifIndex of this.#table.links.keys()) if (!this.#links.has(ifIndex)) this.#table.links.delete(ifIndex);
      return { ...nothing, request: this.#ask('addresses') };
    }
    this.#table.endDump();
    this.#whole = true;
    return { ...nothing, changed: true };
  }

  #ask(of: 'links' | 'addresses'): ArrayBuffer {
    this.#sequence = (this.#sequence % 0x7fffffff) + 1;
    this.#dump = { sequence: this.#sequence, of };
    return of === 'links' ? linkDumpRequest(this.#sequence) : addressDumpRequest(this.#sequence);
  }
}

const nothing: Progress = { request: null, changed: false, resync: null };
