import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { header, rateLimitWaitMs, retryAfterMs, serverTimeSec } from '../../../src/core/cloudflare/http.ts';
import { textReply } from '../../fakes/replies.ts';

const withHeaders = (headers: Readonly<Record<string, string>>) => textReply(200, '', headers);

describe('header', () => {
  const reply = withHeaders({
    'CF-Ray': ' abc-FRA ',
    'x-twice': 'first',
    'X-Twice': 'second',
    'X-Colon': 'a:b',
    'X-Blank ': 'c',
    '': 'd',
  });

  test.each([
    ['cf-ray', 'abc-FRA'],
    ['x-twice', 'first'],
    ['x-colon', 'a:b'],
    ['x-blank', 'c'],
    ['x-absent', null],
    ['', null],
    ['http/1.1 200 x', null],
  ])('header: %s → %j', (name, value) => {
    expect(header(reply, name)).toBe(value);
  });
});

describe('retryAfterMs', () => {
  const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';

  test.each<[string, string | null, number | null]>([
    ['0', null, 0],
    ['30', null, 30_000],
    ['1.2', null, 2_000],
    ['Sun, 06 Nov 1994 08:50:07 GMT', DATE, 30_000],
    ['Mon, 07 Nov 1994 08:49:37 GMT', DATE, 3_600_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', DATE, 0],
    ['Sun, 06 Nov 1994 08:50:07 GMT', 'now', 30_000],
    ['Sun, 06 Nov 1994 08:50:07 GMT', null, 30_000],
    ['Sunday, 06-Nov-94 08:50:07 GMT', DATE, 30_000],
    ['Sun Nov  6 08:50:07 1994', DATE, 30_000],
    ['Sun Nov 06 08:50:07 1994', DATE, 30_000],
    ['Sun, 06 Nov 1994 08:50:07 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 30_000],
    ['Sun, 06 Nov 1994 08:50:07 GMT', 'Sun Nov  6 08:49:37 1994', 30_000],
    ['Sun, 06 Foo 1994 08:50:07 GMT', DATE, null],
    ['Sun Nov  6 08:50:07 GMT', DATE, null],
    ['Fri, 31 Dec 9999 23:59:59 GMT', DATE, 3_600_000],
    ['soon', DATE, null],
    ['5 s', DATE, null],
    ['1.25', DATE, 2_000],
    ['On Sun, 06 Nov 1994 08:50:07 GMT', DATE, null],
    ['Sun, 06 Nov 1994 08:50:07 GMT+1', DATE, null],
    ['-5', DATE, null],
    ['', DATE, null],
    ['99999999999', DATE, 3_600_000],
    ['9'.repeat(400), null, 3_600_000],
  ])('retryAfterMs: "%s", Date %j → %j', (value, date, expected) => {
    const reply = withHeaders({ 'Retry-After': value, ...(date !== null && { Date: date }) });
    expect(retryAfterMs({ ...reply, arrivedMs: Date.UTC(1994, 10, 6, 8, 49, 37, 999) })).toBe(expected);
  });

  test.each([
    ['2026-11-25T00:00:00Z', '26', 2026],
    ['2026-11-25T00:00:00Z', '76', 2076],
    ['2026-11-25T00:00:00Z', '77', 1977],
    ['2026-11-25T00:00:00Z', '99', 1999],
    ['1999-12-31T12:00:00Z', '00', 2000],
  ])('serverTimeSec: at %s a year of two digits, %s → %d, at most 50 years ahead', (now, digits, year) => {
    const reply = { ...withHeaders({ Date: `Sunday, 06-Nov-${digits} 08:49:37 GMT` }), arrivedMs: Date.parse(now) };
    expect(serverTimeSec(reply)).toBe(Date.UTC(year, 10, 6, 8, 49, 37) / 1000);
  });

  test.each([
    ['01 Jan 2026', Date.UTC(2026, 0, 1)],
    ['28 Feb 2026', Date.UTC(2026, 1, 28)],
    ['29 Feb 2028', Date.UTC(2028, 1, 29)],
    ['01 Mar 2100', Date.UTC(2100, 2, 1)],
    ['01 Mar 2000', Date.UTC(2000, 2, 1)],
    ['30 Apr 2026', Date.UTC(2026, 3, 30)],
    ['15 May 2026', Date.UTC(2026, 4, 15)],
    ['15 Jun 2026', Date.UTC(2026, 5, 15)],
    ['15 Jul 2026', Date.UTC(2026, 6, 15)],
    ['15 Aug 2026', Date.UTC(2026, 7, 15)],
    ['15 Sep 2026', Date.UTC(2026, 8, 15)],
    ['15 Oct 2026', Date.UTC(2026, 9, 15)],
    ['15 Nov 2026', Date.UTC(2026, 10, 15)],
    ['31 Dec 2026', Date.UTC(2026, 11, 31)],
  ])('serverTimeSec: %s → the seconds of that day', (day, ms) => {
    expect(serverTimeSec(withHeaders({ Date: `Sun, ${day} 00:00:00 GMT` }))).toBe(ms / 1000);
  });

  test('retryAfterMs: no such header → null', () => {
    expect(retryAfterMs(withHeaders({ Date: DATE }))).toBeNull();
  });

  test('retryAfterMs: any two dates of four centuries, a day apart at most → their distance, an hour at most', () => {
    const seconds = fc.integer({ min: 86_400, max: 12_622_780_800 });
    const apart = fc.integer({ min: -86_400, max: 86_400 });
    const text = (sec: number) => new Date(sec * 1000).toUTCString();
    fc.assert(
      fc.property(seconds, apart, (now, distance) => {
        const reply = withHeaders({ date: text(now), 'retry-after': text(now + distance) });
        expect(retryAfterMs(reply)).toBe(Math.min(3600, Math.max(0, distance)) * 1000);
      }),
      { numRuns: 500 },
    );
  });
});

describe('rateLimitWaitMs', () => {
  test.each([
    ['"default";r=50;t=30', 0],
    ['"default";r=0;t=30', 30_000],
    ['"default";r=0;t=3600', 3_600_000],
    ['"default";r=0;t=999999', 3_600_000],
    ['"default";r=0;t=99999999999999999999', 3_600_000],
    ['"default"; r=0; t=30', 30_000],
    ['"default";t=30;r=0', 30_000],
    ['"burst";r=0;t=5, "default";r=0;t=60', 60_000],
    ['"burst";r=3;t=90, "default";r=0;t=60', 60_000],
    ['"default";r=0', 0],
    ['"default";r=01;t=30', 0],
    ['nonsense', 0],
    ['', 0],
  ])('rateLimitWaitMs: %s → %d', (value, expected) => {
    expect(rateLimitWaitMs(withHeaders({ Ratelimit: value }))).toBe(expected);
  });

  test('rateLimitWaitMs: a line for each item → the spent one counts', () => {
    const headers = 'HTTP/1.1 200 OK\r\nRatelimit: "burst";r=5;t=10\r\nratelimit: "default";r=0;t=30\r\n';
    expect(rateLimitWaitMs({ status: 200, headers, body: '', arrivedMs: 0 })).toBe(30_000);
  });

  test('rateLimitWaitMs: no such header → 0', () => {
    expect(rateLimitWaitMs(withHeaders({ 'Ratelimit-Policy': '"burst";q=100;w=60' }))).toBe(0);
  });
});
