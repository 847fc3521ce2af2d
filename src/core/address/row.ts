import {
  IFA_F_DADFAILED,
  IFA_F_DEPRECATED,
  IFA_F_NOPREFIXROUTE,
  IFA_F_OPTIMISTIC,
  IFA_F_TEMPORARY,
  IFA_F_TENTATIVE,
  INFINITE_LIFETIME_SEC,
  RT_SCOPE_UNIVERSE,
} from '../wire/constants.ts';
import type { AddressMessage } from '../wire/reader.ts';
import { type Address, addressBytes } from './address.ts';
import { specialRange } from './ranges.ts';
import { isLater } from './stamps.ts';

/** A row of the kernel's address table. */
export interface IfAddr {
  readonly address: Address;
  readonly ifIndex: number;
  readonly prefixLength: number;
  /** IFA_F_ bits. */
  readonly flags: number;
  /** IFA_PROTO; 0 = not told. */
  readonly protocol: number;
  /** When the lifetimes end, seconds on CLOCK_BOOTTIME; Infinity = never, 0 = is over. */
  readonly preferredUntilSec: number;
  readonly validUntilSec: number;
  /** Created and last renewed, see `isLater`; null where the source does not tell (polling). */
  readonly createdStamp: number | null;
  readonly renewedStamp: number | null;
  /** See `renewalsOf`; null = none was seen since it was made. */
  readonly renewals: Renewals | null;
  /** What rules the address out for good: its range, or its scope. */
  readonly flaw: Flaw | null;
  /** Preferred lifetime as it was last told, seconds. */
  readonly preferredToldSec: number;
  /** Number of the dump, or of the one before the event, that it was last seen in. */
  readonly dump: number;
}

/** What was seen of an address's renewals, its creation included: that is the first. */
export interface Renewals {
  /** Stamp of the last one; null where the source does not tell. */
  readonly last: number | null;
  /** Stamps of the last but one and of the one before that; null = there was none. */
  readonly lastButOne: number | null;
  readonly lastButTwo: number | null;
  /** The longest time between two, hundredths of a second; 0 = only one was seen. */
  readonly longestGap: number;
}

/** The row after a message of the kernel.
 *  @param before the same row until now; undefined = it is new
 *  @param nowSec CLOCK_BOOTTIME */
export function nextRow(message: AddressMessage, before: IfAddr | undefined, nowSec: number, dump: number): IfAddr {
  const { address, ifIndex, prefixLength, flags, protocol, createdStamp, renewedStamp } = message;
  const { preferredSec, validSec } = message;
  // A removal may have been missed: made again, it is another row.
  const same = before?.createdStamp === createdStamp ? before : undefined;
  const preferredUntilSec = endOf(preferredSec, nowSec);
  const validUntilSec = endOf(validSec, nowSec);
  // A lifetime only ever counts down: more than before is a new one, set within the same hundredth of a second.
  const isNew = same === undefined || same.renewedStamp !== renewedStamp || preferredSec > same.preferredToldSec;
  return {
    // The text of before: a set of addresses that remembers it does not keep a second one.
    address: before?.address ?? address,
    ifIndex,
    prefixLength,
    flags,
    protocol,
    // The kernel's count stands still in suspend: of one and the same lifetime the first reckoning is the right one.
    preferredUntilSec: isNew ? preferredUntilSec : Math.min(preferredUntilSec, same.preferredUntilSec),
    validUntilSec: isNew ? validUntilSec : Math.min(validUntilSec, same.validUntilSec),
    createdStamp,
    renewedStamp,
    renewals:
      same === undefined ? firstSeen(createdStamp, renewedStamp) : nextRenewals(same, message, preferredUntilSec),
    flaw: lastingFlaw(message, before),
    preferredToldSec: preferredSec,
    dump,
  };
}

const SCOPE: Flaw = { kind: 'scope' };

/** What rules the address out whatever becomes of it but its scope. */
function lastingFlaw({ address, scope }: AddressMessage, before: IfAddr | undefined): Flaw | null {
  const name = before === undefined ? specialRange(addressBytes(address)) : null;
  if (name !== null) return { kind: 'range', name };
  if (before?.flaw?.kind === 'range') return before.flaw;
  return scope === RT_SCOPE_UNIVERSE ? null : SCOPE;
}

/** What was seen of an address's renewals. Most addresses have none, and keep no object for them. */
export const renewalsOf = ({ renewals, createdStamp }: IfAddr): Renewals =>
  renewals ?? { last: createdStamp, lastButOne: null, lastButTwo: null, longestGap: 0 };

/** Renewed before it was first seen, it may have been so any number of times since it was made. */
const firstSeen = (createdStamp: number | null, renewedStamp: number | null): Renewals | null =>
  renewedStamp === createdStamp
    ? null
    : { last: renewedStamp, lastButOne: createdStamp, lastButTwo: createdStamp, longestGap: 0 };

/** NetworkManager sets its addresses again whenever anything changes, with what is left of their lifetimes: no router
 *  said a word. It and its like set the flag on all that they make. */
const isOnlyTouched = (before: IfAddr, flags: number, preferredUntilSec: number): boolean =>
  (flags & IFA_F_NOPREFIXROUTE) !== 0 &&
  preferredUntilSec !== Number.POSITIVE_INFINITY &&
  preferredUntilSec <= before.preferredUntilSec + ROUNDING_SEC;

/** Lifetimes are told in whole seconds. */
const ROUNDING_SEC = 1;

function nextRenewals(
  before: IfAddr,
  { flags, renewedStamp }: AddressMessage,
  preferredUntilSec: number,
): Renewals | null {
  const { last, lastButOne, longestGap } = renewalsOf(before);
  const isRenewed = renewedStamp !== null && last !== null && isLater(renewedStamp, last);
  if (!isRenewed || isOnlyTouched(before, flags, preferredUntilSec)) return before.renewals;
  return {
    last: renewedStamp,
    lastButOne: last,
    lastButTwo: lastButOne,
    longestGap: Math.max(longestGap, (renewedStamp - last) >>> 0),
  };
}

/** A lifetime made into a point in time, rounded up; 0 stays 0 = over. */
function endOf(lifetimeSec: number, nowSec: number): number {
  if (lifetimeSec === 0) return 0;
  return lifetimeSec === INFINITE_LIFETIME_SEC ? Number.POSITIVE_INFINITY : Math.ceil(nowSec) + lifetimeSec;
}

/** Why an address is not published whatever the settings say. */
export type Flaw =
  | { readonly kind: 'temporary' | 'tentative' | 'dadFailed' | 'deprecated' | 'scope' }
  | { readonly kind: 'range'; readonly name: string };

/** What rules the address out; null = nothing of its own does. */
export function flawOf(row: IfAddr, nowSec: number): Flaw | null {
  const { flags, flaw } = row;
  if (flags & IFA_F_TEMPORARY) return { kind: 'temporary' };
  if (flags & IFA_F_DADFAILED) return { kind: 'dadFailed' };
  // An optimistic address is in use while its uniqueness is still being checked (RFC 4429).
  if (flags & IFA_F_TENTATIVE && !(flags & IFA_F_OPTIMISTIC)) return { kind: 'tentative' };
  if (isDeprecated(row, nowSec)) return { kind: 'deprecated' };
  return flaw;
}

/** The kernel announces the lifetime of 0 an instant before it sets the flag. */
export const isDeprecated = ({ flags, preferredUntilSec }: IfAddr, nowSec: number): boolean =>
  (flags & IFA_F_DEPRECATED) !== 0 || preferredUntilSec <= nowSec;
