import { describe, expect, test } from 'vitest';
import {
  comparableName,
  readBatch,
  readDone,
  readPage,
  readRecord,
  readZone,
  readZoneInfo,
  readZones,
} from '../../../src/core/cloudflare/replies.ts';
import { jsonReply, success, wireRecord } from '../../fakes/replies.ts';
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

describe('readPage', () => {
  const OURS = new Set([NAME, 'www.example.com']);

  test('readPage: several records → in the API’s order', () => {
    const records = [record('r9', B), record('r1', A)].map((own) => wireRecord(NAME, own));
    const read = readPage(success(records), OURS);
    expect(read.ok && read.value.records.map(({ id, content }) => [id, content])).toEqual([
      ['r9', B],
      ['r1', A],
    ]);
  });

  test('readPage: none → empty', () => {
    const value = { records: [], count: 0, totalCount: null, totalPages: null };
    expect(readPage(success([]), OURS)).toEqual({ ok: true, value });
  });

  test('readPage: records of other types and names → counted and left out, whatever they look like', () => {
    const other = { ...wire, id: 'r2', type: 'CNAME', content: 'elsewhere.example.com' };
    const foreign = [{ ...wire, name: 'mail.example.com', ttl: 'soon' }, { name: 7 }, null, 'text'];
    const read = readPage(success([other, ...foreign, wire, { ...wire, name: 'WWW.example.com' }]), OURS);
    expect(read).toMatchObject({
      ok: true,
      value: { count: 7, records: [{ id: 'r1', name: NAME }, { name: 'www.example.com' }] },
    });
  });

  test('readPage: a record of ours has an unexpected shape → passes with time', () => {
    const error = { kind: 'unavailable', what: expect.stringContaining('"ttl"') };
    expect(readPage(success([{ ...wire, ttl: 'soon' }]), OURS)).toMatchObject({ ok: false, error });
  });

  test.each<[unknown, number | null, number | null]>([
    [{ page: 1, total_pages: 3, total_count: 250 }, 3, 250],
    [{ page: 1, total_pages: 0 }, 0, null],
    [{ total_pages: 'many' }, null, null],
    [{}, null, null],
    [null, null, null],
    [undefined, null, null],
  ])('readPage: result_info %j → %j pages, %j records', (result_info, totalPages, totalCount) => {
    const read = readPage(jsonReply(200, { success: true, result: [wire], result_info }), OURS);
    expect(read).toMatchObject({ ok: true, value: { totalPages, totalCount } });
  });

  test('readPage: result null or an object → passes with time', () => {
    for (const result of [null, wire, undefined]) {
      expect(readPage(success(result), OURS)).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
    }
  });
});

describe('readZones', () => {
  const id = '0123456789abcdef0123456789abcdef';

  test('readZones: zones → all of them, in lower case', () => {
    const read = readZones(
      success([
        { id, name: 'Example.com', status: 'active' },
        { id, name: 'bücher.example.com' },
      ]),
    );
    expect(read.ok && read.value?.map(({ name, status }) => [name, status])).toEqual([
      ['example.com', 'active'],
      ['bücher.example.com', ''],
    ]);
  });

  test('readZones: as many as a page holds → there may be more', () => {
    const zones = Array.from({ length: 50 }, (_, i) => ({ id, name: `z${i}.example.com` }));
    expect([readZones(success(zones)), readZones(success(zones.slice(1))).ok]).toEqual([
      { ok: true, value: null },
      true,
    ]);
  });

  test('readZones: one without a usable id → passes with time', () => {
    const read = readZones(success([{ id: '../../user', name: 'example.com' }]));
    expect(read).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
  });
});

describe('readZone', () => {
  const ID = '0123456789abcdef0123456789abcdef';
  const zone = { id: ID, name: 'example.com', status: 'active', paused: false, type: 'full', account: { id: ID } };
  const found = { ok: true, value: { id: ID, name: 'example.com', status: 'active', paused: false, type: 'full' } };

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
    [
      'a Unicode name, which cannot be compared',
      [{ ...zone, name: 'bücher.example' }],
      { ok: true, value: { ...found.value, name: 'bücher.example' } },
    ],
    [
      'nothing but id and name',
      [{ id: ID, name: 'example.com' }],
      { ok: true, value: { id: ID, name: 'example.com', status: '', paused: false, type: '' } },
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
  ])('readZoneInfo: %s → to be compared with names as %j', (name, expected) => {
    const read = readZoneInfo(success({ ...zone, name }));
    expect(read.ok && comparableName(read.value)).toBe(expected);
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

describe('errors', () => {
  /** An error with others nested in it, so many levels deep. */
  const nested = (levels: number): string =>
    `{"success":false,"errors":[${'{"code":1004,"error_chain":['.repeat(levels)}{"code":81054}${']}'.repeat(levels)}]}`;

  test.each([1, 10, 50])('readDone: a code %d levels deep → found', (levels) => {
    const read = readDone({ status: 400, headers: '', body: nested(levels), arrivedMs: 0 });
    expect(read).toMatchObject({ ok: false, error: { kind: 'refused', remedy: expect.stringContaining('CNAME') } });
  });

  test.each([100, 350, 3_000, 20_000])('readDone: codes nested %d levels deep → a failure, not our end', (levels) => {
    expect(readDone({ status: 502, headers: '', body: nested(levels), arrivedMs: 0 })).toMatchObject({
      ok: false,
      error: { kind: 'unavailable' },
    });
  });

  test('readDone: a hundred thousand errors in one reply → a failure', () => {
    const errors = Array.from({ length: 100_000 }, () => ({ code: 1004 }));
    const body = JSON.stringify({ success: false, errors: [{ code: 1004, error_chain: errors }] });
    expect(readDone({ status: 400, headers: '', body, arrivedMs: 0 })).toMatchObject({
      ok: false,
      error: { kind: 'refused' },
    });
  });
});
