import type { Address } from '../../src/core/address/address.ts';
import { IFF_UP, NLM_F_DUMP_INTR, NLMSG_ERROR, RTM_GETLINK } from '../../src/core/wire/constants.ts';
import { addressMessage, datagram, doneMessage, linkMessage, readRequest } from './rtnetlink.ts';

const EBUSY = 16;
const ROWS_PER_DATAGRAM = 2;
const QUEUE_LIMIT = 6;

interface Dump {
  readonly sequence: number;
  readonly of: 'links' | 'addresses';
  at: number;
  /** The table's version when the dump began. */
  readonly version: number;
}

/** What the kernel queued, and the addresses it had when it did. */
export interface Queued {
  readonly bytes: Uint8Array;
  readonly usable: readonly Address[];
  readonly endsDump: boolean;
}

/** A kernel with one link, whose table changes while it is being dumped and whose socket holds few messages: dumps go on
 *  by a datagram with every read, as netlink_dump() does, and mark that the table changed meanwhile. */
export class BusyKernel {
  readonly #addresses = new Set<Address>();
  readonly #queue: Queued[] = [];
  #version = 0;
  #isUp = true;
  #dump: Dump | null = null;
  #isOverrun = false;
  /** Requests while a dump ran: the kernel refuses them. */
  refusals = 0;

  /** What may be published now. */
  get usable(): Address[] {
    return this.#isUp ? [...this.#addresses].sort() : [];
  }

  toggle(address: Address): void {
    const removed = this.#addresses.delete(address);
    if (!removed) this.#addresses.add(address);
    this.#version++;
    this.#push(addressMessage(address, { removed, ...this.#content() }), true);
  }

  /** The link goes down or up; its addresses turn tentative or back without a word (keep_addr_on_down). */
  toggleLink(): void {
    this.#isUp = !this.#isUp;
    this.#push(this.#link(), true);
  }

  /** A datagram that makes no sense takes the place of the next one, unless a dump would have no end then. */
  garble(): void {
    const [next] = this.#queue;
    if (next === undefined || next.endsDump) return;
    this.#queue[0] = { ...next, bytes: next.bytes.subarray(0, next.bytes.length - 1) };
  }

  request(request: ArrayBuffer): void {
    const { type, sequence } = readRequest(request);
    if (this.#dump !== null) {
      this.refusals++;
      const refusal = doneMessage(sequence, EBUSY);
      refusal[4] = NLMSG_ERROR;
      this.#push(refusal, false);
      return;
    }
    const of = type === RTM_GETLINK ? 'links' : 'addresses';
    this.#dump = { sequence, of, at: 0, version: this.#version };
    this.#continue();
  }

  /** The next datagram; null = none, "overrun" = messages were lost. */
  receive(): Queued | 'overrun' | null {
    if (this.#isOverrun) {
      this.#isOverrun = false;
      return 'overrun';
    }
    const next = this.#queue.shift();
    this.#continue();
    return next ?? null;
  }

  #continue(): void {
    const dump = this.#dump;
    if (dump === null || this.#queue.length >= QUEUE_LIMIT) return;
    const { sequence, of } = dump;
    const flags = of === 'addresses' && dump.version !== this.#version ? NLM_F_DUMP_INTR : 0;
    const all = of === 'links' ? [this.#link({ sequence })] : this.#rows({ sequence, flags });
    const rows = all.slice(dump.at, dump.at + ROWS_PER_DATAGRAM);
    dump.at += ROWS_PER_DATAGRAM;
    const isOver = dump.at >= all.length;
    if (isOver) this.#dump = null;
    this.#push(datagram(...rows, ...(isOver ? [doneMessage(sequence, 0, flags)] : [])), false, isOver);
  }

  #rows(framing: { readonly sequence: number; readonly flags: number }): Uint8Array[] {
    return [...this.#addresses].map((address) => addressMessage(address, { ...this.#content(), ...framing }));
  }

  #content(): { readonly flags32: number } {
    return { flags32: this.#isUp ? 0x80 : 0xc0 };
  }

  #link(framing: { readonly sequence?: number } = {}): Uint8Array {
    return linkMessage(2, 'eth2', framing, this.#isUp ? IFF_UP : 0);
  }

  /** Events are lost where the queue is full; parts of a dump never are. */
  #push(bytes: Uint8Array, isEvent: boolean, endsDump = false): void {
    if (isEvent && this.#queue.length >= QUEUE_LIMIT) this.#isOverrun = true;
    else this.#queue.push({ bytes, usable: this.usable, endsDump });
  }
}
