import type { Address } from '../address/address.ts';
import { type Candidate, candidatesOf } from '../address/candidates.ts';
import { refused } from '../address/eligible.ts';
import { unmatched } from '../address/interfaces.ts';
import { bestByPrefix, equallyGood, select } from '../address/select.ts';
import type { AddressTable } from '../address/table.ts';
import type { AddressRules } from '../config/settings.ts';
import type { ProbeVerdict } from '../ports.ts';
import { earliest } from '../time.ts';
import { type Choice, choose, mayWait, nothingChosen, PATIENCE_MS, recordSays } from './chooser.ts';
import { Doubts, MOST_ASKED } from './doubts.ts';
import { describeAddressAgain, describeNoAddress, describeUnknownInterfaces, type LogEntry } from './notices.ts';

/** For how long nothing may be eligible without a word: managers make all addresses anew, cables flap. */
const BLIP_MS = 10_000;

/** What a name is to say. */
export interface Chosen {
  readonly address: Address;
  /** As good: should the record say one of them at the first look, then that one stays. */
  readonly equallyGood: readonly Address[];
  readonly sinceMs: number;
}

/** Names that may publish the same addresses: one choice serves them all. Times are milliseconds on CLOCK_BOOTTIME. */
export class Group {
  #rules: AddressRules;
  readonly #startMs: number;
  #choice: Choice = nothingChosen;
  /** What may be published, until a record was read; then only of how many there are, and whether the chosen one is. */
  #candidates: readonly Candidate[] = [];
  #count = 0;
  #isLost = false;
  readonly #doubts = new Doubts();
  /** The last request did not reach the API. */
  #isFailing = false;
  #isDue = false;
  /** What the zones were told last; undefined = they are to be told. */
  #told: Address | null | undefined;
  #sinceMs = 0;
  /** A record was read: from now on what it said, or what was chosen instead, stays. */
  #isSettled = false;
  /** Since when nothing may be published; null = something may, or nobody has looked yet. */
  #strandedSinceMs: number | null = null;
  /** That was said. */
  #isReported = false;
  /** Which interfaces the settings name that are not there was said. */
  #namesSaid = false;

  constructor(rules: AddressRules, nowMs: number) {
    this.#rules = rules;
    this.#startMs = nowMs;
  }

