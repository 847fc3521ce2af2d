import { describe, expect, test } from 'vitest';
import { describeForeign } from '../../../src/core/cloudflare/foreign.ts';
import { textReply } from '../../fakes/replies.ts';

const NO_JSON = 'the body is not the JSON that the API promises';
const WEB_PAGE = '; it is a web page, of a captive portal that wants a log-in or of a proxy';

describe('describeForeign: redirections', () => {
  const TO_PORTAL = { Location: 'http://portal.example.net/' };
  const REDIRECTED =
    'redirected to "http://portal.example.net/", but the API never redirects: ' +
    'log in to the network if that is its captive portal, else look at the proxy or CLOUDFLARE_BASE_URL';

  test.each([
    [299, NO_JSON],
    [300, REDIRECTED],
    [302, REDIRECTED],
    [399, REDIRECTED],
    [400, `${NO_JSON}: "Go there"`],
    [511, 'the network wants a log-in first (a captive portal): "Go there"'],
  ])('describeForeign: HTTP %d that names another place → %s', (status, words) => {
    expect(describeForeign(textReply(status, 'Go there', TO_PORTAL))).toBe(words);
  });

  test('describeForeign: a redirection that names no place → the beginning of its text', () => {
    expect(describeForeign(textReply(300, 'Go there'))).toBe(`${NO_JSON}: "Go there"`);
  });
});

describe('describeForeign: web pages', () => {
  test.each([
    ['<!DOCTYPE html><p>Hi', {}, WEB_PAGE],
    [' \r\n<HTML lang="en">', {}, WEB_PAGE],
    ['Hi', { 'Content-Type': 'text/html; charset=utf-8' }, WEB_PAGE],
    ['Hi', { 'Content-Type': 'Text/HTML' }, WEB_PAGE],
    ['Hi', {}, ''],
    ['see <html>', {}, ''],
    ['see<html>', {}, ''],
    ['<htmlx>', {}, ''],
    ['Hi', { 'Content-Type': 'text/htmlx' }, ''],
    ['Hi', { 'Content-Type': 'text/plain; not="text/html"' }, ''],
    ['<!DOCTYPE html>', { 'CF-Ray': '1-FRA' }, ''],
  ])('describeForeign: the body %j with %j → "%s"', (body, headers, words) => {
    expect(describeForeign(textReply(200, body, headers))).toBe(`${NO_JSON}${words}`);
  });
});

test('describeForeign: a refusal with a page → its text without markup and with single blanks', () => {
  const body = '<html>\n<h1 class="x">Access</h1>\t<p>denied</p>\n</html>\n';
  expect(describeForeign(textReply(403, body))).toBe(`${NO_JSON}: "Access denied"${WEB_PAGE}`);
});
