import type { ZoneInfo } from '../cloudflare/zones.ts';
import { recordName } from '../config/names.ts';
import { candidatesOf, isInZone } from '../dns/names.ts';
import { failed, type Result } from '../result.ts';
import { ask, confirm, type Dialogue, end, NOTHING_WRITTEN, perform, say } from './acts.ts';
import type { Facts, Held } from './facts.ts';
import type { Access } from './token.ts';

/** Where nobody can be asked: what is missing or would replace something is said before anything is sent. */
export function* checkGivenName({ given, held, force }: Facts): Dialogue<void> {
  const name = given.name === null ? null : recordName(given.name);
  if (name === null && held.names.length === 0)
    yield* end('usage', 'No name is set. Pass --name NAME.', NOTHING_WRITTEN);
  if (name === null) return;
  if (!name.ok) return yield* end('usage', `--name: ${name.error}.`, NOTHING_WRITTEN);
  if (held.names.length === 0 || held.names.includes(name.value) || force) return;
  yield* end('usage', `${describeHeld(held)}: pass --force to replace it.`, NOTHING_WRITTEN);
}

/** The name to keep right; null = those that the settings have already. */
export function* chooseName(facts: Facts, access: Access): Dialogue<string | null> {
  const { given, held, unattended } = facts;
  if (given.name !== null) return yield* givenName(facts, given.name, access);
  if (held.names.length > 0 && (unattended || (yield* confirm(`${describeHeld(held)}. Keep that?`, true)))) return null;
  return yield* askName(facts, access);
}

const describeHeld = ({ names }: Held): string => `The settings name ${names.join(', ')} already`;

/** The command line's name, unless others are to stay. */
function* givenName(facts: Facts, given: string, access: Access): Dialogue<string | null> {
  const { held, unattended, force } = facts;
  const parsed = nameIn(given, access.zones);
  if (!parsed.ok) {
    const why = `--name: ${parsed.error}.`;
    if (unattended) return yield* end('refused', why, NOTHING_WRITTEN);
    yield* say(why);
    return yield* askName(facts, access);
  }
  if (held.names.includes(parsed.value)) return null;
  if (held.names.length === 0 || force) return parsed.value;
  return (yield* confirm(`${describeHeld(held)}. Put ${parsed.value} in its place?`, false)) ? parsed.value : null;
}

/** Asks until the name may be one of the zones'. */
export function* askName({ hostName }: Facts, access: Access): Dialogue<string> {
  const suggestion = yield* suggest(hostName, access);
  const prompt = `Name to keep right${suggestion === null ? ', such as home.example.com' : ` [${suggestion}]`}: `;
  for (;;) {
    const answer = yield* ask(prompt);
    const parsed = nameIn(answer === '' && suggestion !== null ? suggestion : answer, access.zones);
    if (parsed.ok) return parsed.value;
    yield* say(`${parsed.error}.`);
  }
}

/** The host's own name in the first zone that is served, or the zone itself where only that has an address. */
function* suggest(hostName: string, { token, zones }: Access): Dialogue<string | null> {
  const zone = zones?.find(({ status }) => status === 'active') ?? zones?.[0];
  const apex = zone === undefined ? null : asciiName(zone);
  if (zone === undefined || apex === null) return null;
  const suggestion = nameOfHost(hostName, apex);
  const has = (name: string) => perform<'hasRecord'>({ kind: 'hasRecord', token, zoneId: zone.id, name });
  const onlyApex = (yield* has(apex)) && !(yield* has(suggestion));
  return onlyApex ? apex : suggestion;
}

/** `hostName`, which may be a full name, in the zone. */
export function nameOfHost(hostName: string, zone: string): string {
  const full = recordName(hostName);
  if (full.ok && isInZone(full.value, zone)) return full.value;
  const [first = ''] = hostName.toLowerCase().split('.');
  const inZone = first === '' || first === 'localhost' ? null : recordName(`${first}.${zone}`);
  return inZone?.ok ? inZone.value : `home.${zone}`;
}

/** Cloudflare answers with the Unicode form of internationalized zones. null = not a name that can be written. */
function asciiName({ name }: ZoneInfo): string | null {
  const parsed = recordName(name);
  return parsed.ok ? parsed.value : null;
}

/** A record's name that may be in one of the zones, as far as these are known. */
function nameIn(text: string, zones: readonly ZoneInfo[] | null): Result<string, string> {
  const parsed = text === '' ? failed('A name is needed, such as home.example.com') : recordName(text);
  const known = zones?.map(asciiName).filter((zone) => zone !== null) ?? [];
  if (!parsed.ok || known.length === 0) return parsed;
  if (candidatesOf(parsed.value).some((zone) => known.includes(zone))) return parsed;
  const why = `${parsed.value} is in none of the zones that the token sees (${known.slice(0, 5).join(', ')})`;
  return failed(`${why}: choose a name in one of them, or give the token that zone`);
}
