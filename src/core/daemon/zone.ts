import { assertNever } from '../result.ts';
import { nextTokenMs, refill } from './bucket.ts';
import { confirmIfDone } from './found.ts';
import { describeOutside, isInZone, nextLookup } from './lookup.ts';
import { describePlanRefusal } from './notices.ts';
import { settle } from './outcome.ts';
import { beginReading } from './reading.ts';
import {
  type Call,
  type Desired,
  type Effect,
  isPending,
  type NameState,
  notice,
  type Outcome,
  refusedByUs,
  replan,
  type Step,
  type Trouble,
  unread,
  withName,
  type ZoneState,
} from './zone-state.ts';

/** What happens to a zone. Times are milliseconds on CLOCK_BOOTTIME, `draw` is uniform in [0, 1). */
export type ZoneEvent = Readonly<
  | { kind: 'desired'; nowMs: number; desired: readonly (Desired | null)[] } // one a name; null = no address
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

/** When the zone has to be woken with `due`; null = only an event or a reply can change anything. */
export function dueMs(zone: ZoneState): number | null {
  if (zone.inFlight !== null) return null;
  const times = zone.names.filter(isPending).map((name) => name.trouble?.retryAtMs ?? 0);
  if (times.length === 0) return null;
  const bucketMs = zone.bucket.tokens < 1 ? nextTokenMs(zone.bucket) : 0;
  return Math.max(Math.min(...times), zone.trouble?.retryAtMs ?? 0, zone.heldUntilMs, bucketMs);
}

function react(zone: ZoneState, event: ZoneEvent, effects: Effect[]): ZoneState {
  switch (event.kind) {
    case 'desired':
      return setDesired(zone, event.desired, event.nowMs, effects);
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
      return zone.inFlight === null ? zone : settle(rereadRefused(zone, event.nowMs), zone.inFlight, event, effects);
    default:
      return assertNever(event);
  }
}

/** What the policy or Cloudflare refused may have been put right by now: look again before trying again. */
const reread = (name: NameState, nowMs: number): NameState =>
  name.trouble?.permanent && name.trouble.retryAtMs <= nowMs ? unread(name) : name;

/** The time of what the policy refused may have come while the request of another name was in flight. */
const rereadRefused = (zone: ZoneState, nowMs: number): ZoneState => ({
  ...zone,
  names: withRefused(zone.names, (name) => reread(name, nowMs)),
});

/** `names` with those that the policy refuses changed: as a rule there is none, and nothing to copy. */
const withRefused = (names: readonly NameState[], change: (name: NameState) => NameState): readonly NameState[] =>
  names.some((name) => name.refusal !== null)
    ? names.map((name) => (name.refusal === null ? name : change(name)))
    : names;

/** A new address ends our own wait, never the server's (`heldUntilMs`). */
const hasten = (trouble: Trouble | null, nowMs: number): Trouble | null =>
  trouble && { ...trouble, retryAtMs: Math.min(trouble.retryAtMs, nowMs) };

function setDesired(zone: ZoneState, wanted: readonly (Desired | null)[], nowMs: number, effects: Effect[]): ZoneState {
  let changed = false;
  const names = zone.names.map((name, index) => {
    const desired = wanted[index] ?? null;
    if (desired === null) return name.desired === null && name.asked ? name : replan({ ...name, asked: true, desired });
    if (desired.address === name.desired?.address) {
      return { ...name, desired: { ...desired, sinceMs: name.desired.sinceMs } };
    }
    changed = true;
    const next = reread(replan({ ...name, asked: true, desired, trouble: hasten(name.trouble, nowMs) }), nowMs);
    // It may be right already: what was lost for a moment and is back, or what was read while there was no address.
    const isKnown = name.desired === null && zone.inFlight === null && next.records !== null;
    if (isKnown && next.confirmed === desired.address && !isPending(next)) return next;
    effects.push(notice({ kind: 'detected', name: name.settings.name, address: desired.address, was: name.published }));
    return isKnown ? confirmIfDone(next, 'found', name.confirmed, nowMs, effects) : next;
  });
  if (!changed) return { ...zone, names };
  return { ...zone, names, trouble: hasten(zone.trouble, nowMs), hurry: zone.inFlight !== null };
}

