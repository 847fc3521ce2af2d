import type { ZoneInfo } from '../cloudflare/replies.ts';
import { slowRetryMs } from './backoff.ts';
import {
  type Call,
  type Denial,
  type Effect,
  type NameState,
  notice,
  type Trouble,
  troubled,
  withName,
  type ZoneState,
} from './zone-state.ts';

/** Finding the zone of names that come without an id: a ZoneState whose `zoneId` is null asks for each name, the name
 *  itself first and then one label less from the left, so that the deepest zone wins. Many names of one domain, as
 *  `example.com` by its last two labels, have all its zones asked for at once (operator `ends_with`). Names that this
 *  finds no zone for are asked for all the same: tokens that are limited to zones may be refused the question. So a
 *  refusal is that candidate's alone, until there are many in a row. Answers are remembered while there are questions. */

export const NO_ZONE_REMEDY = 'check the name, give the token Zone → Zone → Read, or set zone_id';

/** From so many names on the question for a whole domain is the cheaper one, even if it is asked in vain. */
export const MANY = 4;

/** So many refusals in a row are the token's trouble, or Cloudflare's: not every name is asked for before a pause. */
const MOST_DENIED = 10;

/** The zones that may hold `name`, the deepest first; a top-level domain is none. */
export function candidatesOf(name: string): string[] {
  const labels = name.replace(/^\*\./, '').split('.');
  return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'));
}

export const isInZone = (name: string, zoneName: string): boolean => name === zoneName || name.endsWith(`.${zoneName}`);

/** Why a name is not created. */
export const describeOutside = (zoneName: string): string =>
  `the name is not in the zone ${zoneName} of zone_id: correct the name or zone_id`;

/** What stands for all zones of the name's domain among the candidates. */
export const domainOf = (name: string): string => `.${name.split('.').slice(-2).join('.')}`;

/** Whether a candidate stands for a whole domain. */
export const isDomain = (candidate: string): boolean => candidate.startsWith('.');

/** Takes the answer about `candidate` in; names whose zone is known by it leave with the effect `resolved`. */
export function lookedUp(zone: ZoneState, candidate: string, found: ZoneInfo | null, effects: Effect[]): ZoneState {
  if (found !== null) effects.push(...warnOf(candidate, found));
  const answers = new Map(zone.answers).set(candidate, found && { ...found, name: candidate });
  // The deepest candidate that is a zone, once every deeper one was asked for in vain.
  return depart({ ...zone, answers }, (own) => seenIn(answers.get(own)), effects);
}

/** A refused question brings as little as one that finds nothing. */
const seenIn = (answer: ZoneInfo | Denial | null | undefined): ZoneInfo | null | undefined =>
  isDenial(answer) ? null : answer;

const isDenial = (answer: ZoneInfo | Denial | null | undefined): answer is Denial =>
  answer !== null && answer !== undefined && 'what' in answer;

/** Takes a refusal of the question about `candidate` in; null = one too many. */
export function denied(zone: ZoneState, candidate: string, denial: Denial): ZoneState | null {
  const answers = new Map(zone.answers).set(candidate, denial);
  const last = [...answers.values()].slice(-MOST_DENIED);
  return last.length === MOST_DENIED && last.every(isDenial) ? null : { ...zone, answers };
}

/** Ends the round of questions: the next one asks anew, and for the other names first. */
export const endRound = (zone: ZoneState, index: number, trouble: Trouble): ZoneState => ({
  ...zone,
  answers: new Map(),
  names: withName(zone.names, index, (name) => ({ ...name, trouble })),
});

/** Takes all zones of a domain in; null = there are too many to tell. */
export function distributed(
  zone: ZoneState,
  domain: string,
  found: readonly ZoneInfo[] | null,
  effects: Effect[],
): ZoneState {
  const zones = new Map(found?.map((own) => [own.name, own]));
  const answer = (candidate: string) => answerOf(zones, candidate);
  const departed: Effect[] = [];
  const rest = depart(zone, answer, departed);
  for (const effect of departed) {
    const own = effect.kind === 'resolved' ? zones.get(effect.zoneName) : undefined;
    if (own !== undefined) effects.push(...warnOf(own.name, own));
  }
  effects.push(...departed);
  return askEach(rest, domain);
}

