import { expect, test } from 'vitest';
import { CA_FILES, NO_CA_BUNDLE } from '../../../src/core/cloudflare/transport.ts';

test('CA_FILES: bundles of root certificates → where each distribution keeps its own, the most common first', () => {
  expect(CA_FILES).toEqual([
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/ca-bundle.pem',
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    '/etc/ssl/cert.pem',
  ]);
});

test('NO_CA_BUNDLE: none of them is there → where it was looked for, and what to do', () => {
  expect(NO_CA_BUNDLE).toBe(
    'no bundle of root certificates found (looked for /etc/ssl/certs/ca-certificates.crt, ' +
      '/etc/pki/tls/certs/ca-bundle.crt, /etc/ssl/ca-bundle.pem, /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem, ' +
      '/etc/ssl/cert.pem): install the package ca-certificates, or name a bundle in SSL_CERT_FILE',
  );
});