  /** What is to be published; null = nothing is eligible, or what is has to wait: nothing is to be written. */
  get chosen(): Chosen | null {
    const { current, held } = this.#choice;
    if (current === null || this.#count === 0) return null;
    return this.#isLost && held !== null ? null : this.#chosen(current.address);
  }

  /** The same for a name that has no record: there is nothing to be patient for. */
  get chosenForEmpty(): Chosen | null {
    const { held } = this.#choice;
    return this.chosen ?? (held && this.#chosen(held.row.address));
  }

  /** Something was eligible at the last look. */
  get hasAddress(): boolean {
    return this.#count > 0;
  }

  /** Nothing is eligible now. */
  get isStranded(): boolean {
    return this.#strandedSinceMs !== null;
  }

  /** Whether an address waits for a better one that is on its way. */
  get isPatient(): boolean {
    return this.#choice.held !== null;
  }

  /** Whether a record was read: what it said, or what was chosen instead, stays. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** When `decide` has to be called; null = only an event can change anything. */
  get dueMs(): number | null {
    const blipMs = this.#strandedSinceMs === null || this.#isReported ? null : this.#strandedSinceMs + BLIP_MS;
    return earliest(this.#choice.dueMs, blipMs, this.#doubts.dueMs);
  }

  /** The settings were read again: the names are to be told what stands chosen, and people why nothing does. */
  configure(rules: AddressRules): void {
    this.#rules = rules;
    this.#isReported = false;
    this.#namesSaid = false;
    this.#tellAgain();
  }

  /** The address to probe; null = none. */
  get question(): Address | null {
    return this.#doubts.question;
  }

  /** Whether the network is asked, or is to be. */
  get isInDoubt(): boolean {
    return this.question !== null;
  }

  /** A probe has ended. */
  probed(address: Address, verdict: ProbeVerdict): void {
    if (this.question === null) return;
    this.#doubts.answer(address, verdict);
    this.#isDue = true;
  }

  /** A request has ended. */
  requested(hasFailed: boolean): void {
    this.#isDue ||= hasFailed;
    this.#isFailing = hasFailed;
  }

  /** Where requests that fail are to leave from; null = as the kernel chooses. */
  wayOut(nowMs: number): Address | null {
    return this.#doubts.reachedWhileFailing(nowMs);
  }

  /** What may be published may have changed. */
  tableChanged(): void {
    this.#isDue = true;
  }

  /** Chooses anew if there is reason to.
   *  @param log takes what is to be said of it
   *  @returns whether the names are to be told */
  decide(table: AddressTable, nowMs: number, log: (entry: LogEntry) => void): boolean {
    if (!this.#isDue && nowMs < (this.dueMs ?? Number.POSITIVE_INFINITY)) return false;
    this.#isDue = false;
    this.#look(table, nowMs);
    this.#report(table, nowMs, log);
    const knowsRoutes = table.routes.isKnown;
    this.#choice = this.#isSettled
      ? this.#provenOr(choose(this.#choice, this.#candidates, knowsRoutes, nowMs), knowsRoutes, nowMs)
      : this.#chooseBlindly(knowsRoutes, nowMs);
    this.#isLost = !this.#candidates.some(({ row }) => row.address === this.#choice.current?.address);
    // There may be ten thousand: what has been looked at is not kept.
    if (this.#isSettled) this.#candidates = [];
    const address = this.chosen?.address ?? null;
    // Nothing was chosen yet, and nobody was told anything else.
    if (this.#choice.current === null && this.#choice.held === null && (this.#told ?? null) === null) return false;
    const isNews = address !== this.#told;
    if (isNews && address !== null) this.#sinceMs = nowMs;
    this.#told = address;
    return isNews;
  }

  /** Takes what may be published from the table, and what is proven of it, and asks where the signs are in doubt. */
  #look(table: AddressTable, nowMs: number): void {
    const signs = candidatesOf(table, this.#rules, nowMs / 1000);
    this.#doubts.beginLook(signs);
    const published = this.#choice.current?.address ?? null;
    const own = this.#isSettled ? signs.find(({ row }) => row.address === published) : undefined;
    if (own !== undefined) this.#askAbout(own, signs, nowMs);
    const proofs = this.#doubts.proofs(nowMs);
    this.#count = signs.length;
    this.#candidates =
      proofs.size === 0 ? signs : signs.map((one) => ({ ...one, proof: proofs.get(one.prefix) ?? null }));
  }

  /** Whether the published address is about to be called silent, and whether it is to blame for requests that fail. */
  #askAbout(own: Candidate, signs: readonly Candidate[], nowMs: number): void {
    const isSuspect = !own.isStatic && (own.life === 'silent' || own.life === 'doubtful');
    if (!isSuspect && !this.#isFailing) return;
    const others = bestByPrefix(
      signs.filter(({ prefix }) => prefix !== own.prefix),
      MOST_ASKED - 1,
    );
    if (others.length === 0) return;
    const without = signs.map((one): Candidate => (one.prefix === own.prefix ? { ...one, life: 'withdrawn' } : one));
    const wouldGo = select(without, own.row.address)?.winner.row.address !== own.row.address;
    if (isSuspect && wouldGo) this.#doubts.raise('silent', own.prefix, [own, ...others], nowMs);
    if (this.#isFailing) this.#doubts.raise('failing', own.prefix, [own, ...others], nowMs);
  }

  /** The next choice, unless it takes what no default route serves for what one did serve, or the record says: the network
   *  is asked first, and until then the choice stays as it was. */
  #provenOr(next: Choice, knowsRoutes: boolean, nowMs: number): Choice {
    const before = this.#choice.current;
    const taken = this.#candidates.find(({ row }) => row.address === next.current?.address);
    const isAsked =
      before !== null &&
      before.address !== next.current?.address &&
      before.unservedSinceMs !== Number.NEGATIVE_INFINITY &&
      taken !== undefined &&
      mayWait(taken, knowsRoutes);
    if (!isAsked) return next;
    const standing = this.#candidates.filter(({ row }) => row.address === before.address);
    const others = bestByPrefix(
      this.#candidates.filter((one) => !standing.includes(one)),
      MOST_ASKED - standing.length,
    );
    const answer = this.#doubts.raise('unserved', taken.prefix, [...standing, ...others], nowMs);
    const stays = answer === 'awaited' || answer === before.address;
    return stays ? { ...this.#choice, held: taken, dueMs: null } : next;
  }

  /** Until a record was read nothing is held on to, but an address that no default route serves would wait if the record
   *  said another one. */
  #chooseBlindly(knowsRoutes: boolean, nowMs: number): Choice {
    const blind = choose(nothingChosen, this.#candidates, knowsRoutes, nowMs);
    const held = this.#candidates.find(({ row }) => row.address === blind.current?.address) ?? null;
    const dueMs = this.#startMs + PATIENCE_MS;
    return held !== null && mayWait(held, knowsRoutes) && nowMs < dueMs ? { ...nothingChosen, held, dueMs } : blind;
  }

  /** A record was read, or all that there are turned out to be empty. The first one that says something settles which of
   *  several equally good addresses stays, also for names that would have kept another one.
   *  @param said what it says; null = all are empty
   *  @param isSaid whether it says the address; several may fit one that says a prefix only */
  settle(said: Address | null, isSaid: (address: Address) => boolean): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#tellAgain();
    const fitting = this.#candidates.filter(({ row }) => isSaid(row.address));
    const own = select(fitting, this.#choice.current?.address ?? null)?.winner.row.address ?? said;
    this.#choice = own === null ? nothingChosen : recordSays(own, this.#startMs);
  }

  #tellAgain(): void {
    this.#isDue = true;
    this.#told = undefined;
  }

  #chosen(address: Address): Chosen {
    const others = this.#isSettled ? [] : equallyGood(this.#candidates);
    return { address, equallyGood: others, sinceMs: this.#sinceMs };
  }

  /** Says why nothing may be published, however short a time ago it was. */
  reportNow(table: AddressTable, nowMs: number, log: (entry: LogEntry) => void): void {
    if (this.isStranded && !this.#isReported) log(this.#noAddress(table, nowMs));
    this.#isReported = true;
  }

  #noAddress(table: AddressTable, nowMs: number): LogEntry {
    const refusals = refused(table, this.#rules, nowMs / 1000);
    return describeNoAddress(refusals, table.links, this.#choice.current?.address ?? null);
  }

  /** Says when nothing has been eligible for long, and when that is over. */
  #report(table: AddressTable, nowMs: number, log: (entry: LogEntry) => void): void {
    const unknown = this.#namesSaid ? [] : unmatched(this.#rules.interfaces, [...table.links.values()]);
    if (unknown.length > 0) log(describeUnknownInterfaces(unknown, table.links));
    this.#namesSaid = true;
    if (this.#count > 0) {
      if (this.#strandedSinceMs !== null && this.#isReported) log(describeAddressAgain(nowMs - this.#strandedSinceMs));
      this.#strandedSinceMs = null;
      this.#isReported = false;
      return;
    }
    this.#strandedSinceMs ??= nowMs;
    if (this.#isReported || nowMs < this.#strandedSinceMs + BLIP_MS) return;
    this.#isReported = true;
    log(this.#noAddress(table, nowMs));
  }
}
