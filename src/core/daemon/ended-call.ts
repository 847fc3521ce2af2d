import type { Address } from '../address/address.ts';
import { type ApiFailure, unreadable } from '../cloudflare/failure.ts';
import { type HttpReply, rateLimitWaitMs } from '../cloudflare/http.ts';
import {
  type NamedRecord,
  readBatch,
  readDone,
  readNamePage,
  readRecord,
  readZonePage,
} from '../cloudflare/replies.ts';
import { comparableName, readZoneInfo, readZones } from '../cloudflare/zones.ts';
import { isInZone } from '../dns/names.ts';
import { missing, type Operation } from '../dns/plan.ts';
import type { AaaaRecord } from '../dns/record.ts';
import { assertNever, failed, ok, type Result } from '../result.ts';
import { concernedBy } from './detours.ts';
import { fail, imposedMs, surprised } from './failed-call.ts';
import { confirmIfDone } from './found-records.ts';
import { lookedUp, warnOf } from './lookup-round.ts';
import { holding, inManner, isPending, type NameState, recordsOf, withTodo } from './name-life.ts';
import { describeOperation } from './notices.ts';
import { turnPage } from './reading.ts';
import {
  type Call,
  type Effect,
  MAX_BATCH,
  type Moment,
  nameAt,
  notice,
  type Outcome,
  type Reading,
  type Step,
  withName,
  type ZoneState,
} from './zone-state.ts';

/** Takes the end of the request in flight in. */
export function settle(zone: ZoneState, call: Call, event: Outcome, effects: Effect[]): ZoneState {
  const { nowMs, draw } = event;
  const moment = { nowMs, draw, overtaken: zone.overtaken };
  const landed = { ...zone, inFlight: null, overtaken: false };
  const outcome =
    event.kind === 'replied'
      ? succeed(landed, call, event.reply, moment, effects)
      : failed<ApiFailure>({ ...event, kind: 'unreachable' });
  effects.push({ kind: 'ended', failure: outcome.ok ? null : outcome.error.kind });
  const settled = outcome.ok
    ? relieved(outcome.value, landed, call)
    : fail(landed, call, outcome.error, moment, effects);
  const spentMs = event.kind === 'replied' ? rateLimitWaitMs(event.reply) : 0;
  const heldMs = Math.max(spentMs, outcome.ok ? 0 : imposedMs(outcome.error));
  if (heldMs === 0 || nowMs + heldMs <= settled.heldUntilMs) return settled;
  // A trouble that is said names the wait itself.
  if (!effects.some(isTrouble)) effects.push(notice({ kind: 'held', waitMs: heldMs }));
  return { ...settled, heldUntilMs: nowMs + heldMs };
}

const isTrouble = (effect: Effect): boolean =>
  effect.kind === 'notice' && (effect.notice.kind === 'nameTrouble' || effect.notice.kind === 'zoneTrouble');

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
    case 'lookup':
      return then(readZones(reply), (zones) => lookedUp(zone, call.candidate, zones, effects));
    case 'identify':
      return then(readZoneInfo(reply), (info) => {
        effects.push(...warnOf(info.name, info));
        return { ...zone, zoneName: comparableName(info) };
      });
    case 'list':
      // Without a reading somebody asked to look again since the first page was read.
      return zone.reading === null ? ok(zone) : listed(zone, zone.reading, reply, moment, effects);
    case 'write':
      return then(readWritten(call.steps, reply), (records) => written(zone, call.steps, records, moment, effects));
    default:
      return assertNever(call);
  }
}

function listed(
  zone: ZoneState,
  reading: Reading,
  reply: HttpReply,
  { nowMs }: Moment,
  effects: Effect[],
): Result<ZoneState, ApiFailure> {
  const page =
    reading.index === null
      ? readZonePage(reply, new Set(zone.names.map(({ settings }) => settings.name)))
      : readNamePage(reply, nameAt(zone, reading.index));
  if (!page.ok) return page;
  const next = turnPage(zone, reading, page.value, nowMs, effects);
  return next === null ? failed(unreadable(reply, DOUBTFUL)) : ok(next);
}

const DOUBTFUL = 'the list of AAAA records has no end, contradicts itself, or changed while it was read';

/** The records that a write's reply describes. */
function readWritten(steps: readonly Step[], reply: HttpReply): Result<readonly NamedRecord[], ApiFailure> {
  if (steps.length > 1) return readBatch(reply);
  const single = steps[0]?.operation.op === 'delete' ? readDone(reply) : readRecord(reply);
  return single.ok ? ok(single.value === null ? [] : [single.value]) : single;
}

