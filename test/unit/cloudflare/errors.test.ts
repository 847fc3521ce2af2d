import { describe, expect, test } from 'vitest';
import { bareErrors, readEdgeError, readErrors } from '../../../src/core/cloudflare/errors.ts';
import { parseJson } from '../../../src/core/cloudflare/json.ts';
import { chain, jsonReply, textReply } from '../../fakes/replies.ts';

describe('readErrors', () => {
  test.each<[string, unknown, object[]]>([
    ['none', undefined, []],
    ['null', null, []],
    ['an empty list', [], []],
    ['one that is no list', { code: 1, message: 'm' }, [{ code: 1, message: 'm', page: null }]],
    ['a text', ['just words'], [{ code: 0, message: 'just words', page: null }]],
    [
      'numbers, null and lists among others',
      [7, null, [1], { code: 2, message: 'm' }],
      [{ code: 2, message: 'm', page: null }],
    ],
    ['a code as text', [{ code: '10000', message: 'm' }], [{ code: 10000, message: 'm', page: null }]],
    ['a code that is no number', [{ code: 'x', message: null }], [{ code: 0, message: '', page: null }]],
    [
      'errors in errors, the outermost first',
      [chain(1, 2, 3), chain(4)],
      [1, 2, 3, 4].map((code) => ({ code, message: `message ${code}`, page: null })),
    ],
  ])('readErrors: %s → each that says something', (_, errors, expected) => {
    expect(readErrors(errors)).toEqual(expected);
  });

  test.each([
    ['https://a.example/1', 'https://a.example/1'],
    ['http://a.example/1', 'http://a.example/1'],
    ['see https://a.example', null],
    ['javascript:alert(1)', null],
    [['https://a.example'], null],
    [7, null],
  ])('readErrors: documentation_url %j → the page %j', (documentation_url, page) => {
    expect(readErrors([{ code: 1, message: '', documentation_url }])[0]?.page).toBe(page);
  });

  test('readErrors: a hundred beside each other, a hundred in one another → the first 64', () => {
    const many = Array.from({ length: 100 }, (_, code) => ({ code, message: '' }));
    expect(readErrors(many).map(({ code }) => code)).toEqual([...Array(64).keys()]);
    const deep = chain(0, ...Array.from({ length: 99 }, (_, i) => i + 1));
    expect(readErrors([deep]).map(({ code }) => code)).toEqual([...Array(64).keys()]);
    expect(readErrors([deep, chain(999)]).map(({ code }) => code)).not.toContain(999);
  });

  test('readErrors: an error behind 64 that say nothing → not looked at', () => {
    const silent = Array.from({ length: 63 }, () => null);
    expect(readErrors([...silent, chain(7)]).map(({ code }) => code)).toEqual([7]);
    expect(readErrors([null, ...silent, chain(7)])).toEqual([]);
  });
});

describe('readEdgeError', () => {
  test.each<[string, unknown, object | null]>([
    [
      'all of it',
      { error_code: 1015, title: 'Slow', retryable: true, retry_after: 29.2 },
      { code: 1015, title: 'Slow', retryable: true, retryAfterSec: 30 },
    ],
    ['a code alone, as text', { error_code: '502' }, { code: 502, title: '', retryable: true, retryAfterSec: null }],
    [
      'no use in trying again',
      { error_code: 1, title: 7, retryable: false, retry_after: 0 },
      { code: 1, title: '', retryable: false, retryAfterSec: 0 },
    ],
    [
      'a wait in the past',
      { error_code: 1, retry_after: -1 },
      { code: 1, title: '', retryable: true, retryAfterSec: null },
    ],
    ['an envelope of the API', { success: false, error_code: 1 }, null],
    ['no code', { title: 'x' }, null],
    ['a code of null', { error_code: null }, { code: 0, title: '', retryable: true, retryAfterSec: null }],
    ['a code that is no number', { error_code: 'x' }, null],
    ['a list', [1], null],
    ['null', null, null],
  ])('readEdgeError: %s → what the edge says', (_, body, expected) => {
    expect(readEdgeError(body)).toEqual(expected);
  });
});

test.each<[string, number, unknown, number | null]>([
  ['a domain that the API does not serve', 403, { error: 'You cannot use this API for domains with a .tk TLD' }, 1038],
  ['the same words behind others', 403, { error: 'Sorry. You cannot use this API for domains with a .tk' }, null],
  ['other words', 400, { error: 'no' }, null],
  ['no text', 400, { error: ['You cannot use this API for domains with'] }, null],
  ['a success', 399, { error: 'You cannot use this API for domains with a .tk TLD' }, null],
  ['a list', 400, ['x'], null],
])('bareErrors: %s → the code %s', (_, status, body, code) => {
  expect(bareErrors(jsonReply(status, body))?.[0]?.code ?? null).toBe(code);
});

test('bareErrors, parseJson: no JSON → none', () => {
  expect([bareErrors(textReply(502, '<html>')), parseJson('<html>'), parseJson('{"a":')]).toEqual([null, null, null]);
});
