import { describe, expect, test } from 'vitest';
import {
  readBatch,
  readDone,
  readNamePage,
  readRecord,
  readZonePage,
  whatFollows,
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
    ['meta whose read_only is null', { meta: { read_only: null } }, { readOnly: false }],
    ['meta that is a list', { meta: [] }, { readOnly: false }],
    ['proxied null', { proxied: null }, { proxied: false }],
    ['a ttl as text', { ttl: '300' }, { ttlSec: 300 }],
    ['ttl null', { ttl: null }, { ttlSec: 1 }],
    ['content null', { content: null }, { content: null }],
    ['a name with a final dot', { name: `${NAME}.` }, { name: NAME }],
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
    ['a ttl that is no number', { ...wire, ttl: 'soon' }, 'ttl'],
    ['a ttl with an exponent', { ...wire, ttl: '1e3' }, 'ttl'],
    ['a ttl below 0', { ...wire, ttl: '-60' }, 'ttl'],
    ['an id that could lead elsewhere in a path', { ...wire, id: '../../../user/tokens' }, 'id'],
    ['proxied that is text', { ...wire, proxied: 'no' }, 'proxied'],
  ])('readRecord: %s → passes with time, and says where', (_, result, where) => {
    const read = readRecord(success(result));
    expect(read).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
    expect(!read.ok && 'what' in read.error && read.error.what).toContain(`"${where}"`);
  });
});

describe('readNamePage', () => {
  test('readNamePage: several records → in the API’s order', () => {
    const records = [record('r9', B), record('r1', A)].map((own) => wireRecord(NAME, own));
    const read = readNamePage(success(records), NAME);
    expect(read.ok && read.value.records.map(({ id, content }) => [id, content])).toEqual([
      ['r9', B],
      ['r1', A],
    ]);
  });

  test('readNamePage: none → empty', () => {
    const info = { page: null, perPage: null, count: null, totalCount: null, totalPages: null };
    expect(readNamePage(success([]), NAME)).toEqual({ ok: true, value: { records: [], odd: [], count: 0, info } });
  });

  test.each([['Home.Example.COM'], ['home.example.com.'], ['HOME.example.com.']])(
    'readNamePage: the name as %s → that name',
    (name) => {
      expect(readNamePage(success([{ ...wire, name }]), NAME)).toMatchObject({
        ok: true,
        value: { records: [{ name: NAME }] },
      });
    },
  );

  test.each<[string, unknown, string]>([
    ['a record of another name', { ...wire, name: 'www.example.com' }, 'name'],
    ['a record of a name with two final dots', { ...wire, name: `${NAME}..` }, 'name'],
    ['a record of another type', { ...wire, type: 'A' }, 'type'],
    ['a record that cannot be read', { ...wire, ttl: 'soon' }, 'ttl'],
    ['an id that leads elsewhere in a path', { ...wire, id: '../../../user/tokens' }, 'id'],
    ['an id that ends the path', { ...wire, id: 'a?b' }, 'id'],
    ['no id', { ...wire, id: '' }, 'id'],
    ['null', null, 'result'],
  ])('readNamePage: %s → another list than that of the name', (_, item, where) => {
    const error = { kind: 'unavailable', what: expect.stringContaining(`"${where}"`) };
    expect(readNamePage(success([wire, item]), NAME)).toMatchObject({ ok: false, error });
  });

  test.each([null, wire, undefined])('readNamePage: result %j → passes with time', (result) => {
    const what = 'HTTP 200, unexpected shape of the reply at "result"';
    expect(readNamePage(success(result), NAME)).toMatchObject({ ok: false, error: { kind: 'unavailable', what } });
  });
});

describe('readZonePage', () => {
  const OURS = new Set([NAME, 'www.example.com']);

  test('readZonePage: records of other types and names → counted and left out, whatever they look like', () => {
    const other = { ...wire, id: 'r2', type: 'CNAME', content: 'elsewhere.example.com' };
    const foreign = [{ ...wire, name: 'mail.example.com', ttl: 'soon' }, { name: 7 }, null, 'text'];
    const read = readZonePage(success([other, ...foreign, wire, { ...wire, name: 'WWW.example.com.' }]), OURS);
    expect(read).toMatchObject({
      ok: true,
      value: { count: 7, odd: [], records: [{ id: 'r1', name: NAME }, { name: 'www.example.com' }] },
    });
  });

  test('readZonePage: a record of ours that cannot be read → its name is odd, the others are read', () => {
    const odd = { ...wire, name: 'www.example.com', ttl: 'soon' };
    const read = readZonePage(success([odd, wire]), OURS);
    expect(read).toMatchObject({ ok: true, value: { odd: ['www.example.com'], records: [{ name: NAME }] } });
  });
});

