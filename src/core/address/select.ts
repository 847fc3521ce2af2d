import { IFA_F_PERMANENT } from '../wire/constants.ts';
import type { Address } from './address.ts';
import { addressBytes } from './address.ts';
import type { IfAddr } from './table.ts';

/** What the ranking needs to know beside the rows. */
export interface Ranking {
  /** The address that the record says now; null = none or not known. */
  readonly published: Address | null;
}

/** The rule that told the winner from the rest; `only` = there was no rest. */
export type Rule = 'only' | 'defaultRoute' | 'advertised' | 'permanent' | 'published' | 'preferredLifetime' | 'lowest';

export interface Selection {
  readonly winner: IfAddr;
  readonly rule: Rule;
}

/** Preferred lifetimes closer together than this count as equal: routers renew at their own pace. */
const LIFETIME_TOLERANCE_SEC = 30 * 60;

/** Each rule keeps the best of what the rules before it left. Filters, not pairwise comparison: with a tolerance
 *  only they give the same winner for every order of the rows. A filter that keeps none tells nothing apart. */
const RULES: readonly { readonly rule: Rule; keep(rows: readonly IfAddr[], ranking: Ranking): readonly IfAddr[] }[] = [
  { rule: 'defaultRoute', keep: (rows) => rows.filter((row) => row.uplink) },
  { rule: 'advertised', keep: (rows) => rows.filter((row) => !isOutdone(row, rows)) },
  {
    rule: 'permanent',
    keep: (rows) =>
      rows.filter((row) => row.flags & IFA_F_PERMANENT && row.preferredUntilSec === Number.POSITIVE_INFINITY),
  },
  { rule: 'published', keep: (rows, { published }) => rows.filter((row) => row.address === published) },
  {
    rule: 'preferredLifetime',
    keep: (rows) => {
      const longest = rows.reduce((most, row) => Math.max(most, row.preferredUntilSec), 0);
      return rows.filter((row) => row.preferredUntilSec >= longest - LIFETIME_TOLERANCE_SEC);
    },
  },
  { rule: 'lowest', keep: (rows) => [...rows].sort(byAddress).slice(0, 1) },
];

/** Whether the row's prefix is no longer advertised on its link while that of another row there is. */
const isOutdone = (row: IfAddr, rows: readonly IfAddr[]): boolean =>
  row.stale && rows.some((other) => other.ifIndex === row.ifIndex && !other.stale);

/** Chooses the one address to publish among the eligible; null = there is none. */
export const select = (rows: readonly IfAddr[], ranking: Ranking): Selection | null => narrow(rows, ranking, () => {});

/** The choice, and for every other row the rule that dropped it. */
export function explain(
  rows: readonly IfAddr[],
  ranking: Ranking,
): { readonly selection: Selection | null; readonly droppedBy: ReadonlyMap<IfAddr, Rule> } {
  const droppedBy = new Map<IfAddr, Rule>();
  const selection = narrow(rows, ranking, (rule, before, kept) => {
    const survivors = new Set(kept);
    for (const row of before) if (!survivors.has(row)) droppedBy.set(row, rule);
  });
  return { selection, droppedBy };
}

/** Applies one rule after the other.
 *  @param onDrop is told of each that leaves some out */
function narrow(
  rows: readonly IfAddr[],
  ranking: Ranking,
  onDrop: (rule: Rule, before: readonly IfAddr[], kept: readonly IfAddr[]) => void,
): Selection | null {
  let left = rows;
  let decided: Rule = 'only';
  for (const { rule, keep } of RULES) {
    if (left.length <= 1) break;
    const kept = keep(left, ranking);
    if (kept.length === 0 || kept.length === left.length) continue;
    onDrop(rule, left, kept);
    left = kept;
    decided = rule;
  }
  const winner = left[0];
  return winner === undefined ? null : { winner, rule: decided };
}

/** The addresses that only the rule `published` or a later one can tell from the winner: should the record
 *  say one of them already, then that one is to stay. */
export function equallyGood(rows: readonly IfAddr[]): Address[] {
  let left = rows;
  for (const { rule, keep } of RULES) {
    if (rule === 'published') break;
    const kept = keep(left, { published: null });
    if (kept.length > 0) left = kept;
  }
  return left.map(({ address }) => address);
}

/** Numeric order of the addresses; the same address on two interfaces: the lower link number first. */
function byAddress(a: IfAddr, b: IfAddr): number {
  const [left, right] = [addressBytes(a.address), addressBytes(b.address)];
  for (const [i, byte] of left.entries()) {
    const difference = byte - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.ifIndex - b.ifIndex;
}
