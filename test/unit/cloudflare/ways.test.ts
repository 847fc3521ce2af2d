import { expect, test } from 'vitest';
import {
  connectLimitMs,
  learned,
  learnedFromAddress,
  NOTHING_KNOWN,
  nextWays,
  nextWaysFromAddress,
  pathTo,
  resolveEntry,
  USUAL,
  type WayEnd,
  type Ways,
} from '../../../src/core/cloudflare/ways.ts';

const V4 = '192.0.2.1';
const OTHER_V4 = '192.0.2.2';
const V6 = '3ffe::1';
const OTHER_V6 = '3ffe::2';

const NAMED = pathTo('https://api.cloudflare.com/client/v4', false);
const PROXIED = pathTo('https://api.cloudflare.com/client/v4', true);

const answered = (address: string): WayEnd => ({ kind: 'answered', address });
const failed = (address: string): WayEnd => ({ kind: 'failed', address });
const UNRESOLVED: WayEnd = { kind: 'unresolved', address: '' };
const UNREACHED: WayEnd = { kind: 'failed', address: '' };

const after = (...ends: WayEnd[]): Ways => ends.reduce(learned, NOTHING_KNOWN);

const only = (family: 4 | 6, ...avoid: string[]) => ({ family, avoid, addresses: [] });
const without = (...avoid: string[]) => ({ ...USUAL, avoid });
const known = (...addresses: string[]) => ({ ...USUAL, addresses });

test('nextWays: nothing known → the resolver’s answers, both families', () => {
  expect(nextWays(NOTHING_KNOWN, NAMED)).toEqual([USUAL]);
});

test('nextWays: an IPv6 connection failed → IPv4 first, then another address, then whatever there is', () => {
  expect(nextWays(after(failed(V6)), NAMED)).toEqual([only(4, V6), without(V6), USUAL]);
});

test('nextWays: IPv6 failed, then IPv4 too → another address of IPv6', () => {
  expect(nextWays(after(failed(V6), failed(V4)), NAMED)).toEqual([only(6, V4, V6), without(V4, V6), USUAL]);
});

test('nextWays: IPv6 failed, IPv4 answered → stays on IPv4, whatever comes then, until that fails', () => {
  const ways = after(failed(V6), answered(V4), answered(V4));
  expect(nextWays(ways, NAMED)).toEqual([only(4, V6), without(V6), known(V4)]);
  expect(nextWays(learned(ways, failed(V4)), NAMED)).toEqual([only(6, V4, V6), without(V4, V6), USUAL]);
});

test('nextWays: what was shunned answers after all → both again, and nothing is passed over', () => {
  expect(nextWays(after(failed(V6), answered(V6)), NAMED)).toEqual([USUAL, known(V6)]);
});

test('nextWays: the resolver fails → without IPv6’s half, without IPv4’s, both', () => {
  const firstOf = (...ends: WayEnd[]) => nextWays(after(...ends), NAMED)[0];
  expect(firstOf(UNRESOLVED)).toEqual(only(4));
  expect(firstOf(UNRESOLVED, UNRESOLVED)).toEqual(only(6));
  expect(firstOf(UNRESOLVED, UNRESOLVED, UNRESOLVED)).toEqual(USUAL);
});

test('nextWays: addresses have answered → they are tried in the same try when nothing is reached, the latest first', () => {
  expect(nextWays(after(answered(V4), answered(V6)), NAMED)).toEqual([USUAL, known(V6, V4)]);
});

test('nextWays: an address answered and then failed → it is not among those that are remembered', () => {
  expect(nextWays(after(answered(V4), answered(V6), failed(V6)), NAMED)).toEqual([only(4, V6), without(V6), known(V4)]);
});

test('nextWays: nothing could be connected to → whatever was held against ways is forgotten', () => {
  expect(nextWays(after(failed(V6), UNREACHED), NAMED)).toEqual([USUAL]);
});

test('nextWays: a proxy → its addresses are nobody’s but its own', () => {
  expect(nextWays(after(answered(V4), failed(V6)), PROXIED)).toEqual([only(4, V6), without(V6), USUAL]);
});

test('nextWays: the API’s host is an address → there is one way', () => {
  for (const url of ['https://192.0.2.1/v4', 'https://192.0.2.1:8443/', 'https://[3ffe::1]/v4'])
    expect(nextWays(after(failed(V6)), pathTo(url, false))).toEqual([USUAL]);
});

