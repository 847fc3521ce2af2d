import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/core/config/secret.ts';
import { failed, ok } from '../../../src/core/result.ts';
import type { Ending, Verdict } from '../../../src/core/setup/acts.ts';
import type { Facts } from '../../../src/core/setup/facts.ts';
import {
  BARE,
  DENIED,
  FINE,
  GOOD,
  HOME,
  LIMITED,
  OTHER,
  play,
  refused,
  SCRIPT,
  SILENT,
  type World,
  ZONE_ID,
  zone,
} from './playing-dialogue.ts';

describe('dialogue: a bare machine', () => {
  test('dialogue: token, Enter, Enter, Enter → suggested name, both written, started', () => {
    const played = play(BARE, { answers: [GOOD, '', '', ''] });
    expect(played.hidden).toEqual(['API token (not shown while you paste it): ']);
    expect(played.asked[0]).toBe('Name to keep right [box.example.com]: ');
    expect(played.trials.map(({ name, zoneId }) => [name, zoneId])).toEqual([['box.example.com', null]]);
    expect(played.written?.token?.reveal()).toBe(GOOD);
    expect(played.written?.config).toEqual({ name: 'box.example.com', zoneId: null });
    expect([played.starts, played.ending]).toEqual([1, 'done']);
    expect(played.said).not.toContain(GOOD);
    expect(played.said).toContain('3ffe:1::a it is');
  });

  test('dialogue: "n" to writing → nothing written, nothing started', () => {
    const played = play(BARE, { answers: [GOOD, HOME, 'n'] });
    expect([played.written, played.starts, played.ending]).toEqual([null, 0, 'temporary']);
  });

  test('dialogue: "no" to starting → written, what to run', () => {
    const played = play(BARE, { answers: [GOOD, HOME, 'Y', 'NO'] });
    expect([played.starts, played.ending]).toEqual([0, 'done']);
    expect(played.said).toMatch(/To start it: start it$/);
  });

  test('dialogue: no service manager → what to run', () => {
    expect(play({ ...BARE, service: null }, { answers: [GOOD, HOME, ''] }).said).toMatch(/ipv6ddns run$/);
  });

  test('dialogue: writing fails → the reason, nothing started', () => {
    const played = play(BARE, { answers: [GOOD, HOME, ''], written: 'cannot write X (rename: busy)' });
    expect([played.starts, played.ending]).toEqual([0, 'temporary']);
    expect(played.said).toMatch(/cannot write X \(rename: busy\)\. Nothing was changed\.$/);
  });

  test('dialogue: zones of which some are not served → they are marked, the first that is served is suggested', () => {
    const zones = [ok([zone('example.net', { status: 'pending' }), zone('example.org')])];
    const played = play(BARE, { answers: [GOOD, '', '', ''], zones });
    expect(played.said).toMatch(/^ {2}example\.net \(its status is "pending".*\)$/m);
    expect(played.written?.config?.name).toBe('box.example.org');
  });

  test('dialogue: only the zone itself has an address → that is suggested', () => {
    const played = play(BARE, { answers: [GOOD, '', '', ''], withRecord: ['example.com'] });
    expect(played.written?.config?.name).toBe('example.com');
  });

  test('dialogue: an internationalized zone → a name in it is accepted in either form', () => {
    for (const name of ['home.bücher.example', 'home.xn--bcher-kva.example']) {
      const played = play(BARE, { answers: [GOOD, name, '', ''], zones: [ok([zone('bücher.example')])] });
      expect(played.written?.config?.name).toBe('home.xn--bcher-kva.example');
    }
  });
});

describe('dialogue: wrong answers', () => {
  test('dialogue: a refused token → the reason, asked again', () => {
    const played = play(BARE, { answers: [OTHER, GOOD, HOME, '', ''], zones: [failed(DENIED), ok([])] });
    expect(played.said).toContain('Cloudflare refused the token (HTTP 403): make a new one.');
    expect(played.listed).toEqual([OTHER, GOOD]);
    expect(played.written?.token?.reveal()).toBe(GOOD);
  });

  test('dialogue: a token that may not list zones → the name is asked for, any zone will do', () => {
    const played = play(BARE, { answers: [GOOD, 'a.b', '', ''], zones: [failed(LIMITED)] });
    expect(played.trials[0]?.name).toBe('a.b');
  });

  test('dialogue: Cloudflare is silent → tried again, then gone on untried: no trial', () => {
    const played = play(BARE, { answers: [GOOD, 'a', 'g', HOME, '', ''], zones: [failed(SILENT)] });
    expect(played.listed).toHaveLength(2);
    expect([played.trials, played.ending]).toEqual([[], 'done']);
  });

  test('dialogue: Cloudflare is silent, stop → nothing written', () => {
    const played = play(BARE, { answers: [GOOD, 'x', 's'], zones: [failed(SILENT)] });
    expect([played.written, played.ending]).toEqual([null, 'temporary']);
    expect(played.said).toContain('Please answer with one of the letters a, g, s.');
  });

  test('dialogue: the trial refuses the name, then the token, then lacks the zone → each can be mended', () => {
    const verdicts = [refused(`record ${HOME}`), refused('token'), refused(`zone of www.example.com`), FINE];
    const answers = [OTHER, HOME, 'n', 'www.example.com', 't', GOOD, 'z', 'short', ZONE_ID.toUpperCase(), '', ''];
    const played = play(BARE, { answers, verdicts });
    expect(played.trials.map(({ token, name, zoneId }) => [token.reveal(), name, zoneId])).toEqual([
      [OTHER, HOME, null],
      [OTHER, 'www.example.com', null],
      [GOOD, 'www.example.com', null],
      [GOOD, 'www.example.com', ZONE_ID],
    ]);
    expect(played.written?.config).toEqual({ name: 'www.example.com', zoneId: ZONE_ID });
  });

  test.each<[string, Ending, Ending]>([
    ['g', 'refused', 'done'],
    ['s', 'refused', 'refused'],
    ['s', 'temporary', 'temporary'],
    ['n', 'noAddress', 'noAddress'],
  ])('dialogue: "%s" after a trial that ends as %s → %s', (way, ending, expected) => {
    const verdicts = [{ ...FINE, ending: ending as Verdict['ending'] }];
    const answers = [GOOD, HOME, way, ...(expected === 'done' ? ['', ''] : [])];
    const played = play(BARE, { answers, verdicts });
    expect(played.ending).toBe(expected);
    expect(played.written === null).toBe(expected !== 'done');
  });
});

