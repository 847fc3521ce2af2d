import { IF_INDEX, LAST_RENEWAL, type PackedRows, RENEWAL_BEFORE, ROW_WORDS } from './packed-rows.ts';

interface LinkState {
  /** Addresses whose last renewal has a lower number are stale: another one had three since. */
  staleBefore: number;
  /** No address that is not stale has a last renewal with a lower number: up to here nothing turns stale. */
  freshFrom: number;
}

/** Notices flash renumbering (RFC 8978): a router that forgets its old prefix no longer advertises it, but the kernel
 *  keeps the address "preferred" for hours and says nothing. What tells is that another address of the same link goes
 *  on being renewed: all prefixes of one advertisement are renewed together. An address that was not renewed while
 *  another one was renewed three times counts as given up by its router.
 *
 *  Renewals are numbered in their order; a row keeps the numbers of its last two, so that a thousand addresses cost no
 *  more each than two do. */
export class Renewals {
  readonly #rows: PackedRows;
  readonly #links = new Map<number, LinkState>();
  #count = 0;

  constructor(rows: PackedRows) {
    this.#rows = rows;
  }

  isStale(row: number): boolean {
    const { words } = this.#rows;
    const last = words[row + LAST_RENEWAL] as number;
    return last > 0 && last < (this.#links.get(words[row + IF_INDEX] as number)?.staleBefore ?? 0);
  }

  /** A router advertised the address of the row, for the first time or again.
   *  @returns whether the staleness of a sound row changed */
  renewed(row: number): boolean {
    const words = this.#rows.words;
    const ifIndex = words[row + IF_INDEX] as number;
    const link = this.#links.get(ifIndex) ?? this.#addLink(ifIndex);
    const last = words[row + LAST_RENEWAL] as number;
    const thirdLast = words[row + RENEWAL_BEFORE] as number;
    words[row + RENEWAL_BEFORE] = last;
    words[row + LAST_RENEWAL] = ++this.#count;
    // The third last of a stale address is too old to speak against others.
    if (last > 0 && last < link.staleBefore) return true;
    if (thirdLast <= link.staleBefore) return false;
    const { staleBefore } = link;
    link.staleBefore = thirdLast;
    return thirdLast > link.freshFrom && this.#sweep(ifIndex, link, staleBefore);
  }

  /** Forgets links that are gone. */
  keep(links: ReadonlyMap<number, unknown>): void {
    for (const ifIndex of this.#links.keys()) if (!links.has(ifIndex)) this.#links.delete(ifIndex);
  }

  #addLink(ifIndex: number): LinkState {
    const link = { staleBefore: 0, freshFrom: 0 };
    this.#links.set(ifIndex, link);
    return link;
  }

  /** Sets `freshFrom` anew. @returns whether a sound row turned stale since `staleBefore` was lower */
  #sweep(ifIndex: number, link: LinkState, staleBefore: number): boolean {
    const { words, end, soundEnd } = this.#rows;
    let changed = false;
    let freshFrom = this.#count;
    for (let row = 0; row < end; row += ROW_WORDS) {
      const last = words[row + LAST_RENEWAL] as number;
      if (last === 0 || words[row + IF_INDEX] !== ifIndex) continue;
      if (last < link.staleBefore) changed ||= last >= staleBefore && row < soundEnd;
      else if (last < freshFrom) freshFrom = last;
    }
    link.freshFrom = freshFrom;
    return changed;
  }
}
