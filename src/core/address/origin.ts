import { IFA_F_MANAGETEMPADDR, IFA_F_PERMANENT, IFA_F_STABLE_PRIVACY, IFAPROT_KERNEL_RA } from '../wire/constants.ts';
import { addressBytes } from './address.ts';
import type { Origin } from './kinds.ts';
import type { Routes } from './routes.ts';
import type { IfAddr } from './row.ts';

const SINGLE_ADDRESS = 128;

/** Who made the address. The kernel says so only of what it made itself; network managers leave signs: flags that they
 *  set on what a router advertised, lifetimes, the on-link route of the advertised prefix. What lasts for ever without
 *  any such sign is the administrator's. */
export function originOf(row: IfAddr, routes: Routes): Origin {
  const { flags, prefixLength, protocol, ifIndex } = row;
  if (protocol === IFAPROT_KERNEL_RA || flags & (IFA_F_MANAGETEMPADDR | IFA_F_STABLE_PRIVACY)) return 'slaac';
  const isForEver = (flags & IFA_F_PERMANENT) !== 0 && row.preferredUntilSec === Number.POSITIVE_INFINITY;
  if (prefixLength === SINGLE_ADDRESS) return isForEver ? 'static' : 'dhcpv6';
  if (!isForEver) return 'slaac';
  return routes.isAdvertised(Uint8Array.from(addressBytes(row.address)), ifIndex) ? 'slaac' : 'static';
}
