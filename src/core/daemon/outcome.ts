import type { ApiFailure } from '../cloudflare/failure.ts';
import { type HttpReply, rateLimitWaitMs } from '../cloudflare/http.ts';
import { type NamedRecord, readBatch, readDone, readList, readRecord } from '../cloudflare/replies.ts';
import { assertNever, failed, ok, type Result } from '../result.ts';
import { backoffMs, slowRetryMs } from './backoff.ts';
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
  withName,
  type ZoneState,
} from './zone-state.ts';

/** Takes the end of the request in flight in. */
export function settle(zone: ZoneState, call: Call, event: Outcome, effects: Effect[]): ZoneState {
  const landed = { ...zone, inFlight: null };
  const outcome =
    event.kind === 'replied' ? read(zone, call, event.reply) : failed<ApiFailure>({ ...event, kind: 'unreachable' });
  const settled = outcome.ok
    ? succeed(landed, call, outcome.value, event.nowMs, effects)
    : fail(landed, call, outcome.error, event, effects);
  const heldMs = event.kind === 'replied' ? rateLimitWaitMs(event.reply) : 0;
  return { ...settled, hurry: false, heldUntilMs: heldMs > 0 ? event.nowMs + heldMs : settled.heldUntilMs };
}

function succeed(
  zone: ZoneState,
  call: Call,
  records: readonly NamedRecord[],
  nowMs: number,
  effects: Effect[],
): ZoneState {
  return call.kind === 'list'
    ? listed(zone, call.index, records, nowMs, effects)
    : written(zone, call.steps, records, nowMs, effects);
}

/** The reply's records, checked against what was asked. */
function read(zone: ZoneState, call: Call, reply: HttpReply): Result<readonly NamedRecord[], ApiFailure> {
  if (call.kind === 'list') {
    const name = zone.names[call.index]?.settings.name;
    const list = readList(reply);
    return list.ok ? ok(list.value.filter((record) => record.name === name)) : list;
  }
  const [only] = call.steps;
  if (call.steps.length > 1) return readBatch(reply);
  if (only?.operation.op === 'delete') {
    const done = readDone(reply);
    return done.ok ? ok([]) : done;
  }
  const record = readRecord(reply);
  return record.ok ? ok([record.value]) : record;
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
    if (drifted) {
      const found = records.map(({ content }) => content);
      effects.push(notice({ kind: 'drifted', name: name.settings.name, address: name.confirmed, found }));
    }
    return confirmIfDone(fresh, 'found', nowMs, effects);
  });
  return relieved({ ...zone, names }, nowMs);
}

function written(
  zone: ZoneState,
  steps: readonly Step[],
  replies: readonly NamedRecord[],
  nowMs: number,
  effects: Effect[],
): ZoneState {
  let names = zone.names;
  for (const { index, operation } of steps) {
    names = withName(names, index, (name) => {
      const records = applied(name, operation, replies);
      // A reply that does not say what was asked: look before anything else is written.
      if (records === null) return { ...name, records: null, todo: [] };
      const fresh = replan({ ...name, records, published: records[0]?.content ?? null, outdated: 0 });
      return confirmIfDone(fresh, operation.op, nowMs, effects);
    });
  }
  return relieved({ ...zone, names, trouble: null, batchLimit: Math.min(MAX_BATCH, zone.batchLimit * 2) }, nowMs);
}