describe('whatFollows', () => {
  /** What follows a page of so many records of which the reply says that, after others of the pages before it. */
  const following = (count: number, result_info: unknown, number = 1, before = 0) => {
    const records = Array.from({ length: count }, () => wire);
    const read = readNamePage(jsonReply(200, { success: true, result: records, result_info }), NAME);
    return read.ok ? whatFollows(read.value, number, before + count) : read.error;
  };

  test.each<[string, ReturnType<typeof whatFollows>, number, unknown, number?, number?]>([
    ['all of the total are there', 'end', 2, { page: 1, count: 2, total_count: 2, total_pages: 1 }],
    ['none, and none are said to be', 'end', 0, { page: 1, count: 0, total_count: 0, total_pages: 0 }],
    ['fewer than the total, whatever the number of pages', 'page', 50, { total_count: 60, total_pages: 1 }],
    ['fewer than the total, and no word of pages', 'page', 50, { per_page: 50, total_count: 60 }],
    ['the rest of the total', 'end', 10, { page: 2, total_count: 60 }, 2, 50],
    ['more pages', 'page', 50, { total_pages: 2 }],
    ['the last page, and no total', 'untold', 50, { total_pages: 1 }],
    ['a page as full as it says it can be', 'page', 50, { per_page: 50 }],
    ['as full as it says it can be, and all of the total', 'end', 50, { per_page: 50, total_count: 50 }],
    ['none, and no total, whatever the number of pages', 'untold', 0, { total_pages: 2 }],
    ['a page that is not full', 'untold', 49, { per_page: 50 }],
    ['no word, and as many as were asked for', 'page', 100, undefined],
    ['no word, and fewer', 'untold', 99, null],
    ['none, but a count of one', null, 0, { count: 1 }],
    ['none, but a total of one', null, 0, { total_count: 1 }],
    ['less than its own count', null, 1, { count: 2, total_count: 1 }],
    ['more than the total', null, 2, { total_count: 1 }],
    ['more than the total by now', null, 10, { total_count: 55 }, 2, 50],
    ['an empty page before the total is reached', null, 0, { total_count: 60 }, 2, 50],
    ['another page than was asked for', null, 50, { page: 1, total_count: 100 }, 2, 50],
    ['info of an odd shape', 'untold', 1, { total_pages: 'many' }],
  ])('whatFollows: %s → %s', (_, expected, count, info, number, before) => {
    expect(following(count, info, number, before)).toBe(expected);
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
    expect(read).toMatchObject({
      ok: false,
      error: { kind: 'refused', remedy: { words: expect.stringContaining('CNAME') } },
    });
  });

  test.each([100, 350, 3_000, 20_000])('readDone: codes nested %d levels deep → a failure, not our end', (levels) => {
    expect(readDone({ status: 502, headers: '', body: nested(levels), arrivedMs: 0 })).toMatchObject({
      ok: false,
      error: { kind: 'unavailable' },
    });
  });

  test('readNamePage: more records than the longest page has → another list', () => {
    const page = (length: number) => readNamePage(success(Array.from({ length }, () => wire)), NAME);
    expect(page(5_000)).toMatchObject({ ok: true, value: { count: 5_000 } });
    expect(page(5_001)).toMatchObject({ ok: false, error: { what: expect.stringContaining('"result"') } });
  });

  test('readDone: sixty thousand errors in one reply → a failure', () => {
    const errors = Array.from({ length: 60_000 }, () => ({ code: 1004 }));
    const body = JSON.stringify({ success: false, errors: [{ code: 1004, error_chain: errors }] });
    expect(readDone({ status: 400, headers: '', body, arrivedMs: 0 })).toMatchObject({
      ok: false,
      error: { kind: 'refused' },
    });
  });
});