test('nextWaysFromAddress: IPv6 alone → of those remembered only its addresses', () => {
  expect(nextWaysFromAddress(after(answered(V6), answered(V4)), NAMED)).toEqual([USUAL, known(V6)]);
  expect(nextWaysFromAddress(after(answered(V4)), NAMED)).toEqual([USUAL]);
  expect(nextWaysFromAddress(after(answered(V6)), PROXIED)).toEqual([USUAL]);
  expect(nextWaysFromAddress(after(answered(V6)), pathTo('https://[3ffe::1]/', false))).toEqual([USUAL]);
});

test('learnedFromAddress: it failed → nothing is held against the API’s addresses; it answered → remembered', () => {
  const ways = after(answered(V4));
  expect(learnedFromAddress(ways, failed(V6))).toEqual(ways);
  expect(learnedFromAddress(ways, answered(V6))).toEqual({ ...ways, good: [V6, V4] });
});

test('learned: many addresses answer and fail → what is kept does not grow', () => {
  const many = Array.from({ length: 50 }, (_, i) => `3ffe::${i}`);
  const { good, bad } = after(...many.map(answered), ...many.map(failed));
  expect([good.length, bad.length]).toEqual([4, 8]);
  expect(good[0]).toBe('3ffe::49');
});

test('learned: the same address fails again and again → it is listed once', () => {
  expect(after(failed(V6), failed(OTHER_V6), failed(V6)).bad).toEqual([V6, OTHER_V6]);
});

test('connectLimitMs: the first two tries → short, so that the next way comes soon; then and with one way → long', () => {
  expect(connectLimitMs(after(failed(V6)), NAMED)).toBe(6_000);
  expect(connectLimitMs(after(failed(V6), failed(V4)), NAMED)).toBe(10_000);
  expect(connectLimitMs(after(failed(V6), failed(V4), answered(OTHER_V4)), NAMED)).toBe(6_000);
  expect(connectLimitMs(NOTHING_KNOWN, pathTo('https://192.0.2.1/', false))).toBe(10_000);
});

test.each([
  ['https://api.test/v4', [V6, V4], `+api.test:443:[${V6}],${V4}`],
  ['http://localhost:8080', [V4], `+localhost:8080:${V4}`],
  ['http://api.test/v4', [V6, OTHER_V6], `+api.test:80:[${V6}],[${OTHER_V6}]`],
  ['https://api.test', [V4], `+api.test:443:${V4}`],
  ['https://api.test:8443/v4', [V4], `+api.test:8443:${V4}`],
  ['https://api.test/v4', [], null],
  ['https://[3ffe::9]/v4', [V4], null],
  ['ftp://api.test/v4', [V4], null],
  ['https://api.test:/v4', [V4], null],
  ['to https://api.test/', [V4], null],
])('resolveEntry: %s as %j → %s', (url, addresses, entry) => {
  expect(resolveEntry(url, addresses)).toBe(entry);
});

test.each([
  ['https://api.cloudflare.com/client/v4', true],
  ['http://localhost:8080', true],
  ['https://1.example.com', true],
  ['https://gate.example.com/https://192.0.2.1/v4', true],
  ['https://192.0.2.1', false],
  ['http://192.0.2.1:8080', false],
  ['https://192.0.2.1/v4', false],
  ['https://[3ffe::1]/v4', false],
])('pathTo: %s → its host is a name: %j', (baseUrl, isNamed) => {
  expect(pathTo(baseUrl, false)).toEqual({ isNamed, isProxied: false });
  expect(pathTo(baseUrl, true)).toEqual({ isNamed, isProxied: true });
});

test('learned: an answer or a failure → the tries that failed in a row are counted', () => {
  expect(after(failed(V6), UNREACHED, UNRESOLVED).failures).toBe(3);
  expect(after(failed(V6), UNREACHED, answered(V4)).failures).toBe(0);
});

test('learned: an answer of nobody known → the addresses stay as they are, and no failure is left', () => {
  const ways = after(answered(V4), failed(V6));
  expect(learned(ways, answered(''))).toEqual({ ...ways, failures: 0 });
  const shunned = after(failed(V4));
  expect(learned(shunned, answered(''))).toEqual({ ...shunned, failures: 0 });
});

test('learned: an answer over the family that is not shunned → the other one stays shunned', () => {
  expect(after(failed(V6), answered(V4)).shunned).toBe(6);
  expect(after(failed(V6), answered(OTHER_V6)).shunned).toBeNull();
});

test('learned: the same address answers again and again → it is listed once, first', () => {
  expect(after(answered(V4), answered(V6), answered(V4)).good).toEqual([V4, V6]);
});
