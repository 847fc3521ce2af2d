import { describe, expect, test } from 'vitest';
import type { ApiFailure } from '../../../src/core/cloudflare/failure.ts';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import { describeRemedy } from '../../../src/core/cloudflare/remedies.ts';
import { readNamePage, readRecord } from '../../../src/core/cloudflare/replies.ts';
import { readZoneInfo, readZones } from '../../../src/core/cloudflare/zones.ts';
import type { Result } from '../../../src/core/result.ts';
import { chain, failure, jsonReply, textReply, wireRecord } from '../../fakes/replies.ts';
import { A, record } from '../../fakes/samples.ts';

/** How the reply to a write is taken. @throws Error when it counts as a success */
function failureOf(reply: HttpReply): ApiFailure {
  const read = readRecord(reply);
  if (read.ok) throw new Error('the reply counts as a success');
  return read.error;
}

/** What is to be done about it, with zone_id set. */
const remedyOf = (error: ApiFailure | null): string =>
  error !== null && 'remedy' in error ? describeRemedy(error.remedy, true) : '';

const errorOf = (read: Result<unknown, ApiFailure>): ApiFailure | null => (read.ok ? null : read.error);

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

describe('failure: words', () => {
  test('failure: codes with messages → named, the outermost first', () => {
    expect(failureOf(failure(400, [chain(1004, 9021), chain(9313)]))).toMatchObject({
      what: 'HTTP 400, code 1004 "message 1004", code 9021 "message 9021", code 9313 "message 9313"',
      ray: null,
    });
  });

  test('failure: the same trouble with another ray → the same words, and the ray apart', () => {
    const [first, second] = ['8f00-FRA', '8f01-FRA'].map((ray) => failureOf(failure(500, [], { 'CF-Ray': ray })));
    expect(first).toMatchObject({ ray: '8f00-FRA' });
    expect(second).toEqual({ ...first, ray: '8f01-FRA' });
  });

  test('failure: a message that is cut inside our token, which it echoes → no part of the token stays', () => {
    const message = `${'word '.repeat(37)}token cfut_0123456789abcdef0123456789abcdef`;
    const error = failureOf(failure(400, [{ code: 1004, message }]));
    expect('what' in error && error.what).toMatch(/word token …"$/);
  });

  test.each([
    [
      textReply(403, '<html><style>p</style><h1>Access\ndenied</h1> <p>error code: 1020</p></html>', {
        'cf-ray': '1-FRA',
      }),
      'p Access denied error code: 1020',
    ],
    [jsonReply(400, { error: 'not for .tk' }), '{"error":"not for .tk"}'],
    [textReply(302, 'Moved'), 'Moved'],
  ])('failure: no envelope → the beginning of its text', (reply, text) => {
    const what = `HTTP ${reply.status}, the body is not the JSON that the API promises: "${text}"`;
    expect(failureOf(reply)).toMatchObject({ kind: 'unavailable', what });
  });

  test.each([
    ['empty', textReply(502, ' '), 'HTTP 502'],
    [
      'a success that was cut',
      textReply(200, '{"success":true,"result":{"id":"r1","ty'),
      'HTTP 200, the body is not the JSON that the API promises',
    ],
  ])('failure: no envelope, %s → nothing of it is repeated', (_, reply, what) => {
    expect(failureOf(reply)).toMatchObject({ what });
  });

  test('failure: five codes → four of them are named', () => {
    const errors = [1, 2, 3, 4, 5].map((code) => ({ code, message: '' }));
    expect(failureOf(failure(400, errors))).toMatchObject({
      what: 'HTTP 400, code 1 "", code 2 "", code 3 "", code 4 ""',
    });
  });

  test('failure: HTTP 511 with an envelope → the codes of it', () => {
    expect(failureOf(failure(511, [chain(1)]))).toMatchObject({ what: 'HTTP 511, code 1 "message 1"' });
  });

  test.each([
    [
      'a redirection',
      textReply(302, '', { Location: 'http://portal.example.net/login?u=1' }),
      /^HTTP 302, redirected to "http:\/\/portal\.example\.net\/login\?u=1", .*captive portal/,
    ],
    [
      'a page',
      textReply(200, '<!DOCTYPE html><title>Welcome</title>'),
      /^HTTP 200, the body is not the JSON that the API promises; it is a web page, of a captive portal/,
    ],
    ['a page by its type', textReply(403, 'Log in', { 'Content-Type': 'text/html' }), /: "Log in"; it is a web page/],
    [
      'a network that wants a log-in',
      textReply(511, '<p>Log in</p>'),
      /^HTTP 511, the network wants a log-in first .*: "Log in"$/,
    ],
  ])('failure: %s in place of the API’s answer → says so, and is tried again', (_what, reply, words) => {
    expect(failureOf(reply)).toMatchObject({ kind: 'unavailable', what: expect.stringMatching(words) });
  });

  test('failure: a page longer than what is looked at ends inside our token → no part of the token stays', () => {
    const page = `${'<br>'.repeat(1020)} cfut_0123456789abcdef0123456789abcdef`;
    expect(failureOf(textReply(403, page))).toMatchObject({ what: expect.not.stringContaining('cfut_') });
  });

  test.each([401, 403])('failure: HTTP %d with an unknown code → asks for the permission', (status) => {
    expect(remedyOf(failureOf(failure(status, [chain(123_456)])))).toContain('DNS → Edit');
  });

  test('failure: endless messages and chains → cut', () => {
    const errors = Array.from({ length: 50 }, () => ({ code: 1004, message: 'x'.repeat(100_000) }));
    const error = failureOf(failure(400, errors, { 'CF-Ray': 'y'.repeat(100_000) }));
    expect(JSON.stringify(error).length).toBeLessThan(1500);
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

describe('describeRemedy: what was asked, and which settings are set', () => {
  const wordsFor = (read: Result<unknown, ApiFailure>, zoneIdSet: boolean): string => {
    const error = errorOf(read);
    return error !== null && 'remedy' in error ? describeRemedy(error.remedy, zoneIdSet) : '';
  };
  const forbidden = failure(403, [chain(10000)]);
  const nowhere = failure(404, [chain(7003)]);

  test('describeRemedy: a lookup is refused → the permission that it needs, or zone_id; not DNS → Edit', () => {
    const words = wordsFor(readZones(forbidden), false);
    expect(words).toBe('give the token the permission Zone → Zone → Read, or set zone_id');
  });

  test.each([
    ['a list', readNamePage(forbidden, 'home.example.com')],
    ['a write', readRecord(forbidden)],
  ])('describeRemedy: %s is refused → DNS → Edit, and zone_id where it is set', (_, read) => {
    expect(wordsFor(read, true)).toMatch(/DNS → Edit for this zone, and check zone_id$/);
    expect(wordsFor(read, false)).toMatch(/DNS → Edit for this zone$/);
  });

  test('describeRemedy: the zone is unknown → zone_id is to be corrected where it is set', () => {
    const read = readNamePage(nowhere, 'home.example.com');
    expect(wordsFor(read, true)).toMatch(/^zone_id is not a zone of this account/);
    expect(wordsFor(read, false)).not.toContain('zone_id');
  });
});
