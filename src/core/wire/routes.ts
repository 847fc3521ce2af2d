import { prefixOf } from '../address/prefix.ts';
import {
  GLOBAL_UNICAST_LENGTH,
  type NextHop,
  type Route,
  type RoutingEvent,
  type SourceRule,
} from '../address/routes.ts';
import {
  AF_INET6,
  HOST_IS_LITTLE_ENDIAN,
  ICMPV6_ROUTER_PREF_HIGH,
  ICMPV6_ROUTER_PREF_LOW,
  NLM_F_DUMP_INTR,
  NLM_F_REPLACE,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  RTA_CACHEINFO,
  RTA_DST,
  RTA_GATEWAY,
  RTA_MULTIPATH,
  RTA_OIF,
  RTA_PREF,
  RTA_PRIORITY,
  RTA_SRC,
  RTA_TABLE,
  RTM_DELROUTE,
  RTM_DELRULE,
  RTM_F_CLONED,
  RTM_NEWROUTE,
  RTM_NEWRULE,
  RTMSG_LEN,
  RTNH_F_DEAD,
  RTNH_LEN,
  RTPROT_RA,
} from './constants.ts';
import { DatagramReader, endErrno, requireBytes, wanted } from './framing.ts';
import { readRule } from './rules.ts';
import { toHex } from './trace.ts';

/** What a dump of routes or rules has brought so far. */
export class RoutingDump {
  readonly routes: Route[] = [];
  readonly rules: SourceRule[] = [];
  /** The table moved meanwhile. */
  isInterrupted = false;
  /** Status of the end; null = there is more to come. */
  errno: number | null = null;

  /** @throws WireError */
  take(datagrams: readonly ArrayBufferView[]): void {
    forEachMessage(datagrams, (reader) => {
      if (reader.flags & NLM_F_DUMP_INTR) this.isInterrupted = true;
      if (reader.type === NLMSG_DONE || reader.type === NLMSG_ERROR) this.errno = endErrno(reader);
      else if (reader.type === RTM_NEWROUTE) add(this.routes, readRoute(reader));
      else if (reader.type === RTM_NEWRULE) add(this.rules, readRule(reader));
    });
  }
}

function add<T>(to: T[], item: T | null): void {
  if (item !== null) to.push(item);
}

/** What became of routes that may count, and of rules.
 *  @throws WireError */
export function readRoutingEvents(datagrams: readonly ArrayBufferView[]): RoutingEvent[] {
  const events: RoutingEvent[] = [];
  forEachMessage(datagrams, (reader) => add(events, readEvent(reader)));
  return events;
}

function readEvent(reader: DatagramReader): RoutingEvent | null {
  const { type, flags } = reader;
  if (type === RTM_NEWRULE || type === RTM_DELRULE) return { kind: 'rule' };
  const route = type === RTM_NEWROUTE || type === RTM_DELROUTE ? readRoute(reader) : null;
  if (route === null || type === RTM_DELROUTE) return route && { kind: 'gone', route };
  return { kind: 'there', route, replaces: (flags & NLM_F_REPLACE) !== 0 };
}

function forEachMessage(datagrams: readonly ArrayBufferView[], see: (reader: DatagramReader) => void): void {
  const reader = new DatagramReader();
  for (const datagram of datagrams) for (reader.open(datagram); reader.next(); ) see(reader);
}

const ATTRIBUTES = wanted([
  [RTA_DST, 0],
  [RTA_SRC, 0],
  [RTA_OIF, 4],
  [RTA_GATEWAY, 0],
  [RTA_PRIORITY, 4],
  [RTA_MULTIPATH, 0],
  [RTA_CACHEINFO, 12],
  [RTA_TABLE, 4],
  [RTA_PREF, 1],
]);

/** Reads RTM_NEWROUTE or RTM_DELROUTE (struct rtmsg: u8 family, dst_len, src_len, tos, table, protocol, scope, type, u32
 *  flags; rtnetlink(7)).
 *  @returns null = it decides nothing: most are passed over by their header alone, because a router may hold a million */