describe('dialogue: something is there', () => {
  const held = {
    ...BARE.held,
    token: ok(new Secret(GOOD)),
    names: [HOME, 'www.example.com'],
    tabled: ['www.example.com'],
  };

  test('dialogue: both kept → the names that are there are tried, nothing is written', () => {
    const played = play({ ...BARE, held }, { answers: ['', '', ''] });
    expect(played.trials.map(({ name }) => name)).toEqual([null]);
    expect([played.written, played.starts]).toEqual([null, 1]);
  });

  test('dialogue: settings that come before those of setup → named before anything is written', () => {
    const before = {
      ...BARE.held,
      beforeToken: ['/etc/default/ipv6ddns:1: X'],
      beforeName: ['/etc/default/ipv6ddns:2: Y'],
    };
    const { said } = play({ ...BARE, held: before }, { answers: [GOOD, HOME, '', ''] });
    expect(said).toMatch(/But \/etc\/default\/ipv6ddns:1: X\n.*\n {2}But \/etc\/default\/ipv6ddns:2: Y/);
  });

  test('dialogue: another token is given, "n" to replacing → the one that is there is used', () => {
    const facts = { ...BARE, held, given: { token: ok(new Secret(OTHER)), name: HOME } };
    expect(play(facts, { answers: ['n', ''] }).listed).toEqual([GOOD]);
    expect(play(facts, { answers: ['y', '', ''] }).listed).toEqual([OTHER]);
  });
});

describe('dialogue: unattended', () => {
  test('dialogue: token and name given → written and started without a question', () => {
    const played = play(SCRIPT);
    expect([played.ending, played.starts, played.written?.config?.name]).toEqual(['done', 1, HOME]);
  });

  test('dialogue: a zone id for this run alone → written', () => {
    expect(play({ ...SCRIPT, zoneId: ZONE_ID }).written?.config).toEqual({ name: HOME, zoneId: ZONE_ID });
  });

  test.each<[string, Partial<Facts>, World, Ending]>([
    ['no token', { given: { token: null, name: HOME } }, {}, 'usage'],
    ['a bad token', { given: { token: failed('none'), name: HOME } }, {}, 'usage'],
    ['no name', { given: { token: ok(new Secret(GOOD)), name: null } }, {}, 'usage'],
    ['a bad name', { given: { token: ok(new Secret(GOOD)), name: 'a b' } }, {}, 'usage'],
    ['another token there', { held: { ...BARE.held, token: ok(new Secret(OTHER)) } }, {}, 'usage'],
    ['something else in its place', { held: { ...BARE.held, token: failed('none') } }, {}, 'usage'],
    ['another name there', { held: { ...BARE.held, names: ['x.example.com'] } }, {}, 'usage'],
    ['a refused token', {}, { zones: [failed(DENIED)] }, 'refused'],
    ['a name outside the zones', { given: { token: ok(new Secret(GOOD)), name: 'a.b' } }, {}, 'refused'],
    ['a silent API', {}, { zones: [failed(SILENT)] }, 'temporary'],
    ['a refused name', {}, { verdicts: [refused('record')] }, 'refused'],
    ['no address', {}, { verdicts: [{ ...FINE, ending: 'noAddress' }] }, 'noAddress'],
  ])('dialogue: %s → ends, nothing written', (_, own, world, ending) => {
    const played = play({ ...SCRIPT, ...own }, world);
    expect([played.ending, played.written]).toEqual([ending, null]);
    expect(played.said).toMatch(/Nothing was written\.$/);
  });

  test('dialogue: others are there, --force → replaced', () => {
    const held = { ...BARE.held, token: ok(new Secret(OTHER)), names: ['x.example.com'] };
    const played = play({ ...SCRIPT, held, force: true });
    expect([played.written?.token?.reveal(), played.written?.config?.name]).toEqual([GOOD, HOME]);
  });

  test('dialogue: the same are there → nothing is written', () => {
    const held = { ...BARE.held, token: ok(new Secret(GOOD)), names: [HOME] };
    expect(play({ ...SCRIPT, held })).toMatchObject({ ending: 'done', written: null });
  });

  test('dialogue: the service cannot be started → why and what to run; the files stay', () => {
    const played = play(SCRIPT, { started: 'no such unit' });
    expect([played.ending, played.written === null]).toEqual(['temporary', false]);
    expect(played.said).toMatch(/no such unit\nTo start it: start it$/);
  });
});
