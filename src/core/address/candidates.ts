import type { AddressRules } from '../config/settings.ts';
import { addressBytes } from './address.ts';
import { eligible, placeIn } from './eligible.ts';
import { namesInFull } from './interfaces.ts';
import { originOf } from './origin.ts';
import { type Life, prefixKey, prefixLives } from './prefix-lives.ts';
import type { Uplink } from './routes.ts';
import type { IfAddr } from './row.ts';
import type { AddressTable } from './table.ts';

/** An address that may be published, with what ranks it. */
export interface Candidate {
  readonly row: IfAddr;
  /** See `prefixKey`. */
  readonly prefix: string;
  /** The best default route that serves it; null = none. */
  readonly uplink: Uplink | null;
  readonly life: Life;
  /** What the network itself said of its prefix; null = it was not asked, or did not tell. */
  readonly proof: 'reached' | 'silent' | null;
  /** It is the administrator's. */
  readonly isStatic: boolean;
  /** Its place in `prefer`; -1 = none. */
  readonly preference: number;
  /** `interface` names its link in full. */
  readonly isNamed: boolean;
}

/** The addresses that may be published, in no particular order.
 *  @param nowSec CLOCK_BOOTTIME */
export function candidatesOf(table: AddressTable, rules: AddressRules, nowSec: number): Candidate[] {
  const { routes, links } = table;
  const rows = eligible(table, rules, nowSec);
  const hasCarrier = (ifIndex: number): boolean => table.hasCarrier(ifIndex);
  const lives = prefixLives(table.rows(), routes, nowSec);
  return rows.map((row) => {
    const origin = originOf(row, routes);
    const link = links.get(row.ifIndex);
    const prefix = prefixKey(row);
    return {
      row,
      prefix,
      uplink: routes.serving(Uint8Array.from(addressBytes(row.address)), row.ifIndex, hasCarrier),
      life: lives.get(prefix) ?? 'living',
      proof: null,
      isStatic: origin === 'static',
      preference: placeIn(rules.prefer, row, origin),
      isNamed: link !== undefined && namesInFull(rules.interfaces, link),
    };
  });
}

/** Whether the prefix was given up, which counts against all in it but the administrator's addresses. The network's own
 *  word goes before the signs, unless a router itself took the prefix back. */
export function isGivenUp({ life, proof, isStatic }: Candidate): boolean {
  if (isStatic || life === 'living') return false;
  return life === 'withdrawn' || (proof === null ? life === 'silent' : proof === 'silent');
}
