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
import type { Operation } from '../dns/plan.ts';
import type { AaaaRecord } from '../dns/record.ts';
import { assertNever, failed, ok, type Result } from '../result.ts';
import { slowRetryMs } from './backoff.ts';
import { lookedUp } from './lookup.ts';
import { describeContent, type Notice } from './notices.ts';
import { fail, type Moment, mistaken } from './setback.ts';
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
  saidBy,
  troubled,
  withName,
  type ZoneState,
} from './zone-state.ts';

/** Takes the end of the request in flight in. */
export function settle(zone: ZoneState, call: Call, event: Outcome, effects: Effect[]): ZoneState {
  const landed = { ...zone, inFlight: null };
  const outcome =
    event.kind === 'replied'
      ? succeed(landed, call, event.reply, event, effects)
      : failed<ApiFailure>({ ...event, kind: 'unreachable' });
  effects.push({ kind: 'ended', failure: outcome.ok ? null : outcome.error.kind });
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
      const next = (found: ZoneInfo | null): ZoneState => relieved(lookedUp(zone, call.candidate, found, effects));
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

/** So many verifications in a row that found another's change are a conflict. */
const MOST_DRIFTS = 3;

function listed(
  zone: ZoneState,
  index: number,
  records: readonly NamedRecord[],
  nowMs: number,
  effects: Effect[],
): ZoneState {
  const names = withName(zone.names, index, (name) => {
    const published = saidBy(records);
    const kept = name.seen
      ? undefined
      : name.desired?.equallyGood.find((address) => records.some((r) => r.content === address));
    const desired = name.desired !== null && kept !== undefined ? { ...name.desired, address: kept } : name.desired;
    const fresh = replan({ ...name, desired, records, published, seen: true });
    const verified = name.confirmed !== null && name.confirmed === desired?.address && name.trouble === null;
    if (verified && fresh.todo.length > 0) return drifted(fresh, records, zone.dryRun, nowMs, effects);
    const settled = verified ? { ...fresh, drifts: 0 } : fresh;
    const how = records.some((own) => !own.readOnly && own.content === desired?.address) ? 'found' : 'foundReadOnly';
    return confirmIfDone(settled, how, name.confirmed, nowMs, effects);
  });
  return relieved({ ...zone, names });
}

/** Somebody else changed a record that was right. It is set back, but not fought over: from the third time in a row on
 *  only at the pace of a lasting refusal. */
function drifted(
  name: NameState,
  records: readonly NamedRecord[],
  dryRun: boolean,
  nowMs: number,
  effects: Effect[],
): NameState {
  const drifts = name.drifts + 1;
  const conflict = drifts - MOST_DRIFTS + 1;
  const found = records.map(({ content }) => content);
  const desired = name.desired === null ? null : { ...name.desired, sinceMs: nowMs };
  if (dryRun || conflict < 1) {
    if (desired !== null)
      effects.push(notice({ kind: 'drifted', name: name.settings.name, address: desired.address, found, dryRun }));
    // A dry run sets nothing back: finding the same again is no further change.
    return dryRun ? { ...name, desired, confirmed: null } : { ...name, desired, drifts };
  }
  const own = { ...name, desired, drifts };
  const says = found.length === 0 ? 'it is gone' : `it says ${found.map(describeContent).join(', ')}`;
  const what = `somebody else changed the record ${drifts} times in a row (now ${says}): stop them, or take the name out here`;
  return troubled(own, { what, permanent: true, ray: null }, nowMs, () => slowRetryMs(conflict), effects);
}

function written(
  zone: ZoneState,
  steps: readonly Step[],
  replies: readonly NamedRecord[],
  moment: Moment,
  effects: Effect[],
): ZoneState {
  const names = [...zone.names];
  let { zoneName } = zone;
  for (const { index, operation } of steps) {
    const name = names[index];
    // Somebody asked to look again while the write was in flight, or the name's last operation failed.
    if (name === undefined || name.records === null) continue;
    const records = applied(name.settings.name, name.records, operation, replies);
    const appended = records === null ? appendedTo(name.settings.name, operation, replies) : undefined;
    if (records !== null) {
      const fresh = replan({ ...name, records, published: saidBy(records) });
      names[index] = confirmIfDone(fresh, operation.op, zone.names[index]?.published ?? null, moment.nowMs, effects);
    } else if (appended !== undefined) {
      zoneName = appended.name.slice(name.settings.name.length + 1);
      const what = `it made ${appended.name} of ${name.settings.name}, which it cannot hold; removing that again`;
      effects.push(notice({ kind: 'oddZone', zone: zoneName, what }));
      names[index] = { ...name, todo: [{ op: 'delete', id: appended.id, was: appended.content }] };
    } else {
      const answer = { what: 'the reply is not what was asked for', ray: null };
      names[index] = mistaken(name, answer, zone.hurry, moment, effects);
    }
  }
  const batchLimit = Math.min(MAX_BATCH, zone.batchLimit * 2);
  return { ...zone, zoneName, names, trouble: null, batchLimit };
}

/** The record that came of a name outside the zone, to which the zone's name was appended. */
const appendedTo = (name: string, operation: Operation, replies: readonly NamedRecord[]): NamedRecord | undefined =>
  operation.op === 'create'
    ? replies.find((reply) => reply.content === operation.content && reply.name.startsWith(`${name}.`))
    : undefined;

/** The records of `name` after the operation; null = the reply does not bear it out. */
function applied(
  name: string,
  before: readonly AaaaRecord[],
  operation: Operation,
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
  how: Extract<Notice, { kind: 'synced' }>['how'],
  was: Address | null,
  nowMs: number,
  effects: Effect[],
): NameState {
  if (name.desired === null || isPending(name)) return name;
  const { address, sinceMs } = name.desired;
  if (name.confirmed !== address || !how.startsWith('found') || name.trouble !== null) {
    effects.push(notice({ kind: 'synced', name: name.settings.name, address, was, how, tookMs: nowMs - sinceMs }));
  }
  return {
    ...name,
    confirmed: address,
    confirmedMs: nowMs,
    published: address,
    shown: null,
    outdated: 0,
    trouble: null,
  };
}

/** The count of failures stays until the zone has nothing left to do. */
const relieved = (zone: ZoneState): ZoneState => ({
  ...zone,
  trouble: zone.names.some(isPending) ? zone.trouble : null,
});
