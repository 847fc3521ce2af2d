import { expect, test } from 'vitest';
import { type Address, parseAddress } from '../../src/core/address/address.ts';
import type { HttpReply } from '../../src/core/cloudflare/http.ts';
import type { RecordSettings } from '../../src/core/config/settings.ts';
import { dueMs } from '../../src/core/daemon/agenda.ts';
import { type Desired, recordsOf } from '../../src/core/daemon/name-life.ts';
import { describeNotice, type Notice } from '../../src/core/daemon/notices.ts';
import { requestFor } from '../../src/core/daemon/request.ts';
import { transition, type ZoneEvent } from '../../src/core/daemon/zone.ts';
import {
  type Call,
  type Effect,
  newZone,
  recordState,
  type Step,
  type ZoneState,
} from '../../src/core/daemon/zone-state.ts';
import type { Operation } from '../../src/core/dns/plan.ts';
import type { AaaaRecord, Enforced } from '../../src/core/dns/record.ts';
import { chain, failure, pageInfo, success, textReply, wireRecord, wireZone } from '../fakes/replies.ts';
import * as samples from '../fakes/samples.ts';
import { witness } from '../fakes/witness.ts';

/** A zone's life as text, an event a line: `seconds event → effects`, effects separated by " · ", "–" = none.
 *
 *  Events
 *  - `want home=A www=B|C`: the names' goals, C as good as B; without a goal: no address
 *  - `zones example.com=a/moved` answers a lookup with these zones, their ids' one digit behind, and their status unless it
 *    is active, `-` = none; `called example.com` tells what the zone in question is called
 *  - `found r1=A r2=B!` answers a list: records by id, `!` = read-only, `ttl:60` and the like behind; `-` = none; `home: …`
 *    names whose they are; `1/3 250` = of three pages with 250 records, `untold` = without
 *    a word of how many there are
 *  - `odd:` behind a record makes it one that cannot be read
 *  - `done` answers a write as asked, `done dotted` with a final dot, `done otherwise` with a content nobody asked for, `done r1=B` with these records,
 *    `done in ple.com` with that behind every name
 *  - `fails 400 1004>81058`: a status, codes nested in one another
 *  - `html 502`, `cut` (JSON that ends early); headers may follow a reply: `retry-after=17`, `_` for a blank
 *  - `unreachable`: nothing was sent; `lost`: the request was sent and no answer came
 *  - `verify`, `due`, `states`
 *
 *  Effects: `look up example.com`, `identify`, `list home`, `write home: …`, notices in a word or two (troubles by the level of their line, with the count
 *  of failures), `pause N` (the server asked for it), and in the end `due N` where the zone has to be woken at second N. */
export interface Cast {
  /** Names by their first label, in order. */
  readonly names?: Readonly<Record<string, Partial<RecordSettings>>>;
  readonly dryRun?: boolean;
  /** What is known of the zone at the start: by default its id and its name; `id` = its id; `nothing`. */
  readonly zone?: 'id' | 'nothing';
  /** What every random draw gives, in [0, 1). */
  readonly draw?: number;
}

const DOMAIN = '.example.com';
const ADDRESSES: Readonly<Record<string, Address>> = { A: samples.A, B: samples.B, C: samples.C, D: samples.D };
const LETTERS = new Map<Address | null, string>(Object.entries(ADDRESSES).map(([letter, own]) => [own, letter]));

/** Defines a test that plays the script's events and expects its effects. */
export function scenario(title: string, script: string, cast: Cast = {}): void {
  test(title, () => {
    expect(play(script, cast).join('\n')).toBe(lines(script).join('\n'));
  });
}

const lines = (script: string): string[] =>
  script
    .split('\n')
    .map((line) => line.trim().replace(/ +/g, ' '))
    .filter((line) => line !== '');

