import { describe, expect, test } from 'vitest';
import { INFINITE_LIFETIME_SEC } from '../../../src/core/wire/constants.ts';
import { DatagramReader } from '../../../src/core/wire/framing.ts';
import { type AddressMessage, readAddress } from '../../../src/core/wire/reader.ts';
import { captured, viewOf } from '../../fakes/captured.ts';
import { type Message, readDatagram, refusal } from '../../fakes/reading.ts';
import { addressMessage, datagram, doneMessage, linkMessage } from '../../fakes/rtnetlink.ts';
import { A, B } from '../../fakes/samples.ts';

/** The messages of a capture, addresses as text. */
const capturedMessages = (name: string): unknown[] =>
  captured(name).flatMap((bytes) => readDatagram(bytes).map(({ message }) => message));

/** A permanent address of link 2 as `ip address add … nodad` makes it. */
const STATIC = {
  kind: 'address',
  removed: false,
  address: '3ffe:1::1',
  ifIndex: 2,
  prefixLength: 64,
  scope: 0,
  flags: 0x82,
  protocol: 0,
  preferredSec: INFINITE_LIFETIME_SEC,
  validSec: INFINITE_LIFETIME_SEC,
  createdStamp: expect.any(Number),
  renewedStamp: expect.any(Number),
};

describe('readDatagram: addresses as the kernel sends them', () => {
  test.each<[string, Record<string, unknown>[]]>([
    ['newaddr-static', [{}]],
    ['newaddr-peer', [{}]],
    ['newaddr-deprecated', [{ flags: 0xa0, preferredSec: 0 }]],
    ['deladdr', [{ removed: true, flags: 0xa0, preferredSec: 0 }]],
    [
      'newaddr-dad-failed',
      [
        { address: '3ffe:1::3', flags: 0xc0 },
        { address: '3ffe:1::3', flags: 0xc8 },
      ],
    ],
    [
      'newaddr-dad',
      [
        { address: '3ffe:1::2', flags: 0x40, preferredSec: 3600, validSec: 7200 },
        { address: '3ffe:1::2', flags: 0, preferredSec: 3599, validSec: 7199 },
      ],
    ],
    [
      'newaddr-optimistic',
      [
        { address: '3ffe:1::5', ifIndex: 5, flags: 0xc4 },
        { address: '3ffe:1::5', ifIndex: 5, flags: 0x80 },
      ],
    ],
    [
      'newaddr-temporary',
      [
        { address: '3ffe:1::4', ifIndex: 3, flags: 0x102, preferredSec: 3600, validSec: 7200 },
        { address: expect.stringMatching(/^3ffe:1::/), ifIndex: 3, flags: 1, preferredSec: 3599, validSec: 7199 },
      ],
    ],
    [
      'newaddr-slaac',
      [
        { address: '3ffe:1::ff:fe00:1', ifIndex: 4, flags: 0x100, protocol: 2, preferredSec: 3599, validSec: 7199 },
        { address: '3ffe:1::ff:fe00:1', ifIndex: 4, flags: 0x100, protocol: 2, preferredSec: 3600, validSec: 7200 },
      ],
    ],
  ])('readDatagram: %s → own address, flags, lifetimes', (name, expected) => {
    expect(capturedMessages(name)).toEqual(expected.map((own) => ({ ...STATIC, ...own })));
  });

  test('readDatagram: renewal by a router → another renewedStamp, the same createdStamp', () => {
    const [first, second] = capturedMessages('newaddr-slaac') as AddressMessage[];
    expect(second?.createdStamp).toBe(first?.createdStamp);
    expect(second?.renewedStamp).not.toBe(first?.renewedStamp);
  });
});

describe('readDatagram: links as the kernel sends them', () => {
  const DOWN = 0x1002;
  const UP = 0x11003;
  const RUNNING = 0x11043;

  test.each<[string, [name: string, flags: number, removed: boolean][]]>([
    [
      'newlink-down-up',
      [
        ['port0', DOWN, false],
        ['port0', UP, false],
      ],
    ],
    [
      'newlink-rename',
      [
        ['port0', RUNNING, false],
        ['uplink0', RUNNING, false],
        ['port0', RUNNING, false],
      ],
    ],
    [
      'dellink',
      [
        ['port0', DOWN, false],
        ['port0', DOWN, true],
      ],
    ],
  ])('readDatagram: %s → link number, name, flags', (name, expected) => {
    expect(capturedMessages(name)).toEqual(
      expected.map(([ifName, flags, removed]) => ({ kind: 'link', removed, ifIndex: 6, ifName, altNames: [], flags })),
    );
  });
});

