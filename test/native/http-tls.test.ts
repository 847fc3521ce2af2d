import { describe, expect, test } from 'vitest';
import { setup, urlOf, useClient } from './client.ts';

/** CURLcode, <curl/curl.h>. */
const CURLE_SSL_CONNECT_ERROR = 35;
const CURLE_PEER_FAILED_VERIFICATION = 60;

const here = useClient();

describe('http: TLS', () => {
  test.each([
    'p384',
    'rsa2048',
    'rsa4096',
    'pss',
    'tls12-aes128',
    'tls12-aes256-rsa',
    'tls12-chacha20',
    'tls13-aes128',
    'tls13-aes256',
    'tls13-chacha20',
  ])('http: server %s → verified', async (server) => {
    expect(await here.client.fetch(urlOf(server, '/bytes/40000'))).toMatchObject({ detail: '', code: 0, status: 200 });
  });

  test('http: certificate names the address → verified', async () => {
    expect((await here.client.fetch(`https://127.0.0.1:${setup.ports['p256']}/hello`)).code).toBe(0);
  });

  test.each(['stranger', 'otherName', 'expired'])('http: certificate %s → refused, nothing sent', async (server) => {
    const reply = await here.client.fetch(urlOf(server, '/hello'));
    expect(reply).toMatchObject({ code: CURLE_PEER_FAILED_VERIFICATION, status: 0, sentBytes: 0 });
    expect(reply.detail).toMatch(/certificate/i);
  });

  test('http: server with TLS 1.1 only → refused', async () => {
    expect((await here.client.fetch(urlOf('tls11', '/hello'))).code).toBe(CURLE_SSL_CONNECT_ERROR);
  });
});
