import { describe, expect, test } from 'vitest';
import type { ApiFailure } from '../../../src/core/cloudflare/failure.ts';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import { readNamePage } from '../../../src/core/cloudflare/replies.ts';
import { readZoneInfo, readZones } from '../../../src/core/cloudflare/zones.ts';
import { errorOf, failureOf, remedyOf } from '../../fakes/failures.ts';
import { chain, failure, jsonReply, textReply, wireRecord } from '../../fakes/replies.ts';
import { A, record } from '../../fakes/samples.ts';

const RECORD = { success: true, errors: [], result: wireRecord('home.example.com', record('r1', A)) };
const TOKEN = /token/;
const ZONE_ID = /zone_id/;
const CNAME = /remove the CNAME/;
const OWN_FAULT = /report it/;
const PROXIED = /set proxied to false/;
const HTML = '<!DOCTYPE html><title>502 Bad Gateway</title>';

describe('failure: documented codes', () => {
  test.each<[status: number, codes: readonly [number, ...number[]], kind: ApiFailure['kind'], remedy?: RegExp]>([
    [400, [6003, 6111], 'denied', /malformed/],
    [400, [6003, 6103], 'denied', /malformed/],
    [400, [6003, 6102], 'denied', /malformed/],
    [400, [6007], 'refused', OWN_FAULT],
    [400, [9106], 'denied', TOKEN],
    [403, [9103], 'denied', TOKEN],
    [403, [9109], 'denied', TOKEN],
    [403, [10000], 'denied', /Zone → DNS → Edit/],
    [401, [10000], 'denied', /Zone → DNS → Edit/],
    [401, [1000], 'denied', TOKEN],
    [400, [1001], 'denied', ZONE_ID],
    [404, [1001], 'denied', ZONE_ID],
    [400, [7003, 7000], 'denied', ZONE_ID],
    [404, [7003, 7000], 'denied', ZONE_ID],
    [400, [1004], 'refused'],
    [400, [1004, 9021], 'refused', /set ttl/],
    [400, [9003], 'refused', PROXIED],
    [400, [1004, 9003], 'refused', PROXIED],
    [400, [9004], 'refused', PROXIED],
    [400, [9041], 'refused', PROXIED],
    [400, [1004, 9000], 'refused', /correct its name/],
    [400, [1004, 9001], 'refused', /correct its name/],
    [400, [1004, 9002], 'refused', /correct its name/],
    [400, [9005], 'refused', OWN_FAULT],
    [400, [9006], 'refused', OWN_FAULT],
    [400, [1004, 9020], 'refused', /set ttl/],
    [400, [9021], 'refused', /set ttl/],
    [400, [9207], 'refused', OWN_FAULT],
    [400, [1004, 9300], 'refused', /tags/],
    [400, [9313], 'refused', /shorten comment/],
    [400, [1004, 9313], 'refused', /shorten comment/],
    [404, [81044], 'outdated'],
    [400, [81044], 'outdated'],
    [400, [81045], 'refused', /full/],
    [400, [81053], 'refused', CNAME],
    [400, [81054], 'refused', CNAME],
    [400, [81055], 'refused', /another record has this name/],
    [400, [81056], 'refused', /NS records/],
    [400, [81057], 'outdated'],
    [400, [81058], 'outdated'],
    [403, [1038], 'denied', /\.tk/],
    [400, [1038], 'denied', /\.tk/],
    [429, [971], 'throttled'],
    [429, [10300], 'throttled'],
    [500, [10001], 'unavailable'],
    [503, [10013], 'unavailable'],
  ])('failure: HTTP %d with codes %j → %s', (status, [first, ...inner], kind, remedy) => {
    const error = failureOf(failure(status, [chain(first, ...inner)]));
    expect(error.kind).toBe(kind);
    if (remedy !== undefined) expect(remedyOf(error)).toMatch(remedy);
  });

  test.each([
    ['at top level', [chain(81058)]],
    ['behind another error', [chain(1), chain(81058)]],
    ['one level down', [chain(1004, 81058)]],
    ['four levels down, behind others', [chain(1), chain(1004, 2, 3, 81058)]],
  ])('failure: the telling code %s → found', (_, errors) => {
    expect(failureOf(failure(400, errors)).kind).toBe('outdated');
  });

  test.each([400, 401, 403, 404, 429, 500])('failure: HTTP %d with code 0 alone → by its status', (status) => {
    const kinds = {
      400: 'refused',
      401: 'denied',
      403: 'denied',
      404: 'outdated',
      429: 'throttled',
      500: 'unavailable',
    };
    expect(failureOf(failure(status, [chain(0)])).kind).toBe(kinds[status as keyof typeof kinds]);
  });
});

