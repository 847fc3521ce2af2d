import type { Address } from '../address/address.ts';
import type { NameState } from '../daemon/name-life.ts';
import { recordState, troubleOf, type ZoneState } from '../daemon/zone-state.ts';
import { earliest } from '../time.ts';

/** What there is to tell of a name. Replaced when it changes and never written to. */
export interface Fact {
  /** What the record says; null = there is none, undefined = it was not read yet. */
  readonly address: Address | null | undefined;
  /** Why the name is not in line, once that has lasted; null = it is, or not for long enough. */
  readonly error: string | null;
  /** Since when this is so, milliseconds on CLOCK_BOOTTIME. */
  readonly sinceMs: number;
}

const NO_ADDRESS = 'this machine has no address to publish';

/** Keeps what there is to tell of every name, by the states of the zones. */
export class Facts {
  readonly byName = new Map<string, Fact>();
  /** When an error turns out to last; null = only another state can bring anything new. */
  dueMs: number | null = null;
  #errorAfterMs: number;
  readonly #redact: (text: string) => string;
  /** Since when a name is in error; only its next sync ends that, not a retry or new settings. */
  readonly #errorSinceMs = new Map<string, number>();
  #zones: readonly ZoneState[] = [];
  #wasStranded = false;

  /** @param errorAfterMs how long an error has to last before it is told
   *  @param redact takes secrets out of the text of an error */
  constructor(errorAfterMs: number, redact: (text: string) => string) {
    this.#errorAfterMs = errorAfterMs;
    this.#redact = redact;
  }

  /** Takes new settings over and forgets all names but these. */
  configure(errorAfterMs: number, names: readonly string[]): void {
    this.#errorAfterMs = errorAfterMs;
    for (const name of this.byName.keys()) {
      if (names.includes(name)) continue;
      this.byName.delete(name);
      this.#errorSinceMs.delete(name);
    }
  }

  /** @param stranded nothing may be published now */
  take(zones: readonly ZoneState[], stranded: boolean, nowMs: number): void {
    const all = stranded !== this.#wasStranded || (this.dueMs !== null && nowMs >= this.dueMs);
    for (const zone of zones) {
      if (!all && this.#zones.includes(zone)) continue;
      for (const name of zone.names) this.#takeName(zone, name, stranded, nowMs);
    }
    this.#zones = zones;
    this.#wasStranded = stranded;
    const young = [...this.#errorSinceMs.values()].map((sinceMs) => sinceMs + this.#errorAfterMs);
    this.dueMs = earliest(...young.filter((atMs) => atMs > nowMs));
  }

  #takeName(zone: ZoneState, name: NameState, stranded: boolean, nowMs: number): void {
    const key = name.settings.name;
    const before = this.byName.get(key);
    const error = this.#errorOf(zone, name, stranded, nowMs);
    // What others make of the record later on is no change of the published address: it is set back.
    const known = before?.address;
    const address = name.confirmed ?? (known === undefined && name.seen ? name.published : known);
    if (before !== undefined && address === before.address && error === before.error) return;
    this.byName.set(key, { address, error, sinceMs: nowMs });
  }

  /** The error of the name that has lasted; null = none has. */
  #errorOf(zone: ZoneState, name: NameState, stranded: boolean, nowMs: number): string | null {
    const key = name.settings.name;
    const state = recordState(zone, name);
    if (state === 'synced' && !stranded) {
      this.#errorSinceMs.delete(key);
      return null;
    }
    const inError = state === 'error' || stranded;
    const sinceMs = this.#errorSinceMs.get(key) ?? (inError ? nowMs : null);
    if (sinceMs === null) return null;
    this.#errorSinceMs.set(key, sinceMs);
    const told = this.byName.get(key)?.error ?? null;
    if (told !== null || !inError || nowMs < sinceMs + this.#errorAfterMs) return told;
    return stranded ? NO_ADDRESS : this.#redact(troubleOf(zone, name)?.what ?? '');
  }
}
