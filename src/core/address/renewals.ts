import { FIELD, type PackedRows } from './packed-rows.ts';

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
    const last = this.#rows.get(row, FIELD.lastRenewal);
    return last > 0 && last < (this.#links.get(this.#rows.get(row, FIELD.ifIndex))?.staleBefore ?? 0);
  }

  /** A router advertised the address of the row, for the first time or again.
   *  @param sound the rows that matter
   *  @returns whether the staleness of one of them changed */
  renewed(row: number, sound: ReadonlySet<number>): boolean {
    const rows = this.#rows;
    const wasStale = this.isStale(row);
    const thirdLast = rows.get(row, FIELD.renewalBefore);
    rows.set(row, FIELD.renewalBefore, rows.get(row, FIELD.lastRenewal));
    rows.set(row, FIELD.lastRenewal, ++this.#count);
    // The third last of a stale address is too old to speak against others.
    if (wasStale) return true;
    const ifIndex = rows.get(row, FIELD.ifIndex);
    const link = this.#links.get(ifIndex) ?? { staleBefore: 0, freshFrom: 0 };
    this.#links.set(ifIndex, link);
    const staleBefore = link.staleBefore;
    link.staleBefore = Math.max(staleBefore, thirdLast);
    return link.staleBefore > link.freshFrom && this.#sweep(ifIndex, link, staleBefore, sound);
  }

  /** Forgets links that are gone. */
  keep(links: ReadonlyMap<number, unknown>): void {
    for (const ifIndex of this.#links.keys()) if (!links.has(ifIndex)) this.#links.delete(ifIndex);
  }

  /** Sets `freshFrom` anew. @returns whether a sound row turned stale since `staleBefore` was lower */
  #sweep(ifIndex: number, link: LinkState, staleBefore: number, sound: ReadonlySet<number>): boolean {
    let changed = false;
    link.freshFrom = this.#count;
    for (let row = 0; row < this.#rows.count; row++) {
      const last = this.#rows.get(row, FIELD.lastRenewal);
      if (last === 0 || this.#rows.get(row, FIELD.ifIndex) !== ifIndex) continue;
      if (last >= link.staleBefore) link.freshFrom = Math.min(link.freshFrom, last);
      else if (last >= staleBefore) changed ||= sound.has(row);
    }
    return changed;
  }
}
