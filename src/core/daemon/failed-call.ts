import type { Answer, ApiFailure } from '../cloudflare/failure.ts';
import { describeRemedy } from '../cloudflare/remedies.ts';
import { carriesAddress, carriesAttributes } from '../dns/plan.ts';
import { assertNever } from '../result.ts';
import { isDue } from './agenda.ts';
import { backoffMs, slowRetryMs } from './backoff.ts';
import {
  aroundDenial,
  aroundRefusal,
  concernedBy,
  type Denied,
  describeDenial,
  doubt,
  halved,
  otherWay,
  type Refused,
} from './detours.ts';
import { inManner, type NameState, unread } from './name-life.ts';
import { type Cause, failedAgain, type Trouble } from './trouble.ts';
import { type Call, type Effect, failName, type Moment, notice, withName, type ZoneState } from './zone-state.ts';

/** What follows from a request that failed: another way where there is one, a name in trouble, or a zone. */

type Passing = Extract<ApiFailure, { kind: 'unreachable' | 'unavailable' | 'throttled' }>;

/** The state after a request that failed. */
export function fail(before: ZoneState, call: Call, failure: ApiFailure, moment: Moment, effects: Effect[]): ZoneState {
  const zone = { ...before, reading: null };
  switch (failure.kind) {
    case 'refused':
      return aroundRefusal(before, call, failure) ?? failOne(zone, call, failure, moment, effects);
    case 'outdated':
      return failOne(zone, call, failure, moment, effects);
    case 'denied':
      return aroundDenial(before, call, failure, moment) ?? failDenied(zone, call, failure, moment, effects);
    case 'unreachable':
    case 'unavailable':
    case 'throttled':
      return failForNow(zone, before, call, failure, moment, effects);
    default:
      return assertNever(failure);
  }
}

/** The wait that the server imposes, milliseconds; 0 = none. */
export const imposedMs = (failure: ApiFailure): number =>
  failure.kind === 'unreachable' ? 0 : (failure.retryAfterMs ?? 0);

/** One name was refused; of a batch the reply does not say which: it is halved. */
function failOne(
  zone: ZoneState,
  call: Call,
  failure: Extract<ApiFailure, { kind: 'refused' | 'outdated' }>,
  moment: Moment,
  effects: Effect[],
): ZoneState {
  if (call.kind === 'write' && call.steps.length > 1) return halved(zone, call.steps);
  const [index = 0] = concernedBy(zone, call);
  if (failure.kind === 'outdated') {
    const answer = { ...failure, what: `the records keep changing under us (${failure.what})` };
    return { ...zone, names: withName(zone.names, index, (name) => surprised(name, answer, moment, effects)) };
  }
  const what = `Cloudflare refused (${failure.what}): ${remedyIn(zone, call, failure)}`;
  const ownMs = failure.passing ? (failures: number) => backoffMs(failures, moment.draw) : slowRetryMs;
  const waitMs = waitAfter(failure, ownMs, moment);
  const names = withName(zone.names, index, (name) => {
    if (isAboutAttributes(call)) return failAttributes(name, failure, what, moment.nowMs, waitMs, effects);
    const cause: Cause = { what, permanent: !failure.passing, ray: failure.ray, scope: 'name' };
    // The longer form did not help.
    const doubted = call.kind === 'write' ? unread({ ...name, whole: name.whole && !failure.incomplete }) : name;
    return failName(doubted, cause, moment.nowMs, waitMs, effects);
  });
  return { ...zone, names };
}

const isAboutAttributes = (call: Call): boolean =>
  call.kind === 'write' &&
  call.steps.every(({ operation }) => carriesAttributes(operation) && !carriesAddress(operation));

function failAttributes(
  name: NameState,
  failure: Refused | Denied,
  what: string,
  nowMs: number,
  waitMs: (failures: number) => number,
  effects: Effect[],
): NameState {
  const cause: Cause = {
    what: `${what}. The address is right`,
    permanent: true,
    ray: failure.ray,
    scope: 'attributes',
  };
  return failName(inManner(name, { addressFirst: true }), cause, nowMs, waitMs, effects);
}

/** Token or zone is refused, and with it everything of the zone: it waits as a whole. */
function failDenied(zone: ZoneState, call: Call, failure: Denied, moment: Moment, effects: Effect[]): ZoneState {
  const [index = 0] = concernedBy(zone, call);
  const what = describeDenial(failure, remedyIn(zone, call, failure));
  const waitMs = waitAfter(failure, slowRetryMs, moment);
  if (isAboutAttributes(call) && zone.names[index]?.addressFirst) {
    // The address was taken from the same token: it is the attributes that are not allowed.
    const change = (name: NameState) => failAttributes(name, failure, what, moment.nowMs, waitMs, effects);
    return { ...zone, names: withName(zone.names, index, change) };
  }
  const trouble = failedAgain(
    zone.trouble,
    { what, permanent: true, ray: failure.ray, scope: 'zone' },
    moment.nowMs,
    waitMs,
  );
  report(zone, call, trouble, moment, effects);
  if (isLost(zone, call, failure)) effects.push({ kind: 'zoneLost' });
  // It was not the batch call's trouble alone.
  const batchTrouble = call.kind === 'write' ? null : zone.batchTrouble;
  return { ...sharing(doubt(zone, call, failure), call, trouble), answers: new Map(), batchTrouble, trouble };
}

