import { addressBytes, parseAddress } from '../../src/core/address/address.ts';
import type { Prefix } from '../../src/core/address/prefix.ts';
import type { NextHop, Route } from '../../src/core/address/routes.ts';
import { RT_TABLE_MAIN, RTN_UNICAST } from '../../src/core/wire/constants.ts';

/** The 16 bytes of an address. */
export function bytesOf(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return Uint8Array.from(addressBytes(address));
}

/** As in "3ffe:1::/64". */
export function prefix(text: string): Prefix {
  const [address = '', length] = text.split('/');
  return { bytes: [...bytesOf(address)], length: Number(length) };
}

export const hop = (ifIndex: number, own: Partial<NextHop> = {}): NextHop => ({
  ifIndex,
  gateway: '',
  isDead: false,
  ...own,
});

/** A default route of the main table over a link, metric 1024. */
export const defaultRoute = (ifIndex: number, own: Partial<Route> = {}): Route => ({
  table: RT_TABLE_MAIN,
  destination: prefix('::/0'),
  source: prefix('::/0'),
  type: RTN_UNICAST,
  protocol: 3,
  metric: 1024,
  preference: 0,
  hops: [hop(ifIndex)],
  ...own,
});
