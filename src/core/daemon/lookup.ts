import { NO_ZONE_REMEDY } from '../cloudflare/remedies.ts';
import { chooseZone, describeZone, type ZoneChoice, type ZoneInfo } from '../cloudflare/zones.ts';
import { candidatesOf, domainOf } from '../dns/names.ts';

/** Finding the zone of a name that comes without an id, for the daemon and for `check`: the name itself is asked for and
 *  then one label less from the left, so that the deepest zone wins. Many names of one domain, as `example.com` by its
 *  last two labels, have all its zones asked for at once (operator `ends_with`). Names that this finds no zone for are
 *  asked for all the same: tokens that are limited to zones may be refused the question. */

/** From so many names on the question for a whole domain is the cheaper one, even if it finds nothing. */
export const MANY = 4;

/** Why a question was refused. */
export interface LookupRefusal {
  readonly what: string;
  readonly ray: string | null;
}

/** What a question brought. `domain`: the choice among the zones of each name; null = the names are asked for one by
 *  one. */
export type Answer = ZoneChoice | ({ readonly kind: 'refused' } & LookupRefusal) | DomainAnswer;

interface DomainAnswer {
  readonly kind: 'domain';
  readonly zones: readonly ZoneInfo[] | null;
}

/** By the zone's name that was asked for, in the order of the questions; `.example.com` stands for all zones that end
 *  so. */
export type Answers = ReadonlyMap<string, Answer>;

/** What is known of a name's zone. */
export type Finding = Readonly<
  | { kind: 'zone'; name: string; zone: ZoneInfo }
  | { kind: 'ask'; candidate: string }
  | { kind: 'nowhere'; what: string; ray: string | null }
>;

/** Whether a candidate stands for a whole domain. */
export const isDomain = (candidate: string): boolean => candidate.startsWith('.');

/** The name's zone by the answers so far, or the next question.
 *  @param many so many names of its domain are looked for that all its zones are asked for at once */
export function findZoneOf(name: string, answers: Answers, many: boolean): Finding {
  const domain = domainOf(name);
  const listed = answers.get(domain);
  if (many && listed === undefined) return { kind: 'ask', candidate: domain };
  const candidates = candidatesOf(name);
  const among = listed?.kind === 'domain' && listed.zones !== null ? findAmong(listed.zones, candidates) : null;
  if (among !== null) return among;
  for (const candidate of candidates) {
    const answer = answers.get(candidate);
    if (answer === undefined) return { kind: 'ask', candidate };
    const finding = findingOf(candidate, answer);
    if (finding !== null) return finding;
  }
  return nowhere(candidates, answers);
}

/** What all zones of a domain say of the deepest candidate that is one; null = nothing. Internationalized zones come with
 *  their Unicode name and cannot be recognized among others. */
function findAmong(zones: readonly ZoneInfo[], candidates: readonly string[]): Finding | null {
  for (const candidate of candidates) {
    if (candidate.includes('xn--')) return null;
    const finding = findingOf(candidate, chooseZone(zones, candidate));
    if (finding !== null) return finding;
  }
  return null;
}

/** What an answer says of the zone; null = that this candidate is none. */
function findingOf(name: string, answer: Answer): Finding | null {
  if (answer.kind === 'zone') return { kind: 'zone', name, zone: answer.zone };
  return answer.kind === 'unclear' ? { kind: 'nowhere', what: answer.what, ray: null } : null;
}

/** No question found a zone. The words of the last refusal say more than that. */
function nowhere(candidates: readonly string[], answers: Answers): Finding {
  const told = candidates.map((candidate) => answers.get(candidate));
  const refusal = told.findLast((answer) => answer?.kind === 'refused');
  if (refusal?.kind === 'refused') return { kind: 'nowhere', what: refusal.what, ray: refusal.ray };
  const gone = told.flatMap((answer) => (answer?.kind === 'none' ? answer.gone : []));
  const but = gone.map((zone) => `; ${zone.name} is no longer served by Cloudflare: ${describeZone(zone)}`).join('');
  const what = `the token sees no zone for this name (asked for ${candidates.join(', ')}${but}): ${NO_ZONE_REMEDY}`;
  return { kind: 'nowhere', what, ray: null };
}

/** The answers with the zones that a question brought; null = there are more than it tells. */
export function answered(answers: Answers, candidate: string, zones: readonly ZoneInfo[] | null): Answers {
  if (isDomain(candidate)) return new Map(answers).set(candidate, { kind: 'domain', zones });
  const what = `there are more zones ${candidate} than Cloudflare lists at once: set zone_id to the right one`;
  return new Map(answers).set(candidate, zones === null ? { kind: 'unclear', what } : chooseZone(zones, candidate));
}

/** The answers with a refused question. */
export const refused = (answers: Answers, candidate: string, refusal: LookupRefusal): Answers =>
  new Map(answers).set(candidate, { kind: 'refused', ...refusal });

/** Why a name is not created. */
export const describeOutside = (zoneName: string): string =>
  `the name is not in the zone ${zoneName} of zone_id: correct the name or zone_id`;

/** Why a zone takes records without serving them, or takes none; null = it is as it should be. */
export function describeOddity({ status, paused, type }: ZoneInfo): string | null {
  const oddities = [
    status === '' || status === 'active' ? null : `its status is "${status}", so Cloudflare does not answer for it yet`,
    paused ? 'it is paused, so Cloudflare only serves its records unproxied' : null,
    type === 'secondary'
      ? 'it is a secondary zone: Cloudflare copies its records from another server, and they cannot be written'
      : null,
  ].filter((oddity) => oddity !== null);
  return oddities.length === 0 ? null : oddities.join('; ');
}
