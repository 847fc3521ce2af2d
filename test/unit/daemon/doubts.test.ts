import { describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/address/address.ts';
import { Doubts } from '../../../src/core/daemon/doubts.ts';
import type { ProbeVerdict } from '../../../src/core/ports.ts';
import { address, candidate } from '../../fakes/samples.ts';

/** One address in each of several prefixes, P the published one. */
const [P, Q, R] = ['2a01:1::1', '2a01:2::1', '2a01:3::1'].map((text) => candidate(address(text), 1)) as [
  ReturnType<typeof candidate>,
  ReturnType<typeof candidate>,
  ReturnType<typeof candidate>,
]; // as many as there are texts

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const raise = (doubts: Doubts, nowMs = 0, kind: Parameters<Doubts['raise']>[0] = 'silent') =>
  doubts.raise(kind, P.prefix, [P, Q, R], nowMs);

/** The addresses asked from while the answers come in. */
function ask(doubts: Doubts, ...verdicts: readonly ProbeVerdict[]): (Address | null)[] {
  return verdicts.map((verdict) => {
    const asked = doubts.question;
    if (asked !== null) doubts.answer(asked, verdict);
    return asked;
  });
}

const told = (doubts: Doubts, nowMs: number) => Object.fromEntries(doubts.proofs(nowMs));
const addresses = [P, Q, R].map(({ row }) => row.address);

describe('doubts: asking', () => {
  test('doubts: none raised → nothing to ask, nothing due, nothing proven', () => {
    const doubts = new Doubts();
    expect([doubts.question, doubts.dueMs, told(doubts, 0)]).toEqual([null, null, {}]);
    expect(doubts.reachedWhileFailing(0)).toBeNull();
  });

  test('doubts: silent, silent, reached → one after the other, then no more', () => {
    const doubts = new Doubts();
    expect(raise(doubts)).toBe('awaited');
    expect(doubts.dueMs).toBeNull();
    expect(ask(doubts, 'silent', 'silent', 'reached')).toEqual(addresses);
    expect([doubts.question, doubts.dueMs]).toEqual([null, MINUTE_MS]);
    expect(raise(doubts, MINUTE_MS - 1)).toBe(R.row.address);
  });

  test.each<ProbeVerdict>(['reached', 'unknown'])(
    'doubts: the first answer is %s → nobody else is asked',
    (verdict) => {
      const doubts = new Doubts();
      raise(doubts);
      expect(ask(doubts, verdict, verdict)).toEqual([P.row.address, null]);
      expect(raise(doubts, 1)).toBe(verdict === 'reached' ? P.row.address : null);
    },
  );

  test('doubts: none of them is reached → no proof against any', () => {
    const doubts = new Doubts();
    raise(doubts);
    expect(ask(doubts, 'silent', 'silent', 'silent', 'silent')).toEqual([...addresses, null]);
    expect(told(doubts, 1)).toEqual({});
  });

  test('doubts: raised again while it is asked → the same question goes on', () => {
    const doubts = new Doubts();
    raise(doubts);
    ask(doubts, 'silent');
    expect(raise(doubts, HOUR_MS)).toBe('awaited');
    expect(doubts.question).toBe(Q.row.address);
  });

  test('doubts: an answer about another address, or one that comes late → nothing changes', () => {
    const doubts = new Doubts();
    raise(doubts);
    doubts.answer(Q.row.address, 'reached');
    expect(doubts.question).toBe(P.row.address);
    ask(doubts, 'reached');
    doubts.answer(Q.row.address, 'silent');
    expect(told(doubts, 1)).toEqual({ [P.prefix]: 'reached' });
  });

  test('doubts: one prefix for two reasons → two doubts, asked one after the other; one answer serves both', () => {
    const doubts = new Doubts();
    raise(doubts, 0, 'silent');
    doubts.raise('failing', P.prefix, [P, R], 0);
    expect(ask(doubts, 'silent', 'reached', 'reached')).toEqual([P, Q, R].map(({ row }) => row.address));
    expect(doubts.question).toBeNull();
  });

  test('doubts: asked again and again → after a minute, two, four, and an hour at most', () => {
    const doubts = new Doubts();
    let nowMs = 0;
    const waits = Array.from({ length: 9 }, () => {
      raise(doubts, nowMs);
      ask(doubts, 'silent', 'silent', 'silent');
      const waitMs = (doubts.dueMs ?? 0) - nowMs;
      nowMs += waitMs;
      return waitMs / MINUTE_MS;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('doubts: 65 prefixes in doubt, of which a stranger announced 64 → the oldest doubt is forgotten', () => {
    const doubts = new Doubts();
    const strangers = Array.from({ length: 64 }, (_, i) => candidate(address(`2a02:${i + 1}::1`), 1));
    raise(doubts);
    for (const own of strangers.slice(0, 63)) doubts.raise('silent', own.prefix, [own], 0);
    expect(doubts.question).toBe(P.row.address);
    doubts.raise('silent', strangers[63]?.prefix ?? '', strangers.slice(63), 0);
    expect(doubts.question).toBe(strangers[0]?.row.address);
    expect(doubts.dueMs).toBeNull();
  });
});

describe('doubts: proofs', () => {
  test('doubts: while it is asked whether a prefix is silent → it counts as reached', () => {
    const doubts = new Doubts();
    raise(doubts);
    expect(told(doubts, 0)).toEqual({ [P.prefix]: 'reached' });
    ask(doubts, 'silent');
    expect(told(doubts, 0)).toEqual({ [P.prefix]: 'reached' });
    ask(doubts, 'reached');
    expect(told(doubts, 0)).toEqual({ [P.prefix]: 'silent', [Q.prefix]: 'reached' });
  });

  test.each(['unserved', 'failing'] as const)(
    'doubts: %s → nothing holds while it is asked, then until it may be asked again',
    (kind) => {
      const doubts = new Doubts();
      raise(doubts, 0, kind);
      expect(told(doubts, 0)).toEqual({});
      ask(doubts, 'silent', 'reached');
      expect(told(doubts, MINUTE_MS - 1)).toEqual({ [P.prefix]: 'silent', [Q.prefix]: 'reached' });
      expect(told(doubts, MINUTE_MS)).toEqual({});
    },
  );

  test('doubts: that a prefix is silent → holds for days', () => {
    const doubts = new Doubts();
    raise(doubts);
    ask(doubts, 'silent', 'reached');
    expect(told(doubts, 100 * HOUR_MS)).toEqual({ [P.prefix]: 'silent', [Q.prefix]: 'reached' });
  });

  test.each<[string, ReturnType<typeof candidate>[], object]>([
    ['still silent', [{ ...P, life: 'silent' }, Q], { [P.prefix]: 'silent', [Q.prefix]: 'reached' }],
    ['renewed', [P, Q], {}],
    ['gone', [Q], {}],
  ])('doubts: another look, the prefix is %s → what is proven', (_, candidates, expected) => {
    const doubts = new Doubts();
    raise(doubts);
    ask(doubts, 'silent', 'reached');
    doubts.beginLook(candidates);
    expect(told(doubts, 1)).toEqual(expected);
    expect([doubts.dueMs, doubts.question]).toEqual([null, null]);
  });

  test('doubts: another look, the prefix is gone → what requests failed for is as true as before', () => {
    const doubts = new Doubts();
    raise(doubts, 0, 'failing');
    ask(doubts, 'silent', 'reached');
    doubts.beginLook([Q]);
    expect(told(doubts, 1)).toEqual({ [P.prefix]: 'silent', [Q.prefix]: 'reached' });
  });

  test('doubts: requests fail, another address is reached → requests leave from it until it may be asked again', () => {
    const doubts = new Doubts();
    raise(doubts, 0, 'unserved');
    ask(doubts, 'reached');
    expect(doubts.reachedWhileFailing(0)).toBeNull();
    raise(doubts, 0, 'failing');
    expect(doubts.reachedWhileFailing(0)).toBeNull();
    ask(doubts, 'silent', 'reached');
    expect([0, MINUTE_MS - 1, MINUTE_MS].map((nowMs) => doubts.reachedWhileFailing(nowMs))).toEqual([
      Q.row.address,
      Q.row.address,
      null,
    ]);
  });
});
