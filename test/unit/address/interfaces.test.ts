import { describe, expect, test } from 'vitest';
import {
  allows,
  interfacePattern,
  type NamedLink,
  namesInFull,
  unmatched,
} from '../../../src/core/address/interfaces.ts';

const link = (ifName: string, ...altNames: string[]): NamedLink => ({ ifName, altNames, isLoopback: ifName === 'lo' });

const LINKS = [link('lo'), link('eth0', 'enp3s0', 'wan-of-the-house'), link('eth1'), link('ppp0'), link('ppp12')];

/** The links whose addresses may be published. */
const allowed = (...patterns: string[]): string[] =>
  LINKS.filter((own) => allows(patterns.length === 0 ? null : patterns, own)).map(({ ifName }) => ifName);

describe('allows', () => {
  test.each([
    ['nothing', [], ['eth0', 'eth1', 'ppp0', 'ppp12']],
    ['a name', ['eth1'], ['eth1']],
    ['several', ['eth1', 'ppp0'], ['eth1', 'ppp0']],
    ['an alternative name', ['wan-of-the-house'], ['eth0']],
    ['a pattern', ['ppp*'], ['ppp0', 'ppp12']],
    ['a pattern of one character', ['ppp?'], ['ppp0']],
    ['a pattern of an alternative name', ['enp*'], ['eth0']],
    ['a pattern with several stars', ['*t*1'], ['eth1']],
    ['a star in front', ['*0'], ['eth0', 'ppp0']],
    ['all', ['*'], ['eth0', 'eth1', 'ppp0', 'ppp12']],
    ['the beginning of a name', ['eth'], []],
    ['a name to leave out', ['!eth0'], ['eth1', 'ppp0', 'ppp12']],
    ['a pattern to leave out', ['!ppp*'], ['eth0', 'eth1']],
    ['an alternative name to leave out', ['!enp3s0'], ['eth1', 'ppp0', 'ppp12']],
    ['some of a pattern', ['!ppp12', 'ppp*'], ['ppp0']],
    ['a star that stands for nothing', ['eth0*', 'eth1**'], ['eth0', 'eth1']],
    ['a star, then more than there is', ['ppp0*0'], []],
    ['a star that has to take more than it first did', ['*p*0'], ['eth0', 'ppp0']],
    ['a mark for one character, and there is none', ['eth0?'], []],
    ['marks and stars', ['?p*2'], ['ppp12']],
    ['the end of a name', ['th0'], []],
    ['what leaves out a name and allows it', ['!eth0', 'eth0', 'eth1'], ['eth1']],
    ['a name of loopback and one to leave out', ['!lo', 'lo', 'eth1'], ['eth1']],
    ['loopback in full', ['lo', 'eth1'], ['lo', 'eth1']],
    ['loopback by a pattern', ['l*'], []],
  ])('allows: named is %s → those links', (_, patterns, names) => {
    expect(allowed(...patterns)).toEqual(names);
  });
});

describe('namesInFull', () => {
  test.each([
    [['eth0'], true],
    [['enp3s0'], true],
    [['eth*', 'ppp0'], false],
    [['!eth0'], false],
    [null, false],
  ])('namesInFull: %j → of eth0 %s', (patterns, expected) => {
    expect(namesInFull(patterns, link('eth0', 'enp3s0'))).toBe(expected);
  });
});

describe('unmatched', () => {
  test('unmatched: patterns and links → what is to allow something and names no link', () => {
    expect(unmatched(['eth0', 'eth9', 'wg*', 'ppp*', '!eth7'], LINKS)).toEqual(['eth9', 'wg*']);
    expect(unmatched(null, LINKS)).toEqual([]);
  });
});

describe('interfacePattern', () => {
  test.each(['eth0', 'ppp*', '!veth*', 'wan.7', '.a', 'a..', '...', 'x'.repeat(127), 'büro0'])(
    'interfacePattern: %j → taken',
    (text) => {
      expect(interfacePattern(text)).toEqual({ ok: true, value: text });
    },
  );

  test.each([
    ['! eth0', '!eth0'],
    ['! \t eth0', '!eth0'],
    [' eth0 ', 'eth0'],
    [' !eth0', '!eth0'],
  ])('interfacePattern: %j → %s, without blanks', (text, value) => {
    expect(interfacePattern(text)).toEqual({ ok: true, value });
  });

  test.each([
    ['', 'write the name of an interface, such as "eth0"'],
    ['!', 'write the name of an interface, such as "eth0"'],
    ['eth0, wlan0', 'allowed are interface names: 1–127 characters without blanks, "/" and ":"'],
    ['!eth0 !eth1', 'allowed are interface names: 1–127 characters without blanks, "/" and ":"'],
    ['eth0:1', '":" makes the name of an address; write "eth0"'],
    ['!eth0:1', '":" makes the name of an address; write "eth0"'],
    ['.', 'allowed are interface names: 1–127 characters without blanks, "/" and ":"'],
    ['a,b', 'allowed are interface names: 1–127 characters without blanks, "/" and ":"'],
    ['a/b', 'allowed are interface names: 1–127 characters without blanks, "/" and ":"'],
    ['..', 'allowed are interface names: 1–127 characters without blanks, "/" and ":"'],
    ['x'.repeat(128), 'allowed are interface names: 1–127 characters without blanks, "/" and ":"'],
  ])('interfacePattern: %j → what to write', (text, error) => {
    expect(interfacePattern(text)).toEqual({ ok: false, error });
  });
});
