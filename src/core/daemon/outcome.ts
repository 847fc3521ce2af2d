import { type ApiFailure, unreadable } from '../cloudflare/failure.ts';
import { type HttpReply, rateLimitWaitMs } from '../cloudflare/http.ts';
import {
  comparableName,
  type NamedRecord,
  readBatch,
  readDone,
  readPage,
  readRecord,
  readZone,
  readZoneInfo,
  readZones,
} from '../cloudflare/replies.ts';
import { missing, type Operation } from '../dns/plan.ts';
import type { AaaaRecord } from '../dns/record.ts';
import { assertNever, failed, ok, type Result } from '../result.ts';
import { confirmIfDone } from './found.ts';
import { distributed, isDomain, lookedUp, warnOf } from './lookup.ts';
import { describeOperation } from './notices.ts';
import { turnPage } from './reading.ts';
import { fail, imposedMs, type Moment, mistaken } from './setback.ts';
import {
  type Call,
  type Effect,
  isPending,
  MAX_BATCH,
  notice,
  type Outcome,
  replan,
  type Step,
  saidBy,
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
  const spentMs = event.kind === 'replied' ? rateLimitWaitMs(event.reply) : 0;
  const heldMs = Math.max(spentMs, outcome.ok ? 0 : imposedMs(outcome.error));
  const heldUntilMs = heldMs > 0 ? Math.max(settled.heldUntilMs, event.nowMs + heldMs) : settled.heldUntilMs;
  return { ...settled, hurry: false, heldUntilMs };
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
    case 'lookup':
      return isDomain(call.candidate)
        ? then(readZones(reply), (zones) => relieved(distributed(zone, call.candidate, zones, effects)))
        : then(readZone(reply, call.candidate), (own) => relieved(lookedUp(zone, call.candidate, own, effects)));
    case 'identify':
      return then(readZoneInfo(reply), (info) => {
        effects.push(...warnOf(info.name, info));
        return { ...zone, zoneName: comparableName(info) };
      });
    case 'list': {
      const { reading } = zone;
      // Somebody asked to look again since the first page was read.
      if (reading === null) return ok(zone);
      const names = reading.index === null ? zone.names : zone.names.slice(reading.index, reading.index + 1);
      const page = readPage(reply, new Set(names.map(({ settings }) => settings.name)));
      if (!page.ok) return page;
      const read = turnPage(zone, reading, page.value, moment.nowMs, effects);
      return read === null ? failed(unreadable(reply, ENDLESS)) : ok(relieved(read));
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
    const after = applied(name.settings.name, name.records, operation, replies);
    const appended = after.ok ? undefined : appendedTo(name.settings.name, operation, replies);
    if (after.ok) {
      const fresh = replan({ ...name, records: after.value, published: saidBy(after.value) });
      names[index] = confirmIfDone(fresh, operation.op, zone.names[index]?.published ?? null, moment.nowMs, effects);
    } else if (appended !== undefined) {
      zoneName = appended.name.slice(name.settings.name.length + 1);
      const what = `it made ${appended.name} of ${name.settings.name}, which it cannot hold; removing that again`;
      effects.push(notice({ kind: 'oddZone', zone: zoneName, what }));
      names[index] = { ...name, todo: [{ op: 'delete', id: appended.id, was: appended.content }] };
    } else {
      const what = `Cloudflare took the request and did not do it (${describeOperation(after.error)}): does the zone's plan allow it?`;
      names[index] = mistaken(name, { what, ray: null, retryAfterMs: null }, zone.hurry, moment, effects);
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

const ENDLESS = 'the list of AAAA records has no end, or changed while it was read';

/** The count of failures stays until the zone has nothing left to do. */
const relieved = (zone: ZoneState): ZoneState => ({
  ...zone,
  trouble: zone.names.some(isPending) ? zone.trouble : null,
});
