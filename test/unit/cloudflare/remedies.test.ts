import { expect, test } from 'vitest';
import { describeRemedy, noUse, type Remedy, seeCode } from '../../../src/core/cloudflare/remedies.ts';

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
  ['no use', noUse, true, 'it says that trying again does not help: see the API on its status page'],
  ['an unknown code', seeCode, true, "see the code in Cloudflare's documentation, then correct the settings"],
])('describeRemedy: %s → what to do', (_, remedy, zoneIdSet, words) => {
  expect(describeRemedy(remedy, zoneIdSet)).toBe(words);
});
