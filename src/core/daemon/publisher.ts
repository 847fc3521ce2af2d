import type { Address } from '../address/address.ts';
import { withInterfaceId } from '../address/address.ts';
import { eligible, refused } from '../address/eligible.ts';
import { equallyGood } from '../address/select.ts';
import type { AddressTable, IfAddr } from '../address/table.ts';
import type { ApiRequest } from '../cloudflare/http.ts';
import { batch, listRecords, writeRecord } from '../cloudflare/requests.ts';
import type { RecordSettings } from '../config/settings.ts';
import { adopt, type Choice, choose, nothingChosen } from './chooser.ts';
import { describeNoAddress, describeNotice, type LogEntry } from './notices.ts';
import { dueMs, transition, type ZoneEvent } from './zone.ts';
import { type Call, type Desired, isPending, type NameState, newZone, type ZoneState } from './zone-state.ts';

/** What the shell has to carry out. */
export type Output = Readonly<
  | { kind: 'request'; zone: number; request: ApiRequest }
  | { kind: 'log'; entry: LogEntry }
  | { kind: 'rehearsed'; text: string } // a dry run's line for stdout
>;

/** Names that may publish the same addresses: one choice serves them all. */
interface Group {
  readonly interfaces: readonly string[] | null;
  choice: Choice;
  /** What the zones were told last, and when. */
  told: Address | null;
  sinceMs: number;
  rows: readonly IfAddr[];
  /** A record was read: from now on what it said, or what was chosen instead, stays. */
  settled: boolean;
  /** The absence of an address was logged. */
  reportedNone: boolean;
}

/** Brings the address table and the zones together: which address each name is to say, and whose turn it is.
 *  Everything is decided by what is passed in; times are milliseconds on CLOCK_BOOTTIME. */
export class Publisher {
  readonly #groups: Group[] = [];
  readonly #zones: { state: ZoneState; readonly groups: readonly Group[] }[] = [];

