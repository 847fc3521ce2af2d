import type { Completed } from 'http';
import * as http from 'http';
import * as os from 'os';
import * as std from 'std';
import * as system from 'system';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client, optionsFor, setup, urlOf } from './client.ts';

/** CURLcode, <curl/curl.h>. */
const CURLE_UNSUPPORTED_PROTOCOL = 1;
const CURLE_URL_MALFORMAT = 3;
const CURLE_COULDNT_RESOLVE_HOST = 6;
const CURLE_COULDNT_CONNECT = 7;
const CURLE_PARTIAL_FILE = 18;
const CURLE_WRITE_ERROR = 23;
const CURLE_OPERATION_TIMEDOUT = 28;
const CURLE_SSL_CONNECT_ERROR = 35;
const CURLE_RECV_ERROR = 56;
const CURLE_PEER_FAILED_VERIFICATION = 60;
const CURLE_SSL_CACERT_BADFILE = 77;

const SIGUSR1 = 10;
const SIGUSR2 = 12;

const sleep = (delayMs: number): Promise<void> => new Promise((resolve) => os.setTimeout(resolve, delayMs));

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

// As the program does before its first request: the threads of the resolver inherit the mask, and none of them dies of a
// signal that another test sends.
beforeAll(() => void os.close(system.signalOpen([SIGUSR1, SIGUSR2])));

let client: Client;
beforeEach(() => {
  client = new Client();
});
afterEach(() => client.close());

const connections = async (): Promise<{ opened: number; open: number }> =>
  JSON.parse((await client.fetch(urlOf('p256', '/connections'))).body);