function written(
  zone: ZoneState,
  steps: readonly Step[],
  replies: readonly NamedRecord[],
  moment: Moment,
  effects: Effect[],
): ZoneState {
  let next = zone;
  for (const step of steps) {
    const was = zone.names[step.index]?.published ?? null;
    next = carriedOut(next, step, replies, was, moment, effects);
  }
  const wasWhole = steps.some(({ operation }) => operation.op === 'update' && operation.kept !== undefined);
  return {
    ...next,
    // What one name's record needs, the others' need, too.
    names: wasWhole ? next.names.map((name) => inManner(name, { whole: true })) : next.names,
    trouble: null,
    batchLimit: Math.min(MAX_BATCH, zone.batchLimit * 2),
    batchTrouble: steps.length > 1 ? null : zone.batchTrouble,
  };
}

/** The zone after one operation of a write.
 *  @param was what the name's record said before the write */
function carriedOut(
  zone: ZoneState,
  { index, operation }: Step,
  replies: readonly NamedRecord[],
  was: Address | null,
  moment: Moment,
  effects: Effect[],
): ZoneState {
  const name = zone.names[index];
  const records = name === undefined ? null : recordsOf(name);
  // Somebody asked to look again while the write was in flight, or the name's last operation failed.
  if (name === undefined || records === null) return zone;
  const own = name.settings.name;
  const replaced = (next: NameState): ZoneState => ({ ...zone, names: withName(zone.names, index, () => next) });
  const after = applied(own, records, operation, replies);
  if (after.ok) return replaced(confirmIfDone(holding(name, after.value), operation.op, was, moment.nowMs, effects));
  const appended = appendedTo(name, zone.zoneName, operation, replies);
  if (appended === undefined) {
    const what = `Cloudflare accepted the request, but did not carry it out (${describeOperation(after.error)}): does the zone's plan allow it?`;
    return replaced(surprised(name, { what, ray: null, retryAfterMs: null }, moment, effects));
  }
  const zoneName = appended.name.slice(own.length + 1);
  const what = `Cloudflare made ${appended.name} of ${own}, because the zone cannot hold that name; removing the record again`;
  effects.push(notice({ kind: 'oddZone', zone: zoneName, what }));
  return { ...replaced(withTodo(name, records, [{ op: 'delete', id: appended.id, was: appended.content }])), zoneName };
}

/** The record that came of a name outside the zone, to which the zone's name was appended. Where the zone's name is known,
 *  or the name lies in what was appended, it is some mistake, and nothing is deleted for it. */
function appendedTo(
  { settings: { name } }: NameState,
  zoneName: string | null | undefined,
  operation: Operation,
  replies: readonly NamedRecord[],
): NamedRecord | undefined {
  if (operation.op !== 'create' || typeof zoneName === 'string') return undefined;
  return replies.find(
    (reply) =>
      reply.content === operation.content &&
      reply.name.startsWith(`${name}.`) &&
      !isInZone(name, reply.name.slice(name.length + 1)),
  );
}

/** The records of `name` after the operation; what of it the reply does not bear out. */
function applied(
  name: string,
  before: readonly AaaaRecord[],
  operation: Operation,
  replies: readonly NamedRecord[],
): Result<readonly AaaaRecord[], Operation> {
  switch (operation.op) {
    case 'delete':
      return ok(before.filter(({ id }) => id !== operation.id));
    case 'create': {
      const created = replies.find((reply) => reply.name === name && reply.content === operation.content);
      return created === undefined ? failed(operation) : ok([...before, created]);
    }
    case 'update': {
      const updated = replies.find(({ id }) => id === operation.id);
      if (updated === undefined) return failed(operation);
      const changes = missing(updated, operation.changes);
      if (Object.keys(changes).length > 0) return failed({ ...operation, changes });
      return ok(before.map((record) => (record.id === updated.id ? updated : record)));
    }
    default:
      return assertNever(operation);
  }
}

/** The zone after a success: it shows that the zone works, unless all names that it was about were in trouble, as one that
 *  can be read and not written. What was denied is over with a write, or when nothing is left to do. */
function relieved(zone: ZoneState, before: ZoneState, call: Call): ZoneState {
  if (zone.trouble === null) return zone;
  const works = concernedBy(before, call).some((index) => before.names[index]?.trouble === null);
  const isOver = (works && !zone.trouble.permanent) || !zone.names.some(isPending);
  return isOver ? { ...zone, trouble: null } : zone;
}