function readRoute(reader: DatagramReader): Route | null {
  const { bytes, body, end } = reader;
  const start = requireBytes(body, end, RTMSG_LEN, 'struct rtmsg') + RTMSG_LEN;
  const destinationLength = bytes[body + 1] as number;
  const protocol = bytes[body + 5] as number;
  const flags = reader.word(body + 8);
  if (bytes[body] !== AF_INET6 || flags & RTM_F_CLONED || !mayCount(destinationLength, protocol)) return null;
  const found = reader.findAttributes(ATTRIBUTES, start);
  const payload = (attribute: number): Uint8Array => {
    const at = found[attribute];
    return at ? reader.payload(start + at) : NO_BYTES;
  };
  const word = (attribute: number): number | null => {
    const at = found[attribute];
    return at ? reader.word(start + at) : null;
  };
  const cacheAt = found[RTA_CACHEINFO];
  // struct rta_cacheinfo: u32 clntref, lastuse, s32 expires, …: below 0 it is over, and the kernel has yet to remove it.
  if (cacheAt && (reader.word(start + cacheAt + 8) | 0) < 0) return null;
  const hopsAt = found[RTA_MULTIPATH];
  const hop = { ifIndex: word(RTA_OIF) ?? 0, gateway: toHex(payload(RTA_GATEWAY)), isDead: isDead(flags) };
  return {
    table: word(RTA_TABLE) ?? (bytes[body + 4] as number),
    destination: prefixOf(payload(RTA_DST), destinationLength),
    source: prefixOf(payload(RTA_SRC), bytes[body + 2] as number),
    type: bytes[body + 7] as number,
    protocol,
    metric: word(RTA_PRIORITY) ?? 0,
    preference: PREFERENCES[payload(RTA_PREF)[0] ?? 0] ?? 0,
    hops: hopsAt ? readHops(reader, start + hopsAt) : [hop], // the last, because it searches anew
  };
}

const NO_BYTES = new Uint8Array(0);

const PREFERENCES: Readonly<Record<number, number>> = {
  [ICMPV6_ROUTER_PREF_HIGH]: 1,
  [ICMPV6_ROUTER_PREF_LOW]: -1,
};

const isDead = (flags: number): boolean => (flags & RTNH_F_DEAD) !== 0;

/** Default routes, 2000::/3, and what managers make of routers' advertisements. */
const mayCount = (destinationLength: number, protocol: number): boolean =>
  destinationLength === 0 || destinationLength === GLOBAL_UNICAST_LENGTH || protocol === RTPROT_RA;

function readHops(reader: DatagramReader, start: number): NextHop[] {
  const hops: NextHop[] = [];
  const end = start + reader.payload(start).length;
  for (let at = start; at < end; ) {
    requireBytes(at, end, RTNH_LEN, 'struct rtnexthop');
    const length = Math.max(RTNH_LEN, reader.halves[at >> 1] ?? 0);
    requireBytes(at, end, length, 'struct rtnexthop');
    const gatewayAt = reader.findAttributes(ATTRIBUTES, at + RTNH_LEN, at + length)[RTA_GATEWAY];
    const gateway = gatewayAt ? toHex(reader.payload(at + RTNH_LEN + gatewayAt)) : '';
    hops.push({ ifIndex: reader.word(at + 4), gateway, isDead: isDead(reader.bytes[at + 2] as number) });
    at += (length + 3) & ~3;
  }
  return hops;
}

/** A socket filter that lets rules through, and of the routes those that may count, so that a router's full table never
 *  wakes us: classic BPF (struct sock_filter: u16 code, u8 jt, u8 jf, u32 k) over the message, whose loads are in network
 *  byte order. */
export function routingFilter(): ArrayBuffer {
  const LOAD_HALF = 0x28;
  const LOAD_BYTE = 0x30;
  const JUMP_EQUAL = 0x15;
  const RETURN = 0x06;
  const asLoaded = (type: number): number => (HOST_IS_LITTLE_ENDIAN ? type << 8 : type);
  const program: readonly (readonly [code: number, ifTrue: number, ifFalse: number, k: number])[] = [
    [LOAD_HALF, 0, 0, 4], // nlmsg_type
    [JUMP_EQUAL, 1, 0, asLoaded(RTM_NEWROUTE)],
    [JUMP_EQUAL, 0, 5, asLoaded(RTM_DELROUTE)],
    [LOAD_BYTE, 0, 0, NLMSG_HDRLEN + 1], // rtm_dst_len
    [JUMP_EQUAL, 3, 0, 0],
    [JUMP_EQUAL, 2, 0, GLOBAL_UNICAST_LENGTH],
    [LOAD_BYTE, 0, 0, NLMSG_HDRLEN + 5], // rtm_protocol
    [JUMP_EQUAL, 0, 1, RTPROT_RA],
    [RETURN, 0, 0, 0xffffffff],
    [RETURN, 0, 0, 0],
  ];
  const view = new DataView(new ArrayBuffer(program.length * 8));
  for (const [i, [code, ifTrue, ifFalse, k]] of program.entries()) {
    view.setUint16(i * 8, code, HOST_IS_LITTLE_ENDIAN);
    view.setUint8(i * 8 + 2, ifTrue);
    view.setUint8(i * 8 + 3, ifFalse);
    view.setUint32(i * 8 + 4, k, HOST_IS_LITTLE_ENDIAN);
  }
  return view.buffer;
}
