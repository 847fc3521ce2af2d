import type { Answer, ApiFailure } from '../cloudflare/failure.ts';
import { assertNever } from '../result.ts';
import { backoffMs, slowRetryMs } from './backoff.ts';
import { askEach, denied, endRound, isDomain, NO_ZONE_REMEDY } from './lookup.ts';
import { readAlone } from './reading.ts';
import {
  type Call,
  type Denial,
  type Effect,
  MAX_BATCH,
  type NameState,
  notice,
  type Outcome,
  type Trouble,
  troubled,
  unread,
  withName,
  type ZoneState,
} from './zone-state.ts';

/** When something ended, and what chance gave for it. */
export type Moment = Pick<Outcome, 'nowMs' | 'draw'>;

/** The state after a request that failed. */
export function fail(before: ZoneState, call: Call, failure: ApiFailure, moment: Moment, effects: Effect[]): ZoneState {
  const zone = { ...before, reading: null };
  const detour = isRefusal(failure) ? bypass(before, call, failure) : null;
  if (detour !== null) return detour;
  const indexes = concernedBy(before, call);
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
      const unsure = isUnsure(call, failure);
      const trouble = zoneTrouble(failure, unsure, (zone.trouble?.failures ?? 0) + 1, moment, zone.hurry);
      const repeated = trouble.permanent && zone.trouble?.what === trouble.what;
      const concerned = indexes.flatMap((i) => zone.names[i] ?? []);
      const own = concerned.map(({ settings }) => settings.name);
      const published = concerned[0]?.published ?? null;
      const { nowMs } = moment;
      effects.push(notice({ kind: 'zoneTrouble', names: own, trouble, published, nowMs, repeated, unsure }));
      if (failure.kind === 'denied' && isLost(zone, call, failure)) effects.push({ kind: 'zoneLost' });
      return { ...afterDenial(doubtful, call, failure, trouble), trouble };
    }
  }
}

/** What a denial of the whole zone means for the requests to come. */
function afterDenial(zone: ZoneState, call: Call, { kind }: ApiFailure, trouble: Trouble): ZoneState {
  if (kind !== 'denied') return zone;
  // Whose lookup was refused comes after the others from now on: one name cannot hold them all up.
  if (call.kind === 'lookup') return endRound(zone, call.index, trouble);
  // It was not the batch call's trouble alone.
  return { ...zone, batchLimit: MAX_BATCH };
}

/** Whether an id that came from a lookup may be none any more: the zone was deleted, or moved to another account. */
const isLost = ({ zoneId, names }: ZoneState, { kind }: Call, { zoneUnknown }: { readonly zoneUnknown: boolean }) =>
  zoneId !== null && (zoneUnknown || kind === 'list') && names.every(({ settings }) => settings.zoneId === null);

/** What a refused request can be done without; null = nothing. */
function bypass(zone: ZoneState, call: Call, failure: ApiFailure): ZoneState | null {
  switch (call.kind) {
    case 'lookup':
      return askOn(zone, call.candidate, failure);
    case 'identify':
      // A token without Zone:Read may still write records: the zone's name just stays unknown.
      return { ...zone, zoneName: null };
    case 'list':
      return call.index === null && failure.kind !== 'denied' && zone.reading !== null
        ? readAlone(zone, zone.reading)
        : null;
    case 'write':
      // Of all calls the batch may be the one that is closed to the token, or is not there.
      return failure.kind === 'denied' && call.steps.length > 1
        ? { ...doubt(zone, call, failure), batchLimit: 0 }
        : null;
    default:
      return assertNever(call);
  }
}

/** The questions that are left when the one about `candidate` was refused. */
function askOn(zone: ZoneState, candidate: string, failure: ApiFailure): ZoneState | null {
  if (failure.kind !== 'denied') return isDomain(candidate) ? askEach(zone, candidate) : null;
  if (failure.tokenRefused) return null;
  return denied(zone, candidate, denialOf(failure, failure.zoneUnknown ? NO_ZONE_REMEDY : failure.remedy));
}

/** After a write that may have taken effect the records are read back before anything is written again. */
function doubt(zone: ZoneState, call: Call, failure: ApiFailure): ZoneState {
  if (call.kind !== 'write' || (failure.kind === 'unreachable' && !failure.sent)) return zone;
  const indexes = new Set(concernedBy(zone, call));
  return { ...zone, names: zone.names.map((name, i) => (indexes.has(i) ? unread(name) : name)) };
}