describe('http: a reply', () => {
  test('http: GET over TLS → all of the reply, and where it came from', async () => {
    const { code, detail, status, headers, body, sentBytes, remoteAddress, tooLarge } = await client.fetch(
      urlOf('p256', '/hello'),
    );
    expect({ code, detail, status, body, remoteAddress, tooLarge }).toEqual({
      code: 0,
      detail: '',
      status: 200,
      body: 'hello',
      remoteAddress: '127.0.0.1',
      tooLarge: false,
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
    const reply = await client.fetch(urlOf('p256', '/echo/a?b=c'), { method, body, headers });
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
    const reply = await client.fetch(urlOf('p256', '/echo'), { method: 'POST', body });
    expect(JSON.parse(reply.body).body).toBe(body);
    expect(reply.sentBytes).toBeGreaterThan(body.length);
  });

  test('http: chunked body → put together', async () => {
    expect((await client.fetch(urlOf('p256', '/chunked'))).body).toBe('one two three');
  });

  test('http: 103 before the reply → only the head of the reply', async () => {
    const { status, headers, body } = await client.fetch(urlOf('p256', '/interim'));
    expect({ status, body }).toEqual({ status: 200, body: 'after the hint' });
    expect(headers).not.toContain('103');
    expect(headers).not.toContain('preload');
  });

  test('http: redirect → not followed', async () => {
    const { status, headers } = await client.fetch(urlOf('p256', '/status/302'));
    expect(status).toBe(302);
    expect(headers).toContain('Location: /hello\n');
  });

  test('http: 204 → no body', async () => {
    expect(await client.fetch(urlOf('p256', '/status/204'))).toMatchObject({ code: 0, status: 204, body: '' });
  });

  test('http: bytes that are not UTF-8 → replaced, the others kept', async () => {
    expect((await client.fetch(urlOf('p256', '/binary'))).body).toBe('a\0\ufffdb');
  });

  test('http: plain HTTP → works', async () => {
    expect((await client.fetch(urlOf('plain', '/hello', 'http'))).body).toBe('hello');
  });
});

describe('http: limits', () => {
  test('http: body exactly as long as allowed → arrives', async () => {
    const { code, body } = await client.fetch(urlOf('p256', '/bytes/70000'), { maxBodyBytes: 70_000 });
    expect([code, body.length]).toEqual([0, 70_000]);
  });

  test('http: body one byte longer than allowed → tooLarge', async () => {
    const reply = await client.fetch(urlOf('p256', '/bytes/70001'), { maxBodyBytes: 70_000 });
    expect(reply).toMatchObject({ code: CURLE_WRITE_ERROR, tooLarge: true, status: 200 });
  });

  test('http: head under 64 KiB → arrives; over → tooLarge', async () => {
    expect((await client.fetch(urlOf('p256', '/head/60000'))).headers.length).toBeGreaterThan(60_000);
    expect(await client.fetch(urlOf('p256', '/head/66000'))).toMatchObject({ code: CURLE_WRITE_ERROR, tooLarge: true });
  });

  test('http: server that stays silent → timeout, the request counts as sent', async () => {
    const reply = await client.fetch(urlOf('p256', '/hang'), { timeoutMs: 300 });
    expect(reply).toMatchObject({ code: CURLE_OPERATION_TIMEDOUT, status: 0 });
    expect(reply.sentBytes).toBeGreaterThan(0);
  });

  test('http: server that stops in the middle → timeout with the status', async () => {
    const reply = await client.fetch(urlOf('p256', '/stall'), { timeoutMs: 300 });
    expect(reply).toMatchObject({ code: CURLE_OPERATION_TIMEDOUT, status: 200 });
  });

  test('http: server that never speaks TLS → connect timeout, nothing sent', async () => {
    const reply = await client.fetch(urlOf('mute', '/hello'), { connectTimeoutMs: 300 });
    expect(reply).toMatchObject({ code: CURLE_OPERATION_TIMEDOUT, sentBytes: 0 });
  });

  test('http: silent name server → connect timeout, nothing sent', async () => {
    const reply = await client.fetch('https://api.test/', { connectTimeoutMs: 300 });
    expect(reply).toMatchObject({ code: CURLE_OPERATION_TIMEDOUT, sentBytes: 0, remoteAddress: '' });
  });
});

describe('http: failures', () => {
  test.each([
    ['http', 'plain', CURLE_PARTIAL_FILE],
    ['https', 'p256', CURLE_RECV_ERROR], // the end of the stream was not announced either
  ])('http: body over %s shorter than announced → failure', async (scheme, server, code) => {
    expect(await client.fetch(urlOf(server, '/cut', scheme))).toMatchObject({ code, status: 200 });
  });

  test('http: nobody listens → refused, nothing sent', async () => {
    const reply = await client.fetch('https://127.0.0.1:1/');
    expect(reply).toMatchObject({ code: CURLE_COULDNT_CONNECT, status: 0, sentBytes: 0 });
    expect(reply.detail).toMatch(/127\.0\.0\.1/);
  });

  test.each([
    ['not a URL', 'https://', CURLE_URL_MALFORMAT],
    ['ftp', 'ftp://localhost/', CURLE_UNSUPPORTED_PROTOCOL],
    ['file', 'file:///etc/passwd', CURLE_UNSUPPORTED_PROTOCOL],
    ['name that cannot exist', `https://${'a'.repeat(70)}.test/`, CURLE_COULDNT_RESOLVE_HOST],
  ])('http: %s → refused', async (_what, url, code) => {
    expect((await client.fetch(url, { connectTimeoutMs: 5000 })).code).toBe(code);
  });
});

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
    expect(await client.fetch(urlOf(server, '/bytes/40000'))).toMatchObject({ detail: '', code: 0, status: 200 });
  });

  test('http: certificate names the address → verified', async () => {
    expect((await client.fetch(`https://127.0.0.1:${setup.ports['p256']}/hello`)).code).toBe(0);
  });

  test('http: authority in a folder → verified', async () => {
    expect((await client.fetch(urlOf('p256', '/hello'), { caFile: null, caPath: setup.caPath })).code).toBe(0);
  });

  test.each(['stranger', 'otherName', 'expired'])('http: certificate %s → refused, nothing sent', async (server) => {
    const reply = await client.fetch(urlOf(server, '/hello'));
    expect(reply).toMatchObject({ code: CURLE_PEER_FAILED_VERIFICATION, status: 0, sentBytes: 0 });
    expect(reply.detail).toMatch(/certificate/i);
  });

  test('http: no authority at all → refused', async () => {
    expect((await client.fetch(urlOf('p256', '/hello'), { caFile: null })).code).toBe(CURLE_PEER_FAILED_VERIFICATION);
  });

  test('http: bundle that does not exist → says so', async () => {
    const { code } = await client.fetch(urlOf('p256', '/hello'), { caFile: `${setup.folder}/missing.pem` });
    expect(code).toBe(CURLE_SSL_CACERT_BADFILE);
  });

  test('http: server with TLS 1.1 only → refused', async () => {
    expect((await client.fetch(urlOf('tls11', '/hello'))).code).toBe(CURLE_SSL_CONNECT_ERROR);
  });
});

