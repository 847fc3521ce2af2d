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

  test.each([
    ['p256', 'TLSv1.3'],
    ['tls12-aes128', 'TLSv1.2'],
  ])('http: server %s → tells its certificate, and %s', async (server, tlsVersion) => {
    const reply = await here.client.fetch(urlOf(server, '/hello'));
    const names = 'localhost, api.test, 127.0.0.1, ::1';
    expect(reply).toMatchObject({ tlsVersion, isConnected: true, isSecured: true, errno: '', fault: null });
    expect(reply.server).toMatchObject({ depth: 0, flags: 0, subject: 'CN=p256', issuer: 'CN=ca', names });
    expect(reply.server?.until).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test('http: a kept connection → nothing new of its certificate', async () => {
    await here.client.fetch(urlOf('p256', '/hello'));
    expect(await here.client.fetch(urlOf('p256', '/hello'))).toMatchObject({ code: 0, server: null });
  });

  test('http: certificate that has ended → tells which, and when', async () => {
    const { fault, server, isConnected, isSecured } = await here.client.fetch(urlOf('expired', '/hello'));
    expect([isConnected, isSecured]).toEqual([true, false]);
    expect(fault).toMatchObject({ depth: 0, flags: 1, subject: 'CN=expired' });
    expect(fault).toEqual(server);
    expect(Date.parse(fault?.until ?? '')).toBeLessThan(Date.now());
  });

  test('http: nobody listens → refused, by name', async () => {
    const reply = await here.client.fetch('https://127.0.0.1:9/', { timeoutMs: 5000 });
    expect(reply).toMatchObject({ code: 7, errno: 'ECONNREFUSED', isConnected: false, server: null, tlsVersion: '' });
  });

  test('http: plain HTTP where TLS is wanted → the error of a record that is none', async () => {
    const { code, detail, isConnected } = await here.client.fetch(urlOf('plain', '/hello', 'https'));
    expect([code, isConnected]).toEqual([CURLE_SSL_CONNECT_ERROR, true]);
    expect(detail).toContain('(-0x7200)');
  });
});
