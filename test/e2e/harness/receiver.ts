/** A receiver of notifications on ::1: `CERTIFICATE KEY PORT` (PEM files; port 0 = any). Answers every request with 200,
 *  under /status/N with N. Prints `listening PORT`, then each request as one JSON line. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const [cert = '', key = '', port = '0'] = process.argv.slice(2);

const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url = '', headers } = request;
    const body = Buffer.concat(chunks).toString();
    process.stdout.write(`${JSON.stringify({ method, url, type: headers['content-type'] ?? null, body })}\n`);
    response.writeHead(Number(/\/status\/(\d+)/.exec(url)?.[1] ?? 200)).end();
  });
});
server.listen(Number(port), '::1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`); // an AddressInfo, since it is TCP
});
