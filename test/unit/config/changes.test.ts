import { expect, test } from 'vitest';
import { changedSettings } from '../../../src/core/config/changes.ts';
import { BASE, settings, TOKEN, withBase } from './loading.ts';

test('changedSettings: the same settings read twice → nothing changed', () => {
  expect(changedSettings(settings(BASE), settings(BASE))).toEqual([]);
});

test('changedSettings: other values → named as in the config file, values and secrets left out', () => {
  const token = TOKEN.toUpperCase();
  const after = settings(withBase('timeout = 7\nverbose = true'), { CLOUDFLARE_API_TOKEN: token });
  expect(changedSettings(settings(BASE), after)).toEqual(['api_token', 'timeout', 'verbose']);
});

test('changedSettings: another name → the records changed', () => {
  const after = settings(BASE, { CLOUDFLARE_RECORD_NAME: 'other.example.com' });
  expect(changedSettings(settings(BASE), after)).toEqual(['records']);
});

test('changedSettings: every setting has another value → each is named', () => {
  const everything = `prefer = "static"
exclude = "slaac"
timeout = 7
poll_interval = 77
verify_interval = 0
verbose = true
status_file = "/s"
metrics_file = "/m.prom"
[notify]
exec = ["/bin/tell"]
`;
  const environment = {
    CLOUDFLARE_API_TOKEN: TOKEN.toUpperCase(),
    CLOUDFLARE_BASE_URL: 'https://example.com',
    CLOUDFLARE_RECORD_NAME: 'other.example.com',
    SSL_CERT_FILE: '/ca.pem',
    SSL_CERT_DIR: '/ca',
    HTTPS_PROXY: 'http://p:1',
    NO_PROXY: 'x',
  };
  const certificate = '-----BEGIN CERTIFICATE-----';
  const after = settings(withBase(everything), environment, { '/ca.pem': certificate, '/ca/1.0': certificate });
  expect(changedSettings(settings(BASE), after)).toEqual([
    ...['api_token', 'CLOUDFLARE_BASE_URL', 'records', 'prefer', 'exclude', 'timeout', 'poll_interval'],
    ...['verify_interval', 'verbose', 'status_file', 'metrics_file', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
    ...['HTTPS_PROXY', 'NO_PROXY', 'notify'],
  ]);
});
