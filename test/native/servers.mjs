import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** The server that listens on IPv6 instead. */
const ON_IPV6 = 'plain6';

/** The TLS servers by name: certificate and what else tells them apart. */
const TLS_SERVERS = {
  p256: ['p256', {}],
  p384: ['p384', { ecdhCurve: 'P-384' }],
  rsa2048: ['rsa2048', { ecdhCurve: 'P-256' }],
  rsa4096: ['rsa4096', { ecdhCurve: 'X25519' }],
  pss: ['pss', {}],
  'tls12-aes128': ['p256', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }],
  'tls12-aes256-rsa': ['rsa2048', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' }],
  'tls12-chacha20': ['p256', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' }],
  'tls13-aes128': ['p256', { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' }],
  'tls13-aes256': ['p256', { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384' }],
  'tls13-chacha20': ['rsa2048', { minVersion: 'TLSv1.3', ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }],
  tls11: ['rsa2048', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
  stranger: ['stranger', {}],
  otherName: ['otherName', {}],
  expired: ['expired', {}],
  chain: ['chain', {}],
};

const openSockets = new Set();
let connections = 0;

async function readBody(request) {
  let body = '';
  for await (const piece of request) body += piece;
  return body;
}

/** What the path says is what the server does. */
const PAGES = {
  hello: (_request, response) => response.setHeader('X-Greeting', 'hello').end('hello'),
  async echo(request, response) {
    const { method, url, headers, rawHeaders } = request;
    response.end(JSON.stringify({ method, url, headers, rawHeaders, body: await readBody(request) }));
  },
  connections: (_request, response) => response.end(JSON.stringify({ opened: connections, open: openSockets.size })),
  peer: (request, response) => response.end(request.socket.remoteAddress),
  chunked(_request, response) {
    for (const piece of ['one ', 'two ', 'three']) response.write(piece);
    response.end();
  },
  bytes: (_request, response, count) => response.end('x'.repeat(Number(count))),
  binary: (_request, response) => response.end(Buffer.from([0x61, 0, 0xff, 0x62])),
  status: (_request, response, status) => response.writeHead(Number(status), { Location: '/hello' }).end(),
  interim(_request, response) {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.end('after the hint');
  },
  head: (_request, response, bytes) => response.setHeader('X-Long', 'x'.repeat(Number(bytes))).end('with a head'),
  cut(_request, response) {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('only this', () => response.destroy());
  },
  stall(_request, response) {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('only this, then nothing');
  },
  hang: () => {},
};

function answer(request, response) {
  const [, page, argument] = request.url.split('/');
  void PAGES[page](request, response, argument);
}

function track(server) {
  server.on('connection', (socket) => {
    connections += 1;
    openSockets.add(socket);
    socket.on('close', () => openSockets.delete(socket));
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  return server;
}

/** A proxy that takes CONNECT only, and says so in a header of its own. */
function createProxy() {
  const proxy = createHttpServer((_request, response) => response.writeHead(405).end());
  proxy.on('connect', (request, client) => {
    const [, port] = request.url.split(':');
    const server = connect(Number(port), LOOPBACK, () => {
      client.write('HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
    client.on('error', () => server.destroy());
  });
  return proxy;
}

/** @returns `ports` by server name, and `close` */
export async function startServers({ servers: certificates }) {
  const idleMs = 200;
  const all = {
    plain: track(createHttpServer(answer)),
    [ON_IPV6]: track(createHttpServer(answer)),
    impatient: track(createHttpServer({ keepAliveTimeout: idleMs }, answer)),
    proxy: createProxy(),
    mute: track(createTcpServer((socket) => socket.resume())),
  };
  for (const [name, [certificate, options]] of Object.entries(TLS_SERVERS)) {
    all[name] = track(createHttpsServer({ ...certificates[certificate], ...options }, answer));
  }
  const ports = {};
  for (const [name, server] of Object.entries(all)) {
    await new Promise((resolve) => server.listen(0, name === ON_IPV6 ? '::1' : LOOPBACK, resolve));
    ports[name] = server.address().port;
  }
  return {
    ports,
    close() {
      for (const server of Object.values(all)) server.close();
      for (const socket of openSockets) socket.destroy();
    },
  };
}
