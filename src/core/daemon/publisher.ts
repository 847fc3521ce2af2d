import type { Address } from '../address/address.ts';
import { AddressTable } from '../address/table.ts';
import type { ApiRequest } from '../cloudflare/http.ts';
import type { Settings } from '../config/settings.ts';
import type { ProbeVerdict } from '../ports.ts';
import { assertNever } from '../result.ts';
import { earliest } from '../time.ts';
import { dueMs } from './agenda.ts';
import { FirstContact } from './first-contact.ts';
import { Groups } from './groups.ts';
import { isPending, type NameState, readAnew, unread } from './name-life.ts';
import { describeNotice, type LogEntry } from './notices.ts';
import { requestFor } from './request.ts';
import { count, newTally, type Tally } from './tally.ts';
import { transition, type ZoneEvent } from './zone.ts';
import { type Effect, newZone, type ZoneState } from './zone-state.ts';

/** What the shell has to carry out. */
export type Output = Readonly<
  | { kind: 'request'; zone: number; request: ApiRequest; from: Address | null } // from: the own address to leave from
  | { kind: 'probe'; address: Address } // whether the API is reached from it: `probed` takes the answer
  | { kind: 'log'; entry: LogEntry }
  | { kind: 'rehearsed'; text: string } // a dry run's line for stdout
>;

/** What it needs to know of the settings. */
export type PublisherSettings = Pick<Settings, 'records' | 'prefer' | 'exclude'>;

/** Brings the address table and the zones together: tells zones what their names are to say, and carries out what follows.
 *  Everything is decided by what is passed in; times are milliseconds on CLOCK_BOOTTIME. */
export class Publisher {
  readonly #groups: Groups;
  /** By a number that the outcome of a request comes back with. */
  readonly #zones = new Map<number, ZoneState>();
  readonly #dryRun: boolean;
  readonly #nameCount: number;
  #lastZone = 0;
  #table = new AddressTable();
  /** The address that is probed; null = none. */
  #probing: Address | null = null;
  /** The address that requests leave from, because they failed otherwise; null = as the kernel chooses. */
  #from: Address | null = null;
  /** What happened since the start of the process. */
  readonly tally: Tally;
  /** null = whatever fails is said. */
  readonly #contact: FirstContact | null;
  /** Nothing is tried a second time. */
  readonly #isOnce: boolean;
  /** What was written before the settings were read again, by the zone's id. */
  readonly #spent: ReadonlyMap<string | null, Pick<ZoneState, 'bucket' | 'bucketReported'>>;

  /** @param before of the settings until now: what the server asked for, what was counted and written, what was chosen, and
   *  what was confirmed of names whose settings stay goes on. Only the zones that were looked up are forgotten.
   *  @param isOnce nothing is tried a second time */
  constructor(
    settings: PublisherSettings,
    dryRun: boolean,
    nowMs: number,
    before: Publisher | null = null,
    isOnce = false,
  ) {
    const { records } = settings;
    this.#nameCount = records.length;
    this.#dryRun = dryRun;
    this.#isOnce = isOnce;
    this.tally = before?.tally ?? newTally();
    const contact = before === null ? null : before.#contact;
    if (isOnce) this.#contact = null;
    // A person who had the settings read again is to hear how that went.
    else this.#contact = contact?.isMade ? contact : new FirstContact();
    if (before !== null) this.#probing = before.#probing;
    const heldUntilMs = before?.silentUntilMs ?? 0;
    const zones = before?.zones ?? [];
    const spent = zones.map(({ zoneId, bucket, bucketReported }) => [zoneId, { bucket, bucketReported }] as const);
    // Those from before that, too: a zone that is looked up may not have been found again in the meantime.
    this.#spent = new Map([...(before === null ? [] : before.#spent), ...spent]);
    const known = new Map(zones.flatMap(({ names }) => names.map((name) => [JSON.stringify(name.settings), name])));
    this.#groups = new Groups(records, settings, nowMs, before === null ? null : before.#groups);
    // Names of this machine first: what they say settles more than the prefix of another host's.
    const ordered = [...records].sort((a, b) => Number(a.host !== null) - Number(b.host !== null));
    for (const zoneId of new Set(ordered.map((record) => record.zoneId))) {
      const inZone = ordered.filter((record) => record.zoneId === zoneId);
      const zone = newZone(zoneId, inZone, dryRun, nowMs);
      const names = zone.names.map((name) => readAnew(known.get(JSON.stringify(name.settings)) ?? name));
      this.#addZone({ ...zone, names, heldUntilMs });
    }
  }

