import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../../src/core/config/no-proxy.ts';

const PROXY = 'http://proxy.example.net:3128';
const API = 'https://api.cloudflare.com/client/v4';

const goes = (url: string, list: string | null): boolean => proxyFor(url, PROXY, list) === null;

describe('proxyFor', () => {
  test.each([
    ['', API, false],
    ['*', API, true],
    ['x,*', API, true],
    ['api.cloudflare.com', API, true],
    ['cloudflare.com', API, true],
    ['.cloudflare.com', API, true],
    ['*.cloudflare.com', API, true],
    ['com', API, true],
    ['*cloudflare.com', API, true],
    [' , ,, ', API, false],
    ['.', API, false],
    ['*.', API, false],
    ['flare.com', API, false],
    ['www.api.cloudflare.com', API, false],
    ['*.api.cloudflare.com', API, false],
    ['.api.cloudflare.com', API, true],
    ['example.com, API.Cloudflare.COM ,x', API, true],
    ['example.com api.cloudflare.com', API, true],
    ['api.cloudflare.com.', API, true],
    ['api.cloudflare.com', 'https://api.cloudflare.com.:443/', true],
    ['api.cloudflare.com:443', API, true],
    ['api.cloudflare.com:8443', API, false],
    ['.cloudflare.com:443', API, true],
    ['api.cloudflare.com', 'https://user:x@api.cloudflare.com/', true],
    ['10.0.0.1', 'https://10.0.0.1/', true],
    ['10.0.0.1:443', 'https://10.0.0.1/', true],
    ['10.0.0.1:80', 'https://10.0.0.1/', false],
    ['10.0.0.0/8', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['10.0.0.0/33', 'https://10.0.0.0/', false],
    ['10.0.0.0/x', 'https://10.0.0.0/', false],
    ['10.0.0.0/8', 'https://10.example.net/', false],
    ['0.0.0.1', 'https://10.0.0.1/', false],
    ['::1', 'https://[::1]/', true],
    ['[::1]', 'https://[::1]:8443/', true],
    ['[::1]:8443', 'https://[::1]:8443/', true],
    ['[::1]:443', 'https://[::1]:8443/', false],
    ['0:0:0:0:0:0:0:1', 'https://[::1]/', true],
    ['2a01:db8::/32', 'https://[2a01:db8:1::7]/', true],
    ['2a01:db8::/32', 'https://[2a01:db9::7]/', false],
    ['2a01:db8::/32', API, false],
    ['::/0', 'https://[2a01:db9::7]/', true],
  ])('proxyFor: NO_PROXY=%s, %s → without a proxy: %s', (list, url, expected) => {
    expect(goes(url, list)).toBe(expected);
  });

  test('proxyFor: no list → through the proxy', () => {
    expect(proxyFor(API, PROXY, null)).toBe(PROXY);
  });

  test('proxyFor: no proxy → none', () => {
    expect(proxyFor(API, null, 'x')).toBe(null);
  });

  test('proxyFor: what is not encrypted → straight', () => {
    expect(goes('http://127.0.0.1:8080/', null)).toBe(true);
  });
});
