import { expect, test } from 'vitest';
import { baseUrl, reach } from '../../../src/core/config/base-url.ts';

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
  ['https://example.com:65535', 'https://example.com:65535'],
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

const ALLOWED = 'allowed are scheme, host, port and path, such as https://api.cloudflare.com/client/v4';

test.each([
  ['https://user:pass@example.com', `found a URL with user information; ${ALLOWED}`],
  ['ftp://example.com', `found "ftp://example.com"; ${ALLOWED}`],
  ['', `found ""; ${ALLOWED}`],
  ['HTTP://API.example.com', 'found http to "API.example.com"; allowed is https, and http to a loopback address only'],
])('baseUrl: %s → says what was found and what is allowed, without a password', (text, error) => {
  expect(baseUrl(text)).toEqual({ ok: false, error });
});

test.each<[ReturnType<typeof reach>, string[]]>([
  ['loopback', ['localhost', '127.0.0.1', '127.255.255.255', '[::1]']],
  ['site', ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.19.0.1', '172.20.0.1', '172.29.0.1', '172.31.255.255']],
  [
    'site',
    ['192.168.0.1', '169.254.9.9', '[fc00::1]', '[fdff::1]', '[fe80::1]', '[fe90::1]', '[fea0::1]', '[febf::1]'],
  ],
  [
    'anywhere',
    ['172.15.0.1', '172.32.0.1', '172.1.0.1', '192.169.0.1', '169.253.0.1', '9.10.0.1', '110.0.0.1', '100.1.1.1'],
  ],
  ['anywhere', ['[fec0::1]', '[fe7f::1]', '[fbff::1]', '[2a01:fd00::1]', '[2a01:0:fe80::1]', '[::2]', '[fd::1]']],
  ['anywhere', ['10.0.0.1.example.com', 'a10.0.0.1', '10.0.0.256', '10.0.1', '10.0.0.0.1', '127.0.0.1.', '1127.0.0.1']],
  ['anywhere', ['example.com', 'localhost.example.com', 'fd00', '::1', 'fd00::1', 'nas.localhost', '127.0.0', 'x::1x']],
])('reach: to be %s → %j and their like', (expected, hosts) => {
  for (const host of hosts) expect([host, reach(host)]).toEqual([host, expected]);
});
