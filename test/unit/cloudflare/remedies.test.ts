import { describe, expect, test } from 'vitest';
import {
  describeRemedy,
  noUse,
  type Remedy,
  recordRemedy,
  remedyFor,
  seeCode,
} from '../../../src/core/cloudflare/remedies.ts';
import { readNamePage, readRecord } from '../../../src/core/cloudflare/replies.ts';
import { readZones } from '../../../src/core/cloudflare/zones.ts';
import { errorOf, remedyOf } from '../../fakes/failures.ts';
import { chain, failure } from '../../fakes/replies.ts';

const error = (code: number, message = '') => ({ code, message, page: null });

test.each<[string, Remedy, boolean, string]>([
  [
    'zones may not be listed',
    { kind: 'permission', asked: 'zones' },
    false,
    'give the token the permission Zone → Zone → Read, or set zone_id',
  ],
  [
    'records may not be changed',
    { kind: 'permission', asked: 'write' },
    false,
    'give the token the permission Zone → DNS → Edit for this zone',
  ],
  [
    'the same, zone_id is set',
    { kind: 'permission', asked: 'records' },
    true,
    'give the token the permission Zone → DNS → Edit for this zone, and check zone_id',
  ],
  [
    'no zone by that name',
    { kind: 'zone', asked: 'zones' },
    true,
    'check the name, give the token Zone → Zone → Read, or set zone_id',
  ],
  [
    'zone_id is none',
    { kind: 'zone', asked: 'records' },
    true,
    "zone_id is not a zone of this account: copy it from the zone's overview page",
  ],
  [
    'a zone that was found is none',
    { kind: 'zone', asked: 'records' },
    false,
    'the zone is gone, or moved to another account: give the token permissions for the zone as it is now',
  ],
  ['no use', noUse, true, 'Cloudflare says that a retry does not help: see the API on its status page'],
  ['an unknown code', seeCode, true, "see the code in Cloudflare's documentation, then correct the settings"],
])('describeRemedy: %s → what to do', (_, remedy, zoneIdSet, words) => {
  expect(describeRemedy(remedy, zoneIdSet)).toBe(words);
});

test.each([
  [[81053, 81054], 'remove the CNAME record of this name, or choose another name'],
  [[81055], 'another record has this name: remove it, or choose another name'],
  [[81056], 'the name is delegated by NS records: choose another name'],
  [[81045], 'the zone is full: remove records that are not needed'],
  [[9000, 9001, 9002], 'Cloudflare does not accept this record: correct its name and ttl'],
  [[9003], 'Cloudflare does not proxy to this address: set proxied to false'],
  [[9004, 9041], 'this record cannot be proxied: set proxied to false'],
  [[9020, 9021], 'set ttl to 1 (automatic) or 60–86400 seconds'],
  [[9300], "the record has more tags than the zone's plan allows: remove some of them"],
  [[9313], "shorten comment to what the zone's plan allows (100 characters on Free)"],
  [[6007, 9005, 9006, 9207], 'a fault of ipv6ddns: please report it with this line'],
])('recordRemedy: codes %j → %s', (codes, words) => {
  for (const code of codes) {
    expect(recordRemedy(code)).toBe(words);
    expect(remedyFor([error(code)], 'write')).toEqual({ kind: 'words', words });
  }
});

test.each([0, 81044, 81057, 81058, 10000, 7003])('recordRemedy: code %d, not of one record → none', (code) => {
  expect(recordRemedy(code)).toBeUndefined();
});

const UNKNOWN_TOKEN = 'the token is unknown, expired or revoked: make a new one';

test.each([
  [6003, '', 'the token is malformed: copy it again, without quotes, blanks or a name in front'],
  [6111, '', 'the token is malformed: copy it again, without quotes, blanks or a name in front'],
  [1000, 'Unauthorized from location', UNKNOWN_TOKEN],
  [9103, '', UNKNOWN_TOKEN],
  [9106, '', UNKNOWN_TOKEN],
  [9109, 'Invalid access token', UNKNOWN_TOKEN],
  [
    9109,
    'Unauthorized: cannot use the token From Location: 2001:db8::1',
    'the token is limited to other client addresses: take that limit off, because the address of this machine changes',
  ],
  [1038, '', "Cloudflare's API does not serve .cf, .ga, .gq, .ml and .tk: move to another domain"],
])('remedyFor: code %d "%s" → %s', (code, message, words) => {
  expect(remedyFor([error(code, message)], 'records')).toEqual({ kind: 'words', words });
});

test.each([
  [10000, '', 'permission'],
  [9109, 'UNAUTHORIZED to access requested resource', 'permission'],
  [1001, '', 'zone'],
  [7000, '', 'zone'],
  [7003, '', 'zone'],
] as const)('remedyFor: code %d "%s" → the %s, by what was asked', (code, message, kind) => {
  expect(remedyFor([error(code, message)], 'zone')).toEqual({ kind, asked: 'zone' });
  expect(remedyFor([error(code, message)], 'write')).toEqual({ kind, asked: 'write' });
});

test('remedyFor: several codes → the first that says enough', () => {
  expect(remedyFor([error(1004), error(7003), error(9300)], 'write')).toEqual({ kind: 'zone', asked: 'write' });
});

test('remedyFor: no code, or none that says enough → none', () => {
  expect(remedyFor([], 'write')).toBeUndefined();
  expect(remedyFor([error(1004), error(81044)], 'write')).toBeUndefined();
});

describe('describeRemedy: what was asked, and which settings are set', () => {
  const forbidden = failure(403, [chain(10000)]);
  const nowhere = failure(404, [chain(7003)]);

  test('describeRemedy: a lookup is refused → the permission that it needs, or zone_id; not DNS → Edit', () => {
    const words = remedyOf(errorOf(readZones(forbidden)), false);
    expect(words).toBe('give the token the permission Zone → Zone → Read, or set zone_id');
  });

  test.each([
    ['a list', readNamePage(forbidden, 'home.example.com')],
    ['a write', readRecord(forbidden)],
  ])('describeRemedy: %s is refused → DNS → Edit, and zone_id where it is set', (_, read) => {
    expect(remedyOf(errorOf(read), true)).toMatch(/DNS → Edit for this zone, and check zone_id$/);
    expect(remedyOf(errorOf(read), false)).toMatch(/DNS → Edit for this zone$/);
  });

  test('describeRemedy: the zone is unknown → zone_id is to be corrected where it is set', () => {
    const read = readNamePage(nowhere, 'home.example.com');
    expect(remedyOf(errorOf(read), true)).toMatch(/^zone_id is not a zone of this account/);
    expect(remedyOf(errorOf(read), false)).not.toContain('zone_id');
  });
});