/** Starts the next request if one is due and none is in flight. */
function advance(zone: ZoneState, nowMs: number, effects: Effect[]): ZoneState {
  const waiting = Math.max(zone.trouble?.retryAtMs ?? 0, zone.heldUntilMs);
  if (zone.inFlight !== null || nowMs < waiting) return zone;
  const names = withRefused(zone.names, (name) =>
    name.refusal !== null && (name.trouble === null || name.trouble.retryAtMs <= nowMs)
      ? refusedByUs(name, describePlanRefusal(name.refusal, name.desired?.address ?? null), nowMs, effects)
      : name,
  );
  const ready = { ...zone, names };
  const isDue = (name: NameState): boolean => isPending(name) && (name.trouble?.retryAtMs ?? 0) <= nowMs;
  // Names that failed before come last: they hold up no other and spoil no batch of others.
  const isSound = (name: NameState): boolean => name.trouble === null && isDue(name);
  const open = names.some(isSound) ? isSound : isDue;
  if (zone.zoneId === null) {
    const next = nextLookup(ready, open, nowMs, effects);
    return next.call === null ? next.zone : send(next.zone, next.call, effects);
  }
  const reading = zone.reading ?? beginReading(ready, open);
  if (reading !== null) {
    return send({ ...ready, reading }, { kind: 'list', index: reading.index, page: reading.page }, effects);
  }
  const steps = nextSteps(ready, open);
  return steps.length === 0 ? ready : write(ready, steps, nowMs, effects);
}

function write(zone: ZoneState, steps: readonly Step[], nowMs: number, effects: Effect[]): ZoneState {
  const creating = steps.flatMap(({ index, operation }) => (operation.op === 'create' ? index : []));
  const [first] = creating;
  if (first !== undefined && zone.zoneName === undefined)
    return send(zone, { kind: 'identify', index: first }, effects);
  const outside = creating.find((index) => !isInside(zone, index));
  if (outside !== undefined) return advance(refuseOutside(zone, outside, nowMs, effects), nowMs, effects);
  if (zone.dryRun) return rehearse(zone, steps, nowMs, effects);
  const bucket = refill(zone.bucket, nowMs);
  if (bucket.tokens < 1) {
    if (!zone.bucketReported) effects.push(notice({ kind: 'bucketEmpty', waitMs: nextTokenMs(bucket) - nowMs }));
    return { ...zone, bucket, bucketReported: true };
  }
  const spent = { ...bucket, tokens: bucket.tokens - 1 };
  const paid = { ...zone, bucket: spent, bucketReported: zone.bucketReported && spent.tokens < 1 };
  return send(paid, { kind: 'write', steps }, effects);
}

/** Whether a name to be created ends in the zone's name, as far as that is known: Cloudflare would append it. */
function isInside({ zoneName, names }: ZoneState, index: number): boolean {
  const name = names[index]?.settings.name ?? '';
  return zoneName === null || zoneName === undefined || isInZone(name, zoneName);
}

function refuseOutside(zone: ZoneState, index: number, nowMs: number, effects: Effect[]): ZoneState {
  const what = describeOutside(zone.zoneName ?? '');
  const names = withName(zone.names, index, (name) => refusedByUs(name, what, nowMs, effects));
  return { ...zone, names };
}

function send(zone: ZoneState, call: Call, effects: Effect[]): ZoneState {
  effects.push({ kind: 'call', call });
  return { ...zone, inFlight: call };
}

/** As many operations as go into one request; those of one name stay together unless they are too many. */
function nextSteps(zone: ZoneState, open: (name: NameState) => boolean): Step[] {
  const steps: Step[] = [];
  const limit = Math.max(1, zone.batchLimit);
  for (const [index, name] of zone.names.entries()) {
    if (!open(name)) continue;
    if (steps.length > 0 && steps.length + name.todo.length > limit) break;
    for (const operation of name.todo.slice(0, limit)) steps.push({ index, operation });
  }
  return steps;
}

/** What a dry run does in place of a write. */
function rehearse(zone: ZoneState, steps: readonly Step[], nowMs: number, effects: Effect[]): ZoneState {
  const indexes = new Set(steps.map(({ index }) => index));
  const names = zone.names.map((name, index) => (indexes.has(index) ? show(name, effects) : name));
  return advance({ ...zone, names }, nowMs, effects);
}

/** Shows what is left to do, unless it was shown before. The name counts as done until its records or its goal change. */
function show(name: NameState, effects: Effect[]): NameState {
  const shown = JSON.stringify(name.todo);
  if (shown !== name.shown) {
    for (const operation of name.todo) effects.push(notice({ kind: 'rehearsed', name: name.settings.name, operation }));
  }
  return { ...name, todo: [], shown };
}
