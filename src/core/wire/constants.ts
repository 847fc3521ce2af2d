/** Kernel constants under their own names: <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_addr.h>, <linux/if_link.h>,
 *  <linux/fib_rules.h>.
 *  Numbers stand before all else in a file: only those the bundler puts where they are used. */

export const NLMSG_HDRLEN = 16;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;
export const RTM_NEWRULE = 32;
export const RTM_DELRULE = 33;
export const RTM_GETRULE = 34;

export const NLM_F_REQUEST = 0x001;
export const NLM_F_DUMP_INTR = 0x010;
export const NLM_F_DUMP = 0x300;
/** On RTM_NEWROUTE: the route took the place of those with the same metric. */
export const NLM_F_REPLACE = 0x100;

export const NLA_HDRLEN = 4;
/** The two highest bits of an attribute's type are flags. */
export const NLA_TYPE_MASK = 0x3fff;

export const IFADDRMSG_LEN = 8;
export const IFA_ADDRESS = 1;
export const IFA_LOCAL = 2;
export const IFA_CACHEINFO = 6;
export const IFA_FLAGS = 8;
export const IFA_PROTO = 11;
/** IFA_PROTO: made by the kernel from a router advertisement (kernels from 5.18). */
export const IFAPROT_KERNEL_RA = 2;

export const IFA_F_TEMPORARY = 0x01;
export const IFA_F_OPTIMISTIC = 0x04;
export const IFA_F_DADFAILED = 0x08;
export const IFA_F_DEPRECATED = 0x20;
export const IFA_F_TENTATIVE = 0x40;
export const IFA_F_PERMANENT = 0x80;
export const IFA_F_MANAGETEMPADDR = 0x100;
export const IFA_F_NOPREFIXROUTE = 0x200;
export const IFA_F_STABLE_PRIVACY = 0x800;

/** Seconds of a lifetime that never ends (struct ifa_cacheinfo). */
export const INFINITE_LIFETIME_SEC = 0xffffffff;

export const IFINFOMSG_LEN = 16;
export const IFLA_IFNAME = 3;
export const IFLA_EXT_MASK = 29;
/** Alternative names, each an IFLA_ALT_IFNAME (kernels from 5.5). */
export const IFLA_PROP_LIST = 52;
export const IFLA_ALT_IFNAME = 53;
export const RTEXT_FILTER_SKIP_STATS = 8;
export const IFF_UP = 0x1;
export const IFF_LOOPBACK = 0x8;
/** There is a carrier. */
export const IFF_LOWER_UP = 0x10000;

export const RTMSG_LEN = 12;
export const RTA_DST = 1;
export const RTA_SRC = 2;
export const RTA_OIF = 4;
export const RTA_GATEWAY = 5;
export const RTA_PRIORITY = 6;
export const RTA_MULTIPATH = 9;
export const RTA_CACHEINFO = 12;
export const RTA_TABLE = 15;
export const RTA_PREF = 20;
/** Values of RTA_PREF (RFC 4191 §2.1); any other is medium. */
export const ICMPV6_ROUTER_PREF_HIGH = 1;
export const ICMPV6_ROUTER_PREF_LOW = 3;
/** Made by the kernel from another one for a single destination. */
export const RTM_F_CLONED = 0x200;
export const RTNH_F_DEAD = 1;
/** struct rtnexthop: u16 length, u8 flags, u8 hops, s32 link number, attributes. */
export const RTNH_LEN = 8;
export const RTN_UNICAST = 1;
export const RTN_UNREACHABLE = 7;
export const RTPROT_RA = 9;
/** In a request: those of all tables. */
export const RT_TABLE_UNSPEC = 0;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_LOCAL = 255;

/** struct fib_rule_hdr (<linux/fib_rules.h>). */
export const FIB_RULE_LEN = 12;
export const FRA_SRC = 2;
export const FRA_PRIORITY = 6;
export const FRA_SUPPRESS_PREFIXLEN = 14;
export const FRA_TABLE = 15;
export const FRA_PROTOCOL = 21;
export const FR_ACT_TO_TBL = 1;
export const FIB_RULE_PERMANENT = 1;

export const RT_SCOPE_UNIVERSE = 0;
export const AF_UNSPEC = 0;
export const AF_INET6 = 10;

export const SOL_NETLINK = 270;
export const NETLINK_ADD_MEMBERSHIP = 1;
export const NETLINK_GET_STRICT_CHK = 12;
export const RTNLGRP_LINK = 1;
export const RTNLGRP_IPV6_IFADDR = 9;
export const RTNLGRP_IPV6_ROUTE = 11;
export const RTNLGRP_IPV6_RULE = 19;

/** rtnetlink speaks the host's byte order. */
export const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Flags by the names that ip-address(8) prints; IFA_F_PERMANENT shows by the absence of "dynamic". */
export const IFA_FLAG_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [IFA_F_TEMPORARY, 'temporary'],
  [0x02, 'nodad'],
  [IFA_F_OPTIMISTIC, 'optimistic'],
  [IFA_F_DADFAILED, 'dadfailed'],
  [0x10, 'home'],
  [IFA_F_DEPRECATED, 'deprecated'],
  [IFA_F_TENTATIVE, 'tentative'],
  [IFA_F_MANAGETEMPADDR, 'mngtmpaddr'],
  [IFA_F_NOPREFIXROUTE, 'noprefixroute'],
  [0x400, 'autojoin'],
  [IFA_F_STABLE_PRIVACY, 'stable-privacy'],
];
