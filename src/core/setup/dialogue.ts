import { DEFAULT_CONFIG_FILE } from '../config/files.ts';
import {
  afterFailure,
  ask,
  type Changes,
  choose,
  confirm,
  type Dialogue,
  end,
  NOTHING_WRITTEN,
  perform,
  say,
  type Trial,
  type Verdict,
} from './acts.ts';
import { type Facts, TOKEN_FILE } from './facts.ts';
import { askName, checkGivenName, chooseName } from './name.ts';
import { type Access, chooseAnotherToken, chooseToken, isSame } from './token.ts';

/** `ipv6ddns setup` from the first question to the last; see Act for how it is carried out. */
export function* dialogue(facts: Facts): Dialogue<never> {
  if (facts.unattended) yield* checkGivenName(facts);
  else {
    yield* say('Sets ipv6ddns up. Nothing is written before the last question; Ctrl-C ends it.');
  }
  const access = yield* chooseToken(facts);
  const name = yield* chooseName(facts, access);
  const { token, name: chosen, zoneId } = yield* prove(facts, access, name);
  const changes: Changes = {
    token: isSame(facts.held.token, token) ? null : token,
    config: chosen === null ? null : { name: chosen, zoneId },
  };
  yield* write(facts, changes);
  return yield* start(facts);
}

/** Tries token and name until all is well, or is to be taken as it is. */
function* prove(facts: Facts, first: Access, firstName: string | null): Dialogue<Trial> {
  let access = first;
  let trial: Trial = { token: first.token, name: firstName, zoneId: facts.zoneId };
  if (!first.tried) {
    yield* say(...facts.address);
    return trial;
  }
  for (;;) {
    const verdict = yield* perform<'check'>({ kind: 'check', trial });
    yield* say(...verdict.lines, ...facts.address);
    const way = yield* judge(facts, trial, verdict);
    if (way === 'g') return trial;
    if (way === 't') access = yield* chooseAnotherToken(facts);
    const name = way === 'n' ? yield* askName(facts, access) : trial.name;
    const zoneId = way === 'z' ? yield* askZoneId() : trial.zoneId;
    trial = { token: access.token, name, zoneId: way === 'n' ? facts.zoneId : zoneId };
  }
}

/** What is to follow: g = go on, a = again, t, n, z = with another token, name, zone id. */
type Way = 'g' | 'a' | 't' | 'n' | 'z';

function* judge({ unattended }: Facts, { name }: Trial, { ending, failed }: Verdict): Dialogue<Way> {
  switch (ending) {
    case 'done':
      return 'g';
    case 'temporary': {
      const way = yield* afterFailure(unattended, 'The lines with FAIL say what went wrong.');
      return way === 'again' ? 'a' : 'g';
    }
    case 'noAddress':
      if (unattended) return yield* end('noAddress', NOTHING_WRITTEN);
      if (yield* confirm('Go on all the same? An address is published once there is one.', true)) return 'g';
      return yield* end('noAddress', NOTHING_WRITTEN);
    case 'refused': {
      if (unattended) return yield* end('refused', NOTHING_WRITTEN);
      yield* say('The lines with FAIL say what is wrong and what to do. What next?');
      const way = yield* choose<Way | 's'>(waysAfter(failed, name !== null));
      return way === 's' ? yield* end('refused', NOTHING_WRITTEN) : way;
    }
  }
}

/** The likely way comes first. */
function waysAfter(failed: readonly string[], isNew: boolean): Partial<Record<Way | 's', string>> {
  const isToken = failed.includes('token');
  return {
    ...(!isToken && { n: 'another name' }),
    t: 'another token',
    ...(!isToken && isNew && { z: "give the zone's id" }),
    a: 'try again',
    g: 'go on all the same',
    s: 'stop',
  };
}

function* askZoneId(): Dialogue<string | null> {
  for (;;) {
    const answer = yield* ask("The zone's id, from its overview page (Enter: none): ");
    if (answer === '') return null;
    if (/^[0-9a-f]{32}$/i.test(answer)) return answer.toLowerCase();
    yield* say('A zone id has 32 hexadecimal digits.');
  }
}

function* write({ unattended, held }: Facts, changes: Changes): Dialogue<void> {
  const { token, config } = changes;
  if (token === null && config === null) {
    yield* say('The settings are there already; there is nothing to write.');
    return;
  }
  const lines = ['', 'To be written:'];
  if (token !== null) {
    const instead = held.token === null ? '' : ', in place of what is there';
    lines.push(`  ${TOKEN_FILE}: the token, for root alone${instead}`);
    lines.push(...held.beforeToken.map((other) => `  But ${other}`));
  }
  if (config !== null) {
    const kept = held.tabled.length === 0 ? '' : '; the [[record]] tables stay';
    const zone = config.zoneId === null ? '' : ` and zone_id = "${config.zoneId}"`;
    lines.push(`  ${DEFAULT_CONFIG_FILE}: record_name = "${config.name}"${zone}; the rest of it stays${kept}`);
    lines.push(...held.beforeName.map((other) => `  But ${other}`));
  }
  yield* say(...lines);
  if (!unattended && !(yield* confirm('Write that?', true))) yield* end('temporary', NOTHING_WRITTEN);
  const failure = yield* perform<'write'>({ kind: 'write', changes });
  if (failure !== null) yield* end('temporary', `${failure}. Nothing was changed.`);
  yield* say('Written.');
}

function* start({ unattended, service }: Facts): Dialogue<never> {
  if (service === null) return yield* end('done', 'To run it: ipv6ddns run');
  const byHand = `To start it: ${service.byHand}`;
  if (!unattended && !(yield* confirm('Start the service now, and at every boot?', true))) {
    return yield* end('done', byHand);
  }
  const failure = yield* perform<'start'>({ kind: 'start' });
  if (failure !== null) return yield* end('temporary', `The service could not be started: ${failure}`, byHand);
  return yield* end('done', 'The service runs. To see how it does: ipv6ddns status');
}
