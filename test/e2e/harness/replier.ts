/** An API that answers one kind of request with what nobody sends: below `/BODY/KIND`, URL-encoded, requests of that kind
 *  get that body, and all others what is right for a zone without records. Prints `listening PORT`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BODIES, headersFor, type Kind, type Subject } from './bodies.ts';

const ZONE: Subject = { id: '0'.repeat(32), name: 'example.com', record: 'home.example.com' };

function kindOf(method: string, path: string): Kind {
  if (path.endsWith('/dns_records')) return method === 'GET' ? 'records' : 'write';
  if (path.endsWith('/batch')) return 'batch';
  return path.endsWith('/zones') ? 'zones' : 'zone';
}

const good = (result: unknown): string =>
  JSON.stringify({ success: true, errors: [], result, result_info: { page: 1, count: 0, total_count: 0 } });

function usual(kind: Kind): string {
  const zone = { id: ZONE.id, name: ZONE.name, status: 'active' };
  if (kind === 'zones') return JSON.stringify({ success: true, result: [zone], result_info: { count: 1 } });
  if (kind === 'zone') return good(zone);
  if (kind === 'records') return good([]);
  const record = { id: 'a', type: 'AAAA', name: ZONE.record, content: '3ffe:1::a' };
  return good(kind === 'write' ? record : { posts: [record] });
}

const server = createServer((request, response) => {
  const [, body = '', wanted = '', ...rest] = decodeURI(request.url ?? '')
    .replaceAll('+', ' ')
    .replace(/\?.*/, '')
    .split('/');
  const kind = kindOf(request.method ?? '', `/${rest.join('/')}`);
  const make = kind === wanted ? BODIES[body] : undefined;
  const { status = 200, text = usual(kind) } = make?.(ZONE, kind) ?? {};
  request.resume();
  response.writeHead(status, make === undefined ? {} : headersFor(body)).end(text);
});
server.listen(0, '::1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`); // an AddressInfo, since it is TCP
});
