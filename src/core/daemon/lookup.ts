import type { ZoneInfo } from '../cloudflare/replies.ts';
import { type Call, type Effect, type NameState, notice, refusedByUs, withName, type ZoneState } from './zone-state.ts';

/** Finding the zone of names that come without an id: a ZoneState whose `zoneId` is null asks for each name, the name
 *  itself first and then one label less from the left, so that the deepest zone wins. Answers are remembered. */

export const NO_ZONE_REMEDY = 'check the name, give the token Zone → Zone → Read, or set zone_id';

/** The zones that may hold `name`, the deepest first; a top-level domain is none. */
export function candidatesOf(name: string): string[] {
  const labels = name.replace(/^\*\./, '').split('.');
  return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'));
}

/** Takes the answer about `candidate` in; names whose zone is known by it leave with the effect `resolved`. */
export function lookedUp(zone: ZoneState, candidate: string, found: ZoneInfo | null, effects: Effect[]): ZoneState {
  if (found !== null) effects.push(...describeOddity(candidate, found));
  const answers = new Map(zone.answers).set(candidate, found?.id ?? null);
  const resolved = new Map<string, NameState[]>();
  const names = zone.names.filter((name) => {
    const zoneName = zoneFor(answers, name);
    if (zoneName === null) return true;
    resolved.set(zoneName, [...(resolved.get(zoneName) ?? []), name]);
    return false;
  });
  for (const [zoneName, own] of resolved) {
    effects.push({ kind: 'resolved', names: own, zoneId: answers.get(zoneName) ?? '', zoneName });
  }
  return { ...zone, answers, names };
}

/** The zone that the answers so far leave no doubt about: every deeper candidate was asked for in vain. */
function zoneFor(answers: ZoneState['answers'], { settings }: NameState): string | null {
  const zoneName = candidatesOf(settings.name).find((candidate) => answers.get(candidate) !== null);
  return zoneName === undefined || !answers.has(zoneName) ? null : zoneName;
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
  if (name === undefined) return { zone, call: null };
  const candidates = candidatesOf(name.settings.name);
  const candidate = candidates.find((own) => !zone.answers.has(own));
  if (candidate !== undefined) return { zone, call: { kind: 'lookup', index, candidate } };
  const what = `the token sees no zone for it (asked for ${candidates.join(', ')}): ${NO_ZONE_REMEDY}`;
  const names = withName(zone.names, index, (own) => refusedByUs(own, what, nowMs, effects));
  // The next try is to ask anew.
  const answers = new Map([...zone.answers].filter(([own]) => !candidates.includes(own)));
  return nextLookup({ ...zone, names, answers }, open, nowMs, effects);
}

/** A zone that takes records without serving them is worth a word. */
function describeOddity(candidate: string, { status, paused, type }: ZoneInfo): Effect[] {
  const oddities = [
    status === '' || status === 'active' ? null : `its status is "${status}", so Cloudflare does not answer for it yet`,
    paused ? 'it is paused, so Cloudflare only serves its records unproxied' : null,
    type === 'secondary' ? 'it is a secondary zone, whose records come from elsewhere and cannot be written' : null,
  ].filter((oddity) => oddity !== null);
  return oddities.length === 0 ? [] : [notice({ kind: 'oddZone', zone: candidate, what: oddities.join('; ') })];
}