describe('failure: one code for several troubles, or none', () => {
  test.each([
    ['Invalid access token', /expired or revoked/],
    ['Cannot use the access token from location: 2001:db8::1', /limited to other client addresses/],
    ['Unauthorized to access requested resource', /Zone → DNS → Edit/],
    ['something new', /expired or revoked/],
  ])('failure: code 9109 "%s" → its own remedy', (message, remedy) => {
    const error = failureOf(failure(403, [{ code: 9109, message }]));
    expect(error.kind).toBe('denied');
    expect(remedyOf(error)).toMatch(remedy);
  });

  test.each([400, 403])(
    'failure: HTTP %d, a domain that the API does not serve, said without an envelope → what to do',
    (status) => {
      const error = 'You cannot use this API for domains with a .cf, .ga, .gq, .ml, or .tk TLD (top-level domain).';
      const found = failureOf(jsonReply(status, { error }));
      expect(found).toMatchObject({ kind: 'denied', what: expect.stringContaining('.gq') });
      expect(remedyOf(found)).toContain('another domain');
    },
  );
});

describe('failure: whatever is not listed', () => {
  test.each<[number, ApiFailure['kind']]>([
    [400, 'refused'],
    [401, 'denied'],
    [403, 'denied'],
    [404, 'outdated'],
    [405, 'refused'],
    [408, 'unavailable'],
    [409, 'unavailable'],
    [418, 'refused'],
    [422, 'refused'],
    [429, 'throttled'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [520, 'unavailable'],
    [530, 'unavailable'],
  ])('failure: HTTP %d with an unknown code → %s', (status, kind) => {
    expect(failureOf(failure(status, [chain(123_456)])).kind).toBe(kind);
  });

  test.each([400, 403, 404, 502, 503, 504, 520, 526, 530])('failure: HTTP %d with an HTML page → passes', (status) => {
    const error = failureOf(textReply(status, HTML));
    expect(error).toMatchObject({ kind: 'unavailable', retryAfterMs: null });
    expect('what' in error && error.what).toContain(`HTTP ${status}`);
  });

  test('failure: HTTP 429 with an HTML page → throttled all the same', () => {
    expect(failureOf(textReply(429, HTML)).kind).toBe('throttled');
  });

  test.each<[string, HttpReply]>([
    ['an empty body', textReply(200, '')],
    ['JSON that was cut', textReply(200, '{"success":true,"errors":[],"result":{"id":"r1","ty')],
    ['an HTML page', textReply(200, HTML)],
    ['a bare string', jsonReply(200, 'ok')],
    ['null', jsonReply(200, null)],
    ['a list', jsonReply(200, [])],
    ['no "success"', jsonReply(200, { errors: [], result: {} })],
    ['"success" as text', jsonReply(200, { success: 'true', errors: [], result: {} })],
    ['errors as text', jsonReply(200, { success: false, errors: 'none' })],
    ['an error without an envelope', jsonReply(400, { error: 'You cannot use this proxy' })],
    [
      'a success that calls itself an error',
      jsonReply(200, { error: 'You cannot use this API for domains with a .cf TLD' }),
    ],
    ['a code beside the envelope', jsonReply(403, { code: 1007, error: 'auth.key_not_in_claims' })],
    ['a redirect', jsonReply(300, RECORD)],
    ['an error of the edge with the status of a success', jsonReply(399, { error_code: 1020, retryable: false })],
  ])('failure: %s → passes with time', (_, reply) => {
    expect(failureOf(reply)).toMatchObject({ kind: 'unavailable', retryAfterMs: null });
  });

  test.each([
    ['errors: []', { success: false, errors: [] }],
    ['errors: null', { success: false, errors: null }],
    ['no errors', { success: false }],
  ])('failure: HTTP 200, success false, %s → passes with time', (_, body) => {
    expect(failureOf(jsonReply(200, body)).kind).toBe('unavailable');
  });

  test.each<[number, ApiFailure['kind']]>([
    [10000, 'denied'],
    [81058, 'outdated'],
  ])('failure: HTTP 200, success false, code %d → %s', (code, kind) => {
    expect(failureOf(failure(200, [chain(code)])).kind).toBe(kind);
  });
});

describe('failure: what a question does not find', () => {
  test.each<[string, ApiFailure | null]>([
    ['a page of records', errorOf(readNamePage(failure(404, [chain(123_456)]), 'home.example.com'))],
    ['a zone by name', errorOf(readZones(failure(404, [chain(123_456)])))],
    ['a zone by id', errorOf(readZoneInfo(failure(404, [])))],
  ])('failure: HTTP 404 to %s → the zone is not there', (_, error) => {
    expect(error).toMatchObject({ kind: 'denied', zoneUnknown: true });
    expect(remedyOf(error)).toMatch(ZONE_ID);
  });

  test('failure: HTTP 404 to a question with x-should-retry: true → passes with time', () => {
    const error = errorOf(readNamePage(failure(404, [], { 'X-Should-Retry': 'true' }), 'home.example.com'));
    expect(error).toMatchObject({ kind: 'unavailable' });
  });
});

describe('failure: x-should-retry overrides the status', () => {
  test.each<[status: number, codes: number[], told: string, kind: ApiFailure['kind'], passing?: boolean]>([
    [500, [10013], 'false', 'denied'],
    [503, [10013], 'true', 'unavailable'],
    [409, [1], 'false', 'denied'],
    [408, [1], 'maybe', 'unavailable'],
    [403, [10000], 'true', 'unavailable'],
    [403, [10000], 'false', 'denied'],
    [400, [9003], 'true', 'refused', true],
    [400, [9003], 'false', 'refused', false],
    [404, [81044], 'false', 'outdated'],
    [429, [971], 'false', 'throttled'],
  ])('failure: HTTP %d with code %j and x-should-retry: %s → %s', (status, [code = 0], told, kind, passing) => {
    const error = failureOf(failure(status, [chain(code)], { 'X-Should-Retry': told }));
    expect(error).toMatchObject({ kind, ...(passing !== undefined && { passing }) });
  });

  test('failure: a success that says x-should-retry → a success', () => {
    expect(() => failureOf(jsonReply(200, RECORD, { 'X-Should-Retry': 'true' }))).toThrow('counts as a success');
  });
});

describe('failure: waits that the server names', () => {
  const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';

  test.each<[number, Readonly<Record<string, string>>, number | null]>([
    [429, { 'Retry-After': '17' }, 17_000],
    [429, { 'Retry-After': 'Sun, 06 Nov 1994 08:50:07 GMT', Date: DATE }, 30_000],
    [429, { 'Retry-After': 'soon' }, 300_000],
    [429, {}, 300_000],
    [429, { Ratelimit: '"default";r=0;t=40' }, 40_000],
    [429, { Ratelimit: '"default";r=5;t=40' }, 300_000],
    [429, { 'Retry-After': '17', Ratelimit: '"default";r=0;t=40' }, 17_000],
    [503, { 'Retry-After': '17' }, 17_000],
    [503, {}, null],
    [503, { 'Retry-After': '17', 'X-Should-Retry': 'false' }, 17_000],
    [408, { 'Retry-After': '1' }, 1_000],
    [403, { 'Retry-After': '17' }, 17_000],
    [401, {}, null],
    [400, { 'Retry-After': '17' }, 17_000],
    [404, { 'Retry-After': '17' }, 17_000],
  ])('failure: HTTP %d with %j → %j ms', (status, headers, retryAfterMs) => {
    expect(failureOf(failure(status, [chain(1)], headers))).toMatchObject({ retryAfterMs });
  });
});

describe('failure: too many requests, whatever the status', () => {
  test.each([971, 10100, 10300])('failure: code %d with any status of a failure → as 429', (code) => {
    for (const status of [200, 400, 403, 429, 500, 503]) {
      expect(failureOf(failure(status, [chain(1004, code)]))).toMatchObject({
        kind: 'throttled',
        retryAfterMs: 300_000,
      });
    }
    const told = failureOf(failure(400, [chain(code)], { 'Retry-After': '7' }));
    expect(told).toMatchObject({ kind: 'throttled', retryAfterMs: 7_000 });
  });

  test('failure: code 971 in a success → a success', () => {
    expect(() => failureOf(jsonReply(200, { ...RECORD, errors: [chain(971)] }))).toThrow('counts as a success');
  });
});

describe('failure: what may be missing in a change', () => {
  test.each<[number[], boolean]>([
    [[9021], true],
    [[1004, 9021], true],
    [[9000], true],
    [[9207], true],
    [[1004], true],
    [[123_456], true],
    [[9003], false],
    [[1004, 9003], false],
    [[9313], false],
    [[81054], false],
  ])('failure: codes %j → may be for want of what was not sent: %j', ([first = 0, ...inner], incomplete) => {
    expect(failureOf(failure(400, [chain(first, ...inner)]))).toMatchObject({ kind: 'refused', incomplete });
  });
});
