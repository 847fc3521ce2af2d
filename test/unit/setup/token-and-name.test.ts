import { describe, expect, test } from 'vitest';
import { nameOfHost } from '../../../src/core/setup/name.ts';
import { parseToken } from '../../../src/core/setup/token.ts';
import { GOOD } from './playing-dialogue.ts';

describe('setup: small parts', () => {
  test.each([
    ['box', 'box.example.com'],
    ['Box.lan', 'box.example.com'],
    ['box.example.com', 'box.example.com'],
    ['localhost', 'home.example.com'],
    ['', 'home.example.com'],
    ['bad name', 'home.example.com'],
  ])('nameOfHost: "%s" → %s', (hostName, name) => {
    expect(nameOfHost(hostName, 'example.com')).toBe(name);
  });

  test.each([
    ['', /empty/],
    ['  \n', /empty/],
    ['<token>', /placeholder/],
    [`"${GOOD}"`, /without quotes/],
    [`CLOUDFLARE_API_TOKEN=${GOOD}`, /without "NAME="/],
    [`${GOOD} x`, /visible ASCII characters without blanks/],
  ])('parseToken: "%s" → refused in words that do not repeat it', (text, why) => {
    const parsed = parseToken(text);
    expect(parsed.ok ? '' : parsed.error).toMatch(why);
    expect(parsed.ok ? '' : parsed.error).not.toContain(GOOD);
  });

  test('parseToken: a file with more lines, and a mark in front → the first line', () => {
    const parsed = parseToken(`\ufeff ${GOOD} \r\nmore\n`);
    expect(parsed.ok && parsed.value.reveal()).toBe(GOOD);
  });
});
