import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/core/address/address.ts';
import { AddressTable } from '../../src/core/address/table.ts';
import { IFA_ADDRESS, IFA_FLAGS, IFA_LOCAL, IFADDRMSG_LEN, NLMSG_HDRLEN } from '../../src/core/wire/constants.ts';
import { DatagramReader, WireError, wanted } from '../../src/core/wire/framing.ts';
import { readIfInet6 } from '../../src/core/wire/if-inet6.ts';
import { RoutingDump, readRoutingEvents } from '../../src/core/wire/routes.ts';
import { RtnetlinkSession } from '../../src/core/wire/session.ts';
import { formatTraceEvent, parseTrace, type TraceEvent } from '../../src/core/wire/trace.ts';
import { captured } from '../fakes/captured.ts';
import { readDatagram } from '../fakes/reading.ts';
import { addressMessage } from '../fakes/rtnetlink.ts';
import { A, B, C, D } from '../fakes/samples.ts';

/** One datagram of every kind the kernel sends. */
const REAL = [
  ...['newaddr-static', 'newaddr-peer', 'newaddr-slaac', 'deladdr', 'dump-addresses', 'dump-error', 'error-busy'],
  ...['newlink-rename', 'dellink', 'dump-links'],
  ...['newroute-default', 'newroute-multipath', 'newroute-replace', 'delroute', 'dump-routes'],
  ...['newrule-from', 'dump-rules'],
].flatMap(captured);

/** Every reader of datagrams, which must read or refuse with WireError, whatever the bytes. */
function readAll(bytes: Uint8Array): void {
  const dump = new RoutingDump();
  const readers = [() => checkMessages(bytes), () => dump.take([bytes]), () => readRoutingEvents([bytes])];
  const refusals = readers.map((read) => {
    try {
      read();
      return null;
    } catch (error) {
      return error;
    }
  });
  for (const refusal of refusals) if (refusal !== null) expect(refusal).toBeInstanceOf(WireError);
}

/** No more messages than fit, and no address outside the datagram. */
function checkMessages(bytes: Uint8Array): void {
  const messages = readDatagram(bytes);
  expect(messages.length).toBeLessThanOrEqual(bytes.length / NLMSG_HDRLEN);
  for (const { message } of messages) {
    if (message.kind === 'link') expect(message.ifName.length).toBeLessThan(bytes.length);
  }
}

const real = fc.constantFrom(...REAL);

/** A real datagram with some bytes replaced; lengths and types at the front of it more often than the rest. */
const damaged = fc
  .tuple(
    real,
    fc.array(fc.tuple(fc.oneof(fc.nat(100), fc.nat(8_000)), fc.oneof(fc.nat(20), fc.nat(255))), { minLength: 1 }),
  )
  .map(([bytes, changes]) => {
    const copy = bytes.slice();
    for (const [at, value] of changes) copy[at % copy.length] = value;
    return copy;
  });

describe('readDatagram, RoutingDump', () => {
  test('readDatagram: real datagrams cut at any byte → messages or WireError', () => {
    fc.assert(
      fc.property(real, fc.nat(8_000), (bytes, length) => {
        readAll(bytes.slice(0, length % bytes.length));
      }),
    );
  });

  test('readDatagram: a short real datagram cut at every byte → WireError, but for nothing left', () => {
    for (const bytes of REAL.filter(({ length }) => length < 150)) {
      for (let length = 1; length < bytes.length; length++) {
        expect(() => readDatagram(bytes.subarray(0, length))).toThrow(WireError);
      }
    }
  });

  test('readDatagram: real datagrams with bytes replaced → messages or WireError', () => {
    fc.assert(fc.property(damaged, readAll), { numRuns: 1_000 });
  });

  test('readDatagram: any bytes → messages or WireError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), readAll));
  });

  test('readDatagram: any content of an address message → read as it was written', () => {
    const content = fc.record({
      sequence: fc.nat(0x7fffffff),
      ifIndex: fc.integer({ min: 1, max: 0xffffffff }),
      flags32: fc.integer({ min: 0, max: 0xffffffff }),
      lifetimeSec: fc.integer({ min: 0, max: 0xffffffff }),
      createdStamp: fc.integer({ min: 0, max: 0xffffffff }),
      removed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.constantFrom(A, B, C, D), content, (address, written) => {
        const bytes = addressMessage(address, written);
        const { sequence, ifIndex, flags32: flags, lifetimeSec, createdStamp, removed } = written;
        const [envelope, ...rest] = readDatagram(bytes);
        expect(rest).toEqual([]);
        expect(envelope).toMatchObject({
          sequence,
          message: {
            kind: 'address',
            removed,
            ifIndex,
            flags,
            preferredSec: lifetimeSec,
            validSec: lifetimeSec,
            createdStamp,
            address,
          },
        });
      }),
    );
  });
});

