import { describe, expect, test } from 'vitest';
import { setup, urlOf, useClient } from './client.ts';

/** CURLcodes, <curl/curl.h>. */
const CURLE_COULDNT_RESOLVE_HOST = 6;
const CURLE_COULDNT_CONNECT = 7;
const CURLE_OPERATION_TIMEDOUT = 28;

const here = useClient();

const peer = (server: string): string => urlOf(server, '/peer', 'http');

describe('http: ways', () => {
  test('http: one family alone → the name’s address of that one', async () => {
    expect(await here.client.fetch(peer('plain'), { family: 4 })).toMatchObject({
      code: 0,
      remoteAddress: '127.0.0.1',
    });
    expect(await here.client.fetch(peer('plain6'), { family: 6 })).toMatchObject({ code: 0, remoteAddress: '::1' });
    expect((await here.client.fetch(peer('plain'), { family: 6 })).code).toBe(CURLE_COULDNT_CONNECT);
  });

  test('http: one family, and the name has the other alone → not resolved', async () => {
    const port = setup.ports['plain'];
    const options = { family: 6, resolve: [`+api.test:${port}:127.0.0.1`], connectTimeoutMs: 100 } as const;
    const ended = await here.client.fetch(`http://api.test:${port}/peer`, options);
    expect(ended.code).toBe(CURLE_COULDNT_RESOLVE_HOST);
  });

  test('http: an address is to be avoided → no connection to it, at once', async () => {
    const url = peer('plain');
    const options = { family: 4, newConnection: true } as const;
    expect((await here.client.fetch(url, { ...options, avoid: ['::1', '127.0.0.2'] })).code).toBe(0);
    const ended = await here.client.fetch(url, { ...options, avoid: ['::1', '127.0.0.1'] });
    expect(ended).toMatchObject({ code: CURLE_COULDNT_CONNECT, remoteAddress: '', sentBytes: 0 });
  });

  test('http: connected, then silence instead of TLS → the address is told', async () => {
    const ended = await here.client.fetch(urlOf('mute', '/'), { connectTimeoutMs: 300 });
    expect(ended).toMatchObject({ code: CURLE_OPERATION_TIMEDOUT, remoteAddress: '127.0.0.1', sentBytes: 0 });
  });

  test('http: nobody listens → no address is told', async () => {
    const ended = await here.client.fetch('https://localhost:9/');
    expect(ended).toMatchObject({ code: CURLE_COULDNT_CONNECT, remoteAddress: '' });
  });
});
