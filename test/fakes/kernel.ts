import type { Address } from '../../src/core/address/address.ts';
import {
  NLM_F_DUMP_INTR,
  NLMSG_HDRLEN,
  RT_TABLE_MAIN,
  RT_TABLE_UNSPEC,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETROUTE,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_IPV6_ROUTE,
} from '../../src/core/wire/constants.ts';
import { FakeKernel, type FakeSocket } from './ports.ts';
import {
  type AddressContent,
  addressMessage,
  datagram,
  doneMessage,
  linkMessage,
  type RouteContent,
  type RuleContent,
  readRequest,
  routeMessage,
  ruleMessage,
} from './rtnetlink.ts';

/** A kernel with the links eth2 and eth3, the addresses, routes and rules that it is given; it answers dumps from
 *  them, when it is told to, and announces changes. */
export class FakeRtnetlink extends FakeKernel {
  readonly #addresses = new Map<Address, AddressContent>();
  /** By default a default route over eth2. */
  routes: readonly RouteContent[] = [{ ifIndex: 2 }];
  rules: readonly RuleContent[] = [];
  /** Every dump is interrupted by changes. */
  isInterrupting = false;

  get addressSocket(): FakeSocket {
    return this.#socket((groups) => groups.includes(RTNLGRP_IPV6_IFADDR));
  }

  get routeSocket(): FakeSocket {
    return this.#socket((groups) => groups.includes(RTNLGRP_IPV6_ROUTE));
  }

  add(address: Address, content: AddressContent = {}): void {
    this.#addresses.set(address, content);
    this.#announce(addressMessage(address, content));
  }

  /** Adds an address without a word. */
  addSilently(address: Address, content: AddressContent = {}): void {
    this.#addresses.set(address, content);
  }

  remove(address: Address): void {
    const content = this.#addresses.get(address) ?? {};
    this.#addresses.delete(address);
    this.#announce(addressMessage(address, { ...content, removed: true }));
  }

  /** Answers every request, also those that the answers lead to. */
  answerDumps(): void {
    for (;;) {
      const socket = this.sockets.find(({ isOpen, sent }) => isOpen && sent.length > 0);
      const request = socket?.sent.shift();
      if (socket === undefined || request === undefined) return;
      socket.arrive(this.#dump(request));
    }
  }

  #dump(request: ArrayBuffer): Uint8Array {
    const { type, sequence } = readRequest(request);
    const flags = this.isInterrupting ? NLM_F_DUMP_INTR : 0;
    const rows: Uint8Array[] = [];
    if (type === RTM_GETLINK) rows.push(linkMessage(2, 'eth2', { sequence }), linkMessage(3, 'eth3', { sequence }));
    else if (type === RTM_GETADDR) {
      for (const [address, content] of this.#addresses) rows.push(addressMessage(address, { ...content, sequence }));
    } else if (type === RTM_GETROUTE) {
      rows.push(...this.#routesOf(request).map((content) => routeMessage({ ...content, sequence })));
    } else rows.push(...this.rules.map((content) => ruleMessage({ ...content, sequence })));
    return datagram(...rows, doneMessage(sequence, 0, flags));
  }

  #routesOf(request: ArrayBuffer): readonly RouteContent[] {
    const asked = new Uint8Array(request)[NLMSG_HDRLEN + 4];
    return this.routes.filter(({ table = RT_TABLE_MAIN }) => asked === RT_TABLE_UNSPEC || table === asked);
  }

  #announce(event: Uint8Array): void {
    if (this.sockets.some(({ isOpen }) => isOpen)) this.addressSocket.arrive(event);
  }

  #socket(isWanted: (groups: readonly number[]) => boolean): FakeSocket {
    const found = this.sockets.find(({ isOpen, options }) => isOpen && isWanted(options.groups));
    if (found === undefined) throw new Error('no such socket is open');
    return found;
  }
}
