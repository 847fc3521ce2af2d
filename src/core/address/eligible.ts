import { assertNever } from '../result.ts';
import { IFF_LOOPBACK, IFF_UP } from '../wire/constants.ts';
import type { AddressTable, Flaw, IfAddr, Link } from './table.ts';

/** Why an address is not published. */
export type Refusal = Flaw | { readonly kind: 'interfaceDown' | 'loopback' | 'interfaceNotAllowed' };

/** Whether the settings and the link's state let addresses of `link` be published; null = they do.
 *  @param interfaces names the settings allow; null = every one but loopback */
export function refuseLink(link: Link | undefined, interfaces: readonly string[] | null): Refusal | null {
  if (link === undefined || (link.flags & IFF_UP) === 0) return { kind: 'interfaceDown' };
  if (interfaces !== null) return interfaces.includes(link.ifName) ? null : { kind: 'interfaceNotAllowed' };
  return link.flags & IFF_LOOPBACK ? { kind: 'loopback' } : null;
}

/** The addresses that may be published, in no particular order. */
export function eligible(table: AddressTable, interfaces: readonly string[] | null): IfAddr[] {
  return table.sound().filter((row) => refuseLink(table.links.get(row.ifIndex), interfaces) === null);
}

/** Every address with the first reason why it may not be published; null = it may.
 *  @param nowSec CLOCK_BOOTTIME */
export const judged = (
  table: AddressTable,
  interfaces: readonly string[] | null,
  nowSec: number,
): { readonly row: IfAddr; readonly refusal: Refusal | null }[] =>
  [...table.all(nowSec)].map(({ row, flaw }) => {
    return { row, refusal: flaw ?? refuseLink(table.links.get(row.ifIndex), interfaces) };
  });

/** Every address that may not be published, with the first reason why.
 *  @param nowSec CLOCK_BOOTTIME */
export const refused = (
  table: AddressTable,
  interfaces: readonly string[] | null,
  nowSec: number,
): { readonly row: IfAddr; readonly refusal: Refusal }[] =>
  judged(table, interfaces, nowSec).flatMap(({ row, refusal }) => (refusal === null ? [] : { row, refusal }));

/** The reason in words, to be read after the address. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'temporary':
      return 'temporary (privacy address, RFC 8981)';
    case 'tentative':
      return 'tentative (duplicate address detection is not over)';
    case 'dadFailed':
      return 'duplicate address detection failed (another host has it)';
    case 'deprecated':
      return 'deprecated (its preferred lifetime is over)';
    case 'scope':
      return 'not of global scope';
    case 'range':
      return refusal.name;
    case 'interfaceDown':
      return 'interface is down';
    case 'loopback':
      return 'on the loopback interface, which "interface" does not name';
    case 'interfaceNotAllowed':
      return 'on an interface that "interface" does not name';
    default:
      return assertNever(refusal);
  }
}
