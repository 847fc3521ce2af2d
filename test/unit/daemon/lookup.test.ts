import { describe, expect, test } from 'vitest';
import { describeZone, type ZoneInfo } from '../../../src/core/cloudflare/zones.ts';
import { type Answers, answered, describeOddity, findZoneOf, refused } from '../../../src/core/daemon/lookup.ts';
import { HOME, OTHER_ZONE, ZONE } from '../../fakes/samples.ts';

const zone = (name: string, id = ZONE, own: Partial<ZoneInfo> = {}): ZoneInfo => ({
  id,
  name,
  status: 'active',
  paused: false,
  type: 'full',
  account: '',
  ...own,
});

const NOTHING: Answers = new Map();
const DENIED = { what: 'HTTP 403: no', ray: '8f-FRA' };

const find = (answers: Answers, many = false) => findZoneOf(HOME, answers, many);

describe('findZoneOf', () => {
  test('findZoneOf: nothing is known → the name itself is asked for, then one label less', () => {
    expect(find(NOTHING)).toEqual({ kind: 'ask', candidate: HOME });
    expect(find(answered(NOTHING, HOME, []))).toEqual({ kind: 'ask', candidate: 'example.com' });
  });

  test('findZoneOf: many names of the domain → all its zones are asked for, once', () => {
    expect(find(NOTHING, true)).toEqual({ kind: 'ask', candidate: '.example.com' });
    expect(find(answered(NOTHING, '.example.com', [zone('example.com')]), true)).toMatchObject({
      kind: 'zone',
      name: 'example.com',
    });
  });

  test('findZoneOf: the domain’s zones are known, two may hold the name → the deepest', () => {
    const listed = [zone('example.com'), zone(HOME, OTHER_ZONE), zone('www.example.com')];
    expect(find(answered(NOTHING, '.example.com', listed))).toMatchObject({ name: HOME, zone: { id: OTHER_ZONE } });
  });

  test('findZoneOf: none of the domain’s zones holds the name, or the question was refused → asked for one by one', () => {
    const ask = { kind: 'ask', candidate: HOME };
    expect(find(answered(NOTHING, '.example.com', [zone('www.example.com')]))).toEqual(ask);
    expect(find(refused(NOTHING, '.example.com', DENIED))).toEqual(ask);
    expect(find(answered(NOTHING, '.example.com', null))).toEqual(ask);
  });

  test('findZoneOf: a question was refused, the next one finds the zone → that one', () => {
    expect(find(answered(refused(NOTHING, HOME, DENIED), 'example.com', [zone('example.com')]))).toMatchObject({
      kind: 'zone',
      zone: { id: ZONE },
    });
  });

  test('findZoneOf: no zone, and a question was refused → nowhere, for the reason of the last refusal', () => {
    const answers = refused(refused(NOTHING, HOME, DENIED), 'example.com', { what: 'HTTP 500', ray: null });
    expect(find(answers)).toEqual({ kind: 'nowhere', what: 'HTTP 500', ray: null });
    expect(find(answered(refused(NOTHING, HOME, DENIED), 'example.com', []))).toEqual({ kind: 'nowhere', ...DENIED });
  });

  test('findZoneOf: no zone at all → nowhere, with what to do', () => {
    const finding = find(answered(answered(NOTHING, HOME, []), 'example.com', []));
    expect(finding).toMatchObject({ kind: 'nowhere', ray: null });
    expect(finding.kind === 'nowhere' && finding.what).toMatch(/^the token sees no zone/);
  });

  test('findZoneOf: the only zone of that name was moved away → nowhere, and it is named', () => {
    const gone = [zone('example.com', ZONE, { status: 'moved' })];
    const finding = find(answered(answered(NOTHING, HOME, []), 'example.com', gone));
    expect(finding.kind === 'nowhere' && finding.what).toMatch(/example\.com.*moved/);
  });

  test('findZoneOf: two zones that may hold it were moved away → both are named, one after the other', () => {
    const [near, far] = [HOME, 'example.com'].map((name) => zone(name, ZONE, { status: 'moved' }));
    const answers = [near, far].reduce<Answers>(
      (before, own) => (own === undefined ? before : answered(before, own.name, [own])),
      NOTHING,
    );
    const gone = [near, far]
      .map((own) => own && `; ${own.name} is no longer served by Cloudflare: ${describeZone(own)}`)
      .join('');
    const finding = find(answers);
    expect(finding.kind === 'nowhere' && finding.what).toContain(`(asked for ${HOME}, example.com${gone}): check`);
  });

  test('findZoneOf: more zones of one name than Cloudflare lists at once → nowhere, zone_id has to tell', () => {
    const finding = find(answered(answered(NOTHING, HOME, []), 'example.com', null));
    expect(finding).toEqual({
      kind: 'nowhere',
      what: 'there are more zones example.com than Cloudflare lists at once: set zone_id to the right one',
      ray: null,
    });
  });
});

test.each<[string, Partial<ZoneInfo>, RegExp | null]>([
  ['active', {}, null],
  ['of no known status', { status: '' }, null],
  ['pending', { status: 'pending' }, /^its status is "pending", so Cloudflare does not answer for it yet$/],
  ['paused', { paused: true }, /^it is paused, so Cloudflare only serves its records unproxied$/],
  ['secondary', { type: 'secondary' }, /^it is a secondary zone: .* cannot be written$/],
  ['paused and pending', { paused: true, status: 'pending' }, /^its status is "pending".*; it is paused/],
])('describeOddity: a zone that is %s → what a person should know', (_, own, expected) => {
  const what = describeOddity(zone('example.com', ZONE, own));
  if (expected === null) expect(what).toBeNull();
  else expect(what).toMatch(expected);
});