describe('http: connections', () => {
  test('http: two requests in a row → one connection; after close → a new one', async () => {
    const first = await connections();
    expect(await connections()).toEqual(first);
    client.close();
    client = new Client();
    expect((await connections()).opened).toBe(first.opened + 1);
  });

  test('http: new connection asked for → the kept one is left alone', async () => {
    const { opened } = await connections();
    const reply = await client.fetch(urlOf('p256', '/connections'), { newConnection: true });
    expect(JSON.parse(reply.body).opened).toBe(opened + 1);
  });

  test('http: connection that the server closed while idle → replaced', async () => {
    expect((await client.fetch(urlOf('impatient', '/hello', 'http'))).code).toBe(0);
    const before = (await connections()).open;
    await waitFor(async () => (await connections()).open < before);
    expect((await client.fetch(urlOf('impatient', '/hello', 'http'))).body).toBe('hello');
  });

  test('http: many transfers at once → each has its own reply', async () => {
    const counts = Array.from({ length: 20 }, (_, i) => i * 1000);
    const replies = await Promise.all(counts.map((count) => client.fetch(urlOf('p256', `/bytes/${count}`))));
    expect(replies.map(({ body }) => body.length)).toEqual(counts);
  });

  test('http: address given by the caller → used instead of the resolver', async () => {
    const port = setup.ports['p256'];
    const reply = await client.fetch(`https://api.test:${port}/hello`, { resolve: [`api.test:${port}:127.0.0.1`] });
    expect(reply).toMatchObject({ code: 0, body: 'hello', remoteAddress: '127.0.0.1' });
  });

  test('http: proxy of the environment → used, its own head is not shown', async () => {
    std.setenv('https_proxy', `http://127.0.0.1:${setup.ports['proxy']}`);
    const reply = await client.fetch(urlOf('p256', '/hello'));
    std.setenv('no_proxy', 'localhost');
    const direct = await client.fetch(urlOf('p384', '/hello'));
    std.unsetenv('https_proxy');
    std.unsetenv('no_proxy');
    expect(reply).toMatchObject({ code: 0, body: 'hello' });
    expect(reply.headers).not.toContain('X-Proxy');
    expect(direct.code).toBe(0);
  });
});

describe('http: leaving', () => {
  const LEAVE_BUDGET_MS = 1000;

  async function startHanging(): Promise<number> {
    const id = client.start(optionsFor(urlOf('p256', '/hang')));
    await waitFor(async () => client.watched.size > 0);
    await sleep(50); // past the handshake
    return id;
  }

  test('http: cancel in the middle → forgotten, nothing is watched, the handle still serves', async () => {
    const id = await startHanging();
    http.cancel(client.multi, id);
    http.cancel(client.multi, id);
    http.cancel(client.multi, 123);
    await waitFor(async () => client.watched.size === 0);
    expect(http.completed(client.multi)).toBe(null);
    expect((await client.fetch(urlOf('p256', '/hello'))).body).toBe('hello');
  });

  test('http: close in the middle → nothing is watched, the server sees the end', async () => {
    await startHanging();
    const { watched } = client;
    client.close();
    expect(watched.size).toBe(0);
    client = new Client();
    await waitFor(async () => (await connections()).open === 1);
  });

  test.each(['cancel', 'close'] as const)('http: %s while the resolver hangs → at once', async (how) => {
    const id = client.start(optionsFor('https://api.test/'));
    await sleep(50); // the thread waits for the name server
    const started = performance.now();
    if (how === 'cancel') http.cancel(client.multi, id);
    else client.close();
    expect(performance.now() - started).toBeLessThan(LEAVE_BUDGET_MS);
  });

  test('http: handle dropped without close → collected, the server sees the end', async () => {
    const { open } = await connections();
    (() => {
      const dropped: { multi?: http.Multi } = {};
      dropped.multi = http.open(
        () => dropped, // the callback and the handle hold each other
        () => {},
      );
      http.start(dropped.multi, optionsFor(urlOf('p256', '/hang')));
      for (let i = 0; i < 3; i++) http.act(dropped.multi, -1, 0);
    })();
    std.gc();
    await waitFor(async () => (await connections()).open === open);
  });

  // Without a cycle it ends by its reference count, another way than the collector's: the runtime's end finds what stays.
  test('http: handle that nothing refers to → ends at once, with its callbacks', () => {
    const calls: number[] = [];
    http.open(
      (fd) => calls.push(fd),
      (delayMs) => calls.push(delayMs),
    );
    expect(calls).toEqual([]);
  });
});

