import { type Address, withInterfaceId } from '../address/address.ts';
import type { AddressTable } from '../address/table.ts';
import type { AddressRules, RecordSettings } from '../config/settings.ts';
import type { ProbeVerdict } from '../ports.ts';
import { earliest } from '../time.ts';
import { type Chosen, Group } from './group.ts';
import type { Desired, NameState } from './name-life.ts';
import type { LogEntry } from './notices.ts';

/** What each name is to say: names that may publish the addresses of the same interfaces are one group. Times are
 *  milliseconds on CLOCK_BOOTTIME. */
export class Groups {
  readonly #groups = new Map<string, Group>();

  /** @param before of the settings until now: what they chose goes on */
  constructor(
    records: readonly RecordSettings[],
    { prefer, exclude }: Pick<AddressRules, 'prefer' | 'exclude'>,
    nowMs: number,
    before: Groups | null,
  ) {
    for (const { interfaces } of records) {
      const rules = { interfaces, prefer, exclude };
      const group = before === null ? undefined : before.#groups.get(keyOf(interfaces));
      group?.configure(rules);
      this.#groups.set(keyOf(interfaces), group ?? new Group(rules, nowMs));
    }
  }

  get #all(): readonly Group[] {
    return [...this.#groups.values()];
  }

  /** Whether the network is asked, or is to be. */
  get isInDoubt(): boolean {
    return this.#all.some(({ isInDoubt }) => isInDoubt);
  }

  /** Whether there is an address to publish for every name. */
  get hasAddresses(): boolean {
    return this.#all.every(({ hasAddress }) => hasAddress);
  }

  /** Whether nothing may be published now, under any name. */
  get isStranded(): boolean {
    return this.#all.every(({ isStranded }) => isStranded);
  }

  /** Whether an address is there that waits for a better one, which is on its way. */
  get isPatient(): boolean {
    return this.#all.some(({ isPatient }) => isPatient);
  }

  /** When `decide` has to be called; null = only an event can change anything. */
  get dueMs(): number | null {
    return earliest(...this.#all.map(({ dueMs }) => dueMs));
  }

  /** The address to probe; null = none. */
  get question(): Address | null {
    return this.#all.map(({ question }) => question).find((question) => question !== null) ?? null;
  }

  /** What is to be said where nothing may be published, by one who does not wait. */
  whyNoAddress(table: AddressTable, nowMs: number): LogEntry[] {
    const entries: LogEntry[] = [];
    for (const group of this.#all) group.reportNow(table, nowMs, (entry) => entries.push(entry));
    return entries;
  }

  /** What may be published may have changed. */
  tableChanged(): void {
    for (const group of this.#all) group.tableChanged();
  }

  /** A request has ended. */
  requested(hasFailed: boolean): void {
    for (const group of this.#all) group.requested(hasFailed);
  }

  /** A probe has ended.
   *  @returns where requests that fail are to leave from; null = nothing is known that is better */
  probed(address: Address, verdict: ProbeVerdict, nowMs: number): Address | null {
    for (const group of this.#all) group.probed(address, verdict);
    return this.#all.map((group) => group.wayOut(nowMs)).findLast((wayOut) => wayOut !== null) ?? null;
  }

  /** Chooses anew where there is reason to.
   *  @param log takes what is to be said of it
   *  @returns whether a name is to be told: its group has moved, or it turned out to have no record, which is filled
   *  whatever the others wait for */
  decide(table: AddressTable, nowMs: number, log: (entry: LogEntry) => void): (name: NameState) => boolean {
    const moved = new Set(this.#all.filter((group) => group.decide(table, nowMs, log)));
    return (name) =>
      moved.has(this.#groupOf(name.settings)) || (name.desired === null && this.desiredOf(name) !== null);
  }

  /** What the name is to say; null = nothing is to be written. */
  desiredOf(name: NameState): Desired | null {
    const { settings, seen } = name;
    const group = this.#groupOf(settings);
    const chosen = group.chosen ?? chosenForEmpty(name, group);
    if (chosen === null) return null;
    const alternatives = seen ? [] : chosen.equallyGood.map((address) => placed(settings, address));
    return { address: placed(settings, chosen.address), equallyGood: alternatives, sinceMs: chosen.sinceMs };
  }

  /** Tells each group what the first record of its names says, or that there is none.
   *  @param names all that there are */
  settle(names: readonly NameState[]): void {
    for (const group of this.#all) {
      if (!group.isSettled)
        settleGroup(
          group,
          names.filter(({ settings }) => this.#groupOf(settings) === group),
        );
    }
  }

  #groupOf({ interfaces, name }: RecordSettings): Group {
    const group = this.#groups.get(keyOf(interfaces));
    if (group === undefined) throw new Error(`no group for ${name}`);
    return group;
  }
}

const keyOf = (interfaces: readonly string[] | null): string => interfaces?.join(' ') ?? '';

function settleGroup(group: Group, names: readonly NameState[]): void {
  const read = names.find(({ seen, desired, published }) => seen && (desired ?? published) !== null);
  if (read === undefined) {
    if (names.every(({ seen }) => seen)) group.settle(null, () => false);
    return;
  }
  // By now the name has taken what it says over, if that is as good as what was chosen blindly.
  const said = read.desired?.address ?? read.published;
  group.settle(said, (address) => placed(read.settings, address) === said);
}

/** What a name is to say that has no record, or one that was made for that reason. */
function chosenForEmpty({ settings, seen, published }: NameState, { chosenForEmpty: chosen }: Group): Chosen | null {
  const isFree = seen && chosen !== null && (published === null || published === placed(settings, chosen.address));
  return isFree ? chosen : null;
}

/** What a name says when this machine publishes `address`: that, or another host's address under its prefix. */
export const placed = ({ host }: RecordSettings, address: Address): Address =>
  host === null ? address : withInterfaceId(address, host.prefixLength, host.interfaceId);
