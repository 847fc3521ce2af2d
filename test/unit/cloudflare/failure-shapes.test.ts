import { describe, expect, test } from 'vitest';
import type { ApiFailure } from '../../../src/core/cloudflare/failure.ts';
import { failureOf, remedyOf } from '../../fakes/failures.ts';
import { jsonReply, wireRecord } from '../../fakes/replies.ts';
import { A, record } from '../../fakes/samples.ts';

const RECORD = { success: true, errors: [], result: wireRecord('home.example.com', record('r1', A)) };

describe('failure: errors of an odd shape', () => {
  const oddly = (errors: unknown, status = 403): ApiFailure =>
    failureOf(jsonReply(status, { success: false, errors, result: null }));

  test.each<[string, unknown]>([
    ['a code as text', [{ code: '10000', message: 'no' }]],
    ['a message that is null', [{ code: 10000, message: null }]],
    ['an odd one before it', [null, 7, 'text', [], { code: {} }, { code: 10000 }]],
    ['an object in place of the list', { code: 10000, message: 'no' }],
    ['a chain that is an object', [{ code: 1, error_chain: { code: 10000 } }]],
    ['an odd chain', [{ code: 10000, error_chain: 'none' }]],
    ['a source that nobody expects', [{ code: 10000, source: [], documentation_url: 5 }]],
  ])('failure: %s → what the other members say counts', (_, errors) => {
    expect(oddly(errors)).toMatchObject({ kind: 'denied', what: expect.stringContaining('code 10000') });
  });

  test.each<[unknown]>([[null], [undefined], ['no'], [[null]], [7]])('failure: errors %j → by the status', (errors) => {
    expect(oddly(errors).kind).toBe('denied');
    expect(oddly(errors, 400).kind).toBe('refused');
  });

  test('failure: a documentation_url → shown and cut', () => {
    const url = 'https://developers.cloudflare.com/fundamentals/api/';
    expect(
      oddly([
        { code: 1, message: 'a' },
        { code: 10000, message: 'Forbidden', documentation_url: url },
      ]),
    ).toMatchObject({
      what: `HTTP 403, code 1 "a", code 10000 "Forbidden", see ${url}`,
    });
    expect(oddly([{ code: 1, documentation_url: 'javascript:1' }])).toMatchObject({ what: 'HTTP 403, code 1 ""' });
    expect(oddly([{ code: 1, documentation_url: `https://a/ ${'b'.repeat(300)}` }])).toMatchObject({
      what: 'HTTP 403, code 1 "", see https://a/ …',
    });
  });
});

describe('failure: errors of the edge as JSON', () => {
  const edge = {
    type: 'https://developers.cloudflare.com/support/troubleshooting/',
    title: 'Error 1020: Access denied',
    status: 403,
    error_code: 1020,
    retryable: false,
    ray_id: '8f00',
  };

  test('failure: not retryable → said as what it is, nothing else of the token will work', () => {
    const error = failureOf(jsonReply(403, edge, { 'CF-Ray': '8f00-FRA' }));
    expect(error).toMatchObject({
      kind: 'denied',
      what: 'HTTP 403, error 1020 "Error 1020: Access denied" of Cloudflare\'s edge',
      ray: '8f00-FRA',
      everywhere: true,
      zoneUnknown: false,
    });
    expect(remedyOf(error)).toContain('error 1020');
  });

  test.each<[string, number, object, Readonly<Record<string, string>>, ApiFailure['kind'], number | null]>([
    ['retryable', 403, { retryable: true }, {}, 'unavailable', null],
    ['no word of it', 530, { retryable: undefined }, {}, 'unavailable', null],
    ['a wait in the body', 530, { retryable: true, retry_after: 120 }, {}, 'unavailable', 120_000],
    ['a wait as text', 530, { retryable: true, retry_after: '120' }, {}, 'unavailable', 120_000],
    [
      'a wait in the header, too',
      530,
      { retryable: true, retry_after: 9 },
      { 'Retry-After': '17' },
      'unavailable',
      17_000,
    ],
    ['a wait of weeks', 503, { retryable: true, retry_after: 1e7 }, {}, 'unavailable', 3_600_000],
    ['rate limited', 429, { error_code: 1015, retryable: true, retry_after: 30 }, {}, 'throttled', 30_000],
    ['rate limited, and no wait', 429, { error_code: 1015, retryable: true }, {}, 'throttled', 300_000],
    ['not retryable with a 5xx', 530, { retryable: false }, {}, 'denied', null],
    ['a code as text', 403, { error_code: '1020' }, {}, 'denied', null],
    ['no title', 403, { title: null }, {}, 'denied', null],
  ])('failure: %s → by what it says of itself', (_, status, own, headers, kind, retryAfterMs) => {
    expect(failureOf(jsonReply(status, { ...edge, ...own }, headers))).toMatchObject({ kind, retryAfterMs });
  });

  test('failure: no title → the code alone', () => {
    const error = failureOf(jsonReply(400, { error_code: 1020, retryable: false }));
    expect(error).toMatchObject({ kind: 'denied', what: "HTTP 400, error 1020 of Cloudflare's edge" });
    expect(remedyOf(error)).toBe(
      "Cloudflare's edge rejects this machine or its request: see error 1020 in Cloudflare's documentation",
    );
  });

  test('failure: something like it with success → the API’s', () => {
    expect(() => failureOf(jsonReply(200, { ...RECORD, error_code: 1 }))).toThrow('counts as a success');
    expect(failureOf(jsonReply(400, { success: false, error_code: 1, errors: [] })).kind).toBe('refused');
  });
});
