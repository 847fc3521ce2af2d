import { describe, expect, test } from 'vitest';
import { FirstContact } from '../../../src/core/daemon/first-contact.ts';
import type { Level, LogEntry } from '../../../src/core/daemon/notices.ts';

const trouble = (level: Level = 'warning'): LogEntry => ({ level, msg: 'it broke', fields: {} });

/** The level at which a failure of that kind at that time is said. */
function levelOf(
  contact: FirstContact,
  kind: 'unreachable' | 'unavailable' | 'throttled' | 'denied',
  nowMs: number,
): Level {
  contact.ended(kind, nowMs);
  return contact.heard(trouble(kind === 'denied' ? 'error' : 'warning')).level;
}

describe('FirstContact: before the first success', () => {
  test('FirstContact: no network for two minutes → one line, silence for a minute, then every line', () => {
    const contact = new FirstContact();
    const levels = [1_000, 2_000, 30_000, 60_999, 61_000, 120_000].map((nowMs) =>
      levelOf(contact, 'unreachable', nowMs),
    );
    expect(levels).toEqual(['warning', 'debug', 'debug', 'debug', 'warning', 'warning']);
  });

  test('FirstContact: it is over → said once, with how often and how long', () => {
    const contact = new FirstContact();
    for (const nowMs of [1_000, 2_000, 26_000]) contact.ended(nowMs > 2_000 ? 'unavailable' : 'unreachable', nowMs);
    expect(contact.ended(null, 31_000)).toEqual({
      level: 'notice',
      msg: 'Cloudflare answers; 3 requests failed before, over 30s',
      fields: {},
    });
    expect(contact.ended(null, 31_500)).toBeNull();
  });

  test('FirstContact: a single request failed → one request, in words', () => {
    const contact = new FirstContact();
    contact.ended('unreachable', 1_000);
    expect(contact.ended(null, 1_500)?.msg).toBe('Cloudflare answers; 1 request failed before, over 1s');
  });

  test('FirstContact: an error in the time of silence, or a warning before any request has ended → said as it is', () => {
    const contact = new FirstContact();
    expect(contact.heard(trouble())).toEqual(trouble());
    for (const nowMs of [1_000, 2_000]) contact.ended('unreachable', nowMs);
    expect(contact.heard(trouble('error'))).toEqual(trouble('error'));
    expect(contact.heard(trouble())).toEqual(trouble('debug'));
  });

  test('FirstContact: the first request succeeds → not a word', () => {
    expect(new FirstContact().ended(null, 1_000)).toBeNull();
  });

  test('FirstContact: Cloudflare refuses, or asks for fewer requests → said at once, each time', () => {
    const contact = new FirstContact();
    const levels = [
      levelOf(contact, 'unreachable', 0),
      levelOf(contact, 'throttled', 1),
      levelOf(contact, 'denied', 2),
    ];
    expect(levels).toEqual(['warning', 'warning', 'error']);
  });
});

test('FirstContact: after the first success → every failure is said at once', () => {
  const contact = new FirstContact();
  contact.ended(null, 0);
  expect([1, 2, 3].map((nowMs) => levelOf(contact, 'unreachable', nowMs))).toEqual(['warning', 'warning', 'warning']);
  expect(contact.ended(null, 4)).toBeNull();
});
