import { describe, expect, test } from 'vitest';
import { hasCredentials, proxyOrigin, proxyUrl } from '../../../src/core/config/proxy.ts';

const problemOf = (text: string): string => {
  const read = proxyUrl(text);
  return read.ok ? '' : read.error;
};

describe('proxyUrl', () => {
  test.each([
    'http://proxy.example.net:3128',
    'http://user:p%40ss@proxy.example.net:3128/',
    'HTTP://10.0.0.1:3128',
    'http://[2a01:db8::1]:3128',
    'socks4://proxy:1080',
    'socks4a://proxy:1080',
    'socks5://proxy',
    'http://proxy:65535',
    'socks5h://user:pass@proxy:1080',
    'proxy.example.net:3128',
    'user:pass@proxy.example.net:3128',
  ])('proxyUrl: %s → taken as it is', (text) => {
    const read = proxyUrl(text);
    expect(read.ok && read.value.reveal()).toBe(text);
  });

  test.each([
    [
      'https://proxy.example.net:3128',
      /^found the scheme "https"; allowed are http, socks4, socks4a, socks5, socks5h /,
    ],
    ['ftp://user:geheim@proxy', /^found the scheme "ftp"; /],
    ['http://user:geheim@', /^found no URL of a proxy \(not shown: may hold a password\); allowed are /],
    ['http://', /^found no URL/],
    ['geheim geheim', /^found no URL/],
    ['http://proxy:3128/geheim', /^found no URL/],
    ['http://user:geheim@proxy:0', /^found the port 0; /],
    ['http://user:geheim@proxy:99999', /^found the port 99999; /],
    ['http://proxy:geheim', /^found no URL/],
  ])('proxyUrl: %s → refused, nothing that may be a password is repeated', (text, words) => {
    expect(problemOf(text)).toMatch(words);
    expect(problemOf(text)).not.toContain('geheim');
  });
});

describe('proxyOrigin', () => {
  test.each([
    ['http://user:p@ss@proxy.example.net:3128/', 'http://proxy.example.net:3128', true],
    ['socks5h://proxy:1080', 'socks5h://proxy:1080', false],
    ['user:pass@proxy:1', 'proxy:1', true],
    ['proxy:1', 'proxy:1', false],
    ['http://proxy/a@b', 'http://proxy', true],
  ])('proxyOrigin: %s → %s', (url, origin, hides) => {
    expect([proxyOrigin(url), hasCredentials(url)]).toEqual([origin, hides]);
  });
});
