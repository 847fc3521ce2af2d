import { isInZone } from '../dns/names.ts';
import { carriesAddress } from '../dns/plan.ts';
import { nextTokenMs, refill } from './bucket.ts';
import { describeOutside } from './lookup.ts';
import { nextLookup } from './lookup-round.ts';
import { isAddressDue, isPending, type NameState, rehearsed, todoOf } from './name-life.ts';
import { describePlanRefusal } from './notices.ts';
import { beginReading } from './reading.ts';
import { failuresOf, isWaiting } from './trouble.ts';
import { type Call, type Effect, nameAt, notice, type Step, stopName, withName, type ZoneState } from './zone-state.ts';

/** What is due next in a zone, decided here alone. Of the names whose wait is over those that failed least go first, so
 *  nobody waits for one that cannot be brought in line, and that one has its turn when the others are done. Of these the
 *  unread are read before anything is written, and addresses are written before attributes. */

/** When the name may be tried again. What is wrong with its attributes keeps no address from being written. */
function waitUntilMs(name: NameState): number {
  if (name.trouble === null) return 0;
  return name.trouble.scope === 'attributes' && isAddressDue(name) ? 0 : name.trouble.retryAtMs;
}

/** When the zone has to be woken with `due`; null = only an event or a reply can change anything. */
export function dueMs(zone: ZoneState): number | null {
  if (zone.inFlight !== null) return null;
  const times = zone.names.filter(isPending).map(waitUntilMs);
  if (times.length === 0) return null;
  const bucketMs = zone.bucket.tokens < 1 ? nextTokenMs(zone.bucket) : 0;
  return Math.max(Math.min(...times), zone.trouble?.retryAtMs ?? 0, zone.heldUntilMs, bucketMs);
}

/** Whether something is left to do for the name that may be done now. */
export const isDue = (name: NameState, nowMs: number): boolean => isPending(name) && waitUntilMs(name) <= nowMs;

/** Starts the next request if one is due and none is in flight. */
export function advance(before: ZoneState, nowMs: number, effects: Effect[]): ZoneState {
  if (before.inFlight !== null || nowMs < before.heldUntilMs || isWaiting(before.trouble, nowMs)) return before;
  const zone = reportBarred(before, nowMs, effects);
  const open = nextInTurn(zone, nowMs);
  if (zone.zoneId === null) {
    const next = nextLookup(zone, open, nowMs, effects);
    if (next.call !== null) return send(next.zone, next.call, effects);
    // Those that were let through have no zone left to ask for: it is the turn of the next.
    return next.zone.names.some((name) => isDue(name, nowMs)) ? advance(next.zone, nowMs, effects) : next.zone;
  }
  const reading = zone.reading ?? beginReading(zone, open);
  if (reading !== null) {
    return send({ ...zone, reading }, { kind: 'list', index: reading.index, page: reading.page }, effects);
  }
  const steps = nextSteps(zone, open, nowMs);
  return steps.length === 0 ? zone : write(zone, steps, nowMs, effects);
}

/** From so many failures on they count alike: whose wait was over first goes first. Else a name that has failed for days
 *  would wait behind one that fails for hours. */
const MANY_FAILURES = 8;

/** Lets the names through whose turn it is. */
function nextInTurn({ names }: ZoneState, nowMs: number): (name: NameState) => boolean {
  const rank = ({ trouble }: NameState): number => Math.min(failuresOf(trouble), MANY_FAILURES);
  const due = names.filter((name) => isDue(name, nowMs));
  const fewest = Math.min(...due.map(rank));
  const sinceMs = fewest < MANY_FAILURES ? nowMs : Math.min(...due.map(waitUntilMs));
  return (name) => isDue(name, sinceMs) && rank(name) === fewest;
}

/** What the policy refuses is said, once for each time that it is tried. */
function reportBarred(zone: ZoneState, nowMs: number, effects: Effect[]): ZoneState {
  const names = zone.names.map((name) => {
    if (name.life.kind !== 'barred' || isWaiting(name.trouble, nowMs)) return name;
    return stopName(name, describePlanRefusal(name.life.why, name.desired?.address ?? null), nowMs, effects);
  });
  return { ...zone, names };
}

/** As many operations as go into one request; those of one name stay together unless they are too many. */
function nextSteps(zone: ZoneState, open: (name: NameState) => boolean, nowMs: number): Step[] {
  const names = zone.names.map((name, index) => ({ index, todo: open(name) ? todoOf(name) : [] }));
  const urgent = names.filter(({ todo }) => todo.some(carriesAddress));
  const steps: Step[] = [];
  const limit = isWaiting(zone.batchTrouble, nowMs) ? 1 : zone.batchLimit;
  for (const { index, todo } of urgent.length > 0 ? urgent : names) {
    if (steps.length > 0 && steps.length + todo.length > limit) break;
    for (const operation of todo.slice(0, limit)) steps.push({ index, operation });
  }
  return steps;
}

function write(zone: ZoneState, steps: readonly Step[], nowMs: number, effects: Effect[]): ZoneState {
  const creating = steps.flatMap(({ index, operation }) => (operation.op === 'create' ? index : []));
  const [first] = creating;
  if (first !== undefined && zone.zoneName === undefined) {
    return send(zone, { kind: 'identify', index: first }, effects);
  }
  const outside = creating.find((index) => !isInside(zone, index));
  if (outside !== undefined) return advance(stopOutside(zone, outside, nowMs, effects), nowMs, effects);
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
const isInside = (zone: ZoneState, index: number): boolean =>
  typeof zone.zoneName !== 'string' || isInZone(nameAt(zone, index), zone.zoneName);

function stopOutside(zone: ZoneState, index: number, nowMs: number, effects: Effect[]): ZoneState {
  const what = describeOutside(zone.zoneName ?? '');
  return { ...zone, names: withName(zone.names, index, (name) => stopName(name, what, nowMs, effects)) };
}

function send(zone: ZoneState, call: Call, effects: Effect[]): ZoneState {
  effects.push({ kind: 'call', call });
  return { ...zone, inFlight: call };
}

/** What a dry run does in place of a write. */
function rehearse(zone: ZoneState, steps: readonly Step[], nowMs: number, effects: Effect[]): ZoneState {
  const indexes = new Set(steps.map(({ index }) => index));
  const names = zone.names.map((name, index) => (indexes.has(index) ? show(name, effects) : name));
  return advance({ ...zone, names }, nowMs, effects);
}

/** Shows what is left to do, unless it was shown before. */
function show(name: NameState, effects: Effect[]): NameState {
  const todo = todoOf(name);
  const shown = JSON.stringify(todo);
  if (shown !== name.shown) {
    for (const operation of todo) effects.push(notice({ kind: 'rehearsed', name: name.settings.name, operation }));
  }
  return { ...rehearsed(name), shown };
}
