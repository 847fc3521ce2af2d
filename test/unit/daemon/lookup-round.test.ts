import { describe, expect, test } from 'vitest';
import { type Answers, answered, refused } from '../../../src/core/daemon/lookup.ts';
import { nextLookup, questionRefused } from '../../../src/core/daemon/lookup-round.ts';
import { newZone, type ZoneState } from '../../../src/core/daemon/zone-state.ts';
import { recordSettings } from '../../fakes/samples.ts';

const DENIED = { what: 'HTTP 403: no', ray: null };

const zoneOf = (names: readonly string[], answers: Answers = new Map()): ZoneState => ({
  ...newZone(
    null,
    names.map((name) => recordSettings(name, { zoneId: null })),
    false,
    0,
  ),
  answers,
});

/** Answers to questions one after the other: `x` = refused, `-` = no such zone. */
const answersOf = (words: string): Answers =>
  [...words].reduce<Answers>(
    (answers, word, i) =>
      word === 'x' ? refused(answers, `h${i}.example.com`, DENIED) : answered(answers, `h${i}.example.com`, []),
    new Map(),
  );

describe('questionRefused', () => {
  test.each([
    ['', false],
    ['xxxxxxxx', false],
    ['xxxxxxxxx', true],
    ['xxxx-xxxx', false],
    ['-xxxxxxxx', false],
    ['x-xxxxxxxx', false],
    ['--xxxxxxxxx', true],
    ['xxxxxxxxxxx-', false],
  ])('questionRefused: after "%s" one more is refused → too many: %j', (words, isTooMany) => {
    const next = questionRefused(zoneOf([], answersOf(words)), 'last.example.com', DENIED);
    expect(next === null).toBe(isTooMany);
    if (next !== null) expect([...next.answers].at(-1)).toEqual(['last.example.com', { kind: 'refused', ...DENIED }]);
  });

  test('questionRefused: a domain has more zones than are listed at once → that is no refusal', () => {
    const answers = answered(answersOf('xxxxxxxx'), '.example.com', null);
    expect(questionRefused(zoneOf([], answers), 'last.example.com', DENIED)).not.toBeNull();
    expect(questionRefused(zoneOf([], refused(answers, '.example.com', DENIED)), 'a.example.com', DENIED)).toBeNull();
  });
});

describe('nextLookup', () => {
  const next = (names: readonly string[], open = (_: string) => true) =>
    nextLookup(zoneOf(names), ({ settings }) => open(settings.name), 0, []).call;

  test('nextLookup: four names of two domains → the first name; of one domain → the domain', () => {
    const own = ['a.example.com', 'b.example.com', 'c.example.com'];
    expect(next([...own, 'd.example.org'])).toEqual({ kind: 'lookup', index: 0, candidate: 'a.example.com' });
    expect(next([...own, 'd.example.com'])).toEqual({ kind: 'lookup', index: 0, candidate: '.example.com' });
  });

  test('nextLookup: it is not the first one’s turn → the next one; nobody’s → nothing', () => {
    const names = ['a.example.com', 'b.example.com'];
    expect(next(names, (name) => name !== names[0])).toMatchObject({ index: 1, candidate: 'b.example.com' });
    expect(next(names, () => false)).toBeNull();
  });
});