/** Whether a write was sent and nothing came back. */
const isUnsure = (call: Call, failure: ApiFailure): boolean =>
  call.kind === 'write' && failure.kind === 'unreachable' && failure.sent;

/** The names that a call is about. */
function concernedBy({ names }: ZoneState, call: Call): readonly number[] {
  if (call.kind === 'write') return [...new Set(call.steps.map(({ index }) => index))];
  if (call.index !== null) return [call.index];
  return [...names.keys()].filter((index) => names[index]?.records === null);
}

/** The wait that the server imposes, milliseconds; 0 = none. */
export const imposedMs = (failure: ApiFailure): number =>
  failure.kind === 'unreachable' ? 0 : (failure.retryAfterMs ?? 0);

/** Whether the server has decided, so that asking again would not help. */
const isRefusal = ({ kind }: ApiFailure): boolean => kind === 'denied' || kind === 'refused' || kind === 'outdated';

function zoneTrouble(
  failure: Exclude<ApiFailure, { kind: 'refused' | 'outdated' }>,
  unsure: boolean,
  failures: number,
  { nowMs, draw }: Moment,
  hurry: boolean,
): Trouble {
  const permanent = failure.kind === 'denied';
  const ownMs = permanent ? slowRetryMs(failures) : backoffMs(failures, draw);
  const retryAtMs = nowMs + Math.max(hurry ? 0 : ownMs, imposedMs(failure));
  const ray = failure.kind === 'unreachable' ? null : failure.ray;
  return { what: describeFailure(failure, unsure), permanent, failures, ray, retryAtMs };
}

/** What happened, why, and what to do. */
function describeFailure(failure: Exclude<ApiFailure, { kind: 'refused' | 'outdated' }>, unsure: boolean): string {
  switch (failure.kind) {
    case 'unreachable':
      if (unsure) return `could not confirm the update (${failure.detail})`;
      return `cannot reach Cloudflare: ${failure.detail}`;
    case 'unavailable':
      return `Cloudflare could not answer (${failure.what})`;
    case 'throttled':
      return `Cloudflare asks for fewer requests (${failure.what})`;
    case 'denied':
      return denialOf(failure, failure.remedy).what;
    default:
      return assertNever(failure);
  }
}

const denialOf = ({ what, ray }: Denial, remedy: string): Denial => ({
  what: `Cloudflare refused the request (${what}): ${remedy}`,
  ray,
});

function failName(
  zone: ZoneState,
  index: number,
  failure: Extract<ApiFailure, { kind: 'refused' | 'outdated' }>,
  moment: Moment,
  effects: Effect[],
): ZoneState {
  const names = withName(zone.names, index, (name) => {
    if (failure.kind === 'outdated') {
      const outdated = { ...failure, what: `the records keep changing under us (${failure.what})` };
      return mistaken(name, outdated, zone.hurry, moment, effects);
    }
    const what = `Cloudflare refused (${failure.what}): ${failure.remedy}`;
    const cause = { what, permanent: !failure.passing, ray: failure.ray };
    const ownMs = failure.passing ? (failures: number) => backoffMs(failures, moment.draw) : slowRetryMs;
    return troubled(name, cause, moment.nowMs, waitAfter(failure, zone.hurry ? null : ownMs), effects);
  });
  return { ...zone, names };
}

/** The name whose records turned out not to be what we thought, or did not become what we asked for. The first time is
 *  somebody else's edit, read again at once; from then on it is a reason to slow down. */
export function mistaken(
  name: NameState,
  answer: Answer,
  hurry: boolean,
  { nowMs, draw }: Moment,
  effects: Effect[],
): NameState {
  const next = { ...unread(name), outdated: name.outdated + 1 };
  if (next.outdated === 1) return next;
  const cause = { what: answer.what, permanent: false, ray: answer.ray };
  const ownMs = (failures: number) => backoffMs(failures, draw);
  return troubled(next, cause, nowMs, waitAfter(answer, hurry ? null : ownMs), effects);
}

/** The wait after so many failures: what the server imposes, and ours, unless an address came while the request was in
 *  flight (null). */
const waitAfter =
  ({ retryAfterMs }: Answer, ownMs: ((failures: number) => number) | null) =>
  (failures: number): number =>
    Math.max(ownMs?.(failures) ?? 0, retryAfterMs ?? 0);