function play(script: string, { names = { home: {} }, dryRun = false, zone: known, draw = 0.5 }: Cast): string[] {
  const settings = Object.entries(names).map(([label, own]) => samples.recordSettings(label + DOMAIN, own));
  const fresh = newZone(known === 'nothing' ? null : samples.ZONE, settings, dryRun, 0);
  let zone: ZoneState = known === undefined ? { ...fresh, zoneName: DOMAIN.slice(1) } : fresh;
  return lines(script).map((line) => {
    const [, seconds = '', text = ''] = /^([\d.]+) (.*?) →/.exec(line) ?? [];
    if (text === 'states') return `${seconds} states → ${states(zone)}`;
    const { state, effects } = transition(zone, eventOf(zone, text, Math.round(Number(seconds) * 1000), draw));
    zone = state;
    return `${seconds} ${text} → ${describe(zone, effects)}`;
  });
}

const states = (zone: ZoneState): string =>
  zone.names.map((name) => `${label(name.settings.name)} ${recordState(zone, name)}`).join(' · ');

function describe(zone: ZoneState, effects: readonly Effect[]): string {
  const due = dueMs(zone);
  const parts = effects.flatMap((effect) => (effect.kind === 'ended' ? [] : describeEffect(zone, effect)));
  if (due !== null) parts.push(`due ${due / 1000}`);
  return parts.length === 0 ? '–' : parts.join(' · ');
}

function describeEffect(zone: ZoneState, effect: Exclude<Effect, { kind: 'ended' }>): string {
  switch (effect.kind) {
    case 'call':
      witness.request(requestFor(zone, effect.call));
      return describeCall(zone, effect.call);
    case 'notice':
      return describeShort(effect.notice);
    case 'resolved':
      return `resolved ${effect.names.map(({ settings }) => label(settings.name)).join(', ')} in ${effect.zoneName} as ${effect.zoneId[0]}`;
    case 'zoneLost':
      return 'zone lost';
  }
}

const label = (name: string): string => name.replace(DOMAIN, '');
const letter = (own: Address | null): string => LETTERS.get(own) ?? '?';

function describeCall(zone: ZoneState, call: Call): string {
  const at = (index: number): string => label(zone.names[index]?.settings.name ?? '?');
  switch (call.kind) {
    case 'lookup':
      return `look up ${call.candidate}`;
    case 'identify':
      return 'identify';
    case 'list':
      return `list ${call.index === null ? 'all' : at(call.index)}${call.page === 1 ? '' : ` ${call.page}`}`;
    case 'write':
      return `write ${call.steps.map(({ index, operation }) => `${at(index)}: ${describeOperation(operation)}`).join(', ')}`;
  }
}

function describeOperation(operation: Operation): string {
  switch (operation.op) {
    case 'create':
      return ['create', letter(operation.content), ...attributesOf(operation.enforced)].join(' ');
    case 'delete':
      return `delete ${operation.id}`;
    case 'update': {
      const { content, ...attributes } = operation.changes;
      const words = content === undefined ? [] : [letter(content)];
      for (const [key, value] of Object.entries(attributes)) words.push(`${key}:${value}`);
      if (operation.kept !== undefined)
        words.push(`keeping ttl:${operation.kept.ttlSec} proxied:${operation.kept.proxied}`);
      return `update ${operation.id} ${words.join(' ')}`;
    }
  }
}

const attributesOf = ({ ttlSec, proxied, comment }: Enforced): string[] =>
  Object.entries({ ttlSec, proxied, comment }).flatMap(([key, value]) => (value === null ? [] : `${key}:${value}`));

function describeShort(notice: Notice): string {
  switch (notice.kind) {
    case 'detected':
      return `detected ${label(notice.name)}=${letter(notice.address)}`;
    case 'synced':
      return `synced ${label(notice.name)}=${letter(notice.address)} (${notice.how})`;
    case 'drifted':
      return `drifted ${label(notice.name)}=${notice.found.map(letter).join(',') || '-'}`;
    case 'rehearsed':
      return `would ${label(notice.name)}: ${describeOperation(notice.operation)}`;
    case 'nameTrouble':
      return `${describeNotice(notice).level} ${label(notice.name)} #${notice.trouble.failures}`;
    case 'zoneTrouble':
      return `${describeNotice(notice).level} zone #${notice.trouble.failures}`;
    case 'held':
      return `pause ${notice.waitMs / 1000}`;
    case 'bucketEmpty':
      return `bucket empty for ${notice.waitMs / 1000}`;
    case 'oddZone':
      return `odd zone ${notice.zone}`;
  }
}

