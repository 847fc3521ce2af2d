import type { ZoneInfo } from '../cloudflare/zones.ts';
import { domainOf } from '../dns/names.ts';
import { slowRetryMs } from './backoff.ts';
import { answered, describeOddity, findZoneOf, isDomain, type LookupRefusal, MANY, refused } from './lookup.ts';
import type { NameState } from './name-life.ts';
import { type Call, type Effect, failName, notice, type ZoneState } from './zone-state.ts';

/** A round of questions for the zones of names: a ZoneState whose `zoneId` is null asks them. A refusal is that candidate's
 *  alone, until there are many in a row. Answers are remembered while there are questions. */

/** So many refusals in a row are the token's trouble, or Cloudflare's: not every name is asked for before a pause. */
const MOST_REFUSED = 10;

/** Takes the zones that a question brought in; names whose zone is known by it leave with the effect `resolved`. */
export function lookedUp(
  zone: ZoneState,
  candidate: string,
  zones: readonly ZoneInfo[] | null,
  effects: Effect[],
): ZoneState {
  return depart({ ...zone, answers: answered(zone.answers, candidate, zones) }, effects);
}

/** Takes a refusal of the question about `candidate` in; null = one too many. */
export function questionRefused(zone: ZoneState, candidate: string, refusal: LookupRefusal): ZoneState | null {
  const answers = refused(zone.answers, candidate, refusal);
  const last = [...answers.values()].slice(-MOST_REFUSED);
  const isPause = last.length === MOST_REFUSED && last.every(({ kind }) => kind === 'refused');
  return isPause ? null : { ...zone, answers };
}

/** Lets the names go whose zone is known. */
function depart(zone: ZoneState, effects: Effect[]): ZoneState {
  const departing = new Map<
    string,
    { readonly zone: ZoneInfo; readonly zoneName: string; readonly names: NameState[] }
  >();
  const names = zone.names.filter((name) => {
    const finding = findZoneOf(name.settings.name, zone.answers, false);
    if (finding.kind !== 'zone') return true;
    const group = departing.get(finding.zone.id) ?? { zone: finding.zone, zoneName: finding.name, names: [] };
    group.names.push(name);
    departing.set(finding.zone.id, group);
    return false;
  });
  for (const own of departing.values()) effects.push(...warnOf(own.zoneName, own.zone));
  for (const [zoneId, own] of departing) {
    effects.push({ kind: 'resolved', names: own.names, zoneId, zoneName: own.zoneName });
  }
  return { ...zone, names };
}

/** The next question for the first name that `open` lets through; names with no zone left to ask for are in trouble. */
export function nextLookup(
  zone: ZoneState,
  open: (name: NameState) => boolean,
  nowMs: number,
  effects: Effect[],
): { readonly zone: ZoneState; readonly call: Call | null } {
  const names = [...zone.names];
  for (const [index, name] of zone.names.entries()) {
    if (!open(name)) continue;
    const domain = domainOf(name.settings.name);
    const many =
      !zone.answers.has(domain) &&
      zone.names.filter((own) => open(own) && domainOf(own.settings.name) === domain).length >= MANY;
    const finding = findZoneOf(name.settings.name, zone.answers, many);
    if (finding.kind === 'ask') {
      return { zone: { ...zone, names }, call: { kind: 'lookup', index, candidate: finding.candidate } };
    }
    if (finding.kind === 'nowhere') {
      const cause = { what: finding.what, permanent: true, ray: finding.ray, scope: 'name' as const };
      names[index] = failName(name, cause, nowMs, slowRetryMs, effects);
    }
  }
  // The next try is to ask anew.
  return { zone: { ...zone, names, answers: new Map() }, call: null };
}

/** The warning that the zone may be worth. */
export function warnOf(zone: string, info: ZoneInfo): Effect[] {
  const what = describeOddity(info);
  return what === null ? [] : [notice({ kind: 'oddZone', zone, what })];
}

/** Whether all zones of a domain are asked for, which can be done without. */
export const isForDomain = (call: Call): boolean => call.kind === 'lookup' && isDomain(call.candidate);