describe('http: misuse', () => {
  const throwsTypeError = (run: () => unknown): void => expect(run).toThrow(TypeError);

  test('http: closed handle → TypeError; closing it again → nothing', () => {
    client.close();
    throwsTypeError(() => http.start(client.multi, optionsFor('http://localhost/')));
    throwsTypeError(() => http.act(client.multi, -1, 0));
    throwsTypeError(() => http.completed(client.multi));
    throwsTypeError(() => http.cancel(client.multi, 1));
    http.close(client.multi);
  });

  test('http: something else for the handle or the callbacks → TypeError', () => {
    throwsTypeError(() => http.completed({} as http.Multi));
    throwsTypeError(() => http.close(1 as unknown as http.Multi));
    throwsTypeError(() => http.open(1 as unknown as http.OnSocket, () => {}));
  });

  test.each([
    ['null', null],
    ['no options', {}],
    ['headers null', { ...optionsFor('http://localhost/'), headers: null }],
    ['a header that cannot be text', { ...optionsFor('http://localhost/'), headers: ['A: b', Symbol('c')] }],
    ['timeout that cannot be a number', { ...optionsFor('http://localhost/'), timeoutMs: Symbol('d') }],
  ])('http: options %s → TypeError, nothing started', (_what, options) => {
    throwsTypeError(() => http.start(client.multi, options as http.TransferOptions));
    expect(http.completed(client.multi)).toBe(null);
  });

  test('http: option that throws → its exception', () => {
    const options = {
      ...optionsFor('http://localhost/'),
      get caFile(): string {
        throw new RangeError('mine');
      },
    };
    expect(() => http.start(client.multi, options)).toThrow(new RangeError('mine'));
  });

  test('http: calls from inside a callback → refused, the transfer goes on', async () => {
    const refused: unknown[] = [];
    const attempt = (run: () => unknown): void => {
      try {
        run();
      } catch (error) {
        refused.push((error as { code?: string }).code);
      }
    };
    let id = 0;
    const done = await new Promise<Completed>((resolve) => {
      const sockets = new Map<number, number>();
      const poll = (): void => {
        http.act(multi, -1, 0);
        for (const [fd, interest] of sockets) http.act(multi, fd, interest);
        const completed = http.completed(multi);
        if (completed === null) os.setTimeout(poll, 10);
        else resolve(completed);
      };
      const multi: http.Multi = http.open(
        (fd, interest) => {
          if (interest === 0) sockets.delete(fd);
          else sockets.set(fd, interest);
          if (refused.length > 0) return;
          attempt(() => http.act(multi, fd, 1));
          attempt(() => http.cancel(multi, id));
          attempt(() => http.start(multi, optionsFor('http://localhost/')));
          attempt(() => http.close(multi));
        },
        () => {},
      );
      id = http.start(multi, optionsFor(urlOf('plain', '/hello', 'http')));
      poll();
    });
    expect(refused).toEqual(['EINVAL', 'EINVAL', 'EINVAL', 'EINVAL']);
    expect(done.body).toBe('hello');
  });
});
