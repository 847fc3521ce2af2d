import { assertNever } from '../result.ts';
import { advance } from './agenda.ts';
import { concernedBy } from './detours.ts';
import { settle } from './ended-call.ts';
import { confirmIfDone } from './found-records.ts';
import { aimed, type Desired, isPending, type NameState, todoOf, unread } from './name-life.ts';
import { hastened, isWaiting } from './trouble.ts';
import { type Effect, notice, type Outcome, type ZoneState } from './zone-state.ts';

/** What happens to a zone. Times are milliseconds on CLOCK_BOOTTIME, `draw` is uniform in [0, 1). */
export type ZoneEvent = Readonly<
  /** One a name; null = there is no address to publish: the name may be read, but not written. */
  | { kind: 'desired'; nowMs: number; desired: readonly (Desired | null)[] }
  | Outcome
  | { kind: 'verify'; nowMs: number } // read every record again, after the waits there are
  | { kind: 'due'; nowMs: number } // the time of `dueMs` has come
>;

export interface Transition {
  readonly state: ZoneState;
  readonly effects: readonly Effect[];
}

/** The zone's next state and what is to be done. Every event is legal in every state; late ones change nothing. */
export function transition(state: ZoneState, event: ZoneEvent): Transition {
  const effects: Effect[] = [];
  const next = advance(react(state, event, effects), event.nowMs, effects);
  return { state: next, effects };
}

function react(zone: ZoneState, event: ZoneEvent, effects: Effect[]): ZoneState {
  switch (event.kind) {
    case 'desired':
      return aim(zone, event.desired, event.nowMs, effects);
    case 'verify':
      return {
        ...zone,
        // What the first page said is older than the question.
        reading: zone.reading?.page === 1 ? zone.reading : null,
        names: zone.names.map(unread),
      };
    case 'due':
      return { ...zone, names: zone.names.map((name) => reread(name, event.nowMs)) };
    case 'replied':
    case 'unreachable':
      return zone.inFlight === null ? zone : settle(rereadBarred(zone, event.nowMs), zone.inFlight, event, effects);
    default:
      return assertNever(event);
  }
}

/** What the policy or Cloudflare refused may have been put right by now: look again before trying again. */
const reread = (name: NameState, nowMs: number): NameState =>
  name.trouble?.permanent && isPending(name) && !isWaiting(name.trouble, nowMs) ? unread(name) : name;

/** The time of what the policy refused may have come while the request of another name was in flight. */
const rereadBarred = (zone: ZoneState, nowMs: number): ZoneState => ({
  ...zone,
  names: zone.names.map((name) => (name.life.kind === 'barred' ? reread(name, nowMs) : name)),
});

/** Takes the names' goals in. A new address ends our own wait, never the server's (`heldUntilMs`). */
function aim(zone: ZoneState, wanted: readonly (Desired | null)[], nowMs: number, effects: Effect[]): ZoneState {
  const { inFlight } = zone;
  const writtenNow = inFlight?.kind === 'write' ? new Set(concernedBy(zone, inFlight)) : new Set();
  const names = zone.names.map((name, index) => {
    const next = aimName(name, wanted[index] ?? null, inFlight === null, nowMs, effects);
    // That it had no record is as old as the time without an address, unless that is what is being written.
    return name.life.kind === 'readOnly' && isMissing(next) && !writtenNow.has(index) ? unread(next) : next;
  });
  const isNew = ({ desired }: NameState, index: number): boolean =>
    desired !== null && desired.address !== zone.names[index]?.desired?.address;
  if (!names.some(isNew)) return { ...zone, names };
  return { ...zone, names, trouble: hastened(zone.trouble, nowMs), overtaken: inFlight !== null };
}

const isMissing = (name: NameState): boolean => todoOf(name).some(({ op }) => op === 'create');

/** @param isQuiet nothing is in flight that may change what is known of the records */
function aimName(
  name: NameState,
  desired: Desired | null,
  isQuiet: boolean,
  nowMs: number,
  effects: Effect[],
): NameState {
  if (desired === null) return name.desired === null && name.life.kind !== 'fresh' ? name : aimed(name, null);
  if (desired.address === name.desired?.address) {
    return { ...name, desired: { ...desired, sinceMs: name.desired.sinceMs } };
  }
  const next = { ...aimed(name, desired), trouble: hastened(name.trouble, nowMs) };
  // It may be right already: what was lost for a moment and is back, or what was read while there was no address.
  const isKnown = isQuiet && name.life.kind === 'readOnly' && next.life.kind === 'done';
  if (isKnown && next.confirmed === desired.address) return next;
  effects.push(notice({ kind: 'detected', name: name.settings.name, address: desired.address, was: name.published }));
  if (isKnown) return confirmIfDone(next, 'found', name.confirmed, nowMs, effects);
  // Where a change goes with what else the record has, that is to be what it has now.
  if (name.whole) return unread(next);
  return next.trouble?.scope === 'attributes' ? next : reread(next, nowMs);
}
