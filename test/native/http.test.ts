import * as std from 'std';
import { describe, expect, test } from 'vitest';
import { Client, connections, onlyOurs, setup, urlOf, useClient, waitFor } from './client.ts';

/** CURLcode, <curl/curl.h>. */
const CURLE_UNSUPPORTED_PROTOCOL = 1;
const CURLE_URL_MALFORMAT = 3;
const CURLE_COULDNT_RESOLVE_HOST = 6;
const CURLE_COULDNT_CONNECT = 7;
const CURLE_PARTIAL_FILE = 18;
const CURLE_WRITE_ERROR = 23;
const CURLE_OPERATION_TIMEDOUT = 28;
const CURLE_RECV_ERROR = 56;

const here = useClient();

describe('http: a reply', () => {
  test('http: GET over TLS → all of the reply, and where it came from', async () => {
    const { code, detail, status, headers, body, sentBytes, remoteAddress } = await here.client.fetch(
      urlOf('p256', '/hello'),
    );
    expect({ code, detail, status, body, remoteAddress }).toEqual({
      code: 0,
      detail: '',
      status: 200,
      body: 'hello',
      remoteAddress: '127.0.0.1',
    });
    expect(headers).toMatch(/^HTTP\/1\.1 200 OK\n/);
    expect(headers).toContain('\nX-Greeting: hello\n');
    expect(sentBytes).toBeGreaterThan(40);
  });

  test.each([
    ['POST', '{"a":"ü"}'],
    ['PATCH', '{}'],
    ['PUT', ''],
    ['DELETE', null],
    ['GET', null],
  ])('http: %s with body %j → sent as given, without an Expect header', async (method, body) => {
    const headers = ['Authorization: Bearer x', 'Content-Type: application/json'];
    const reply = await here.client.fetch(urlOf('p256', '/echo/a?b=c'), { method, body, headers });
    const seen = JSON.parse(reply.body);
    expect(seen).toMatchObject({ method, url: '/echo/a?b=c', body: body ?? '' });
    expect(seen.headers).toMatchObject({ authorization: 'Bearer x', 'content-type': 'application/json' });
    expect(seen.headers).not.toHaveProperty('expect');
    expect(seen.headers['content-length']).toBe(
      { '{"a":"ü"}': '10', '{}': '2', '': '0', null: undefined }[String(body)],
    );
  });

  test('http: long body of a request → arrives whole', async () => {
    const body = 'y'.repeat(300_000);
    const reply = await here.client.fetch(urlOf('p256', '/echo'), { method: 'POST', body });
    expect(JSON.parse(reply.body).body).toBe(body);
    expect(reply.sentBytes).toBeGreaterThan(body.length);
  });

  test('http: chunked body → put together', async () => {
    expect((await here.client.fetch(urlOf('p256', '/chunked'))).body).toBe('one two three');
  });

  test('http: 103 before the reply → only the head of the reply', async () => {
    const { status, headers, body } = await here.client.fetch(urlOf('p256', '/interim'));
    expect({ status, body }).toEqual({ status: 200, body: 'after the hint' });
    expect(headers).not.toContain('103');
    expect(headers).not.toContain('preload');
  });

  test('http: redirect → not followed', async () => {
    const { status, headers } = await here.client.fetch(urlOf('p256', '/status/302'));
    expect(status).toBe(302);
    expect(headers).toContain('Location: /hello\n');
  });

  test('http: 204 → no body', async () => {
    expect(await here.client.fetch(urlOf('p256', '/status/204'))).toMatchObject({ code: 0, status: 204, body: '' });
  });

  test('http: bytes that are not UTF-8 → replaced, the others kept', async () => {
    expect((await here.client.fetch(urlOf('p256', '/binary'))).body).toBe('a\0\ufffdb');
  });

  test('http: plain HTTP → works', async () => {
    expect((await here.client.fetch(urlOf('plain', '/hello', 'http'))).body).toBe('hello');
  });
});

