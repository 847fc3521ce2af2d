import type { Address } from './address.ts';

/** Renewals of another address after which one that was not renewed meanwhile counts as given up by its router. */
const MISSED_RENEWALS = 3;

/** Notices flash renumbering (RFC 8978): a router that forgets its old prefix no longer advertises it, but the kernel
 *  keeps the address "preferred" for hours and says nothing. What tells is that another address of the same link goes
 *  on being renewed: all prefixes of one advertisement are renewed together. */
export class Renewals {
  /** By link, by router-advertised address: how often each other one was renewed since this one was. */
  readonly #links = new Map<number, Map<Address, Map<Address, number>>>();

  isStale(ifIndex: number, address: Address): boolean {
    const missed = this.#links.get(ifIndex)?.get(address);
    return missed !== undefined && Math.max(0, ...missed.values()) >= MISSED_RENEWALS;
  }

  /** A router advertised the address, for the first time or again. @returns whether any address's staleness changed */
  renewed(ifIndex: number, address: Address): boolean {
    const link = this.#links.get(ifIndex) ?? new Map<Address, Map<Address, number>>();
    this.#links.set(ifIndex, link);
    let changed = this.isStale(ifIndex, address);
    for (const [other, missed] of link) {
      if (other === address) continue;
      const times = Math.min(MISSED_RENEWALS, (missed.get(address) ?? 0) + 1);
      const wasStale = this.isStale(ifIndex, other);
      missed.set(address, times);
      changed ||= this.isStale(ifIndex, other) !== wasStale;
    }
    link.set(address, new Map());
    return changed;
  }

  /** The address is gone; it no longer speaks against others. */
  forget(ifIndex: number, address: Address): void {
    const link = this.#links.get(ifIndex);
    if (link === undefined || !link.delete(address)) return;
    for (const missed of link.values()) missed.delete(address);
    if (link.size === 0) this.#links.delete(ifIndex);
  }
}
