/** A peer that never stops sending: `FLOOD PORT KEY CERTIFICATE`. Prints `listening`, then `flooding` for each connection. */
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** A TLS record (RFC 8446 §5.1) of that type. */
const tlsRecord = (type: number, content: readonly number[]): Buffer =>
  Buffer.from([type, 3, 3, content.length >> 8, content.length & 0xff, ...content]);

const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;

/** The beginning of a message of 16 MiB. */
const ENDLESS_SERVER_HELLO = [2, 0xff, 0xff, 0xff, ...new Array<number>(60).fill(0)];

interface Flood {
  /** Whom it comes from. */
  readonly peer: 'tcp' | 'tls';
  readonly first?: string;
  readonly again: Buffer | string;
}

const FLOODS: Readonly<Record<string, Flood>> = {
  'TLS alerts': { peer: 'tcp', again: tlsRecord(ALERT, [1, 90]) }, // warning, user_canceled
  'TLS ChangeCipherSpec': { peer: 'tcp', again: tlsRecord(CHANGE_CIPHER_SPEC, [1]) },
  'TLS handshake fragments': { peer: 'tcp', again: tlsRecord(HANDSHAKE, ENDLESS_SERVER_HELLO) },
  'bytes that are no TLS': { peer: 'tcp', again: '\u0000' },
  'interim replies': { peer: 'tls', again: 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n' },
  'header lines': { peer: 'tls', first: 'HTTP/1.1 200 OK\r\n', again: 'x: y\r\n' },
  'one header line': { peer: 'tls', first: 'HTTP/1.1 200 OK\r\nx: ', again: 'y' },
  body: { peer: 'tls', first: 'HTTP/1.1 200 OK\r\n\r\n', again: 'z' },
  'empty chunks': { peer: 'tls', first: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', again: '1\r\nz\r\n' },
  'a chunk’s extension': { peer: 'tls', first: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;', again: 'z' },
  trailers: { peer: 'tls', first: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n', again: 'x: y\r\n' },
  'header lines of a proxy': { peer: 'tcp', first: 'HTTP/1.1 200 OK\r\n', again: 'x: y\r\n' },
  'interim replies of a proxy': { peer: 'tcp', again: 'HTTP/1.1 100 Continue\r\n\r\n' },
  'body of a proxy': { peer: 'tcp', first: 'HTTP/1.1 502 No\r\ncontent-length: 99999999999\r\n\r\n', again: 'z' },
  'chunks of a proxy': {
    peer: 'tcp',
    first: 'HTTP/1.1 407 No\r\ntransfer-encoding: chunked\r\nproxy-authenticate: Basic realm="x"\r\n\r\n',
    again: '1\r\nz\r\n',
  },
};

/** As much as goes out in one piece. */
const PIECE_BYTES = 256 * 1024;

const [what = '', port = '0', key = '', certificate = ''] = process.argv.slice(2);
const flood = FLOODS[what];
if (flood === undefined) throw new Error(`no flood is named "${what}"`);

function serve(socket: Socket): void {
  const { first = '', again } = flood as Flood;
  const unit = Buffer.from(again);
  const piece = Buffer.alloc(Math.ceil(PIECE_BYTES / unit.length) * unit.length, unit);
  const go = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('error', () => {}); // whoever leaves may do so with a reset
  socket.on('drain', go);
  socket.once('data', () => {
    process.stdout.write('flooding\n');
    socket.write(first);
    go();
  });
}

const files = flood.peer === 'tls' ? { key: readFileSync(key), cert: readFileSync(certificate) } : null;
const server = files === null ? createServer(serve) : createTlsServer(files, serve);
server.on('tlsClientError', () => {});
server.listen(Number(port), '::', () => process.stdout.write('listening\n'));