describe('readDatagram: dumps as the kernel sends them', () => {
  const END = { kind: 'end', errno: 0 };

  test('readDatagram: links → every link, then the end in a datagram of its own', () => {
    expect(capturedMessages('dump-links')).toEqual([
      { kind: 'link', removed: false, ifIndex: 1, ifName: 'lo', altNames: [], flags: 0x8 },
      { kind: 'link', removed: false, ifIndex: 6, ifName: 'port0', altNames: [], flags: 0x11043 },
      END,
    ]);
  });

  test('readDatagram: 60 addresses in several datagrams → every one of them, then the end', () => {
    const messages = capturedMessages('dump-addresses');
    const locals = messages.map((message) => (message as { address?: string }).address);
    for (let i = 1; i <= 60; i++) expect(locals).toContain(`3ffe:1::${i}`);
    expect(messages.at(-1)).toEqual(END);
    expect(captured('dump-addresses').length).toBeGreaterThan(1);
  });

  test('readDatagram: any dump → every message carries the number of its request', () => {
    const sequences = ['dump-links', 'dump-addresses', 'dump-addresses-interrupted', 'dump-error'].flatMap((name) =>
      captured(name).flatMap((bytes) => readDatagram(bytes).map(({ sequence }) => sequence)),
    );
    expect(new Set(sequences)).toEqual(new Set([7]));
  });

  test('readDatagram: the table changed during the dump → one message of many says so, and not the last', () => {
    const marks = captured('dump-addresses-interrupted').flatMap((bytes) =>
      readDatagram(bytes).map((own) => own.interrupted),
    );
    expect(marks.filter((interrupted) => interrupted)).toHaveLength(1);
    expect(marks.at(-1)).toBe(false);
  });

  test('readDatagram: dump of an unknown link → the end carries ENODEV', () => {
    expect(capturedMessages('dump-error')).toEqual([{ kind: 'end', errno: 19 }]);
  });

  test('readDatagram: a second dump while one runs → NLMSG_ERROR with EBUSY amid the rows of the first', () => {
    const ends = capturedMessages('error-busy').filter((message) => (message as Message).kind === 'end');
    expect(ends).toEqual([{ kind: 'end', errno: 16 }, END]);
  });
});

describe('readDatagram: what is not of interest', () => {
  test('readDatagram: routes → nothing', () => {
    expect(capturedMessages('newroute-default')).toEqual([]);
  });

  test('readDatagram: an IPv4 address → nothing', () => {
    const bytes = addressMessage(A);
    bytes[16] = 2;
    expect(readDatagram(bytes)).toEqual([]);
  });

  test('readDatagram: an unknown type between others → the others', () => {
    const unknown = linkMessage(9, 'eth9');
    unknown[4] = 99;
    const found = readDatagram(datagram(addressMessage(A), unknown, addressMessage(B)));
    expect(found.map(({ message }) => message.kind)).toEqual(['address', 'address']);
  });

  test('readDatagram: unknown attributes → passed over', () => {
    const bytes = addressMessage(A);
    const flagsAt = bytes.length - 8;
    viewOf(bytes).setUint16(flagsAt + 2, 99, true);
    expect(readDatagram(bytes)).toMatchObject([{ message: { kind: 'address', flags: 0x80 } }]);
  });

  test('readDatagram: flags in the type of an attribute (NLA_F_NESTED, NLA_F_NET_BYTEORDER) → do not count', () => {
    const bytes = addressMessage(A, { flags32: 0x300 });
    viewOf(bytes).setUint16(bytes.length - 6, 0xc008, true);
    expect(readDatagram(bytes)).toMatchObject([{ message: { flags: 0x300 } }]);
  });

  test('readDatagram: a message whose length is no multiple of 4 → the next one starts after padding', () => {
    const odd = linkMessage(9, 'eth9');
    viewOf(odd).setUint32(0, odd.length - 3, true);
    viewOf(odd).setUint16(32, 9, true);
    expect(readDatagram(datagram(odd, addressMessage(A)))).toMatchObject([
      { message: { kind: 'link', ifName: 'eth9' } },
      { message: { kind: 'address' } },
    ]);
  });

  test('readDatagram: what a bridge says of its ports (AF_BRIDGE) → nothing', () => {
    const bytes = linkMessage(9, 'eth9');
    bytes[16] = 7;
    expect(readDatagram(bytes)).toEqual([]);
  });

  test('readDatagram: a header and no more, of a type that is not known → nothing', () => {
    const bytes = linkMessage(9, 'eth9').slice(0, 16);
    viewOf(bytes).setUint32(0, 16, true);
    bytes[4] = 99;
    expect(readDatagram(bytes)).toEqual([]);
  });

  test('readDatagram: an empty datagram → nothing', () => {
    expect(readDatagram(new Uint8Array(0))).toEqual([]);
  });
});

