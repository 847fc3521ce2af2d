import type { AddressRules } from '../config/settings.ts';
import { assertNever } from '../result.ts';
import { addressBytes } from './address.ts';
import { allows, namesInFull } from './interfaces.ts';
import { type AddressKind, describeKind, matches, type Origin } from './kinds.ts';
import { originOf } from './origin.ts';
import type { Routes } from './routes.ts';
import { type Flaw, flawOf, type IfAddr } from './row.ts';
import type { AddressTable, Link } from './table.ts';

/** Why an address is not published. */
export type Refusal =
  | Flaw
  | { readonly kind: 'interfaceDown' | 'loopback' | 'interfaceNotAllowed' }
  | { readonly kind: 'excluded'; readonly as: AddressKind };

/** The addresses that may be published, in no particular order. */
export function eligible(table: AddressTable, rules: AddressRules, nowSec: number): IfAddr[] {
  const found: IfAddr[] = [];
  for (const row of table.rows()) if (refuse(table, row, rules, nowSec) === null) found.push(row);
  return found;
}

/** Every address that may not be published, with the first reason why. */
export const refused = (
  table: AddressTable,
  rules: AddressRules,
  nowSec: number,
): { readonly row: IfAddr; readonly refusal: Refusal }[] =>
  [...table.rows()].flatMap((row) => {
    const refusal = refuse(table, row, rules, nowSec);
    return refusal === null ? [] : { row, refusal };
  });

/** The first reason why the address may not be published; null = it may.
 *  @param nowSec CLOCK_BOOTTIME */
export const refuse = (table: AddressTable, row: IfAddr, rules: AddressRules, nowSec: number): Refusal | null =>
  flawOf(row, nowSec) ?? refuseLink(table.links.get(row.ifIndex), rules) ?? refuseKind(row, rules, table.routes);

function refuseLink(link: Link | undefined, { interfaces }: AddressRules): Refusal | null {
  if (link === undefined || !link.isUp) return { kind: 'interfaceDown' };
  if (allows(interfaces, link)) return null;
  return { kind: link.isLoopback && !namesInFull(interfaces, link) ? 'loopback' : 'interfaceNotAllowed' };
}

function refuseKind(row: IfAddr, { exclude }: AddressRules, routes: Routes): Refusal | null {
  const as = exclude.length === 0 ? -1 : placeIn(exclude, row, originOf(row, routes));
  const kind = exclude[as];
  return kind === undefined ? null : { kind: 'excluded', as: kind };
}

/** The place of the first kind that the address is of; -1 = it is of none. */
export function placeIn(kinds: readonly AddressKind[], row: IfAddr, origin: Origin): number {
  if (kinds.length === 0) return -1;
  const bytes = Uint8Array.from(addressBytes(row.address));
  return kinds.findIndex((kind) => matches(kind, { bytes, origin }));
}

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
    case 'excluded':
      return `"exclude" has ${describeKind(refusal.as)}`;
    default:
      return assertNever(refusal);
  }
}
