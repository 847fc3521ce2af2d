import type { ApiFailure } from '../cloudflare/failure.ts';
import { describeRemedy } from '../cloudflare/remedies.ts';
import { carriesAddress, carriesAttributes } from '../dns/plan.ts';
import { assertNever } from '../result.ts';
import { slowRetryMs } from './backoff.ts';
import { answered } from './lookup.ts';
import { isForDomain, questionRefused } from './lookup-round.ts';
import { inManner, type NameState, readByItself, unread } from './name-life.ts';
import { readEachByItself } from './reading.ts';
import { type Cause, failedAgain, failuresOf } from './trouble.ts';
import { type Call, type Moment, type Step, withName, type ZoneState } from './zone-state.ts';

/** Other ways to the same goal when a request failed. */

export type Denied = Extract<ApiFailure, { kind: 'denied' }>;
export type Refused = Extract<ApiFailure, { kind: 'refused' }>;

/** The names that a call is about. */
export function concernedBy({ names }: ZoneState, call: Call): readonly number[] {
  if (call.kind === 'write') return [...new Set(call.steps.map(({ index }) => index))];
  if (call.index !== null && !isForDomain(call)) return [call.index];
  return [...names.keys()].filter((index) => names[index]?.life.kind === 'unread');
}

/** What a refused request can be done without; null = nothing. */
export function aroundRefusal(zone: ZoneState, call: Call, failure: Refused): ZoneState | null {
  switch (call.kind) {
    case 'lookup':
      return isForDomain(call) ? withoutDomain(zone, call.candidate) : null;
    case 'identify':
      return { ...zone, zoneName: null };
    case 'list':
      return call.index === null && zone.reading !== null ? readEachByItself(zone, zone.reading) : null;
    case 'write':
      return addressFirst(zone, call.steps) ?? whole(zone, call.steps, failure);
    default:
      return assertNever(call);
  }
}

/** What a denied request can be done without; null = nothing. */
export function aroundDenial(zone: ZoneState, call: Call, failure: Denied, { nowMs }: Moment): ZoneState | null {
  switch (call.kind) {
    case 'lookup': {
      if (failure.everywhere) return null;
      const remedy = describeRemedy(failure.zoneUnknown ? { kind: 'zone', asked: 'zones' } : failure.remedy, false);
      return questionRefused(zone, call.candidate, { what: describeDenial(failure, remedy), ray: failure.ray });
    }
    case 'identify':
      // A token without Zone:Read may still write records: the zone's name just stays unknown.
      return { ...zone, zoneName: null };
    case 'list':
      return null;
    case 'write': {
      if (call.steps.length === 1) return addressFirst(zone, call.steps);
      // Of all calls the batch may be the one that is closed to the token, or is not there.
      const cause: Cause = { what: failure.what, permanent: true, ray: failure.ray, scope: 'zone' };
      return { ...doubt(zone, call, failure), batchTrouble: failedAgain(zone.batchTrouble, cause, nowMs, slowRetryMs) };
    }
    default:
      return assertNever(call);
  }
}

/** The names are asked for one by one. */
const withoutDomain = (zone: ZoneState, domain: string): ZoneState => ({
  ...zone,
  answers: answered(zone.answers, domain, null),
});

/** What was refused carried more than addresses: they are sent alone, and what else is to be enforced comes after them.
 *  null = it carried nothing else. */
function addressFirst(zone: ZoneState, steps: readonly Step[]): ZoneState | null {
  const laden = steps.filter(({ operation }) => carriesAddress(operation) && carriesAttributes(operation));
  if (laden.length === 0) return null;
  const indexes = new Set(laden.map(({ index }) => index));
  const names = zone.names.map((name, i) => (indexes.has(i) ? inManner(name, { addressFirst: true }) : name));
  return { ...zone, names };
}

/** Cloudflare may no longer take what changes without the rest of the record: it is read, and sent with the change.
 *  null = that is no explanation, or was tried. */
function whole(zone: ZoneState, steps: readonly Step[], failure: Refused): ZoneState | null {
  const [only] = steps;
  if (only === undefined || steps.length > 1 || only.operation.op !== 'update' || !failure.incomplete) return null;
  const wasTaken = zone.names[only.index]?.addressFirst === true && !carriesAddress(only.operation);
  if (only.operation.kept !== undefined || wasTaken) return null;
  return { ...zone, names: withName(zone.names, only.index, (name) => unread({ ...name, whole: true })) };
}

/** After a write that may have taken effect the records are read back before anything is written again. */
export function doubt(zone: ZoneState, call: Call, failure: ApiFailure): ZoneState {
  if (call.kind !== 'write' || (failure.kind === 'unreachable' && !failure.sent)) return zone;
  const indexes = new Set(concernedBy(zone, call));
  return { ...zone, names: zone.names.map((name, i) => (indexes.has(i) ? unread(name) : name)) };
}

/** A refused batch does not say which of its operations is at fault: the next one is half as long. */
export const halved = (zone: ZoneState, steps: readonly Step[]): ZoneState => ({
  ...zone,
  batchLimit: Math.ceil(steps.length / 2),
});

/** From the second failure in a row on: what was asked for many together is asked for one by one, and the other way round;
 *  a batch is halved. */
export function otherWay(zone: ZoneState, before: ZoneState, call: Call): ZoneState {
  if (failuresOf(zone.trouble) < 2) return zone;
  switch (call.kind) {
    case 'write':
      return call.steps.length > 1 ? halved(zone, call.steps) : zone;
    case 'list': {
      if (call.index === null) return before.reading === null ? zone : readEachByItself(zone, before.reading);
      const together = (name: NameState): NameState => (name.life.kind === 'unread' ? readByItself(name, false) : name);
      return { ...zone, names: zone.names.map(together) };
    }
    case 'lookup':
      return isForDomain(call) ? withoutDomain(zone, call.candidate) : zone;
    case 'identify':
      return zone;
    default:
      return assertNever(call);
  }
}

export const describeDenial = ({ what }: Denied, remedy: string): string =>
  `Cloudflare refused the request (${what}): ${remedy}`;
