import { describe, expect, test } from 'vitest';
import {
  listAllTypes,
  listDelegations,
  readDelegations,
  readTypes,
  readWritePermissions,
  shadowOf,
} from '../../../src/core/cloudflare/diagnosis.ts';
import { chain, failure, jsonReply, success, textReply } from '../../fakes/replies.ts';
import { OTHER_ZONE, ZONE } from '../../fakes/samples.ts';

const EDIT = '#dns_records:edit';
const READ = '#dns_records:read';

test('listAllTypes: a name → its records of every type, the name encoded for a query', () => {
  const path = `/zones/${ZONE}/dns_records?name=a%2Bb.example.com`;
  expect(listAllTypes(ZONE, 'a+b.example.com')).toEqual({ method: 'GET', path, body: null });
});

test.each([
  [null, '?type=NS'],
  ['a+b.example.com', '?type=NS&shadowing_name=a%2Bb.example.com&include_shadow_metadata=true'],
])('listDelegations: the name %s → %s', (name, query) => {
  const path = `/zones/${ZONE}/dns_records${query}`;
  expect(listDelegations(ZONE, name)).toEqual({ method: 'GET', path, body: null });
});

describe('readTypes', () => {
  test('readTypes: records, and what is none → the types of those that have one, in the API’s order', () => {
    const items = [{ type: 'CNAME', name: 'a.example.com' }, { type: 7 }, null, 'text', {}, { type: 'AAAA' }];
    expect(readTypes(success(items))).toEqual({ ok: true, value: ['CNAME', 'AAAA'] });
  });

  test('readTypes: none → empty', () => {
    expect(readTypes(success([]))).toEqual({ ok: true, value: [] });
  });

  test('readTypes: a refusal, no list → the failure', () => {
    expect(readTypes(failure(403, [chain(10000)]))).toMatchObject({ ok: false, error: { kind: 'denied' } });
    expect(readTypes(success({ type: 'A' }))).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
  });
});

describe('readDelegations', () => {
  test('readDelegations: records of several types → the names of the NS records, comparable', () => {
    const items = [
      { type: 'NS', name: 'Sub.example.com.' },
      { type: 'A', name: 'home.example.com' },
      { type: 'NS' },
      { type: 'NS', name: 7 },
      { type: 'NS', name: 'example.com' },
    ];
    expect(readDelegations(success(items))).toEqual({ ok: true, value: ['sub.example.com', '', 'example.com'] });
  });

  test('readDelegations: a refusal → the failure', () => {
    expect(readDelegations(failure(403, [chain(10000)]))).toMatchObject({ ok: false, error: { kind: 'denied' } });
  });
});

test.each<[string, string[], string | undefined]>([
  ['at the name itself', ['home.example.com'], 'home.example.com'],
  ['elsewhere', ['other.example.com', 'home.example.net'], undefined],
  ['of the zone alone', ['example.com'], undefined],
  ['of a domain above the zone', ['com'], undefined],
  ['below the name', ['sub.home.example.com'], undefined],
  ['of a name that ends alike', ['me.example.com', 'home.example.com.example.net'], undefined],
  ['none', [], undefined],
])('shadowOf: a delegation %s → %j', (_, delegations, shadow) => {
  expect(shadowOf('home.example.com', 'example.com', delegations)).toBe(shadow);
});

test('shadowOf: a delegation between the zone and the name → that one', () => {
  const delegations = ['example.com', 'x.example.com', 'lan.example.com'];
  expect(shadowOf('home.lan.example.com', 'example.com', delegations)).toBe('lan.example.com');
});

describe('readWritePermissions', () => {
  test.each<[string, unknown, boolean, string]>([
    ['may edit', [READ, EDIT], false, 'yes'],
    ['may edit, of an account', [EDIT], true, 'yes'],
    ['may only read', [READ], false, 'no'],
    ['may only read, of an account', [READ], true, 'unknown'],
    ['says nothing of records', ['#zone:read'], false, 'unknown'],
    ['says nothing', [], false, 'unknown'],
    ['has null', null, false, 'unknown'],
    ['has none', undefined, false, 'unknown'],
  ])('readWritePermissions: a zone that %s → as listed', (_, permissions, mayDiffer, expected) => {
    const zone = { id: ZONE, permissions };
    expect(readWritePermissions(success(zone), mayDiffer)).toEqual(new Map([[ZONE, expected]]));
  });

  test('readWritePermissions: a list of zones → each by its id', () => {
    const zones = [
      { id: ZONE, permissions: [EDIT] },
      { id: OTHER_ZONE, permissions: [READ] },
    ];
    const expected = new Map([
      [ZONE, 'yes'],
      [OTHER_ZONE, 'no'],
    ]);
    expect(readWritePermissions(success(zones), false)).toEqual(expected);
  });

  test.each([
    ['no JSON', textReply(200, '<html>')],
    ['no result', jsonReply(200, { success: true })],
    ['permissions of an odd shape', success([{ id: ZONE, permissions: EDIT }])],
    ['a zone without an id', success({ permissions: [EDIT] })],
  ])('readWritePermissions: %s → nothing is known of any zone', (_, reply) => {
    expect(readWritePermissions(reply, false)).toEqual(new Map());
  });
});
