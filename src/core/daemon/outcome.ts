import type { Address } from '../address/address.ts';
import type { ApiFailure } from '../cloudflare/failure.ts';
import { type HttpReply, rateLimitWaitMs } from '../cloudflare/http.ts';
import {
  type NamedRecord,
  readBatch,
  readDone,
  readList,
  readRecord,
  readZone,
  readZoneName,
  type ZoneInfo,
} from '../cloudflare/replies.ts';
import type { AaaaRecord } from '../dns/record.ts';
import { assertNever, failed, ok, type Result } from '../result.ts';
import { backoffMs, slowRetryMs } from './backoff.ts';
import { lookedUp } from './lookup.ts';
import {
  type Call,
  type Effect,
  isPending,
  MAX_BATCH,
  type NameState,
  notice,
  type Outcome,
  replan,
  type Step,
  type Trouble,
  troubled,
  unread,
  withName,
  type ZoneState,
} from './zone-state.ts';

/** When something ended, and what chance gave for it. */
type Moment = Pick<Outcome, 'nowMs' | 'draw'>;

/** Takes the end of the request in flight in. */
export function settle(zone: ZoneState, call: Call, event: Outcome, effects: Effect[]): ZoneState {
  const landed = { ...zone, inFlight: null };
  const outcome =
    event.kind === 'replied'
      ? succeed(landed, call, event.reply, event, effects)
      : failed<ApiFailure>({ ...event, kind: 'unreachable' });
  const settled = outcome.ok ? outcome.value : fail(landed, call, outcome.error, event, effects);
  const heldMs = event.kind === 'replied' ? rateLimitWaitMs(event.reply) : 0;
  return { ...settled, hurry: false, heldUntilMs: heldMs > 0 ? event.nowMs + heldMs : settled.heldUntilMs };
}

/** The state after a reply that answers the call; the failure, if it does not. */
function succeed(
  zone: ZoneState,
  call: Call,
  reply: HttpReply,
  moment: Moment,
  effects: Effect[],
): Result<ZoneState, ApiFailure> {
  const then = <T>(result: Result<T, ApiFailure>, next: (value: T) => ZoneState): Result<ZoneState, ApiFailure> =>
    result.ok ? ok(next(result.value)) : result;
  switch (call.kind) {
    case 'lookup': {
      const next = (found: ZoneInfo | null): ZoneState =>
        relieved(lookedUp(zone, call.candidate, found, effects), moment.nowMs);
      return then(readZone(reply, call.candidate), next);
    }
    case 'identify':
      return then(readZoneName(reply), (zoneName) => ({ ...zone, zoneName }));
    case 'list': {
      const name = zone.names[call.index]?.settings.name;
      const own = (records: readonly NamedRecord[]) => records.filter((record) => record.name === name);
      return then(readList(reply), (records) => listed(zone, call.index, own(records), moment.nowMs, effects));
    }
    case 'write':
      return then(readWritten(call.steps, reply), (records) => written(zone, call.steps, records, moment, effects));
    default:
      return assertNever(call);
  }
}

/** The records that a write's reply describes. */
function readWritten(steps: readonly Step[], reply: HttpReply): Result<readonly NamedRecord[], ApiFailure> {
  if (steps.length > 1) return readBatch(reply);
  const single = steps[0]?.operation.op === 'delete' ? readDone(reply) : readRecord(reply);
  return single.ok ? ok(single.value === null ? [] : [single.value]) : single;
}

function listed(
  zone: ZoneState,
  index: number,
  records: readonly NamedRecord[],
  nowMs: number,
  effects: Effect[],
): ZoneState {
  const names = withName(zone.names, index, (name) => {
    const published = records[0]?.content ?? null;
    const kept = name.seen
      ? undefined
      : name.desired?.equallyGood.find((address) => records.some((r) => r.content === address));
    const desired = name.desired !== null && kept !== undefined ? { ...name.desired, address: kept } : name.desired;
    const fresh = replan({ ...name, desired, records, published, seen: true });
    const drifted =
      name.confirmed !== null && name.confirmed === desired?.address && fresh.todo.length > 0 && name.trouble === null;
    if (drifted && desired !== null) {
      const found = records.map(({ content }) => content);
      effects.push(notice({ kind: 'drifted', name: name.settings.name, address: desired.address, found }));
      return { ...fresh, desired: { ...desired, sinceMs: nowMs } };
    }
    return confirmIfDone(fresh, 'found', name.confirmed, nowMs, effects);
  });
  return relieved({ ...zone, names }, nowMs);
}