/** What all zones of a domain, by name, say of a candidate. Internationalized zones come with their Unicode name and cannot
 *  be recognized: undefined = not known. */
export const answerOf = (zones: ReadonlyMap<string, ZoneInfo>, candidate: string): ZoneInfo | null | undefined =>
  candidate.includes('xn--') ? undefined : (zones.get(candidate) ?? null);

/** From now on the names of the domain are asked for one by one. */
export const askEach = (zone: ZoneState, domain: string): ZoneState => ({
  ...zone,
  answers: new Map(zone.answers).set(domain, null),
});

/** Lets the names go whose deepest zone is known.
 *  @param answer null = no such zone, undefined = not known */
function depart(
  zone: ZoneState,
  answer: (candidate: string) => ZoneInfo | null | undefined,
  effects: Effect[],
): ZoneState {
  const departing = new Map<ZoneInfo, NameState[]>();
  const names = zone.names.filter((name) => {
    const candidate = candidatesOf(name.settings.name).find((own) => answer(own) !== null);
    const found = candidate === undefined ? undefined : answer(candidate);
    if (found === undefined || found === null) return true;
    const others = departing.get(found);
    if (others === undefined) departing.set(found, [name]);
    else others.push(name);
    return false;
  });
  for (const [found, own] of departing) {
    effects.push({ kind: 'resolved', names: own, zoneId: found.id, zoneName: found.name });
  }
  return { ...zone, names };
}

/** The next question for the first name that `open` lets through; names with no zone left to ask for are troubled. */
export function nextLookup(
  zone: ZoneState,
  open: (name: NameState) => boolean,
  nowMs: number,
  effects: Effect[],
): { readonly zone: ZoneState; readonly call: Call | null } {
  const index = zone.names.findIndex(open);
  const name = zone.names[index];
  // The next try is to ask anew.
  if (name === undefined) return { zone: { ...zone, answers: new Map() }, call: null };
  const candidates = candidatesOf(name.settings.name);
  const domain = domainOf(name.settings.name);
  const isMany =
    !zone.answers.has(domain) &&
    zone.names.filter((own) => open(own) && domainOf(own.settings.name) === domain).length >= MANY;
  const candidate = isMany ? domain : candidates.find((own) => !zone.answers.has(own));
  if (candidate !== undefined) return { zone, call: { kind: 'lookup', index, candidate } };
  const what = `the token sees no zone for it (asked for ${candidates.join(', ')}): ${NO_ZONE_REMEDY}`;
  const denial = candidates.map((own) => zone.answers.get(own)).findLast(isDenial) ?? { what, ray: null };
  const cause = { ...denial, permanent: true };
  const names = withName(zone.names, index, (own) => troubled(own, cause, nowMs, slowRetryMs, effects));
  return nextLookup({ ...zone, names }, open, nowMs, effects);
}

/** Why a zone takes records without serving them, or takes none; null = it is as it should be. */
export function describeOddity({ status, paused, type }: ZoneInfo): string | null {
  const oddities = [
    status === '' || status === 'active' ? null : `its status is "${status}", so Cloudflare does not answer for it yet`,
    paused ? 'it is paused, so Cloudflare only serves its records unproxied' : null,
    type === 'secondary' ? 'it is a secondary zone, whose records come from elsewhere and cannot be written' : null,
  ].filter((oddity) => oddity !== null);
  return oddities.length === 0 ? null : oddities.join('; ');
}

/** The warning that the zone may be worth. */
export function warnOf(zone: string, info: ZoneInfo): Effect[] {
  const what = describeOddity(info);
  return what === null ? [] : [notice({ kind: 'oddZone', zone, what })];
}
