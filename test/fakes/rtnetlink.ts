import { type Address, addressBytes } from '../../src/core/address/address.ts';
import type { Prefix } from '../../src/core/address/prefix.ts';
import {
  AF_INET6,
  FR_ACT_TO_TBL,
  FRA_SRC,
  FRA_SUPPRESS_PREFIXLEN,
  FRA_TABLE,
  HOST_IS_LITTLE_ENDIAN,
  IFA_ADDRESS,
  IFA_CACHEINFO,
  IFA_F_PERMANENT,
  IFA_FLAGS,
  IFF_LOWER_UP,
  IFF_UP,
  IFLA_IFNAME,
  INFINITE_LIFETIME_SEC,
  NLMSG_DONE,
  NLMSG_HDRLEN,
  RT_TABLE_MAIN,
  RTA_CACHEINFO,
  RTA_DST,
  RTA_OIF,
  RTA_PREF,
  RTA_PRIORITY,
  RTA_SRC,
  RTA_TABLE,
  RTM_DELADDR,
  RTM_DELROUTE,
  RTM_DELRULE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWROUTE,
  RTM_NEWRULE,
  RTN_UNICAST,
} from '../../src/core/wire/constants.ts';

/** What every message may have besides its content. */
export interface Framing {
  /** Of the dump it belongs to; 0 = an event. */
  readonly sequence?: number;
  /** NLM_F_ bits. */
  readonly flags?: number;
}

const uint16 = (value: number): number[] => [...new Uint8Array(new Uint16Array([value]).buffer)];
const uint32 = (value: number): number[] => [...new Uint8Array(new Uint32Array([value]).buffer)];
const padded = (bytes: readonly number[]): number[] => [...bytes, ...Array(-bytes.length & 3).fill(0)];
const attribute = (type: number, payload: readonly number[]): number[] =>
  padded([...uint16(payload.length + 4), ...uint16(type), ...payload]);

function message(type: number, body: readonly number[], { sequence = 0, flags = 0 }: Framing): Uint8Array {
  const header = [...uint32(NLMSG_HDRLEN + body.length), ...uint16(type), ...uint16(flags)];
  return Uint8Array.from(padded([...header, ...uint32(sequence), ...uint32(0), ...body]));
}

export interface AddressContent extends Framing {
  readonly ifIndex?: number;
  /** IFA_F_ bits; by default permanent. */
  readonly flags32?: number;
  readonly lifetimeSec?: number;
  readonly createdStamp?: number;
  readonly removed?: boolean;
}

/** An address of a link, by default permanent and for ever on link 2. */
export function addressMessage(address: Address, content: AddressContent = {}): Uint8Array {
  const { ifIndex = 2, flags32 = IFA_F_PERMANENT, lifetimeSec = INFINITE_LIFETIME_SEC, createdStamp = 100 } = content;
  const body = [
    ...[AF_INET6, 64, flags32 & 0xff, 0, ...uint32(ifIndex)],
    ...attribute(IFA_ADDRESS, addressBytes(address)),
    ...attribute(IFA_CACHEINFO, [lifetimeSec, lifetimeSec, createdStamp, createdStamp].flatMap(uint32)),
    ...attribute(IFA_FLAGS, uint32(flags32)),
  ];
  return message(content.removed ? RTM_DELADDR : RTM_NEWADDR, body, content);
}

/** A link, by default up. */
export function linkMessage(
  ifIndex: number,
  ifName: string,
  framing: Framing = {},
  flags = IFF_UP | IFF_LOWER_UP,
): Uint8Array {
  const name = [...ifName, '\0'].map((letter) => letter.charCodeAt(0));
  const body = [
    0,
    0,
    ...uint16(1),
    ...uint32(ifIndex),
    ...uint32(flags),
    ...uint32(0),
    ...attribute(IFLA_IFNAME, name),
  ];
  return message(RTM_NEWLINK, body, framing);
}

export interface RouteContent extends Framing {
  readonly table?: number;
  readonly destination?: Prefix;
  readonly source?: Prefix;
  /** RTN_ number. */
  readonly type?: number;
  readonly protocol?: number;
  readonly metric?: number;
  /** RTA_PREF. */
  readonly preference?: number;
  readonly ifIndex?: number;
  /** rtm_flags. */
  readonly routeFlags?: number;
  /** rta_expires. */
  readonly expires?: number;
  readonly removed?: boolean;
}

/** A route, by default the default one of the main table over link 2, metric 1024. */
export function routeMessage(content: RouteContent = {}): Uint8Array {
  const { table = RT_TABLE_MAIN, destination = EVERYTHING, source = EVERYTHING, type = RTN_UNICAST } = content;
  const { protocol = 0, metric = 1024, preference = 0, ifIndex = 2, routeFlags = 0, expires = 0 } = content;
  const body = [
    ...[AF_INET6, destination.length, source.length, 0, Math.min(table, 252), protocol, 0, type, ...uint32(routeFlags)],
    ...attribute(RTA_TABLE, uint32(table)),
    ...(destination.length > 0 ? attribute(RTA_DST, destination.bytes) : []),
    ...(source.length > 0 ? attribute(RTA_SRC, source.bytes) : []),
    ...attribute(RTA_PRIORITY, uint32(metric)),
    ...attribute(RTA_OIF, uint32(ifIndex)),
    ...attribute(RTA_CACHEINFO, [0, 0, expires, 0, 0, 0, 0, 0].flatMap(uint32)),
    ...attribute(RTA_PREF, [preference]),
  ];
  return message(content.removed ? RTM_DELROUTE : RTM_NEWROUTE, body, content);
}

const EVERYTHING: Prefix = { bytes: [], length: 0 };

export interface RuleContent extends Framing {
  readonly source?: Prefix;
  readonly table?: number;
  readonly action?: number;
  readonly ruleFlags?: number;
  readonly suppressPrefixLength?: number;
  /** Further attributes, by type. */
  readonly others?: readonly (readonly [type: number, payload: readonly number[]])[];
  readonly removed?: boolean;
}

/** A rule, by default one that sends all packets to table 200. */
export function ruleMessage(content: RuleContent = {}): Uint8Array {
  const { source = EVERYTHING, table = 200, action = FR_ACT_TO_TBL, ruleFlags = 0, others = [] } = content;
  const body = [
    ...[AF_INET6, 0, source.length, 0, Math.min(table, 252), 0, 0, action, ...uint32(ruleFlags)],
    ...attribute(FRA_TABLE, uint32(table)),
    ...attribute(FRA_SUPPRESS_PREFIXLEN, uint32(content.suppressPrefixLength ?? 0xffffffff)),
    ...(source.length > 0 ? attribute(FRA_SRC, source.bytes) : []),
    ...others.flatMap(([type, payload]) => attribute(type, payload)),
  ];
  return message(content.removed ? RTM_DELRULE : RTM_NEWRULE, body, content);
}

/** The end of a dump; 0 = complete. */
export const doneMessage = (sequence: number, errno = 0, flags = 0): Uint8Array =>
  message(NLMSG_DONE, [...new Uint8Array(new Int32Array([-errno]).buffer)], { sequence, flags });

export const datagram = (...messages: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(messages.flatMap((own) => [...own]));

/** What a request asks for. */
export function readRequest(request: ArrayBuffer): { readonly type: number; readonly sequence: number } {
  const view = new DataView(request);
  return { type: view.getUint16(4, HOST_IS_LITTLE_ENDIAN), sequence: view.getUint32(8, HOST_IS_LITTLE_ENDIAN) };
}
