import { describe, expect, test } from 'vitest';
import { WireError } from '../../../src/core/wire/framing.ts';
import { viewOf } from '../../fakes/captured.ts';
import { readDatagram, refusal } from '../../fakes/reading.ts';
import { addressMessage, datagram, linkMessage } from '../../fakes/rtnetlink.ts';
import { A, B } from '../../fakes/samples.ts';

describe('readDatagram: lengths that lie', () => {
  const ATTRIBUTE_AT = 24;

  test.each<[string, number, number, string]>([
    ['message length 0', 0, 0, 'message length 0 at byte 0, 72 bytes left'],
    ['message length below its header', 0, 15, 'message length 15 at byte 0, 72 bytes left'],
    ['message length past the datagram', 0, 73, 'message length 73 at byte 0, 72 bytes left'],
    ['message length of 4 GiB', 0, 0xffffffff, 'message length 4294967295 at byte 0, 72 bytes left'],
    ['message that ends inside struct ifaddrmsg', 0, 20, 'struct ifaddrmsg at byte 16 has 4 of 8 bytes'],
    ['message that ends inside an attribute', 0, 40, 'attribute 1 of length 20 at byte 24, 16 bytes left'],
    ['message that ends inside a header', 0, 27, 'attribute 1 of length 0 at byte 24, 3 bytes left'],
    ['attribute length 0', ATTRIBUTE_AT, 0x00010000, 'attribute 1 of length 0 at byte 24, 48 bytes left'],
    [
      'attribute length below its header',
      ATTRIBUTE_AT,
      0x00010003,
      'attribute 1 of length 3 at byte 24, 48 bytes left',
    ],
    ['attribute past its message', ATTRIBUTE_AT, 0x0001ffff, 'attribute 1 of length 65535 at byte 24, 48 bytes left'],
    [
      'attribute a byte past its message',
      ATTRIBUTE_AT,
      0x00010031,
      'attribute 1 of length 49 at byte 24, 48 bytes left',
    ],
    ['IFA_ADDRESS of 15 bytes', ATTRIBUTE_AT, 0x00010013, 'attribute 1 of length 19 at byte 24'],
    ['IFA_LOCAL of no bytes', ATTRIBUTE_AT, 0x00020004, 'attribute 2 of length 4 at byte 24'],
    ['IFA_CACHEINFO of 8 bytes', ATTRIBUTE_AT, 0x0006000c, 'attribute 6 of length 12 at byte 24'],
    ['IFA_FLAGS of 2 bytes', ATTRIBUTE_AT, 0x00080006, 'attribute 8 of length 6 at byte 24'],
    ['IFA_PROTO of no bytes', ATTRIBUTE_AT, 0x000b0004, 'attribute 11 of length 4 at byte 24'],
  ])('readDatagram: %s → WireError that says where', (_, at, word, message) => {
    const bytes = addressMessage(A);
    viewOf(bytes).setUint32(at, word, true);
    expect(refusal(() => readDatagram(bytes))).toBe(`WireError: ${message}`);
  });

  test('readDatagram: a message that ends with its header → nothing but a WireError of what it should have', () => {
    const bytes = linkMessage(9, 'eth9');
    viewOf(bytes).setUint32(0, 31, true);
    expect(refusal(() => readDatagram(bytes))).toBe('WireError: struct ifinfomsg at byte 16 has 15 of 16 bytes');
  });

  test('readDatagram: garbage after a good message → WireError', () => {
    expect(refusal(() => readDatagram(datagram(addressMessage(A), Uint8Array.of(1, 2, 3))))).toBe(
      'WireError: message length 0 at byte 72, 3 bytes left',
    );
  });

  test('readDatagram: bytes in the middle of a buffer → no byte outside them counts', () => {
    const bytes = addressMessage(A);
    const buffer = datagram(addressMessage(B), bytes, addressMessage(B)).buffer;
    const middle = new Uint8Array(buffer, bytes.length, bytes.length);
    const [envelope, ...rest] = readDatagram(middle);
    expect(rest).toEqual([]);
    expect(envelope?.message).toMatchObject({ address: A });
    expect(() => readDatagram(middle.subarray(0, -1))).toThrow(WireError);
  });
});