function eventOf(zone: ZoneState, text: string, nowMs: number, draw: number): ZoneEvent {
  const [word, ...words] = text.split(' ');
  const replied = (reply: HttpReply, isOdd = false): ZoneEvent => {
    if (zone.inFlight !== null && !isOdd) witness.reply(requestFor(zone, zone.inFlight), reply);
    return { kind: 'replied', nowMs, draw, reply };
  };
  switch (word) {
    case 'want':
      return {
        kind: 'desired',
        nowMs,
        desired: zone.names.map((own) => goalOf(words, own.settings.name, nowMs, own.desired)),
      };
    case 'verify':
    case 'due':
      return { kind: word, nowMs };
    case 'found': {
      const call = zone.inFlight;
      const name = call?.kind === 'list' ? (zone.names[call.index ?? -1]?.settings.name ?? '') : '';
      return replied(pageOf(name, words), words.includes('odd:') || words.includes('untold'));
    }
    case 'zones':
      return replied(zonesOf(words.filter((own) => own !== '-').map(zoneOf)));
    case 'called':
      return replied(success(zoneOf(`${words[0]}=0`)));
    case 'done':
      return replied(answerTo(zone, words));
    case 'fails':
      return replied(refusal(words));
    case 'html':
      return replied(textReply(Number(words[0]), '<html><body>Bad gateway</body></html>'), true);
    case 'cut':
      return replied(textReply(200, '{"success":true,"errors":[],"result":[{"id":"r1","type":"AA'), true);
    case 'unreachable':
    case 'lost':
      return { kind: 'unreachable', nowMs, draw, detail: 'It timed out', sent: word === 'lost' };
    default:
      throw new Error(`no such event: ${text}`);
  }
}

/** `example.com=a/moved`, with one digit for the whole id, and the status if it is not active */
function zoneOf(word: string) {
  const [name = '', id = '', status = 'active'] = word.split(/[=/]/);
  return wireZone(id.repeat(32), name, { status });
}

const zonesOf = (zones: readonly object[]): HttpReply => success(zones, {}, pageInfo(zones.length));

function goalOf(words: readonly string[], name: string, nowMs: number, before: Desired | null): Desired | null {
  const goal = words.find((word) => word.startsWith(`${label(name)}=`))?.split('=')[1];
  const [first, ...others] = (goal ?? '').split('|').map((own) => ADDRESSES[own]);
  // Of names that are not mentioned nothing changes.
  if (first === undefined) return words.length === 0 ? null : before;
  return { address: first, equallyGood: others.filter((own) => own !== undefined), sinceMs: nowMs };
}

/** `1/3 250 home: r1=A www: r2=B` */
function pageOf(whose: string, words: readonly string[]): HttpReply {
  const items: ReturnType<typeof wireRecord>[] = [];
  let name = whose;
  let own: string[] = [];
  const close = (): void => void items.push(...records(own).map((record) => wireRecord(name, record)));
  for (const word of withoutHeaders(words).filter((word) => !/^[\d/]+$/.test(word))) {
    if (word === 'odd:') {
      close();
      own = [];
      items.push(...items.splice(-1).map((item) => ({ ...item, ttl: -0.5, content: 7 }) as never));
    } else if (word.endsWith(':')) {
      close();
      [name, own] = [word.slice(0, -1) + DOMAIN, []];
    } else own.push(word);
  }
  close();
  const [pages, total] = withoutHeaders(words).filter((word) => /^[\d/]+$/.test(word));
  if (words.includes('untold')) return success(items, headers(words));
  if (pages === undefined)
    return success(items, headers(words), pageInfo(items.length, items.length, 1, Math.max(100, items.length)));
  const info = {
    ...pageInfo(items.length, Number(total)),
    page: Number(pages.split('/')[0]),
    total_pages: Number(pages.split('/')[1]),
  };
  return success(items, headers(words), info);
}

