import type { Address } from '../address/address.ts';
import { eligible, refused, refuseLink } from '../address/eligible.ts';
import { equallyGood } from '../address/select.ts';
import type { AddressTable, Gains } from '../address/table.ts';
import { adopt, type Choice, choose, nothingChosen } from './chooser.ts';
import { describeNoAddress, type LogEntry } from './notices.ts';

/** Names that may publish the same addresses: one choice serves them all. It is made anew only when something happened
 *  that may lead to another one, because that is a look at every address there is.
 *  Times are milliseconds on CLOCK_BOOTTIME. */
export class Group {
  readonly #interfaces: readonly string[] | null;
  #choice: Choice = nothingChosen;
  /** The rank that the chosen address had. */
  #rank = -1;
  #due = false;
  /** What the zones were told last, null = they are to be told again; and when it was chosen. */
  #told: Address | null = null;
  #sinceMs = 0;
  /** A record was read: from now on what it said, or what was chosen instead, stays. */
  #settled = false;
  /** As good as what was chosen blindly, until a record was read. */
  #alternatives: readonly Address[] = [];
  #isStranded = false;

  /** @param interfaces names of those whose addresses may be published; null = any but loopback */
  constructor(interfaces: readonly string[] | null) {
    this.#interfaces = interfaces;
  }

  /** What is to be published; null = nothing was eligible yet. */
  get chosen(): {
    readonly address: Address;
    readonly equallyGood: readonly Address[];
    readonly sinceMs: number;
  } | null {
    const { current } = this.#choice;
    return current && { address: current.address, equallyGood: this.#alternatives, sinceMs: this.#sinceMs };
  }

  /** Nothing is eligible now, which was logged. */
  get isStranded(): boolean {
    return this.#isStranded;
  }

  /** Whether a record was read: what it said, or what was chosen instead, stays. */
  get isSettled(): boolean {
    return this.#settled;
  }

  /** When `decide` has to be called; null = only an event can change anything. */
  get dueMs(): number | null {
    return this.#choice.grace?.untilMs ?? null;
  }

  /** The settings were read again: the names are to be told what stands chosen. */
  tellAgain(): void {
    this.#due = true;
    this.#told = null;
    this.#isStranded = false;
  }

  /** @returns whether `decide` has something to look at */
  tableChanged(table: AddressTable, gains: Gains | null): boolean {
    this.#due ||= !this.#holds(table, gains);
    return this.#due;
  }

  /** Chooses anew if there is reason to.
   *  @param log takes what is to be said of it
   *  @returns whether the names are to be told */
  decide(table: AddressTable, nowMs: number, log: (entry: LogEntry) => void): boolean {
    if (!this.#due && nowMs < (this.dueMs ?? Number.POSITIVE_INFINITY)) return false;
    this.#due = false;
    const rows = eligible(table, this.#interfaces);
    if (rows.length > 0) this.#isStranded = false;
    else if (!this.#isStranded) {
      this.#isStranded = true;
      const kept = this.#choice.current?.address ?? null;
      log(describeNoAddress(refused(table, this.#interfaces, nowMs / 1000), table.links, kept));
    }
    // Until a record was read the choice is blind: it follows the table without holding on to anything.
    const next = choose(this.#settled ? this.#choice : nothingChosen, rows, nowMs);
    if (next.current === null) return false;
    if (!this.#settled) this.#alternatives = equallyGood(rows);
    this.#choice = next;
    this.#rank = table.rankOf(next.current);
    if (next.current.address === this.#told) return false;
    this.#told = next.current.address;
    this.#sinceMs = nowMs;
    return true;
  }

  /** A record was read. The first one settles which of several equally good addresses stays, also for names that would
   *  have kept another one.
   *  @param isSaid whether it says the address; several may fit one that says a prefix only */
  settle(table: AddressTable, isSaid: (address: Address) => boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#due = true;
    this.#told = null;
    this.#alternatives = [];
    this.#choice = adopt(this.#choice, eligible(table, this.#interfaces), isSaid);
  }

  /** Whether the choice stands whatever else there is: the chosen address is as it was, and nothing came that outranks
   *  it. */
  #holds(table: AddressTable, gains: Gains | null): boolean {
    const { current, grace } = this.#choice;
    if (!this.#settled || current === null || grace !== null || gains === null) return false;
    if (table.rankOf(current) !== this.#rank) return false;
    for (const [ifIndex, rank] of gains) {
      if (rank > this.#rank && refuseLink(table.links.get(ifIndex), this.#interfaces) === null) return false;
    }
    return true;
  }
}
