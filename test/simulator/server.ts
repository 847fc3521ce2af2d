import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Judge } from '../schemas/judge.ts';
import type { ApiReply, ApiRequest } from './api.ts';
import { answer, BASE_PATH, refusalReply } from './api.ts';
import type { Certificates, KeyPair, WrongCertificate } from './certificate.ts';
import { refusals } from './errors.ts';
import type { RequestFault, Strike } from './faults.ts';
import { FaultQueue } from './faults.ts';
import { CLOUDFLARE_RATE_LIMIT, Limiter } from './limiter.ts';
import { monotonicMs, RequestLog } from './log.ts';
import { misbehave, send } from './misbehave.ts';
import type { Cloud } from './state.ts';

interface Connection {
  readonly number: number;
  readonly connectedMs: number;
  /** Below TLS. */
  readonly socket: Socket;
  /** When the request under way began; null between requests. */
  firstByteMs: number | null;
}

/** Whose requests have to be as Cloudflare describes them: tests send others on purpose. */
const OUR_AGENT = /^ipv6ddns\//;

const SECRET_HEADERS = ['authorization', 'x-auth-key', 'x-auth-email'];
const IDLE_CONNECTION_MS = 400_000; // as long as Cloudflare's edge keeps one

/** The API on a socket: TCP first, so that faults can strike before TLS; then TLS, then HTTP. */
export class ApiServer {
  readonly log = new RequestLog();
  readonly faults = new FaultQueue();
  limiter = new Limiter(CLOUDFLARE_RATE_LIMIT);
  /** What was not as Cloudflare describes its API: our product's requests, and this server's replies but for faults. */
  readonly departures: string[] = [];
  readonly #cloud: Cloud;
  #judge: Judge | null;
  /** Without Nagle's algorithm, as at the edge: a reply that is more than one segment would wait for an ACK. */
  readonly #front = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  readonly #servers: {
    readonly valid: HttpServer | HttpsServer;
    readonly wrong: Record<WrongCertificate, HttpServer> | null;
  };
  /** By the client's address and port. */
  readonly #connections = new Map<string, Connection>();
  #accepted = 0;

  /** @param certificates null = plain HTTP
   *  @param lenient garbage behind a request does not keep it from its answer: inadyn 2.10 sends zeros
   *  @param judge null = nothing is compared with the description of the API */
  constructor(cloud: Cloud, certificates: Certificates | null, lenient: boolean, judge: Judge | null) {
    this.#cloud = cloud;
    this.#judge = judge;
    if (certificates === null) {
      this.#servers = { valid: this.#prepared(new HttpServer(), 'connection'), wrong: null };
      return;
    }
    const { valid, wrong } = certificates;
    const serve = (pair: KeyPair): HttpServer => {
      const server = new HttpsServer(pair);
      if (lenient) server.on('clientError', () => undefined);
      return this.#prepared(server, 'secureConnection');
    };
    this.#servers = {
      valid: serve(valid),
      wrong: { wrongName: serve(wrong.wrongName), untrusted: serve(wrong.untrusted), expired: serve(wrong.expired) },
    };
  }

  /** @param port 0 = any free one
   *  @returns the port */
  async listen(host: string, port: number): Promise<number> {
    this.#front.listen(port, host);
    await once(this.#front, 'listening');
    return (this.#front.address() as AddressInfo).port; // an AddressInfo, as it listens on TCP
  }

  async close(): Promise<void> {
    this.faults.clear();
    this.#front.close();
    this.dropConnections();
    await once(this.#front, 'close');
  }

  /** From now on nothing is compared with the description of the API. */
  dismissJudge(): void {
    this.#judge = null;
  }

  /** Ends every open connection. */
  dropConnections(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }

  #prepared(server: HttpServer | HttpsServer, ready: 'connection' | 'secureConnection'): HttpServer {
    server.keepAliveTimeout = IDLE_CONNECTION_MS;
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on(ready, (socket: Socket) => {
      const connection = this.#connectionOf(socket);
      socket.prependListener('data', () => {
        connection.firstByteMs ??= monotonicMs();
      });
    });
    return server;
  }

  #accept(socket: Socket): void {
    const connectedMs = monotonicMs();
    const key = peerOf(socket);
    this.#accepted += 1;
    this.#connections.set(key, { number: this.#accepted, connectedMs, socket, firstByteMs: null });
    socket.on('close', () => this.#connections.delete(key));
    socket.on('error', () => undefined); // the client's end of a fault
    const { valid, wrong } = this.#servers;
    const fault = this.faults.forConnection()?.fault;
    if (fault === undefined) valid.emit('connection', socket);
    else if (fault.kind === 'handshakeReset') socket.resetAndDestroy();
    else if (fault.kind === 'certificate') (wrong?.[fault.which] ?? valid).emit('connection', socket);
    else socket.resume(); // handshakeHang: read, and never answer
  }

  #connectionOf(socket: Socket): Connection {
    const connection = this.#connections.get(peerOf(socket));
    if (connection === undefined) throw new Error(`no connection from ${peerOf(socket)}`);
    return connection;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const connection = this.#connectionOf(request.socket);
    const firstByteMs = connection.firstByteMs ?? monotonicMs();
    const body = await text(request).catch(() => null);
    if (body === null) return; // the client gave up in the midst of its request
    const completeMs = monotonicMs();
    connection.firstByteMs = null;
    const call = apiRequest(request, body);
    const strike = this.faults.forRequest(call.method, call.path);
    const entry = this.log.add({
      connection: connection.number,
      connectedMs: connection.connectedMs,
      firstByteMs,
      completeMs,
      method: call.method,
      path: call.path,
      query: Object.fromEntries(call.query),
      headers: withoutSecrets(call.headers, this.#cloud),
      body: readable(body),
      fault: strike?.fault.kind ?? null,
    });
    response.on('close', () => this.log.end(entry, response.headersSent ? response.statusCode : null));
    if (OUR_AGENT.test(call.headers['user-agent'] ?? '')) {
      this.departures.push(...(this.#judge?.request(described(call), call.query, readable(body)) ?? []));
    }
    await this.#reply(call, response, connection, strike);
  }

  async #reply(
    call: ApiRequest,
    response: ServerResponse,
    connection: Connection,
    strike: Strike<RequestFault> | null,
  ): Promise<void> {
    const waitSec = this.limiter.take(monotonicMs());
    const dress = (reply: ApiReply): ApiReply => ({ ...reply, headers: { ...this.#edgeHeaders(), ...reply.headers } });
    const throttled = (retryAfter: string | null): ApiReply =>
      dress(refusalReply(refusals.throttled(retryAfter), this.#cloud.generation));
    let carriedOut: ApiReply | null = null;
    const carryOut = (): ApiReply => {
      if (carriedOut === null) {
        carriedOut = dress(answer(this.#cloud, call));
        const { status, body } = carriedOut;
        this.departures.push(...(this.#judge?.reply(described(call), status, JSON.parse(body)) ?? []));
        this.log.notify();
      }
      return carriedOut;
    };
    if (waitSec !== null) return send(response, throttled(String(waitSec)));
    if (strike === null) return send(response, carryOut());
    await misbehave({ response, carryOut, throttled, reset: () => connection.socket.resetAndDestroy() }, strike);
  }

  #edgeHeaders(): Record<string, string> {
    const ray = `${randomBytes(8).toString('hex')}-SIM`;
    return { server: 'cloudflare', 'cf-ray': ray, ...this.limiter.headers(monotonicMs()) };
  }
}

const peerOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;

function apiRequest(request: IncomingMessage, body: string): ApiRequest {
  const url = new URL(request.url ?? '/', 'https://api.cloudflare.com');
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    body,
    clientAddress: request.socket.remoteAddress ?? '',
    receivedAt: new Date(),
  };
}

const described = ({ method, path }: ApiRequest) => ({ method, path: path.replace(BASE_PATH, '') });

/** Credentials never reach the log; a token that the API knows is named by its id. */
function withoutSecrets(headers: Readonly<Record<string, string>>, cloud: Cloud): Record<string, string> {
  const token = cloud.tokens.get((headers['authorization'] ?? '').replace('Bearer ', ''));
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (!SECRET_HEADERS.includes(name)) return [name, value];
      return [name, token === undefined ? '[hidden]' : `[token ${token.id}]`];
    }),
  );
}

function readable(body: string): unknown {
  if (body === '') return null;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