test('DatagramReader: whatever it read before → the attributes that a new one finds', () => {
  const what = wanted([
    [IFA_ADDRESS, 16],
    [IFA_LOCAL, 16],
    [IFA_FLAGS, 4],
  ]);
  const find = (reader: DatagramReader, bytes: Uint8Array): number[] | string => {
    reader.open(bytes).next();
    try {
      return [...reader.findAttributes(what, reader.body + IFADDRMSG_LEN)];
    } catch (error) {
      return String(error);
    }
  };
  const sources = ['newaddr-static', 'newaddr-peer', 'newaddr-slaac'].flatMap(captured);
  const change = fc.tuple(fc.integer({ min: NLMSG_HDRLEN + IFADDRMSG_LEN, max: 71 }), fc.nat(24));
  const message = fc.tuple(fc.constantFrom(...sources), fc.option(change)).map(([bytes, changed]) => {
    const copy = bytes.slice();
    if (changed !== null) copy[changed[0]] = changed[1];
    return copy;
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
      const reader = new DatagramReader();
      for (const bytes of messages) expect(find(reader, bytes)).toEqual(find(new DatagramReader(), bytes));
    }),
    { numRuns: 1_000 },
  );
});

test('RtnetlinkSession: any datagrams → never an exception, never more rows than they can hold', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(damaged, real, fc.uint8Array({ maxLength: 100 })), { maxLength: 20 }),
      (datagrams) => {
        const table = new AddressTable();
        const session = new RtnetlinkSession(table);
        session.begin();
        let received = 0;
        for (const bytes of datagrams) {
          session.receive([bytes], 1_000);
          session.tick(1_000);
          received += bytes.length;
        }
        expect([...table.rows()].length + table.links.size).toBeLessThanOrEqual(received / NLMSG_HDRLEN);
      },
    ),
  );
});

test('readIfInet6: any text → never an exception, rows in range', () => {
  const word = fc.constantFrom(
    '3ffe0001000000000000000000000005',
    '02',
    '40',
    '00',
    '80',
    'lo',
    ' ',
    '\n',
    '\0',
    'ffffffff',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(word).map((words) => words.join(' ')),
    fc.array(word).map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, (any) => {
      for (const { message, ifName } of readIfInet6(any)) {
        expect([parseAddress(message.address), /\s/.test(ifName)]).toEqual([message.address, false]);
        for (const number of [message.ifIndex, message.flags, message.scope, message.prefixLength]) {
          expect(number).toBeGreaterThanOrEqual(0);
          expect(number).toBeLessThanOrEqual(0xffffffff);
        }
      }
    }),
  );
});

test('parseTrace: any events written down → the same events', () => {
  const atMs = fc.nat(4_000_000_000).map((micros) => micros / 1_000);
  const socket = fc.constantFrom('-', '1', '1,9');
  const event: fc.Arbitrary<TraceEvent> = fc.oneof(
    fc.record({ atMs, kind: fc.constant('datagram' as const), socket, bytes: fc.uint8Array({ minLength: 1 }) }),
    fc.record({ atMs, kind: fc.constant('overrun' as const), socket }),
    fc.record({ atMs, kind: fc.constant('jump' as const) }),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      expect(parseTrace(events.map(formatTraceEvent).join('\n'))).toEqual(events);
    }),
  );
});
