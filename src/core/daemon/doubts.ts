import type { Address } from '../address/address.ts';
import type { Candidate } from '../address/candidates.ts';
import type { ProbeVerdict } from '../ports.ts';
import { earliest } from '../time.ts';

/** What signs leave open: whether the prefix of the published address is silent for good, whether an address that no
 *  default route serves is of any use, whether requests fail because of the prefix that they leave from. */
export type DoubtKind = 'silent' | 'unserved' | 'failing';

/** A way may be out for good: the same is not asked again and again. */
const AGAIN_MS = 60_000;
const MAX_AGAIN_MS = 3_600_000;

/** Addresses that are asked from, for one doubt. */
export const MOST_ASKED = 8;

/** Doubts that are remembered. A machine has a handful of prefixes, but a stranger on the link may announce any number. */
const MOST_REMEMBERED = 64;

interface Doubt {
  readonly kind: DoubtKind;
  /** The prefix it is about. */
  readonly prefix: string;
  /** One address a prefix, the one that stands first. */
  readonly asked: readonly { readonly address: Address; readonly prefix: string }[];
  /** What came back, in the same order. */
  readonly verdicts: readonly ProbeVerdict[];
  readonly waitMs: number;
  /** It is not asked again before. */
  readonly againMs: number;
}

/** Questions that are put to the network, one address after the other, until one is reached: that one wins over those
 *  that are not. Times are milliseconds on CLOCK_BOOTTIME. */
export class Doubts {
  readonly #doubts = new Map<string, Doubt>();
  /** Those that stand. */
  readonly #raised = new Set<string>();

  /** The next address to ask from; null = nothing is to be asked. */
  get question(): Address | null {
    for (const doubt of this.#doubts.values()) if (isOpen(doubt)) return nextOf(doubt);
    return null;
  }

  /** When a doubt that stands may be asked again; null = none stands. */
  get dueMs(): number | null {
    const standing = [...this.#raised].map((key) => this.#doubts.get(key)).filter((doubt) => doubt !== undefined);
    return earliest(...standing.map((doubt) => (isOpen(doubt) ? null : doubt.againMs)));
  }

  /** Another look begins: no doubt stands until it is raised. Of a prefix that is renewed, or gone, silence is no longer
   *  proven. */
  beginLook(candidates: readonly Candidate[]): void {
    this.#raised.clear();
    const doubtful = new Set(candidates.filter(({ life }) => life !== 'living').map(({ prefix }) => prefix));
    for (const [key, doubt] of this.#doubts) {
      if (doubt.kind === 'silent' && !doubtful.has(doubt.prefix)) this.#doubts.set(key, { ...doubt, ...nothingAsked });
    }
  }

  /** Asks, unless the same was asked not long ago.
   *  @param asked the one that stands, then those that would take its place, at most MOST_ASKED
   *  @returns the address that was reached; null = none was */
  raise(kind: DoubtKind, prefix: string, asked: readonly Candidate[], nowMs: number): Address | 'awaited' | null {
    const key = `${kind} ${prefix}`;
    this.#raised.add(key);
    const before = this.#doubts.get(key);
    if (before !== undefined && isOpen(before)) return 'awaited';
    if (before !== undefined && nowMs < before.againMs) return reachedBy(before);
    const waitMs = before === undefined ? AGAIN_MS : Math.min(2 * before.waitMs, MAX_AGAIN_MS);
    const addresses = asked.map((own) => ({ address: own.row.address, prefix: own.prefix }));
    this.#doubts.delete(key);
    this.#doubts.set(key, { kind, prefix, asked: addresses, verdicts: [], waitMs, againMs: nowMs + waitMs });
    const [oldest = key] = this.#doubts.keys();
    if (this.#doubts.size > MOST_REMEMBERED) this.#doubts.delete(oldest);
    return 'awaited';
  }

  answer(address: Address, verdict: ProbeVerdict): void {
    for (const [key, doubt] of this.#doubts) {
      if (!isOpen(doubt) || nextOf(doubt) !== address) continue;
      this.#doubts.set(key, { ...doubt, verdicts: [...doubt.verdicts, verdict] });
    }
  }

  /** What is proven now, by prefix. While it is asked whether a prefix is silent, it has the benefit of the doubt. That one
   *  is silent holds until it is renewed; what led to no such doubt is true for a while only. */
  proofs(nowMs: number): ReadonlyMap<string, 'reached' | 'silent'> {
    const proofs = new Map<string, 'reached' | 'silent'>();
    for (const doubt of this.#doubts.values()) {
      const { kind, prefix, asked, verdicts, againMs } = doubt;
      if (kind === 'silent' && isOpen(doubt)) proofs.set(prefix, 'reached');
      const reached = verdicts.indexOf('reached');
      if (kind !== 'silent' && nowMs >= againMs) continue;
      // Those that were asked before it were silent.
      for (const [i, own] of asked.slice(0, reached + 1).entries()) {
        proofs.set(own.prefix, i === reached ? 'reached' : 'silent');
      }
    }
    return proofs;
  }

  /** The address that was reached while requests failed; null = none was. */
  reachedWhileFailing(nowMs: number): Address | null {
    const [reached] = [...this.#doubts.values()]
      .filter(({ kind, againMs }) => kind === 'failing' && nowMs < againMs)
      .map(reachedBy);
    return reached ?? null;
  }
}

const nothingAsked = { asked: [], verdicts: [] };

/** Where there is no way to tell, asking from another address would not help. */
const isOpen = ({ asked, verdicts }: Doubt): boolean =>
  verdicts.length < asked.length && verdicts.every((verdict) => verdict === 'silent');

const reachedBy = ({ asked, verdicts }: Doubt): Address | null => asked[verdicts.indexOf('reached')]?.address ?? null;

const nextOf = ({ asked, verdicts }: Doubt): Address | null => asked[verdicts.length]?.address ?? null;