/** The name's records after the operation; null = the reply does not bear it out. */
function applied(name: NameState, operation: Step['operation'], replies: readonly NamedRecord[]) {
  const before = name.records ?? [];
  switch (operation.op) {
    case 'delete':
      return before.filter(({ id }) => id !== operation.id);
    case 'create': {
      const created = replies.find((r) => r.name === name.settings.name && r.content === operation.content);
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
  nowMs: number,
  effects: Effect[],
): NameState {
  if (name.desired === null || isPending(name)) return name;
  const { address, sinceMs } = name.desired;
  if (name.confirmed !== address || how !== 'found' || name.trouble !== null) {
    effects.push(
      notice({ kind: 'synced', name: name.settings.name, address, was: name.confirmed, how, tookMs: nowMs - sinceMs }),
    );
  }
  return { ...name, confirmed: address, published: address, confirmedAtMs: nowMs, outdated: 0, trouble: null };
}

/** After a success the wait is over; the count of failures stays until the zone has nothing left to do. */
function relieved(zone: ZoneState, nowMs: number): ZoneState {
  if (zone.trouble === null) return zone;
  return {
    ...zone,
    trouble: zone.names.some(isPending) ? { ...zone.trouble, retryAtMs: nowMs, imposed: false } : null,
  };
}

function fail(
  zone: ZoneState,
  call: Call,
  failure: ApiFailure,
  { nowMs, draw }: { readonly nowMs: number; readonly draw: number },
  effects: Effect[],
): ZoneState {
  const indexes = call.kind === 'list' ? [call.index] : [...new Set(call.steps.map(({ index }) => index))];
  // Whatever became of the write: the records are read back before anything is written again.
  const unsure = call.kind === 'write' && !(failure.kind === 'unreachable' && !failure.sent);
  const names = unsure
    ? zone.names.map((name, i) => (indexes.includes(i) ? { ...name, records: null, todo: [] } : name))
    : zone.names;
  const read = { ...zone, names };
  switch (failure.kind) {
    case 'refused':
    case 'outdated': {
      if (call.kind === 'write' && call.steps.length > 1) {
        // One of them spoils the batch, and the reply does not say which.
        return { ...zone, batchLimit: Math.ceil(call.steps.length / 2) };
      }
      return failName(read, indexes[0] ?? 0, failure, nowMs, draw, effects);
    }
    default: {
      const trouble = zoneTrouble(failure, (zone.trouble?.failures ?? 0) + 1, nowMs, draw, zone.hurry);
      const repeated = trouble.permanent && zone.trouble?.what === trouble.what;
      const concerned = indexes.flatMap((i) => names[i] ?? []);
      const own = concerned.map(({ settings }) => settings.name);
      const published = concerned[0]?.published ?? null;
      effects.push(notice({ kind: 'zoneTrouble', names: own, trouble, published, nowMs, repeated }));
      return { ...read, trouble };
    }
  }
}

function zoneTrouble(
  failure: Exclude<ApiFailure, { kind: 'refused' | 'outdated' }>,
  failures: number,
  nowMs: number,
  draw: number,
  hurry: boolean,
): Trouble {
  const until = (ownMs: number, imposedMs: number | null): Pick<Trouble, 'retryAtMs' | 'imposed'> =>
    imposedMs === null
      ? { retryAtMs: nowMs + (hurry ? 0 : ownMs), imposed: false }
      : { retryAtMs: nowMs + Math.max(imposedMs, ownMs), imposed: true };
  switch (failure.kind) {
    case 'unreachable': {
      const what = `cannot reach Cloudflare: ${failure.detail}`;
      return { what, permanent: false, failures, ...until(backoffMs(failures, draw), null) };
    }
    case 'unavailable': {
      const what = `Cloudflare could not answer (${failure.what})`;
      return { what, permanent: false, failures, ...until(backoffMs(failures, draw), failure.retryAfterMs) };
    }
    case 'throttled': {
      const what = `Cloudflare asks for fewer requests (${failure.what})`;
      return { what, permanent: false, failures, ...until(0, failure.retryAfterMs) };
    }
    case 'denied': {
      const what = `Cloudflare refused the request (${failure.what}): ${failure.remedy}`;
      return { what, permanent: true, failures, ...until(slowRetryMs(failures), null) };
    }
    default:
      return assertNever(failure);
  }
}

function failName(
  zone: ZoneState,
  index: number,
  failure: Extract<ApiFailure, { kind: 'refused' | 'outdated' }>,
  nowMs: number,
  draw: number,
  effects: Effect[],
): ZoneState {
  const names = withName(zone.names, index, (name) => {
    if (failure.kind === 'refused') {
      const what = `Cloudflare refused (${failure.what}): ${failure.remedy}`;
      return troubled(name, what, true, nowMs, slowRetryMs, effects);
    }
    const outdated = name.outdated + 1;
    // The first time is somebody else's edit, read again at once; from then on it is a reason to slow down.
    if (outdated === 1) return { ...name, records: null, todo: [], outdated };
    const what = `the records keep changing under us (${failure.what})`;
    return {
      ...troubled(name, what, false, nowMs, (failures) => backoffMs(failures, draw), effects),
      records: null,
      outdated,
    };
  });
  return { ...zone, names };
}

export function troubled(
  name: NameState,
  what: string,
  permanent: boolean,
  nowMs: number,
  waitMs: (failures: number) => number,
  effects: Effect[],
): NameState {
  const failures = (name.trouble?.failures ?? 0) + 1;
  const trouble: Trouble = { what, permanent, failures, retryAtMs: nowMs + waitMs(failures), imposed: false };
  const repeated = name.trouble?.what === what;
  effects.push(
    notice({ kind: 'nameTrouble', name: name.settings.name, trouble, published: name.published, nowMs, repeated }),
  );
  return { ...name, trouble };
}
