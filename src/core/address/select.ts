import { type Address, addressBytes, prefixMask } from './address.ts';
import { type Candidate, isGivenUp } from './candidates.ts';
import { compareUplinks, type Uplink } from './routes.ts';

/** The rule that told the winner from the rest; `only` = there was no rest. */
export type Rule =
  | 'only'
  | 'reached'
  | 'uplink'
  | 'livingPrefix'
  | 'prefer'
  | 'static'
  | 'published'
  | 'preferredLifetime'
  | 'hostBits'
  | 'lowest';

export interface Selection {
  readonly winner: Candidate;
  readonly rule: Rule;
}

/** Preferred lifetimes closer together than this count as equal: routers renew at their own pace. */
const LIFETIME_TOLERANCE_SEC = 30 * 60;

type Keep = (left: readonly Candidate[], published: Address | null) => readonly Candidate[];

/** Each rule keeps the best of what the rules before it left. Filters, not pairwise comparison: with a tolerance
 *  only they give the same winner for every order of the rows. A filter that keeps none tells nothing apart. */
const RULES: readonly { readonly rule: Rule; readonly keep: Keep }[] = [
  { rule: 'reached', keep: (left) => left.filter(({ proof }) => proof !== 'silent') },
  { rule: 'uplink', keep: keepBestServed },
  { rule: 'livingPrefix', keep: (left) => left.filter((own) => !isGivenUp(own)) },
  { rule: 'prefer', keep: keepPreferred },
  { rule: 'static', keep: (left) => left.filter(({ isStatic }) => isStatic) },
  { rule: 'published', keep: (left, published) => left.filter(({ row }) => row.address === published) },
  { rule: 'preferredLifetime', keep: keepLongest },
  { rule: 'hostBits', keep: (left) => left.filter((own) => !isSubnetRouter(own)) },
  { rule: 'lowest', keep: (left) => [...left].sort(byAddress).slice(0, 1) },
];

function keepBestServed(left: readonly Candidate[]): Candidate[] {
  const best = left.reduce<Uplink | null>((a, { uplink }) => (compareUplinks(a, uplink) <= 0 ? a : uplink), null);
  return left.filter(({ uplink }) => compareUplinks(uplink, best) === 0);
}

function keepPreferred(left: readonly Candidate[]): Candidate[] {
  const places = left.map(({ preference }) => preference).filter((place) => place >= 0);
  const best = places.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return left.filter(({ preference }) => preference === best);
}

function keepLongest(left: readonly Candidate[]): Candidate[] {
  const longest = left.reduce((most, { row }) => Math.max(most, row.preferredUntilSec), 0);
  return left.filter(({ row }) => row.preferredUntilSec >= longest - LIFETIME_TOLERANCE_SEC);
}

/** All host bits zero: the anycast address of the subnet's routers (RFC 4291 §2.6.1). Prefixes of one or two addresses
 *  have none (RFC 6164). */
function isSubnetRouter({ row: { address, prefixLength } }: Candidate): boolean {
  if (prefixLength >= 127) return false;
  return addressBytes(address).every((byte, i) => (byte & ~prefixMask(prefixLength, i) & 0xff) === 0);
}

/** Numeric order of the addresses; the same address on two interfaces: the lower link number first. */
function byAddress({ row: a }: Candidate, { row: b }: Candidate): number {
  const right = addressBytes(b.address);
  for (const [i, byte] of addressBytes(a.address).entries()) {
    const difference = byte - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.ifIndex - b.ifIndex;
}

/** Chooses the one address to publish; null = there is none.
 *  @param published the address that the record says now; null = none, or not known */
export const select = (candidates: readonly Candidate[], published: Address | null): Selection | null =>
  narrow(candidates, published, () => {});

/** The choice, and for every other candidate the rule that dropped it. */
export function explain(
  candidates: readonly Candidate[],
  published: Address | null,
): { readonly selection: Selection | null; readonly droppedBy: ReadonlyMap<Candidate, Rule> } {
  const droppedBy = new Map<Candidate, Rule>();
  const selection = narrow(candidates, published, (rule, before, kept) => {
    const survivors = new Set(kept);
    for (const candidate of before) if (!survivors.has(candidate)) droppedBy.set(candidate, rule);
  });
  return { selection, droppedBy };
}

/** Applies one rule after the other.
 *  @param onDrop is told of each that leaves some out */
function narrow(
  candidates: readonly Candidate[],
  published: Address | null,
  onDrop: (rule: Rule, before: readonly Candidate[], kept: readonly Candidate[]) => void,
): Selection | null {
  let left = candidates;
  let decided: Rule = 'only';
  for (const { rule, keep } of RULES) {
    if (left.length <= 1) break;
    const kept = keep(left, published);
    if (kept.length === 0 || kept.length === left.length) continue;
    onDrop(rule, left, kept);
    left = kept;
    decided = rule;
  }
  const winner = left[0];
  return winner === undefined ? null : { winner, rule: decided };
}

/** The best one of each prefix, the best of all first.
 *  @param most of so many prefixes */
export function bestByPrefix(candidates: readonly Candidate[], most: number): Candidate[] {
  const best: Candidate[] = [];
  for (let left = candidates; best.length < most; ) {
    const winner = select(left, null)?.winner;
    if (winner === undefined) break;
    best.push(winner);
    left = left.filter(({ prefix }) => prefix !== winner.prefix);
  }
  return best;
}

/** The addresses that would stay if the record said them, the prefix in doubt included: that a prefix is silent has to be
 *  proven before a published address is given up for it. */
export function equallyGood(candidates: readonly Candidate[]): Address[] {
  let left = candidates.map((own): Candidate => (own.life === 'silent' ? { ...own, life: 'doubtful' } : own));
  for (const { rule, keep } of RULES) {
    if (rule === 'published') break;
    const kept = keep(left, null);
    if (kept.length > 0) left = [...kept];
  }
  return left.map(({ row }) => row.address);
}
