import {
  AF_INET6,
  FIB_RULE_LEN,
  HOST_IS_LITTLE_ENDIAN,
  IFADDRMSG_LEN,
  IFINFOMSG_LEN,
  IFLA_EXT_MASK,
  NLA_HDRLEN,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_HDRLEN,
  RTEXT_FILTER_SKIP_STATS,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETROUTE,
  RTM_GETRULE,
  RTMSG_LEN,
} from './constants.ts';

/** A request for every IPv6 address of the network namespace (RTM_GETADDR dump, rtnetlink(7)). */
export function addressDumpRequest(sequence: number): ArrayBuffer {
  const view = dumpRequest(RTM_GETADDR, sequence, IFADDRMSG_LEN);
  view.setUint8(NLMSG_HDRLEN, AF_INET6);
  return view.buffer;
}

/** A request for every link, without statistics (a quarter less to copy). */
export function linkDumpRequest(sequence: number): ArrayBuffer {
  const at = NLMSG_HDRLEN + IFINFOMSG_LEN;
  const view = dumpRequest(RTM_GETLINK, sequence, IFINFOMSG_LEN + NLA_HDRLEN + 4);
  view.setUint16(at, NLA_HDRLEN + 4, HOST_IS_LITTLE_ENDIAN);
  view.setUint16(at + 2, IFLA_EXT_MASK, HOST_IS_LITTLE_ENDIAN);
  view.setUint32(at + NLA_HDRLEN, RTEXT_FILTER_SKIP_STATS, HOST_IS_LITTLE_ENDIAN);
  return view.buffer;
}

/** A request for the IPv6 routes of a table; kernels before 4.20, without strict checking, send all tables.
 *  @param table RT_TABLE_UNSPEC = all of them */
export function routeDumpRequest(sequence: number, table: number): ArrayBuffer {
  const view = dumpRequest(RTM_GETROUTE, sequence, RTMSG_LEN);
  view.setUint8(NLMSG_HDRLEN, AF_INET6);
  view.setUint8(NLMSG_HDRLEN + 4, table);
  return view.buffer;
}

/** A request for the rules that lead packets of IPv6 to a table. */
export function ruleDumpRequest(sequence: number): ArrayBuffer {
  const view = dumpRequest(RTM_GETRULE, sequence, FIB_RULE_LEN);
  view.setUint8(NLMSG_HDRLEN, AF_INET6);
  return view.buffer;
}

function dumpRequest(type: number, sequence: number, bodyBytes: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(NLMSG_HDRLEN + bodyBytes));
  view.setUint32(0, view.byteLength, HOST_IS_LITTLE_ENDIAN);
  view.setUint16(4, type, HOST_IS_LITTLE_ENDIAN);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, HOST_IS_LITTLE_ENDIAN);
  view.setUint32(8, sequence, HOST_IS_LITTLE_ENDIAN);
  return view;
}
