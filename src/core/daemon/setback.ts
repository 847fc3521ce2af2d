import type { ApiFailure } from '../cloudflare/failure.ts';
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
      const trouble = zoneTrouble(failure, (zone.trouble?.failures ?? 0) + 1, moment, zone.hurry);
      const repeated = trouble.permanent && zone.trouble?.what === trouble.what;
      const concerned = indexes.flatMap((i) => zone.names[i] ?? []);
      const own = concerned.map(({ settings }) => settings.name);
      const published = concerned[0]?.published ?? null;
      effects.push(notice({ kind: 'zoneTrouble', names: own, trouble, published, nowMs: moment.nowMs, repeated }));
      if (failure.kind === 'denied' && failure.zoneUnknown) effects.push({ kind: 'zoneLost' });
      const heldUntilMs = failure.kind === 'throttled' ? trouble.imposedUntilMs : zone.heldUntilMs;
      return {
        ...afterDenial(doubtful, call, failure, trouble),
        trouble,
        heldUntilMs: Math.max(heldUntilMs, zone.heldUntilMs),
      };
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

/** The names that a call is about. */
function concernedBy({ names }: ZoneState, call: Call): readonly number[] {
  if (call.kind === 'write') return [...new Set(call.steps.map(({ index }) => index))];
  if (call.index !== null) return [call.index];
  return [...names.keys()].filter((index) => names[index]?.records === null);
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
      const { what } = denialOf(failure, failure.remedy);
      return { what, permanent: true, failures, ray, ...until(slowRetryMs(failures), null) };
    }
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
      const outdated = { what: `the records keep changing under us (${failure.what})`, ray: failure.ray };
      return mistaken(name, outdated, zone.hurry, moment, effects);
    }
    const what = `Cloudflare refused (${failure.what}): ${failure.remedy}`;
    const cause = { what, permanent: !failure.passing, ray: failure.ray };
    const waitMs = failure.passing ? (failures: number) => backoffMs(failures, moment.draw) : slowRetryMs;
    return troubled(name, cause, moment.nowMs, zone.hurry ? atOnce : waitMs, effects);
  });
  return { ...zone, names };
}

/** The name whose records turned out not to be what we thought, or did not become what we asked for. The first time is
 *  somebody else's edit, read again at once; from then on it is a reason to slow down. */
export function mistaken(
  name: NameState,
  answer: Pick<Trouble, 'what' | 'ray'>,
  hurry: boolean,
  { nowMs, draw }: Moment,
  effects: Effect[],
): NameState {
  const next = { ...unread(name), outdated: name.outdated + 1 };
  if (next.outdated === 1) return next;
  const cause = { ...answer, permanent: false };
  return troubled(next, cause, nowMs, hurry ? atOnce : (failures) => backoffMs(failures, draw), effects);
}

/** The wait for an address that came while the request was in flight. */
const atOnce = (): number => 0;
