import { formatAddress } from '../address/address.ts';
import { IFA_F_DEPRECATED, INFINITE_LIFETIME_SEC } from './constants.ts';
import type { AddressMessage } from './reader.ts';
import { fromHex } from './trace.ts';

/** /proc/net is hidden where only the own process's part of procfs is mounted; this path is not. */
export const IF_INET6 = '/proc/self/net/if_inet6';

/** One line of /proc/net/if_inet6. */
export interface PolledAddress {
  readonly message: AddressMessage;
  readonly ifName: string;
}

/** `address ifindex prefixlen scope flags name`, all hexadecimal but the name (if6_seq_show, net/ipv6/addrconf.c). */
const LINE = /^([0-9a-f]{32}) +([0-9a-f]{2,8}) +([0-9a-f]{2}) +([0-9a-f]{2}) +([0-9a-f]{2,8}) +(\S+)$/;

/** Reads the whole file; lines of another form are skipped. It tells no lifetimes and no ages, and of the flags only
 *  the low 8 bits: an address counts as preferred for ever unless it is deprecated. */
export function readIfInet6(text: string): PolledAddress[] {
  const found: PolledAddress[] = [];
  for (const line of text.split('\n')) {
    const match = LINE.exec(line.trim());
    if (match === null) continue;
    const [, address = '', ifIndex = '', prefixLength = '', scope = '', flagsText = '', ifName = ''] = match;
    const flags = Number.parseInt(flagsText, 16);
    found.push({
      ifName,
      message: {
        removed: false,
        ifIndex: Number.parseInt(ifIndex, 16),
        address: formatAddress(fromHex(address)),
        prefixLength: Number.parseInt(prefixLength, 16),
        // The file's scopes are those of IPV6_ADDR_SCOPE_MASK, 0 for global as in the message.
        scope: Number.parseInt(scope, 16),
        flags,
        protocol: 0,
        preferredSec: flags & IFA_F_DEPRECATED ? 0 : INFINITE_LIFETIME_SEC,
        validSec: INFINITE_LIFETIME_SEC,
        createdStamp: null,
        renewedStamp: null,
      },
    });
  }
  return found;
}
