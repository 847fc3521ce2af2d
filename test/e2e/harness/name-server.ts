/** A name server: `JSON`, a `NameServer`. Prints `listening` when it does, then of each question name, type and protocol. */
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { createServer, isIPv6, type Socket } from 'node:net';
import { addressBytes, parseAddress } from '../../../src/core/address/address.ts';

/** Addresses, separated by blanks; or none (`nodata`), an error of RFC 1035 §4.1.1, silence (`dropped`). */
export type Answer = string;

export interface NameServer {
  /** Default 127.0.0.1. */
  readonly listen?: string;
  /** What it says of each name's A and AAAA records, default `nodata`. */
  readonly names: Readonly<Record<string, { readonly a?: Answer; readonly aaaa?: Answer }>>;
  /** What it says of every other name, default `nxdomain`. */
  readonly others?: { readonly a?: Answer; readonly aaaa?: Answer };
  /** What becomes of each answer that goes out as a datagram. */
  readonly udp?: 'whole' | 'truncated' | 'dropped';
}

const CODES: Readonly<Record<string, number>> = {
  nodata: 0,
  formerr: 1,
  servfail: 2,
  nxdomain: 3,
  notimp: 4,
  refused: 5,
};

/** RFC 1035 §4.1.1: response, recursion desired and available; truncated. */
const RESPONSE_FLAGS = 0x8180;
const TRUNCATED = 0x0200;
const HEADER_BYTES = 12;
const TYPES: Readonly<Record<number, 'a' | 'aaaa'>> = { 1: 'a', 28: 'aaaa' };

const spec: NameServer = JSON.parse(process.argv[2] ?? '');
const { listen = '127.0.0.1', names, others = { a: 'nxdomain', aaaa: 'nxdomain' }, udp = 'whole' } = spec;

/** The name in the question and where it ends. */
function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

/** @returns null = silence */
function respond(query: Buffer, protocol: 'udp' | 'tcp'): Buffer | null {
  const { name, end } = readName(query);
  const type = TYPES[query.readUInt16BE(end)] ?? 'a';
  process.stdout.write(`${name} ${type} ${protocol}\n`);
  const answer = (names[name] ?? others)[type] ?? 'nodata';
  if (answer === 'dropped' || (protocol === 'udp' && udp === 'dropped')) return null;
  const code = CODES[answer];
  const truncated = protocol === 'udp' && udp === 'truncated';
  const records = code === undefined && !truncated ? answer.split(' ').map((address) => record(type, address)) : [];
  const header = Buffer.from(query.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(RESPONSE_FLAGS | (truncated ? TRUNCATED : 0) | (code ?? 0), 2);
  header.writeUInt16BE(records.length, 6);
  header.fill(0, 8);
  return Buffer.concat([header, query.subarray(HEADER_BYTES, end + 4), ...records]);
}

/** RFC 1035 §4.1.3: pointer to the question's name, type, IN, 60 s, the address. */
function record(type: 'a' | 'aaaa', text: string): Buffer {
  const parsed = type === 'aaaa' ? parseAddress(text) : null;
  const bytes = parsed === null ? text.split('.').map(Number) : addressBytes(parsed);
  return Buffer.from([0xc0, 0x0c, 0, type === 'a' ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]);
}

function serve(connection: Socket): void {
  let received = Buffer.alloc(0);
  connection.on('error', () => {}); // whoever leaves may do so with a reset
  connection.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      const answer = respond(received.subarray(2, end), 'tcp');
      received = received.subarray(end);
      if (answer !== null)
        connection.write(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 255]), answer]));
    }
  });
}

const datagrams: Datagrams = createSocket(isIPv6(listen.replace(/%.*/, '')) ? 'udp6' : 'udp4');
datagrams.on('message', (query, { port, address }) => {
  const answer = respond(query, 'udp');
  if (answer !== null) datagrams.send(answer, port, address);
});
datagrams.bind(53, listen, () => createServer(serve).listen(53, listen, () => process.stdout.write('listening\n')));
