/** A name server on 127.0.0.1: `NAME ADDRESS`. Says that the one name has the one A record and nothing else exists.
 *  Prints `listening` when it does. */
import { createSocket } from 'node:dgram';

/** RFC 1035 §4.1.1: response, recursion available; §4.1.3: pointer to the question's name, A, IN, 60 s, 4 bytes. */
const RESPONSE_FLAGS = 0x8180;
const NAME_ERROR = 3;
const ANSWER_HEAD = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
const HEADER_BYTES = 12;
const TYPE_A = 1;

const [wanted = '', address = ''] = process.argv.slice(2);

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

function answer(query: Buffer): Buffer {
  const { name, end } = readName(query);
  const known = name === wanted;
  const has = known && query.readUInt16BE(end) === TYPE_A;
  const header = Buffer.from(query.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(known ? RESPONSE_FLAGS : RESPONSE_FLAGS | NAME_ERROR, 2);
  header.writeUInt16BE(has ? 1 : 0, 6);
  header.fill(0, 8);
  const question = query.subarray(HEADER_BYTES, end + 4);
  const answers = has ? [ANSWER_HEAD, Buffer.from(address.split('.').map(Number))] : [];
  return Buffer.concat([header, question, ...answers]);
}

const socket = createSocket('udp4');
socket.on('message', (query, { port, address: peer }) => socket.send(answer(query), port, peer));
socket.bind(53, '127.0.0.1', () => process.stdout.write('listening\n'));