describe('http: limits', () => {
  test('http: body exactly as long as allowed → arrives', async () => {
    const { code, body } = await here.client.fetch(urlOf('p256', '/bytes/70000'), { maxBodyBytes: 70_000 });
    expect([code, body.length]).toEqual([0, 70_000]);
  });

  test('http: body one byte longer than allowed → failure, which says so', async () => {
    const reply = await here.client.fetch(urlOf('p256', '/bytes/70001'), { maxBodyBytes: 70_000 });
    expect(reply).toMatchObject({
      code: CURLE_WRITE_ERROR,
      status: 200,
      detail: 'the reply is longer than 70000 bytes',
    });
  });

  test('http: head under 64 KiB → arrives; over → failure, which says so', async () => {
    expect((await here.client.fetch(urlOf('p256', '/head/60000'))).headers.length).toBeGreaterThan(60_000);
    expect(await here.client.fetch(urlOf('p256', '/head/66000'))).toMatchObject({
      code: CURLE_WRITE_ERROR,
      detail: 'the head of the reply is longer than 65536 bytes',
    });
  });

  test('http: server that stays silent → timeout, the request counts as sent', async () => {
    await here.client.fetch(urlOf('p256', '/hello')); // on its connection, so that the handshake takes none of the time
    const reply = await here.client.fetch(urlOf('p256', '/hang'), { timeoutMs: 300 });
    expect(reply).toMatchObject({ code: CURLE_OPERATION_TIMEDOUT, status: 0 });
    expect(reply.sentBytes).toBeGreaterThan(0);
  });

  test('http: server that stops in the middle → timeout with the status', async () => {
    await here.client.fetch(urlOf('p256', '/hello'));
    const reply = await here.client.fetch(urlOf('p256', '/stall'), { timeoutMs: 1500 }); // for the head to arrive
    expect(reply).toMatchObject({ code: CURLE_OPERATION_TIMEDOUT, status: 200 });
  });

  test('http: server that never speaks TLS → connect timeout, nothing sent', async () => {
    const reply = await here.client.fetch(urlOf('mute', '/hello'), { connectTimeoutMs: 300 });
    expect(reply).toMatchObject({ code: CURLE_OPERATION_TIMEDOUT, sentBytes: 0 });
  });

  test.each(['connectTimeoutMs', 'timeoutMs'])(
    'http: name server silent for %s → no such host, nothing sent',
    async (limit) => {
      const reply = await here.client.fetch('https://api.test/', { [limit]: 300 });
      expect(reply).toMatchObject({ code: CURLE_COULDNT_RESOLVE_HOST, sentBytes: 0, remoteAddress: '' });
      expect(reply.detail).toMatch(/timed out/);
    },
  );
});

describe('http: failures', () => {
  test.each([
    ['http', 'plain', CURLE_PARTIAL_FILE],
    ['https', 'p256', CURLE_RECV_ERROR], // the end of the stream was not announced either
  ])('http: body over %s shorter than announced → failure', async (scheme, server, code) => {
    expect(await here.client.fetch(urlOf(server, '/cut', scheme))).toMatchObject({ code, status: 200 });
  });

  test('http: nobody listens → refused, nothing sent', async () => {
    const reply = await here.client.fetch('https://127.0.0.1:1/');
    expect(reply).toMatchObject({ code: CURLE_COULDNT_CONNECT, status: 0, sentBytes: 0 });
    expect(reply.detail).toMatch(/127\.0\.0\.1/);
  });

  test.each([
    ['not a URL', 'https://', CURLE_URL_MALFORMAT],
    ['ftp', 'ftp://localhost/', CURLE_UNSUPPORTED_PROTOCOL],
    ['file', 'file:///etc/passwd', CURLE_UNSUPPORTED_PROTOCOL],
    ['name that cannot exist', `https://${'a'.repeat(70)}.test/`, CURLE_COULDNT_RESOLVE_HOST],
  ])('http: %s → refused', async (_what, url, code) => {
    expect((await here.client.fetch(url, { connectTimeoutMs: 5000 })).code).toBe(code);
  });
});

describe('http: connections', () => {
  test('http: two requests in a row → one connection; after close → a new one', async () => {
    const first = await onlyOurs(here.client);
    expect(await connections(here.client)).toEqual(first);
    here.client.close();
    here.client = new Client();
    expect((await connections(here.client)).opened).toBe(first.opened + 1);
  });

  test('http: new connection asked for → the kept one is left alone', async () => {
    const { opened } = await connections(here.client);
    const reply = await here.client.fetch(urlOf('p256', '/connections'), { newConnection: true });
    expect(JSON.parse(reply.body).opened).toBe(opened + 1);
  });

  test('http: connection that the server closed while idle → replaced', async () => {
    const { open } = await onlyOurs(here.client);
    expect((await here.client.fetch(urlOf('impatient', '/hello', 'http'))).code).toBe(0);
    await waitFor(async () => (await connections(here.client)).open === open);
    expect((await here.client.fetch(urlOf('impatient', '/hello', 'http'))).body).toBe('hello');
  });

  test('http: many transfers at once → each has its own reply', async () => {
    const counts = Array.from({ length: 20 }, (_, i) => i * 1000);
    const replies = await Promise.all(counts.map((count) => here.client.fetch(urlOf('p256', `/bytes/${count}`))));
    expect(replies.map(({ body }) => body.length)).toEqual(counts);
  });

  test('http: address given by the caller → used instead of the resolver', async () => {
    const port = setup.ports['p256'];
    const reply = await here.client.fetch(`https://api.test:${port}/hello`, {
      resolve: [`api.test:${port}:127.0.0.1`],
    });
    expect(reply).toMatchObject({ code: 0, body: 'hello', remoteAddress: '127.0.0.1' });
  });

  test('http: proxy of the environment → used, its own head is not shown', async () => {
    std.setenv('https_proxy', `http://127.0.0.1:${setup.ports['proxy']}`);
    const reply = await here.client.fetch(urlOf('p256', '/hello'));
    std.setenv('no_proxy', 'localhost');
    const direct = await here.client.fetch(urlOf('p384', '/hello'));
    std.unsetenv('https_proxy');
    std.unsetenv('no_proxy');
    expect(reply).toMatchObject({ code: 0, body: 'hello' });
    expect(reply.headers).not.toContain('X-Proxy');
    expect(direct.code).toBe(0);
  });
});