describe('readDatagram: what old or odd kernels send', () => {
  /** An address message without its last attribute. */
  function withoutLast(bytes: Uint8Array, attributeBytes: number): Uint8Array {
    const shorter = bytes.slice(0, bytes.length - attributeBytes);
    viewOf(shorter).setUint32(0, shorter.length, true);
    return shorter;
  }

  test('readDatagram: no IFA_FLAGS (before 3.14) → the flags of the header', () => {
    const [envelope] = readDatagram(withoutLast(addressMessage(A, { flags32: 0xc0 }), 8));
    expect(envelope?.message).toMatchObject({ flags: 0xc0 });
  });

  test('readDatagram: no IFA_CACHEINFO → lifetimes for ever, stamps unknown', () => {
    const [envelope] = readDatagram(withoutLast(addressMessage(A), 28));
    expect(envelope?.message).toMatchObject({
      preferredSec: INFINITE_LIFETIME_SEC,
      validSec: INFINITE_LIFETIME_SEC,
      createdStamp: null,
      renewedStamp: null,
    });
  });

  test('readDatagram: an end without a status (before 2.6.24) → complete', () => {
    expect(readDatagram(withoutLast(doneMessage(7, 5), 4))).toMatchObject([
      { sequence: 7, message: { kind: 'end', errno: 0 } },
    ]);
  });

  test('readDatagram: an address message without an address → WireError', () => {
    expect(refusal(() => readDatagram(withoutLast(addressMessage(A), 48)))).toBe(
      'WireError: address message at byte 16 without an address',
    );
  });

  test('readDatagram: alternative names, others beside them → every one of the names', () => {
    const name = (type: number, text: string) => {
      const bytes = [...text, '\0'].map((letter) => letter.charCodeAt(0));
      return [bytes.length + 4, 0, type, 0, ...bytes, ...Array(-bytes.length & 3).fill(0)];
    };
    const names = [...name(53, 'lan'), ...name(54, 'other'), ...name(53, 'a-long-name')];
    const list = [names.length + 4, 0, 52, 0x80, ...names];
    const bytes = Uint8Array.from([...linkMessage(9, 'eth9'), ...list, ...name(53, 'outside')]);
    viewOf(bytes).setUint32(0, bytes.length, true);
    expect(readDatagram(bytes)).toMatchObject([{ message: { ifName: 'eth9', altNames: ['lan', 'a-long-name'] } }]);
  });

  test.each([
    ['UTF-8', [0x77, 0xc3, 0xa4, 0x6e], 'w\u00e4n'],
    ['none', [0x77, 0xe4, 0x6e], 'w\u00e4n'],
    ['UTF-8 with a percent sign', [0x25, 0x34, 0x31], '%41'],
  ])('readDatagram: the bytes of a name are %s → its text', (_, bytes, ifName) => {
    const name = String.fromCharCode(...bytes);
    expect(readDatagram(linkMessage(9, name))).toMatchObject([{ message: { ifName } }]);
  });

  test('readDatagram: a link without a name → an empty one', () => {
    const bytes = withoutLast(linkMessage(9, 'abc'), 8);
    expect(readDatagram(bytes)).toMatchObject([{ message: { kind: 'link', ifIndex: 9, ifName: '' } }]);
  });
});

describe('DatagramReader: a buffer that serves again and again', () => {
  const buffer = new ArrayBuffer(1024);
  const reader = new DatagramReader();

  /** What is read of a datagram that stands at the beginning of the buffer. */
  const received = (bytes: Uint8Array): string[] => {
    new Uint8Array(buffer).set(bytes);
    const found: string[] = [];
    for (reader.open(new Uint8Array(buffer, 0, bytes.length)); reader.next(); ) {
      const message = readAddress(reader);
      found.push(`${message?.address} until ${message?.preferredSec}`);
    }
    return found;
  };

  test('DatagramReader: a shorter datagram after a longer one → nothing of the longer one', () => {
    expect(received(datagram(addressMessage(A), addressMessage(B, { lifetimeSec: 5 })))).toEqual([
      `${A} until ${INFINITE_LIFETIME_SEC}`,
      `${B} until 5`,
    ]);
    expect(received(addressMessage(B, { lifetimeSec: 7 }))).toEqual([`${B} until 7`]);
  });

  test('DatagramReader: a message without IFA_CACHEINFO after one with it → no lifetime of the other', () => {
    const bare = addressMessage(B).slice(0, -28);
    viewOf(bare).setUint32(0, bare.length, true);
    expect(received(datagram(addressMessage(A, { lifetimeSec: 5 }), bare))).toEqual([
      `${A} until 5`,
      `${B} until ${INFINITE_LIFETIME_SEC}`,
    ]);
  });
});