  /** Until when the server asked for silence, in whatever zone: its limits are those of the token's user. 0 = it did not. */
  get silentUntilMs(): number {
    return Math.max(0, ...this.zones.map(({ heldUntilMs }) => heldUntilMs));
  }

  /** The states of the zones, for the status and for `once`. */
  get zones(): readonly ZoneState[] {
    return [...this.#zones.values()];
  }

  /** Whether a request is in flight. */
  isBusy(): boolean {
    return this.zones.some((zone) => zone.inFlight !== null);
  }

  /** Whether nothing is in flight and nothing can be done before a wait is over. */
  isIdle(nowMs: number): boolean {
    if (this.#groups.isInDoubt) return false;
    return this.zones.every((zone) => zone.inFlight === null && (dueMs(zone) ?? Number.POSITIVE_INFINITY) > nowMs);
  }

  /** Whether there is an address to publish for every name. */
  hasAddresses(): boolean {
    return this.#groups.hasAddresses;
  }

  /** What is to be said where nothing may be published, by one who does not wait. */
  whyNoAddress(nowMs: number): LogEntry[] {
    return this.#groups.whyNoAddress(this.#table, nowMs);
  }

  /** Whether nothing may be published now, under any name. */
  isStranded(): boolean {
    return this.#groups.isStranded;
  }

  /** Whether an address is there that waits for a better one, which is on its way. */
  isPatient(): boolean {
    return this.#groups.isPatient;
  }

  /** When `due` has to be called; null = only an event can change anything. */
  dueMs(): number | null {
    return earliest(...this.zones.map(dueMs), this.#groups.dueMs);
  }

  due(nowMs: number): Output[] {
    const outputs = this.#decide(nowMs);
    return [...outputs, ...this.#each((zone) => ((dueMs(zone) ?? nowMs + 1) <= nowMs ? { kind: 'due', nowMs } : null))];
  }

  /** What may be published, or how it ranks, may have changed. */
  tableChanged(table: AddressTable, nowMs: number): Output[] {
    this.#table = table;
    this.#groups.tableChanged();
    return this.#decide(nowMs);
  }

  /** A zone's request has ended. */
  settled(zone: number, event: Extract<ZoneEvent, { kind: 'replied' | 'unreachable' }>): Output[] {
    const hasFailed = event.kind === 'unreachable';
    if (hasFailed) this.#from = null;
    this.#groups.requested(hasFailed);
    // First what may be written: the wait after a loss may have ended while the machine was asleep or busy.
    const before = this.#decide(event.nowMs);
    return [...before, ...this.#send(zone, event), ...this.#decide(event.nowMs)];
  }

  /** A probe has ended. */
  probed(address: Address, verdict: ProbeVerdict, nowMs: number): Output[] {
    this.#probing = null;
    this.#from = this.#groups.probed(address, verdict, nowMs) ?? this.#from;
    return this.#decide(nowMs);
  }

  /** The limit on requests is that of the token's user: what one zone was told of it holds for all. */
  #share(heldUntilMs: number): void {
    for (const [number, zone] of this.#zones) {
      if (zone.heldUntilMs < heldUntilMs) this.#zones.set(number, { ...zone, heldUntilMs });
    }
  }

  /** Reads every record back. */
  verify(nowMs: number): Output[] {
    return this.#each(() => ({ kind: 'verify', nowMs }));
  }

  /** Chooses anew where there is reason to, and tells the zones concerned what their names are to say. */
  #decide(nowMs: number): Output[] {
    const outputs: Output[] = [];
    const log = (entry: LogEntry): void => void outputs.push({ kind: 'log', entry });
    const isToBeTold = this.#groups.decide(this.#table, nowMs, log);
    const told = this.#each(({ names }) => {
      if (!names.some(isToBeTold)) return null;
      return { kind: 'desired', nowMs, desired: names.map((name) => this.#groups.desiredOf(name)) };
    });
    return [...outputs, ...told, ...this.#ask()];
  }

  /** Probes are made one after the other. */
  #ask(): Output[] {
    const address = this.#groups.question;
    if (this.#probing !== null || address === null) return [];
    this.#probing = address;
    return [{ kind: 'probe', address }];
  }

  #each(eventFor: (zone: ZoneState) => ZoneEvent | null): Output[] {
    return [...this.#zones].flatMap(([number, zone]) => {
      const event = eventFor(zone);
      return event === null ? [] : this.#send(number, event);
    });
  }

  #send(number: number, event: ZoneEvent): Output[] {
    const before = this.#zones.get(number);
    if (before === undefined) return [];
    const { state, effects } = transition(before, event);
    this.#zones.set(number, state);
    this.#share(state.heldUntilMs);
    this.#settle();
    return effects.flatMap((effect): Output[] => {
      count(this.tally, effect);
      switch (effect.kind) {
        case 'call':
          return [{ kind: 'request', zone: number, request: requestFor(state, effect.call), from: this.#from }];
        case 'notice': {
          const entry = describeNotice(effect.notice, this.#isOnce);
          if (effect.notice.kind === 'rehearsed') return [{ kind: 'rehearsed', text: entry.msg }];
          const isTrouble = effect.notice.kind === 'zoneTrouble' || effect.notice.kind === 'nameTrouble';
          return [{ kind: 'log', entry: (isTrouble ? this.#contact?.heard(entry) : null) ?? entry }];
        }
        case 'ended': {
          const entry = this.#contact?.ended(effect.failure, event.nowMs) ?? null;
          return entry === null ? [] : [{ kind: 'log', entry }];
        }
        case 'resolved':
          return this.#resolve(effect, event.nowMs);
        case 'zoneLost':
          return this.#lose(number, event.nowMs);
        default:
          return assertNever(effect);
      }
    });
  }

  /** Lets the groups know what was read. */
  #settle(): void {
    const names = this.zones.flatMap((zone) => zone.names);
    // Some may be on the way from the zone without an id to the one that was found.
    if (names.length === this.#nameCount) this.#groups.settle(names);
  }

  /** Names whose zone became known join the others of that zone. A zone that was lost and is found again under the same id
   *  has failed as often as before. */
  #resolve({ names, zoneId, zoneName }: Extract<Effect, { kind: 'resolved' }>, nowMs: number): Output[] {
    const before = names[0]?.trouble ?? null;
    const trouble = before?.permanent ? before : null;
    const zone = { ...newZone(zoneId, [], this.#dryRun, nowMs), zoneName, trouble };
    return this.#move(
      names.map((name) => ({ ...name, trouble: null })),
      zone,
      nowMs,
    );
  }

  /** Adds names to the zone of that id; to `fresh` if it is a new one. */
  #move(names: readonly NameState[], fresh: ZoneState, nowMs: number): Output[] {
    const known = [...this.#zones].find(([, { zoneId }]) => zoneId === fresh.zoneId);
    const [number, zone] = known ?? this.#addZone(fresh);
    const zoneName = zone.zoneName ?? fresh.zoneName;
    this.#zones.set(number, { ...zone, zoneName, names: [...zone.names, ...names] });
    return this.#send(number, { kind: 'due', nowMs });
  }

  /** An id that came from a lookup is asked for again, after the wait that the refusal led to. Names that are looked up
   *  already do not wait for it. */
  #lose(number: number, nowMs: number): Output[] {
    const zone = this.#zones.get(number);
    if (zone === undefined) return [];
    this.#zones.delete(number);
    const directory = [...this.#zones].find(([, { zoneId }]) => zoneId === null);
    if (directory !== undefined) {
      const { names, trouble } = directory[1];
      const own = names.length === 0 ? zone.trouble : trouble;
      this.#zones.set(directory[0], { ...directory[1], answers: new Map(), trouble: own });
    }
    return this.#move(
      zone.names.map((name) => ({ ...unread(name), trouble: zone.trouble })),
      { ...newZone(null, [], this.#dryRun, nowMs), trouble: zone.trouble, heldUntilMs: zone.heldUntilMs },
      nowMs,
    );
  }

  #addZone(zone: ZoneState): readonly [number, ZoneState] {
    this.#lastZone += 1;
    const heldUntilMs = Math.max(zone.heldUntilMs, ...this.zones.map((other) => other.heldUntilMs));
    const added = { ...zone, ...this.#spent.get(zone.zoneId), heldUntilMs };
    this.#zones.set(this.#lastZone, added);
    return [this.#lastZone, added];
  }
}

/** The names that still wait for something, for `once`. */
export const pendingNames = (zone: ZoneState): readonly NameState[] => zone.names.filter(isPending);
