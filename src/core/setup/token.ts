import * as v from 'valibot';
import type { ApiFailure } from '../cloudflare/failure.ts';
import { describeRemedy } from '../cloudflare/remedies.ts';
import type { ZoneInfo } from '../cloudflare/zones.ts';
import { token } from '../config/schema.ts';
import type { Secret } from '../config/secret.ts';
import { describeOddity } from '../daemon/lookup.ts';
import { failed, ok, type Result } from '../result.ts';
import { afterFailure, askHidden, confirm, type Dialogue, end, NOTHING_WRITTEN, perform, say } from './acts.ts';
import { type Facts, TOKEN_FILE } from './facts.ts';

/** A token, and what it showed. */
export interface Access {
  readonly token: Secret;
  /** Zones that it sees; null = it cannot list them, or that was not tried. */
  readonly zones: readonly ZoneInfo[] | null;
  /** Whether Cloudflare answered. */
  readonly tried: boolean;
}

/** The token that is the first line of a text. The error is a sentence that does not repeat it. */
export function parseToken(text: string): Result<Secret, string> {
  const [line = ''] = text.replace(/^\ufeff/, '').split('\n', 1);
  if (line.trim() === '') return failed('That is empty: paste the token, then press Enter.');
  const checked = v.safeParse(token, line);
  if (checked.success) return ok(checked.output);
  const [{ message }] = checked.issues;
  return failed(`That is no token: allowed are ${message}.`);
}

export function* chooseToken(facts: Facts): Dialogue<Access> {
  return yield* tryToken(facts, yield* firstToken(facts));
}

/** Another one, after the one before turned out not to do. */
export function* chooseAnotherToken(facts: Facts): Dialogue<Access> {
  return yield* tryToken(facts, yield* askToken());
}

/** The token to begin with: the command line's, the one that is there, or one that is asked for. */
function* firstToken(facts: Facts): Dialogue<Secret> {
  const { given, held, unattended } = facts;
  if (given.token?.ok) return yield* givenToken(facts, given.token.value);
  if (given.token !== null) {
    const why = `--token-file: ${given.token.error}`;
    if (unattended) return yield* end('usage', why, NOTHING_WRITTEN);
    yield* say(why);
    return yield* askToken();
  }
  if (held.token?.ok && (unattended || (yield* confirm(`Use the token that is in ${TOKEN_FILE}?`, true)))) {
    return held.token.value;
  }
  if (!unattended) return yield* askToken();
  const why = held.token?.ok === false ? `${TOKEN_FILE}: ${held.token.error}` : `There is no token in ${TOKEN_FILE}.`;
  return yield* end('usage', `${why} Pass --token-file FILE; the token is its first line.`, NOTHING_WRITTEN);
}

/** The command line's token, unless another one is to stay. */
function* givenToken({ held, unattended, force }: Facts, given: Secret): Dialogue<Secret> {
  if (held.token === null || isSame(held.token, given) || force) return given;
  const there = `${TOKEN_FILE} holds another token already`;
  if (unattended) return yield* end('usage', `${there}: pass --force to replace it.`, NOTHING_WRITTEN);
  if (yield* confirm(`${there}. Replace it?`, false)) return given;
  return held.token.ok ? held.token.value : yield* askToken();
}

export const isSame = (held: Result<Secret, string> | null, token: Secret): boolean =>
  held?.ok === true && held.value.reveal() === token.reveal();

const HOW_TO_MAKE_ONE = [
  '',
  'An API token lets ipv6ddns change the records of your zone. At Cloudflare: My Profile, API Tokens, Create Token,',
  'Custom token; permission Zone → DNS → Edit, for your zone alone, without client addresses.',
];

function* askToken(): Dialogue<Secret> {
  yield* say(...HOW_TO_MAKE_ONE);
  for (;;) {
    const parsed = parseToken(yield* askHidden('API token (not shown while you paste it): '));
    if (parsed.ok) return parsed.value;
    yield* say(parsed.error);
  }
}

/** Shows what the token sees; one that Cloudflare refuses is asked for again. */
function* tryToken(facts: Facts, token: Secret): Dialogue<Access> {
  yield* say('Trying the token at Cloudflare …');
  const listed = yield* perform<'listZones'>({ kind: 'listZones', token });
  if (!listed.ok) return yield* afterRefusal(facts, token, listed.error);
  yield* say(...describeZones(listed.value));
  return { token, zones: listed.value.length === 0 ? null : listed.value, tried: true };
}

function* afterRefusal(facts: Facts, token: Secret, failure: ApiFailure): Dialogue<Access> {
  const { unattended } = facts;
  if (mayBeLimited(failure)) {
    yield* say('It may not list zones; ipv6ddns looks up the zone of your name by itself.');
    return { token, zones: null, tried: true };
  }
  if (failure.kind === 'denied' || failure.kind === 'refused') {
    const why = `Cloudflare refused the token (${failure.what}): ${describeRemedy(failure.remedy, false)}.`;
    if (unattended) return yield* end('refused', why, NOTHING_WRITTEN);
    yield* say(why);
    return yield* chooseAnotherToken(facts);
  }
  const what = failure.kind === 'unreachable' ? failure.detail : failure.what;
  const way = yield* afterFailure(unattended, `Cloudflare could not be asked: ${what}.`);
  return way === 'again' ? yield* tryToken(facts, token) : { token, zones: null, tried: false };
}

/** Whether the token may be good for one zone all the same: such a one need not be allowed to list them. */
const mayBeLimited = (failure: ApiFailure): boolean =>
  failure.kind === 'denied' && !failure.everywhere && failure.remedy.kind === 'permission';

/** As many as are shown of a list. */
const MOST_SHOWN = 20;

function describeZones(zones: readonly ZoneInfo[]): string[] {
  if (zones.length === 0)
    return ['The token is accepted. It lists no zone; ipv6ddns looks up the zone of your name by itself.'];
  const shown = zones.slice(0, MOST_SHOWN).map((zone) => {
    const oddity = describeOddity(zone);
    return `  ${zone.name}${oddity === null ? '' : ` (${oddity})`}`;
  });
  const rest = zones.length - shown.length;
  const more = rest > 0 ? [`  and ${rest} more`] : [];
  return [`The token is accepted. ${zones.length === 1 ? 'Its zone' : 'Its zones'}:`, ...shown, ...more];
}