/** Whether an id that came from a lookup may be none any more: the zone was deleted, or moved to another account. */
const isLost = ({ zoneId, names }: ZoneState, { kind }: Call, { zoneUnknown, everywhere }: Denied): boolean =>
  zoneId !== null &&
  !everywhere &&
  (zoneUnknown || kind === 'list') &&
  names.every(({ settings }) => settings.zoneId === null);

/** What passes by itself. Whose it is, is told by the others: a name that fails while they get through is at fault alone,
 *  and waits alone. The first time, they show it by going on at once; what did not even reach Cloudflare is nobody's. */
function failForNow(
  zone: ZoneState,
  before: ZoneState,
  call: Call,
  failure: Passing,
  moment: Moment,
  effects: Effect[],
): ZoneState {
  const { nowMs, draw } = moment;
  const indexes = concernedBy(before, call);
  const [index = 0] = indexes;
  const name = indexes.length === 1 ? zone.names[index] : undefined;
  const unsure = isUnsure(call, failure);
  const cause: Cause = {
    what: describePassing(failure, unsure),
    permanent: false,
    ray: failure.kind === 'unreachable' ? null : failure.ray,
    scope: 'zone',
  };
  const waitMs = waitAfter({ retryAfterMs: imposedMs(failure) }, (failures) => backoffMs(failures, draw), moment);
  const doubtful = doubt(zone, call, failure);
  const hasReached = failure.kind === 'unavailable' || (failure.kind === 'unreachable' && failure.sent);
  if (name !== undefined && hasReached && zone.trouble === null) {
    const others = zone.names.some((own) => own !== name && own.trouble === null && isDue(own, nowMs));
    if (others || name.trouble !== null) {
      const change = (own: NameState) => failName(own, { ...cause, scope: 'name' }, nowMs, waitMs, effects);
      const suspicion = failedAgain(null, cause, nowMs, () => 0);
      const names = withName(doubtful.names, index, change);
      return { ...doubtful, names, trouble: name.trouble === null ? suspicion : null };
    }
  }
  const trouble = failedAgain(zone.trouble, cause, nowMs, waitMs);
  report(zone, call, trouble, moment, effects, unsure);
  return otherWay({ ...sharing(doubtful, call, trouble, indexes), trouble }, before, call);
}

/** The zone's trouble is that of every name that the call was about: others go first from now on. */
function sharing(
  zone: ZoneState,
  call: Call,
  { retryAtMs, failures: _, ...cause }: Trouble,
  indexes = concernedBy(zone, call),
): ZoneState {
  const concerned = new Set(indexes);
  const share = (name: NameState): NameState => ({
    ...name,
    trouble: failedAgain(name.trouble, cause, retryAtMs, () => 0),
  });
  return { ...zone, names: zone.names.map((name, i) => (concerned.has(i) ? share(name) : name)) };
}

/** Says once for the zone what keeps its names. */
function report(
  zone: ZoneState,
  call: Call,
  trouble: Trouble,
  { nowMs }: Moment,
  effects: Effect[],
  unsure = false,
): void {
  const repeated = zone.trouble?.what === trouble.what;
  const concerned = concernedBy(zone, call).flatMap((i) => zone.names[i] ?? []);
  const names = concerned.map(({ settings }) => settings.name);
  const published = concerned[0]?.published ?? null;
  effects.push(notice({ kind: 'zoneTrouble', names, trouble, published, nowMs, repeated, unsure }));
}

/** Whether a write was sent and nothing came back. */
const isUnsure = (call: Call, failure: Passing): boolean =>
  call.kind === 'write' && failure.kind === 'unreachable' && failure.sent;

/** What happened and why; it passes, so there is nothing to do. */
function describePassing(failure: Passing, unsure: boolean): string {
  switch (failure.kind) {
    case 'unreachable':
      if (unsure) return `could not confirm the update (${failure.detail})`;
      return `cannot reach Cloudflare: ${failure.detail}`;
    case 'unavailable':
      return `Cloudflare could not answer (${failure.what})`;
    case 'throttled':
      return `Cloudflare asks for fewer requests (${failure.what})`;
    default:
      return assertNever(failure);
  }
}

/** What to do about a refusal of the call. */
function remedyIn(zone: ZoneState, call: Call, { remedy }: Denied | Refused): string {
  const [index = 0] = concernedBy(zone, call);
  return describeRemedy(remedy, (zone.names[index]?.settings.zoneId ?? null) !== null);
}

/** The name whose records turned out not to be what we thought, or did not become what we asked for. The first time is
 *  somebody else's edit, read again at once; from then on it is a reason to slow down. */
export function surprised(name: NameState, answer: Answer, moment: Moment, effects: Effect[]): NameState {
  const cause: Cause = { what: answer.what, permanent: false, ray: answer.ray, scope: 'name' };
  const ownMs = (failures: number): number => (failures === 1 ? 0 : backoffMs(failures - 1, moment.draw));
  const waitMs = waitAfter(answer, ownMs, moment);
  if (name.trouble !== null) return failName(unread(name), cause, moment.nowMs, waitMs, effects);
  return { ...unread(name), trouble: failedAgain(null, cause, moment.nowMs, waitMs) };
}

/** The wait after so many failures: what the server imposes, and ours, unless an address came while the request was in
 *  flight. */
const waitAfter =
  ({ retryAfterMs }: Pick<Answer, 'retryAfterMs'>, ownMs: (failures: number) => number, { overtaken }: Moment) =>
  (failures: number): number =>
    Math.max(overtaken ? 0 : ownMs(failures), retryAfterMs ?? 0);