function written(
  zone: ZoneState,
  steps: readonly Step[],
  replies: readonly NamedRecord[],
  moment: Moment,
  effects: Effect[],
): ZoneState {
  let names = zone.names;
  for (const { index, operation } of steps) {
    names = withName(names, index, (name) => {
      // Somebody asked to look again while the write was in flight, or the name's last operation failed.
      if (name.records === null) return name;
      const records = applied(name.settings.name, name.records, operation, replies);
      if (records === null) {
        const answer = { what: 'the reply is not what was asked for', ray: null };
        return mistaken(name, answer, zone.hurry, moment, effects);
      }
      const fresh = replan({ ...name, records, published: records[0]?.content ?? null });
      return confirmIfDone(fresh, operation.op, zone.names[index]?.published ?? null, moment.nowMs, effects);
    });
  }
  const batchLimit = Math.min(MAX_BATCH, zone.batchLimit * 2);
  return relieved({ ...zone, names, trouble: null, batchLimit }, moment.nowMs);
}

/** The records of `name` after the operation; null = the reply does not bear it out. */
function applied(
  name: string,
  before: readonly AaaaRecord[],
  operation: Step['operation'],
  replies: readonly NamedRecord[],
): readonly AaaaRecord[] | null {
  switch (operation.op) {
    case 'delete':
      return before.filter(({ id }) => id !== operation.id);
    case 'create': {
      const created = replies.find((reply) => reply.name === name && reply.content === operation.content);
      return created === undefined ? null : [...before, created];
    }
    case 'update': {
      const updated = replies.find(({ id }) => id === operation.id);
      const { content } = operation.changes;
      if (updated === undefined || (content !== undefined && updated.content !== content)) return null;
      return before.map((record) => (record.id === updated.id ? updated : record));
    }
    default:
      return assertNever(operation);
  }
}

function confirmIfDone(
  name: NameState,
  how: 'found' | Step['operation']['op'],
  was: Address | null,
  nowMs: number,
  effects: Effect[],
): NameState {
  if (name.desired === null || isPending(name)) return name;
  const { address, sinceMs } = name.desired;
  if (name.confirmed !== address || how !== 'found' || name.trouble !== null) {
    effects.push(notice({ kind: 'synced', name: name.settings.name, address, was, how, tookMs: nowMs - sinceMs }));
  }
  return {
    ...name,
    confirmed: address,
    published: address,
    confirmedAtMs: nowMs,
    shown: null,
    outdated: 0,
    trouble: null,
  };
}

/** After a success the wait is over; the count of failures stays until the zone has nothing left to do. */
function relieved(zone: ZoneState, nowMs: number): ZoneState {
  if (zone.trouble === null) return zone;
  return {
    ...zone,
    trouble: zone.names.some(isPending) ? { ...zone.trouble, retryAtMs: nowMs, imposedUntilMs: 0 } : null,
  };
}

function fail(zone: ZoneState, call: Call, failure: ApiFailure, moment: Moment, effects: Effect[]): ZoneState {
  // A token without Zone:Read may still write records: the zone's name just stays unknown.
  if (call.kind === 'identify' && isRefusal(failure)) return { ...zone, zoneName: null };
  const indexes = concernedBy(call);
  const doubtful = doubt(zone, call, failure);
  switch (failure.kind) {
    case 'refused':
    case 'outdated': {
      if (call.kind === 'write' && call.steps.length > 1) {
        // One of them spoils the batch, and the reply does not say which.
        return { ...zone, batchLimit: Math.ceil(call.steps.length / 2) };
      }
      return failName(doubtful, indexes[0] ?? 0, failure, moment, effects);
    }
    default: {
      const trouble = zoneTrouble(failure, (zone.trouble?.failures ?? 0) + 1, moment, zone.hurry);
      const repeated = trouble.permanent && zone.trouble?.what === trouble.what;
      const concerned = indexes.flatMap((i) => zone.names[i] ?? []);
      const own = concerned.map(({ settings }) => settings.name);
      const published = concerned[0]?.published ?? null;
      effects.push(notice({ kind: 'zoneTrouble', names: own, trouble, published, nowMs: moment.nowMs, repeated }));
      if (failure.kind === 'denied' && failure.zoneUnknown) effects.push({ kind: 'zoneLost' });
      return { ...doubtful, trouble };
    }
  }
}

