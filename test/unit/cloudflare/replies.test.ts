import { describe, expect, test } from 'vitest';
import {
  readBatch,
  readDone,
  readList,
  readRecord,
  readZone,
  readZoneName,
} from '../../../src/core/cloudflare/replies.ts';
import { jsonReply, listing, success, wireRecord } from '../../fakes/replies.ts';
import { A, B, record } from '../../fakes/samples.ts';

const NAME = 'home.example.com';
const wire = wireRecord(NAME, record('r1', A));
const { content: _content, ...withoutContent } = wire;

describe('readRecord', () => {
  test('readRecord: a record with unknown fields → the known ones', () => {
    const own = record('r1', A, { ttlSec: 300, proxied: true, comment: 'mine', readOnly: true });
    expect(readRecord(success({ ...wireRecord(NAME, own), private_routing: false }))).toEqual({
      ok: true,
      value: { ...own, name: NAME },
    });
  });

  test.each<[string, object, object]>([
    ['an expanded address in upper case', { content: '2A01:0DB8:0:0:0:0:0:000A' }, { content: A }],
    ['content that is no address', { content: '<html>' }, { content: null }],
    ['a name in upper case', { name: 'Home.Example.COM' }, { name: NAME }],
    ['no proxied', { proxied: undefined }, { proxied: false }],
    ['comment null', { comment: null }, { comment: '' }],
    ['no comment', { comment: undefined }, { comment: '' }],
    ['meta null', { meta: null }, { readOnly: false }],
    ['no meta', { meta: undefined }, { readOnly: false }],
    ['meta without read_only', { meta: { auto_added: true } }, { readOnly: false }],
  ])('readRecord: %s → understood', (_, own, expected) => {
    expect(readRecord(success({ ...wire, ...own }))).toMatchObject({ ok: true, value: expected });
  });

  test('readRecord: no content → no address', () => {
    expect(readRecord(success(withoutContent))).toMatchObject({ ok: true, value: { content: null } });
  });

  test('readRecord: errors and messages null, an informational message → success is what decides', () => {
    for (const extra of [{ errors: null, messages: null }, { messages: [{ code: 10000, message: 'active' }] }]) {
      expect(readRecord(jsonReply(200, { success: true, result: wire, ...extra })).ok).toBe(true);
    }
  });

  test.each<[string, unknown, string]>([
    ['result null', null, 'result'],
    ['a list', [wire], 'id'],
    ['an id that is a number', { ...wire, id: 1 }, 'id'],
    ['a ttl that is text', { ...wire, ttl: '1' }, 'ttl'],
    ['proxied that is text', { ...wire, proxied: 'no' }, 'proxied'],
  ])('readRecord: %s → passes with time, and says where', (_, result, where) => {
    const read = readRecord(success(result));
    expect(read).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
    expect(!read.ok && 'what' in read.error && read.error.what).toContain(`"${where}"`);
  });
});

describe('readList', () => {
  test('readList: several records → in the API’s order', () => {
    const read = readList(listing(NAME, [record('r9', B), record('r1', A)]));
    expect(read.ok && read.value.map(({ id, content }) => [id, content])).toEqual([
      ['r9', B],
      ['r1', A],
    ]);
  });

  test('readList: none → an empty list', () => {
    expect(readList(success([]))).toEqual({ ok: true, value: [] });
  });

  test('readList: records of other types → left out', () => {
    const other = { ...wire, id: 'r2', type: 'CNAME', content: 'elsewhere.example.com' };
    const read = readList(success([other, wire]));
    expect(read.ok && read.value.map(({ id }) => id)).toEqual(['r1']);
  });

  test('readList: more than one page → not taken for the whole', () => {
    const body = { success: true, errors: [], result: [wire], result_info: { page: 1, total_pages: 2 } };
    expect(readList(jsonReply(200, body))).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
  });

  test.each([{ page: 1, total_pages: 1 }, { page: 1, total_pages: 0 }, {}, null, undefined])(
    'readList: result_info %j → one page',
    (result_info) => {
      expect(readList(jsonReply(200, { success: true, result: [wire], result_info })).ok).toBe(true);
    },
  );

  test('readList: result null or an object → passes with time', () => {
    for (const result of [null, wire, undefined]) {
      expect(readList(success(result))).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
    }
  });
});

describe('readZone', () => {
  const ID = '0123456789abcdef0123456789abcdef';
  const zone = { id: ID, name: 'example.com', status: 'active', paused: false, type: 'full', account: { id: ID } };
  const found = { ok: true, value: { id: ID, status: 'active', paused: false, type: 'full' } };

  test.each<[string, unknown, unknown]>([
    ['the zone', [zone], found],
    ['the zone in upper case', [{ ...zone, name: 'Example.COM' }], found],
    ['none', [], { ok: true, value: null }],
    [
      'other zones',
      [
        { ...zone, name: 'notexample.com' },
        { ...zone, name: 'a.example.com' },
      ],
      { ok: true, value: null },
    ],
    ['a Unicode name, which cannot be compared', [{ ...zone, name: 'bücher.example' }], found],
    [
      'nothing but id and name',
      [{ id: ID, name: 'example.com' }],
      { ok: true, value: { id: ID, status: '', paused: false, type: '' } },
    ],
  ])('readZone: %s → understood', (_, result, expected) => {
    expect(readZone(success(result), 'example.com')).toEqual(expected);
  });

  test.each([
    ['an id that could lead elsewhere in a path', [{ ...zone, id: '../../user' }]],
    ['no id', [{ name: 'example.com' }]],
    ['no list', zone],
  ])('readZone: %s → passes with time', (_, result) => {
    expect(readZone(success(result), 'example.com')).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
  });

  test.each([
    ['Example.com', 'example.com'],
    ['bücher.example', null],
  ])('readZoneName: %s → %j', (name, expected) => {
    expect(readZoneName(success({ ...zone, name }))).toEqual({ ok: true, value: expected });
  });
});

describe('readBatch', () => {
  test('readBatch: patches and posts → their records; deletions are not among them', () => {
    const read = readBatch(
      success({
        deletes: [wireRecord(NAME, record('r1', A))],
        patches: [wireRecord(NAME, record('r2', A))],
        puts: null,
        posts: [wireRecord('other.example.com', record('r3', B))],
      }),
    );
    expect(read.ok && read.value.map(({ id, name }) => [id, name])).toEqual([
      ['r2', NAME],
      ['r3', 'other.example.com'],
    ]);
  });

  test.each([{}, { patches: null, posts: null }])('readBatch: %j → no records', (result) => {
    expect(readBatch(success(result))).toEqual({ ok: true, value: [] });
  });

  test('readBatch: a record without id → passes with time', () => {
    expect(readBatch(success({ patches: [{ ...wire, id: undefined }] }))).toMatchObject({
      ok: false,
      error: { kind: 'unavailable' },
    });
  });
});

test.each([{ id: 'r1' }, null, undefined, [1]])('readDone: a success with result %j → success', (result) => {
  expect(readDone(success(result)).ok).toBe(true);
});
