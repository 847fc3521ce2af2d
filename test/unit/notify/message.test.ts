import { describe, expect, test } from 'vitest';
import { describeMessage, hookFor, type Item, newMessage, variablesOf } from '../../../src/core/notify/message.ts';
import { A, B, HOME, WWW } from '../../fakes/samples.ts';

const TIME = '2026-01-02T03:04:05.000Z';

const change: Item = { event: 'change', name: HOME, address: B, previous: A, error: null };
const broken: Item = { event: 'error', name: WWW, address: A, previous: A, error: 'the token is refused' };
const mended: Item = { event: 'recovery', name: WWW, address: B, previous: A, error: null };

describe('newMessage', () => {
  test('newMessage: several events → the gravest stands for all, and first', () => {
    const { event, items } = newMessage([change, mended, broken], 1, false);
    expect([event, items.map((item) => item.event)]).toEqual(['error', ['error', 'recovery', 'change']]);
  });
});

describe('describeMessage', () => {
  test('describeMessage: one of each → a line each', () => {
    const created = { ...change, previous: null };
    const message = newMessage([broken, mended, change, created], 1, false);
    expect(describeMessage(message).split('\n')).toEqual([
      `${WWW}: error: the token is refused (AAAA ${A})`,
      `${WWW}: in line again, AAAA ${B} (was ${A})`,
      `${HOME}: AAAA ${B} (was ${A})`,
      `${HOME}: AAAA ${B}`,
    ]);
  });

  test('describeMessage: a heartbeat → OK, or the names in error', () => {
    expect(describeMessage(newMessage([], 0, true))).toBe('OK');
    expect(describeMessage(newMessage([broken], 1, true))).toContain('the token is refused');
  });

  test('describeMessage: 1,000 names → 50 are listed, the rest is counted', () => {
    const items = Array.from({ length: 1000 }, (_, i) => ({ ...change, name: `n${i}.example.com` }));
    const lines = describeMessage(newMessage(items, 0, false)).split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([51, 'and 950 more']);
  });
});

describe('hookFor', () => {
  test('hookFor: json → everything in one document', () => {
    const { body, ...rest } = hookFor('json', newMessage([change], 0, false), TIME);
    expect(rest).toEqual({ method: 'POST', bad: false, suffix: '', contentType: 'application/json' });
    expect(JSON.parse(body ?? '')).toEqual({
      event: 'change',
      time: TIME,
      text: `${HOME}: AAAA ${B} (was ${A})`,
      failing: 0,
      records: [change],
      omitted: 0,
    });
  });

  test('hookFor: json, the error is endless and has control characters → shortened and cleaned', () => {
    const message = newMessage([{ ...broken, error: `a\u0000b\n${'\ud83d\ude00'.repeat(500)}` }], 1, false);
    const { records } = JSON.parse(hookFor('json', message, TIME).body ?? '') as { records: { error: string }[] };
    expect(records[0]?.error).toMatch(/^a b \u{1f600}+.?…$/u);
    expect(records[0]?.error.length).toBeLessThanOrEqual(300);
  });

  test('hookFor: the error turns the direction of text around → no format tells that', () => {
    const message = newMessage([{ ...broken, error: 'a\u202eb\u2069\u200b' }], 1, false);
    for (const format of ['json', 'healthchecks', 'uptime-kuma'] as const) {
      const { body, suffix } = hookFor(format, message, TIME);
      expect(body ?? decodeURIComponent(suffix)).toMatch(/^[\P{Cf}]*a\?b\?\?[\P{Cf}]*$/u);
    }
    expect(variablesOf(message, TIME)).toMatchObject({ IPV6DDNS_ERROR: 'a?b??' });
  });

  test('hookFor: json, 1,000 names with long errors → bounded', () => {
    const items = Array.from({ length: 1000 }, () => ({ ...broken, error: '\u0001'.repeat(5000) + 'x'.repeat(5000) }));
    expect(hookFor('json', newMessage(items, 1000, false), TIME).body?.length).toBeLessThan(60_000);
  });

  test('hookFor: healthchecks → the text, to the URL for bad news while anything is in error', () => {
    const post = { method: 'POST', suffix: '', contentType: 'text/plain; charset=utf-8' };
    const text = `${HOME}: AAAA ${B} (was ${A})`;
    expect(hookFor('healthchecks', newMessage([change], 0, false), TIME)).toEqual({ ...post, bad: false, body: text });
    expect(hookFor('healthchecks', newMessage([change], 1, false), TIME)).toEqual({ ...post, bad: true, body: text });
  });

  test('hookFor: uptime-kuma → GET with a short encoded line', () => {
    const hook = hookFor('uptime-kuma', newMessage([broken, change], 1, false), TIME);
    expect(hook).toMatchObject({ method: 'GET', bad: true, body: null, contentType: null });
    expect(decodeURIComponent(hook.suffix)).toBe(
      `${WWW}: error: the token is refused (AAAA ${A}); ${HOME}: AAAA ${B} (was ${A})`,
    );
    expect(hook.suffix).toMatch(/^[\w.~!*'()%-]+$/);
    const many = newMessage(
      Array.from({ length: 1000 }, () => change),
      0,
      false,
    );
    expect(decodeURIComponent(hookFor('uptime-kuma', many, TIME).suffix).length).toBe(250);
  });

  test('hookFor: uptime-kuma, half a surrogate pair in the error → still encoded', () => {
    const message = newMessage([{ ...broken, error: 'x\ud83d' }], 1, false);
    expect(decodeURIComponent(hookFor('uptime-kuma', message, TIME).suffix)).toContain('x\ufffd');
  });
});

describe('variablesOf', () => {
  test('variablesOf: two names → the first one by itself, both in text and JSON, no NUL anywhere', () => {
    const variables = variablesOf(newMessage([{ ...broken, error: 'a\u0000b' }, change], 1, false), TIME);
    expect(variables).toMatchObject({
      IPV6DDNS_EVENT: 'error',
      IPV6DDNS_NAME: WWW,
      IPV6DDNS_ADDRESS: A,
      IPV6DDNS_PREVIOUS: A,
      IPV6DDNS_ERROR: 'a b',
    });
    expect(variables['IPV6DDNS_TEXT']?.split('\n')).toHaveLength(2);
    expect(JSON.parse(variables['IPV6DDNS_JSON'] ?? '')).toMatchObject({ records: [{ name: WWW }, { name: HOME }] });
    expect(Object.values(variables).join('')).not.toContain('\u0000');
  });

  test('variablesOf: no address, no error → empty', () => {
    const gone = { ...change, address: null, previous: null };
    expect(variablesOf(newMessage([gone], 0, false), TIME)).toMatchObject({
      IPV6DDNS_ADDRESS: '',
      IPV6DDNS_PREVIOUS: '',
      IPV6DDNS_ERROR: '',
    });
  });
});