/** `r1=A! ttl:60 proxied:true r2=B` */
function records(words: readonly string[]): AaaaRecord[] {
  const found: AaaaRecord[] = [];
  for (const word of withoutHeaders(words).filter((own) => own !== '-')) {
    const [, id = '', own = '', readOnly] = /^(\w+)=(\w+)(!?)$/.exec(word) ?? [];
    if (id !== '') found.push(samples.record(id, ADDRESSES[own] ?? null, { readOnly: readOnly === '!' }));
    else if (word !== 'untold') found.push({ ...(found.pop() ?? samples.record('?', null)), ...attribute(word) });
  }
  return found;
}

function attribute(word: string): Partial<AaaaRecord> {
  const [key, value = ''] = word.split(':');
  if (key === 'ttl') return { ttlSec: Number(value) };
  return key === 'proxied' ? { proxied: value === 'true' } : { comment: value };
}

/** The reply to the write in flight: what the provider holds after it. */
function answerTo({ inFlight, names }: ZoneState, words: readonly string[]): HttpReply {
  const steps = inFlight?.kind === 'write' ? inFlight.steps : [];
  const nameAt = (index: number): string => names[index]?.settings.name ?? '';
  const zone = words[0] === 'in' ? `.${words[1]}` : '';
  const given = ['otherwise', 'in', 'dotted'].includes(words[0] ?? '') ? [] : records(words);
  const held = (step: Step): AaaaRecord => given.find(({ id }) => id === idOf(step)) ?? asAsked(names, step);
  const otherwise = words[0] === 'otherwise' ? { content: parseAddress('2001:db8::bad') } : {};
  const ending = words[0] === 'dotted' ? '.' : zone;
  const wire = (step: Step) => wireRecord(nameAt(step.index) + ending, { ...held(step), ...otherwise });
  const [only] = steps;
  if (only !== undefined && steps.length === 1) {
    return success(only.operation.op === 'delete' ? { id: only.operation.id } : wire(only), headers(words));
  }
  const result = {
    deletes: steps.filter(({ operation }) => operation.op === 'delete').map(wire),
    puts: [],
    patches: steps.filter(({ operation }) => operation.op === 'update').map(wire),
    posts: steps.filter(({ operation }) => operation.op === 'create').map(wire),
  };
  return success(result, headers(words));
}

const idOf = ({ index, operation }: Step): string => (operation.op === 'create' ? `new${index}` : operation.id);

const recordsOfStep = (names: ZoneState['names'], { index }: Step): readonly AaaaRecord[] | null => {
  const name = names[index];
  return name === undefined ? null : recordsOf(name);
};

function asAsked(names: ZoneState['names'], step: Step): AaaaRecord {
  const { operation } = step;
  const before = recordsOfStep(names, step)?.find(({ id }) => id === idOf(step));
  const base = before ?? samples.record(idOf(step), null);
  if (operation.op === 'create') return { ...base, content: operation.content };
  return operation.op === 'update' ? { ...base, ...operation.changes } : base;
}

/** `400 1004>81058 retry-after=17` */
function refusal([status = '', ...words]: readonly string[]): HttpReply {
  const codes = withoutHeaders(words).map((nested) => {
    const [outer = 0, ...inner] = nested.split('>').map(Number);
    return chain(outer, ...inner);
  });
  return failure(Number(status), codes, headers(words));
}

const HEADER = /^(retry-after|ratelimit|date|cf-ray|x-should-retry)=(.*)$/;

const withoutHeaders = (words: readonly string[]): string[] => words.filter((word) => !HEADER.test(word));

const headers = (words: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    words.flatMap((word) => {
      const [, name, value = ''] = HEADER.exec(word) ?? [];
      return name === undefined ? [] : [[name, value.replaceAll('_', ' ')]];
    }),
  );
