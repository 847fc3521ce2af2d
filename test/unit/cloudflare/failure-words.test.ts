import { describe, expect, test } from 'vitest';
import { failureOf, remedyOf } from '../../fakes/failures.ts';
import { chain, failure, jsonReply, textReply } from '../../fakes/replies.ts';

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