/** After a write that may have taken effect the records are read back before anything is written again. */
function doubt(zone: ZoneState, call: Call, failure: ApiFailure): ZoneState {
  if (call.kind !== 'write' || (failure.kind === 'unreachable' && !failure.sent)) return zone;
  const indexes = concernedBy(call);
  const names = zone.names.map((name, i) => (indexes.includes(i) ? unread(name) : name));
  return { ...zone, names };
}

/** The names that a call is about. */
function concernedBy(call: Call): readonly number[] {
  if (call.kind === 'write') return [...new Set(call.steps.map(({ index }) => index))];
  return [call.index];
}

/** Whether the server has decided, so that asking again would not help. */
const isRefusal = ({ kind }: ApiFailure): boolean => kind === 'denied' || kind === 'refused' || kind === 'outdated';

function zoneTrouble(
  failure: Exclude<ApiFailure, { kind: 'refused' | 'outdated' }>,
  failures: number,
  { nowMs, draw }: Moment,
  hurry: boolean,
): Trouble {
  const until = (ownMs: number, imposedMs: number | null): Pick<Trouble, 'retryAtMs' | 'imposedUntilMs'> => ({
    retryAtMs: nowMs + Math.max(hurry ? 0 : ownMs, imposedMs ?? 0),
    imposedUntilMs: imposedMs === null ? 0 : nowMs + imposedMs,
  });
  const ray = failure.kind === 'unreachable' ? null : failure.ray;
  switch (failure.kind) {
    case 'unreachable': {
      const what = `cannot reach Cloudflare: ${failure.detail}`;
      return { what, permanent: false, failures, ray, ...until(backoffMs(failures, draw), null) };
    }
    case 'unavailable': {
      const what = `Cloudflare could not answer (${failure.what})`;
      return { what, permanent: false, failures, ray, ...until(backoffMs(failures, draw), failure.retryAfterMs) };
    }
    case 'throttled': {
      const what = `Cloudflare asks for fewer requests (${failure.what})`;
      return { what, permanent: false, failures, ray, ...until(backoffMs(failures, draw), failure.retryAfterMs) };
    }
    case 'denied': {
      const what = `Cloudflare refused the request (${failure.what}): ${failure.remedy}`;
      return { what, permanent: true, failures, ray, ...until(slowRetryMs(failures), null) };
    }
    default:
      return assertNever(failure);
  }
}

function failName(
  zone: ZoneState,
  index: number,
  failure: Extract<ApiFailure, { kind: 'refused' | 'outdated' }>,
  moment: Moment,
  effects: Effect[],
): ZoneState {
  const names = withName(zone.names, index, (name) => {
    if (failure.kind === 'outdated') return mistaken(name, failure, zone.hurry, moment, effects);
    const what = `Cloudflare refused (${failure.what}): ${failure.remedy}`;
    const cause = { what, permanent: true, ray: failure.ray };
    return troubled(name, cause, moment.nowMs, zone.hurry ? atOnce : slowRetryMs, effects);
  });
  return { ...zone, names };
}

/** The name whose records turned out not to be what we thought. The first time is somebody else's edit, read again at
 *  once; from then on it is a reason to slow down. */
function mistaken(
  name: NameState,
  { what, ray }: { readonly what: string; readonly ray: string | null },
  hurry: boolean,
  { nowMs, draw }: Moment,
  effects: Effect[],
): NameState {
  const next = { ...unread(name), outdated: name.outdated + 1 };
  if (next.outdated === 1) return next;
  const cause = { what: `the records keep changing under us (${what})`, permanent: false, ray };
  return troubled(next, cause, nowMs, hurry ? atOnce : (failures) => backoffMs(failures, draw), effects);
}

/** The wait for an address that came while the request was in flight. */
const atOnce = (): number => 0;
