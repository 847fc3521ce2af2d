import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiReply } from './api.ts';
import type { EdgeAnswer, RequestFault, Strike } from './faults.ts';

/** One request and the ways to end it. */
export interface Exchange {
  readonly response: ServerResponse;
  /** Carries the request out at the API; further calls give the same reply. */
  readonly carryOut: () => ApiReply;
  /** The 429 that the API gives. */
  readonly throttled: (retryAfter: string | null) => ApiReply;
  /** Ends the connection with RST. */
  readonly reset: () => void;
}

/** Sends a reply whole. */
export function send(response: ServerResponse, reply: ApiReply): void {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
}

/** Ends the exchange as the fault says. */
export async function misbehave(exchange: Exchange, { fault, applied, cleared }: Strike<RequestFault>): Promise<void> {
  const { response } = exchange;
  if (applied) exchange.carryOut();
  switch (fault.kind) {
    case 'hang':
      await Promise.race([cleared, once(response, 'close')]);
      return response.destroyed ? undefined : send(response, exchange.carryOut());
    case 'reset':
      return exchange.reset();
    case 'close':
      response.socket?.end();
      return;
    case 'garbage':
      response.socket?.end(NO_HTTP);
      return;
    case 'garbageBody':
      return send(response, { status: 200, headers: { 'content-type': 'application/json' }, body: NO_JSON });
    case 'html':
      return send(response, {
        status: fault.status,
        headers: { 'content-type': 'text/html' },
        body: errorPage(fault.status),
      });
    case 'edge':
      return send(response, edgeError(fault));
    case 'throttle':
      return send(response, exchange.throttled(fault.retryAfter));
    case 'reply':
      return send(response, fault);
    default:
      return spoil(response, exchange.carryOut(), fault);
  }
}

type Spoiling = Extract<RequestFault, { kind: 'cutBody' | 'truncated' | 'drip' | 'delay' | 'headers' | 'oversized' }>;

async function spoil(response: ServerResponse, reply: ApiReply, fault: Spoiling): Promise<void> {
  const half = reply.body.slice(0, reply.body.length / 2);
  switch (fault.kind) {
    case 'cutBody':
      response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
      response.write(half, () => response.socket?.end());
      return;
    case 'truncated':
      return send(response, { ...reply, body: half });
    case 'drip':
      return drip(response, reply, fault.intervalMs);
    case 'delay':
      await sleep(fault.delayMs, undefined, { ref: false });
      return response.destroyed ? undefined : send(response, reply);
    case 'headers':
      return send(response, { ...reply, headers: { ...reply.headers, ...fault.headers } });
    case 'oversized':
      return send(response, { ...reply, body: reply.body.padEnd(fault.bytes) });
  }
}

async function drip(response: ServerResponse, reply: ApiReply, intervalMs: number): Promise<void> {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  for (const byte of Buffer.from(reply.body)) {
    if (response.destroyed) return;
    response.write(Uint8Array.of(byte));
    await sleep(intervalMs, undefined, { ref: false });
  }
  response.end();
}

const NO_HTTP = Buffer.from('\u0000\u0001 220 not the protocol you asked for\r\n\r\n');
const NO_JSON = '\u0000\u0007{"success":tru\u001b[31m';

const edgeError = ({ status, errorCode, retryable, retryAfterSec }: EdgeAnswer): ApiReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    type: `https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-${errorCode}/`,
    title: `Error ${errorCode}`,
    status,
    error_code: errorCode,
    cloudflare_error: true,
    retryable,
    ...(retryAfterSec !== null && { retry_after: retryAfterSec }),
  }),
});

const errorPage = (status: number): string =>
  `<html>\r\n<head><title>${status} Bad Gateway</title></head>\r\n<body>\r\n<center><h1>${status} Bad Gateway</h1></center>\r\n` +
  '<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n';
