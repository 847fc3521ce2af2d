import { expect, test } from 'vitest';
import { baseUrl } from '../../../src/core/config/base-url.ts';

test.each([
  ['https://api.cloudflare.com/client/v4', 'https://api.cloudflare.com/client/v4'],
  ['https://api.cloudflare.com/client/v4//', 'https://api.cloudflare.com/client/v4'],
  ['HTTPS://API.example.com:8443', 'https://api.example.com:8443'],
  ['https://[2001:db8::1]:8443/v4', 'https://[2001:db8::1]:8443/v4'],
  ['http://127.0.0.1:8080/v4/', 'http://127.0.0.1:8080/v4'],
  ['http://127.255.255.254', 'http://127.255.255.254'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
  ['http://[0:0:0:0:0:0:0:1]', 'http://[0:0:0:0:0:0:0:1]'],
  ['http://localhost:8080', 'http://localhost:8080'],
])('baseUrl: %s → %s', (text, url) => {
  expect(baseUrl(text)).toEqual({ ok: true, value: url });
});

test.each([
  'http://api.cloudflare.com/client/v4',
  'http://127.0.0.1.example.com',
  'http://127.0.0.256',
  'http://127.1',
  'http://128.0.0.1',
  'http://localhost.example.com',
  'http://[::2]',
  'http://[::ffff:8.8.8.8]',
  'http://localhost@example.com',
  'https://user:pass@example.com',
  'https://example.com/?a=b',
  'https://example.com/#a',
  'https://example.com:0',
  'https://example.com:65536',
  'https://example.com/a b',
  'https://example.com\\@localhost',
  'ftp://example.com',
  'example.com',
  'https://',
  '',
])('baseUrl: %s → refused', (text) => {
  expect(baseUrl(text)).toMatchObject({ ok: false });
});

test('baseUrl: user information → not repeated', () => {
  expect(baseUrl('https://user:pass@example.com')).toMatchObject({ error: expect.not.stringContaining('pass') });
});
