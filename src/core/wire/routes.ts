import type { DefaultRoutes } from '../address/default-routes.ts';
import {
  AF_INET6,
  HOST_IS_LITTLE_ENDIAN,
  NLM_F_DUMP_INTR,
  NLM_F_REPLACE,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  RT_TABLE_MAIN,
  RTA_GATEWAY,
  RTA_MULTIPATH,
  RTA_OIF,
  RTA_PRIORITY,
  RTM_DELROUTE,
  RTM_NEWROUTE,
  RTMSG_LEN,
  RTN_UNICAST,
  RTNH_LEN,
} from './constants.ts';
import { DatagramReader, endErrno, requireBytes, wanted } from './framing.ts';
import { toHex } from './trace.ts';

/** What datagrams did to the routes. */
export interface RouteProgress {
  readonly changed: boolean;
  /** The dump is over. */
  readonly ended: { readonly errno: number } | null;
  readonly interrupted: boolean;
}

/** Takes the IPv6 default routes of the main table out of datagrams of a dump or of events; all others are passed over
 *  by their header alone, because a router may hold a million of them.
 *  @throws WireError */
export function applyRoutes(datagrams: readonly ArrayBufferView[], routes: DefaultRoutes): RouteProgress {
  const reader = new DatagramReader();
  let changed = false;
  let interrupted = false;
  let ended: RouteProgress['ended'] = null;
  for (const datagram of datagrams) {
    for (reader.open(datagram); reader.next(); ) {
      const { type } = reader;
      interrupted ||= (reader.flags & NLM_F_DUMP_INTR) !== 0;
      if (type === NLMSG_DONE || type === NLMSG_ERROR) ended = { errno: endErrno(reader) };
      if ((type === RTM_NEWROUTE || type === RTM_DELROUTE) && isDefault(reader)) {
        changed = applyRoute(routes, type, reader.flags, readRoute(reader)) || changed;
      }
    }
  }
  return { changed, ended, interrupted };
}

/** @returns whether the uplinks changed */
function applyRoute(routes: DefaultRoutes, type: number, flags: number, { metric, hops }: Route): boolean {
  const ways = hops.map((hop) => ({ ...hop, metric }));
  if (type === RTM_DELROUTE) return routes.remove(ways);
  return flags & NLM_F_REPLACE ? routes.replace(ways) : routes.add(ways);
}

/** struct rtmsg: u8 family, dst_len, src_len, tos, table, protocol, scope, type, u32 flags (rtnetlink(7)). */
function isDefault({ bytes, body, end }: DatagramReader): boolean {
  requireBytes(body, end, RTMSG_LEN, 'struct rtmsg');
  return (
    bytes[body] === AF_INET6 &&
    bytes[body + 1] === 0 &&
    bytes[body + 2] === 0 &&
    bytes[body + 4] === RT_TABLE_MAIN &&
    bytes[body + 7] === RTN_UNICAST
  );
}

interface Hop {
  readonly ifIndex: number;
  readonly gateway: string;
}

interface Route {
  readonly metric: number;
  readonly hops: readonly Hop[];
}

const ATTRIBUTES = wanted([
  [RTA_OIF, 4],
  [RTA_GATEWAY, 0],
  [RTA_PRIORITY, 4],
  [RTA_MULTIPATH, 0],
]);

function readRoute(reader: DatagramReader): Route {
  const start = reader.body + RTMSG_LEN;
  const found = reader.findAttributes(ATTRIBUTES, start);
  const metricAt = found[RTA_PRIORITY];
  const ifIndexAt = found[RTA_OIF];
  const hopsAt = found[RTA_MULTIPATH];
  const metric = metricAt ? reader.word(start + metricAt) : 0;
  const ifIndex = ifIndexAt ? reader.word(start + ifIndexAt) : 0;
  const hop = { ifIndex, gateway: readGateway(reader, start, found) };
  const hops = hopsAt ? readHops(reader, start + hopsAt) : [];
  return { metric, hops: hops.length > 0 ? hops : [hop] };
}

function readHops(reader: DatagramReader, start: number): Hop[] {
  const hops: Hop[] = [];
  const end = start + reader.payload(start).length;
  for (let at = start; at < end; ) {
    requireBytes(at, end, RTNH_LEN, 'struct rtnexthop');
    const length = Math.max(RTNH_LEN, reader.halves[at >> 1] ?? 0);
    requireBytes(at, end, length, 'struct rtnexthop');
    const found = reader.findAttributes(ATTRIBUTES, at + RTNH_LEN, at + length);
    hops.push({ ifIndex: reader.word(at + 4), gateway: readGateway(reader, at + RTNH_LEN, found) });
    at += (length + 3) & ~3;
  }
  return hops;
}

/** The router's address as text that can be compared; '' = none. */
function readGateway(reader: DatagramReader, start: number, found: Uint32Array): string {
  const at = found[RTA_GATEWAY];
  return at ? toHex(reader.payload(start + at)) : '';
}

/** A socket filter that lets only default routes through, so that a router's full table never wakes us: classic BPF
 *  (struct sock_filter: u16 code, u8 jt, u8 jf, u32 k) over the message, whose loads are in network byte order. */
export function defaultRouteFilter(): ArrayBuffer {
  const LOAD_HALF = 0x28;
  const LOAD_BYTE = 0x30;
  const JUMP_EQUAL = 0x15;
  const RETURN = 0x06;
  const asLoaded = (type: number): number => (HOST_IS_LITTLE_ENDIAN ? type << 8 : type);
  const program: readonly (readonly [code: number, ifTrue: number, ifFalse: number, k: number])[] = [
    [LOAD_HALF, 0, 0, 4], // nlmsg_type
    [JUMP_EQUAL, 1, 0, asLoaded(RTM_NEWROUTE)],
    [JUMP_EQUAL, 0, 2, asLoaded(RTM_DELROUTE)],
    [LOAD_BYTE, 0, 0, NLMSG_HDRLEN + 1], // rtm_dst_len
    [JUMP_EQUAL, 0, 1, 0],
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
