import { describe, expect, test } from 'vitest';
import {
  batch,
  describeZone,
  findZone,
  findZonesEnding,
  listRecords,
  writeRecord,
} from '../../../src/core/cloudflare/requests.ts';
import type { Operation } from '../../../src/core/dns/plan.ts';
import type { Changes } from '../../../src/core/dns/record.ts';
import { A, B, ZONE } from '../../fakes/samples.ts';

const KEEP = { ttlSec: null, proxied: null, comment: null };
const update = (changes: Changes, id = 'r1'): Operation => ({ op: 'update', id, was: B, changes });

describe('listRecords', () => {
  test.each([
    ['home.example.com', 'home.example.com'],
    ['*.example.com', '*.example.com'],
    ['_dmarc.xn--bcher-kva.example', '_dmarc.xn--bcher-kva.example'],
    ['a+b&c#d.example', 'a%2Bb%26c%23d.example'],
  ])('listRecords: %s → its AAAA records only, the name encoded for a query', (name, encoded) => {
    expect(listRecords(ZONE, name)).toEqual({
      method: 'GET',
      path: `/zones/${ZONE}/dns_records?type=AAAA&name=${encoded}&per_page=100`,
      body: null,
    });
  });

  test('listRecords: no name, a later page → that page of the whole zone', () => {
    expect(listRecords(ZONE, null, 3).path).toBe(`/zones/${ZONE}/dns_records?type=AAAA&per_page=100&page=3`);
  });
});

test('findZonesEnding: a domain → every zone at and below it', () => {
  const path = '/zones?name=ends_with%3Aexample.com&per_page=50';
  expect(findZonesEnding('example.com')).toEqual({ method: 'GET', path, body: null });
});

test('findZone: a name → zones of exactly that name', () => {
  expect(findZone('xn--bcher-kva.example')).toEqual({
    method: 'GET',
    path: '/zones?name=xn--bcher-kva.example',
    body: null,
  });
});

test('describeZone: an id → that zone', () => {
  expect(describeZone(ZONE)).toEqual({ method: 'GET', path: `/zones/${ZONE}`, body: null });
});

describe('writeRecord', () => {
  test.each<[Changes, string]>([
    [{ content: A }, `{"content":"${A}"}`],
    [{ ttlSec: 60 }, '{"ttl":60}'],
    [{ proxied: false }, '{"proxied":false}'],
    [{ comment: '' }, '{"comment":""}'],
    [
      { content: A, ttlSec: 1, proxied: true, comment: 'it’s "mine"' },
      `{"content":"${A}","ttl":1,"proxied":true,"comment":"it’s \\"mine\\""}`,
    ],
  ])('writeRecord: update of %j → PATCH of nothing else', (changes, body) => {
    expect(writeRecord(ZONE, 'home.example.com', update(changes))).toEqual({
      method: 'PATCH',
      path: `/zones/${ZONE}/dns_records/r1`,
      body,
    });
  });

  test('writeRecord: create with nothing enforced → POST with an automatic TTL, not proxied, no comment', () => {
    const { method, path, body } = writeRecord(ZONE, '*.example.com', { op: 'create', content: A, enforced: KEEP });
    expect([method, path]).toEqual(['POST', `/zones/${ZONE}/dns_records`]);
    expect(JSON.parse(body ?? '')).toEqual({
      type: 'AAAA',
      name: '*.example.com',
      content: A,
      ttl: 1,
      proxied: false,
    });
  });

  test('writeRecord: create with everything enforced → POST with it', () => {
    const enforced = { ttlSec: 120, proxied: false, comment: '' };
    const { body } = writeRecord(ZONE, 'home.example.com', { op: 'create', content: A, enforced });
    expect(JSON.parse(body ?? '')).toMatchObject({ ttl: 120, proxied: false, comment: '' });
    const proxied = { op: 'create', content: A, enforced: { ...enforced, proxied: true } } as const;
    expect(JSON.parse(writeRecord(ZONE, 'home.example.com', proxied).body ?? '')).toMatchObject({ proxied: true });
  });

  test('writeRecord: delete → DELETE without a body', () => {
    expect(writeRecord(ZONE, 'home.example.com', { op: 'delete', id: 'r1', was: B })).toEqual({
      method: 'DELETE',
      path: `/zones/${ZONE}/dns_records/r1`,
      body: null,
    });
  });
});

describe('batch', () => {
  test('batch: operations of several names → one call, each kind in its list and in the given order', () => {
    const { method, path, body } = batch(ZONE, [
      { name: 'a.example.com', operation: update({ content: A }, 'r1') },
      { name: 'a.example.com', operation: { op: 'delete', id: 'r2', was: B } },
      { name: 'b.example.com', operation: { op: 'create', content: A, enforced: KEEP } },
      { name: 'c.example.com', operation: update({ content: A, comment: 'mine' }, 'r3') },
    ]);
    expect([method, path]).toEqual(['POST', `/zones/${ZONE}/dns_records/batch`]);
    expect(JSON.parse(body ?? '')).toEqual({
      deletes: [{ id: 'r2' }],
      patches: [
        { id: 'r1', content: A },
        { id: 'r3', content: A, comment: 'mine' },
      ],
      posts: [{ type: 'AAAA', name: 'b.example.com', content: A, ttl: 1, proxied: false }],
    });
  });

  test('batch: updates only → no empty lists', () => {
    const { body } = batch(ZONE, [
      { name: 'a.example.com', operation: update({ content: A }, 'r1') },
      { name: 'b.example.com', operation: update({ content: A }, 'r2') },
    ]);
    expect(Object.keys(JSON.parse(body ?? ''))).toEqual(['patches']);
  });

  test.each<[string, Operation]>([
    ['posts', { op: 'create', content: A, enforced: KEEP }],
    ['deletes', { op: 'delete', id: 'r1', was: A }],
  ])('batch: %s only → no empty lists', (list, operation) => {
    const { body } = batch(ZONE, [
      { name: 'a.example.com', operation },
      { name: 'b.example.com', operation },
    ]);
    expect(Object.keys(JSON.parse(body ?? ''))).toEqual([list]);
  });

  test('batch: an update that goes with what the record keeps → the whole record, what changes in it', () => {
    const kept = { content: B, ttlSec: 300, proxied: false };
    const whole = (changes: Changes): Operation => ({ op: 'update', id: 'r1', was: B, changes, kept });
    const bodyOf = (operation: Operation): unknown =>
      JSON.parse(writeRecord(ZONE, 'a.example.com', operation).body ?? '');
    const name = { type: 'AAAA', name: 'a.example.com' };
    expect(bodyOf(whole({ content: A }))).toEqual({ ...name, content: A, ttl: 300, proxied: false });
    expect(bodyOf(whole({ ttlSec: 60 }))).toEqual({ ...name, content: B, ttl: 60, proxied: false });
    expect(bodyOf(whole({ proxied: true, comment: 'x' }))).toEqual({
      ...name,
      content: B,
      ttl: 300,
      proxied: true,
      comment: 'x',
    });
    expect(bodyOf({ ...whole({ ttlSec: 60 }), kept: { ...kept, content: null } } as Operation)).toEqual({
      ...name,
      ttl: 60,
      proxied: false,
    });
  });
});