  constructor(records: readonly RecordSettings[], dryRun: boolean, nowMs: number) {
    for (const [zoneId, own] of groupBy(records, ({ zoneId: id }) => id ?? '')) {
      this.#zones.push({
        state: newZone(zoneId, own, dryRun, nowMs),
        groups: own.map(({ interfaces }) => this.#groupOf(interfaces)),
      });
    }
  }

  /** The states of the zones, for the status and for `once`. */
  get zones(): readonly ZoneState[] {
    return this.#zones.map(({ state }) => state);
  }

  /** Whether a request is in flight. */
  isBusy(): boolean {
    return this.zones.some((zone) => zone.inFlight !== null);
  }

  /** Whether nothing is in flight and nothing can be done before a wait is over. */
  isIdle(nowMs: number): boolean {
    return this.zones.every((zone) => zone.inFlight === null && (dueMs(zone) ?? Number.POSITIVE_INFINITY) > nowMs);
  }

  /** Whether any address may be published under any name. */
  hasAddress(): boolean {
    return this.#groups.some(({ choice }) => choice.current !== null);
  }

  /** When `due` has to be called; null = only an event can change anything. */
  dueMs(): number | null {
    const times = [...this.zones.map(dueMs), ...this.#groups.map(({ choice }) => choice.grace?.untilMs ?? null)].filter(
      (time) => time !== null,
    );
    return times.length === 0 ? null : Math.min(...times);
  }

  due(nowMs: number): Output[] {
    const outputs = this.#decide(nowMs);
    return [...outputs, ...this.#each((zone) => ((dueMs(zone) ?? nowMs + 1) <= nowMs ? { kind: 'due', nowMs } : null))];
  }

  /** The eligible addresses may have changed. */
  tableChanged(table: AddressTable, nowMs: number): Output[] {
    const outputs: Output[] = [];
    for (const group of this.#groups) {
      group.rows = eligible(table, group.interfaces);
      if (group.rows.length > 0) group.reportedNone = false;
      else if (!group.reportedNone) {
        group.reportedNone = true;
        const kept = group.choice.current?.address ?? null;
        outputs.push({
          kind: 'log',
          entry: describeNoAddress(refused(table, group.interfaces, nowMs / 1000), table.links, kept),
        });
      }
    }
    return [...outputs, ...this.#decide(nowMs)];
  }

  /** A zone's request has ended. */
  settled(zone: number, event: Extract<ZoneEvent, { kind: 'replied' | 'unreachable' }>): Output[] {
    return [...this.#send(zone, event), ...this.#decide(event.nowMs)];
  }

  /** Reads every record back. */
  verify(nowMs: number): Output[] {
    return this.#each(() => ({ kind: 'verify', nowMs }));
  }

  /** Chooses anew and tells the zones concerned what their names are to say. */
  #decide(nowMs: number): Output[] {
    const moved = new Set<Group>();
    for (const group of this.#groups) {
      // Until a record was read the choice is blind: it follows the table without holding on to anything.
      const next = choose(group.settled ? group.choice : nothingChosen, group.rows, nowMs);
      if (next.current === null) continue;
      group.choice = next;
      if (next.current.address === group.told) continue;
      group.told = next.current.address;
      group.sinceMs = nowMs;
      moved.add(group);
    }
    return this.#zones.flatMap(({ state, groups }, index) => {
      if (!groups.some((group) => moved.has(group))) return [];
      const desired = state.names.map((name, i) => desiredOf(name, groups[i]));
      return this.#send(index, { kind: 'desired', nowMs, desired });
    });
  }

  #each(eventFor: (zone: ZoneState) => ZoneEvent | null): Output[] {
    return this.#zones.flatMap(({ state }, index) => {
      const event = eventFor(state);
      return event === null ? [] : this.#send(index, event);
    });
  }

  #send(index: number, event: ZoneEvent): Output[] {
    const zone = this.#zones[index];
    if (zone === undefined) return [];
    const { state, effects } = transition(zone.state, event);
    zone.state = state;
    for (const [i, name] of state.names.entries()) {
      const group = zone.groups[i];
      if (group === undefined || group.settled || !name.seen) continue;
      group.settled = true;
      if (name.desired !== null && name.settings.host === null)
        group.choice = adopt(group.choice, group.rows, name.desired.address);
    }
    return effects.map((effect): Output => {
      if (effect.kind === 'call') return { kind: 'request', zone: index, request: requestFor(state, effect.call) };
      const entry = describeNotice(effect.notice);
      return effect.notice.kind === 'rehearsed' ? { kind: 'rehearsed', text: entry.msg } : { kind: 'log', entry };
    });
  }

  #groupOf(interfaces: readonly string[] | null): Group {
    const key = JSON.stringify(interfaces);
    const found = this.#groups.find((group) => JSON.stringify(group.interfaces) === key);
    if (found !== undefined) return found;
    const group: Group = {
      interfaces,
      choice: nothingChosen,
      told: null,
      sinceMs: 0,
      rows: [],
      settled: false,
      reportedNone: false,
    };
    this.#groups.push(group);
    return group;
  }
}

function desiredOf({ settings, seen }: NameState, group: Group | undefined): Desired | null {
  const chosen = group?.choice.current;
  if (group === undefined || chosen === null || chosen === undefined) return null;
  const place = ({ host }: RecordSettings, address: Address): Address =>
    host === null ? address : withInterfaceId(address, host.prefixLength, host.interfaceId);
  return {
    address: place(settings, chosen.address),
    equallyGood: seen || group.settled ? [] : equallyGood(group.rows).map((address) => place(settings, address)),
    sinceMs: group.sinceMs,
  };
}

/** The names that still wait for something, for `once`. */
export const pendingNames = (zone: ZoneState): readonly NameState[] => zone.names.filter(isPending);

function requestFor({ zoneId, names }: ZoneState, call: Call): ApiRequest {
  const nameAt = (index: number): string => names[index]?.settings.name ?? '';
  if (call.kind === 'list') return listRecords(zoneId, nameAt(call.index));
  const [first] = call.steps;
  if (first !== undefined && call.steps.length === 1) return writeRecord(zoneId, nameAt(first.index), first.operation);
  return batch(
    zoneId,
    call.steps.map(({ index, operation }) => ({ name: nameAt(index), operation })),
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
