import { beforeEach, describe, expect, test } from 'vitest';
import { AddressTable } from '../../../src/core/address/table.ts';
import {
  NLM_F_DUMP_INTR,
  NLMSG_ERROR,
  RTM_DELLINK,
  RTM_GETADDR,
  RTM_GETLINK,
} from '../../../src/core/wire/constants.ts';
import { type Progress, RESYNC_PAUSE_MS, RtnetlinkSession } from '../../../src/core/wire/session.ts';
import { captured } from '../../fakes/captured.ts';
import { addressMessage, datagram, doneMessage, linkMessage, readRequest } from '../../fakes/rtnetlink.ts';
import { A, B, C } from '../../fakes/samples.ts';
import { flawless } from '../../fakes/told-table.ts';

const GARBAGE = Uint8Array.of(1, 2, 3);
const QUIET = { request: null, changed: false, resync: null };

let table: AddressTable;
let session: RtnetlinkSession;
let nowMs: number;

beforeEach(() => {
  table = new AddressTable();
  session = new RtnetlinkSession(table);
  nowMs = 50_000;
});

const receive = (...messages: Uint8Array[]): Progress => session.receive([datagram(...messages)], nowMs);
const asked = (request: ArrayBuffer | null) => (request === null ? null : readRequest(request));
const sound = (): string[] =>
  flawless(table)
    .map(({ address }) => address)
    .sort();

/** A message with another type. */
function typed(type: number, message: Uint8Array): Uint8Array {
  message[4] = type;
  return message;
}

/** Answers the dump of links that runs under this number with eth2 and eth3. */
const answerLinks = (sequence: number): Progress =>
  receive(linkMessage(2, 'eth2', { sequence }), linkMessage(3, 'eth3', { sequence }), doneMessage(sequence));

/** Starts and dumps a table of A. */
function start(): void {
  session.begin();
  answerLinks(1);
  receive(addressMessage(A, { sequence: 2 }), doneMessage(2));
}

/** Plays the resync that is due, under the next two numbers. */
function resync(sequence: number, ...rows: Uint8Array[]): Progress {
  expect(asked(session.tick(nowMs).request)).toEqual({ type: RTM_GETLINK, sequence });
  expect(asked(answerLinks(sequence).request)).toEqual({ type: RTM_GETADDR, sequence: sequence + 1 });
  return receive(...rows, doneMessage(sequence + 1));
}

describe('RtnetlinkSession: the first dump', () => {
  test('RtnetlinkSession: begin → asks for the links, knows nothing', () => {
    expect(asked(session.begin())).toEqual({ type: RTM_GETLINK, sequence: 1 });
    expect([session.isDumping, session.isWhole, session.dueMs]).toEqual([true, false, null]);
  });

  test('RtnetlinkSession: links are complete → asks for the addresses, reports nothing', () => {
    session.begin();
    const progress = answerLinks(1);
    expect(asked(progress.request)).toEqual({ type: RTM_GETADDR, sequence: 2 });
    expect([progress.changed, session.isWhole, session.isDumping]).toEqual([false, false, true]);
  });

  test('RtnetlinkSession: garbage behind the end of the dump of links → the addresses are asked for all the same', () => {
    session.begin();
    const { request, changed } = receive(linkMessage(2, 'eth2', { sequence: 1 }), doneMessage(1), GARBAGE);
    expect([asked(request), changed]).toEqual([{ type: RTM_GETADDR, sequence: 2 }, false]);
    expect(receive(addressMessage(A, { sequence: 2 }), doneMessage(2))).toEqual(QUIET);
    expect(session.dueMs).not.toBeNull();
  });

  test('RtnetlinkSession: addresses in several datagrams → reported with the last', () => {
    session.begin();
    answerLinks(1);
    expect(receive(addressMessage(A, { sequence: 2 }))).toEqual(QUIET);
    expect(session.isWhole).toBe(false);
    expect(receive(addressMessage(B, { sequence: 2 }))).toEqual(QUIET);
    expect(receive(doneMessage(2))).toEqual({ ...QUIET, changed: true });
    expect([sound(), session.isWhole, session.isDumping]).toEqual([[A, B], true, false]);
  });

  test('RtnetlinkSession: no address at all → reported all the same', () => {
    session.begin();
    answerLinks(1);
    expect(receive(doneMessage(2))).toEqual({ ...QUIET, changed: true });
  });

  test('RtnetlinkSession: polling had filled the table with just the same → reported all the same', () => {
    start();
    session = new RtnetlinkSession(table);
    session.begin();
    answerLinks(1);
    expect(receive(addressMessage(A, { sequence: 2 }), doneMessage(2))).toEqual({ ...QUIET, changed: true });
  });

  test('RtnetlinkSession: events before, amid and after the rows → applied in their order, reported at the end', () => {
    session.begin();
    expect(receive(addressMessage(A))).toEqual(QUIET);
    answerLinks(1);
    expect(receive(addressMessage(B))).toEqual(QUIET);
    expect(receive(addressMessage(A, { sequence: 2 }), addressMessage(C, { sequence: 2 }))).toEqual(QUIET);
    expect(receive(addressMessage(C, { removed: true }))).toEqual(QUIET);
    expect(receive(doneMessage(2))).toEqual({ ...QUIET, changed: true });
    expect(sound()).toEqual([A, B]);
  });

  test('RtnetlinkSession: a real dump of 60 addresses, but for its number → taken in', () => {
    session.begin();
    answerLinks(1);
    for (const bytes of captured('dump-addresses')) expect(session.receive([bytes], nowMs)).toEqual(QUIET);
    expect(receive(doneMessage(2)).changed).toBe(true);
    expect(sound()).toHaveLength(60);
  });
});

describe('RtnetlinkSession: events', () => {
  beforeEach(start);

  test('RtnetlinkSession: an address comes, another goes → reported at once', () => {
    expect(receive(addressMessage(B))).toEqual({ ...QUIET, changed: true });
    expect(receive(addressMessage(A, { removed: true }))).toEqual({ ...QUIET, changed: true });
    expect(sound()).toEqual([B]);
  });

  test('RtnetlinkSession: several in one datagram → reported once, all applied', () => {
    expect(receive(addressMessage(B), addressMessage(A, { removed: true }), addressMessage(C)).changed).toBe(true);
    expect(sound()).toEqual([B, C]);
  });

  test('RtnetlinkSession: a change before a renewal in one datagram → not forgotten', () => {
    expect(receive(addressMessage(B), addressMessage(A)).changed).toBe(true);
  });

  test.each<[string, () => Uint8Array]>([
    ['a renewal', () => addressMessage(A)],
    ['a privacy address', () => addressMessage(B, { flags32: 0x01 })],
    ['an IPv4 address', () => addressMessage(B).fill(2, 16, 17)],
    ['a message of unknown type', () => typed(99, addressMessage(B))],
    ['a link as it was', () => linkMessage(2, 'eth2')],
    ['the end of a dump that nobody asked for', () => doneMessage(9)],
    ['an error of a request that nobody made', () => typed(NLMSG_ERROR, doneMessage(9, 16))],
  ])('RtnetlinkSession: %s → nothing', (_, message) => {
    expect(receive(message())).toEqual(QUIET);
    expect([session.isDumping, session.dueMs, sound()]).toEqual([false, null, [A]]);
  });

  test('RtnetlinkSession: a link renamed → reported, no resync', () => {
    expect(receive(linkMessage(2, 'uplink'))).toEqual({ ...QUIET, changed: true });
    expect([table.links.get(2)?.ifName, session.dueMs]).toEqual(['uplink', null]);
  });

  test('RtnetlinkSession: a link deleted → reported, no resync', () => {
    expect(receive(typed(RTM_DELLINK, linkMessage(2, 'eth2', {}, 0))).changed).toBe(true);
    expect([table.links.has(2), session.dueMs]).toEqual([false, null]);
  });

  test('RtnetlinkSession: a link that was unknown → no resync: its addresses will be announced', () => {
    expect(receive(linkMessage(4, 'eth4')).changed).toBe(true);
    expect(session.dueMs).toBeNull();
  });

  test('RtnetlinkSession: a link goes down, then up → the table is dumped before each report', () => {
    expect(receive(linkMessage(2, 'eth2', {}, 0))).toEqual(QUIET);
    expect(session.tick(nowMs).resync).toBe('eth2 went up or down');
    expect(receive(linkMessage(2, 'eth2', { sequence: 3 }, 0), doneMessage(3)).changed).toBe(false);
    expect(receive(doneMessage(4)).changed).toBe(true);
    nowMs += RESYNC_PAUSE_MS;
    expect(receive(linkMessage(2, 'eth2'))).toEqual(QUIET);
    expect(session.tick(nowMs).resync).toBe('eth2 went up or down');
  });
});

describe('RtnetlinkSession: resync', () => {
  beforeEach(start);

  test('RtnetlinkSession: messages were lost → dumped again when the socket is drained, then reported', () => {
    session.lost('overrun');
    expect([session.dueMs === null, session.isWhole]).toEqual([false, true]);
    const progress = session.tick(nowMs);
    expect([asked(progress.request), progress.resync, progress.changed]).toEqual([
      { type: RTM_GETLINK, sequence: 3 },
      'overrun',
      false,
    ]);
    answerLinks(3);
    expect(receive(addressMessage(B, { sequence: 4 }), doneMessage(4))).toEqual({ ...QUIET, changed: true });
    expect(sound()).toEqual([B]);
  });

  test('RtnetlinkSession: nothing lost → tick does nothing', () => {
    expect(session.tick(nowMs)).toEqual(QUIET);
  });

  test('RtnetlinkSession: messages are lost again and again → dumps begin at least 100 ms apart', () => {
    session.lost('overrun');
    resync(3);
    session.lost('overrun');
    expect(session.tick(nowMs + RESYNC_PAUSE_MS - 1)).toEqual(QUIET);
    expect(session.dueMs).toBe(nowMs + RESYNC_PAUSE_MS);
    nowMs += RESYNC_PAUSE_MS;
    resync(5);
  });

  test('RtnetlinkSession: a dump takes long → the next one begins three times as long after its end', () => {
    session.lost('overrun');
    session.tick(nowMs);
    answerLinks(3);
    nowMs += 2 * RESYNC_PAUSE_MS;
    receive(doneMessage(4));
    session.lost('overrun');
    expect(session.dueMs).toBe(nowMs + 6 * RESYNC_PAUSE_MS);
    nowMs += 6 * RESYNC_PAUSE_MS;
    resync(5);
  });

  test('RtnetlinkSession: the machine sleeps amid a dump → the next one begins a second after its end', () => {
    session.lost('overrun');
    session.tick(nowMs);
    answerLinks(3);
    nowMs += 28_800_000;
    receive(doneMessage(4));
    session.lost('the clock jumped');
    expect(session.dueMs).toBe(nowMs + 1_000);
  });

  test('RtnetlinkSession: messages were lost during a dump → it runs on and is reported, then comes another', () => {
    session.lost('first');
    session.tick(nowMs);
    nowMs += RESYNC_PAUSE_MS;
    session.lost('overrun');
    expect([session.tick(nowMs), session.dueMs]).toEqual([QUIET, null]);
    answerLinks(3);
    expect(receive(addressMessage(B, { sequence: 4 }), doneMessage(4)).changed).toBe(true);
    nowMs = session.dueMs ?? 0;
    expect(resync(5, addressMessage(C, { sequence: 6 })).changed).toBe(true);
    expect(sound()).toEqual([C]);
  });

  test('RtnetlinkSession: events while a resync is due → reported with it', () => {
    session.lost('overrun');
    expect(receive(addressMessage(B))).toEqual(QUIET);
    expect(resync(3, addressMessage(B, { sequence: 4 })).changed).toBe(true);
  });

  test('RtnetlinkSession: a link and an address that the dump does not show → gone', () => {
    session.lost('overrun');
    session.tick(nowMs);
    receive(linkMessage(3, 'eth3', { sequence: 3 }), doneMessage(3));
    receive(doneMessage(4));
    expect([[...table.links.keys()], [...table.rows()].length]).toEqual([[3], 0]);
  });

  test('RtnetlinkSession: a link announced amid the dump of links → kept', () => {
    session.lost('overrun');
    session.tick(nowMs);
    receive(linkMessage(4, 'eth4'), linkMessage(3, 'eth3', { sequence: 3 }), doneMessage(3));
    expect([...table.links.keys()].sort()).toEqual([3, 4]);
  });

  test('RtnetlinkSession: an address, then garbage in one datagram → taken in, reported with the resync', () => {
    expect(receive(addressMessage(B), GARBAGE)).toEqual(QUIET);
    expect(sound()).toEqual([A, B]);
    expect(resync(3, addressMessage(A, { sequence: 4 }), addressMessage(B, { sequence: 4 })).changed).toBe(true);
  });

  test('RtnetlinkSession: a garbage datagram → resync', () => {
    expect(receive(GARBAGE)).toEqual(QUIET);
    expect(session.tick(nowMs).resync).toBe('message length 0 at byte 0, 3 bytes left');
  });
});

describe('RtnetlinkSession: dumps that fail', () => {
  beforeEach(start);

  /** Dumps again, up to the rows of the addresses. */
  function dumpRows(): void {
    session.lost('overrun');
    session.tick(nowMs);
    answerLinks(3);
  }

  test.each<[string, () => Progress, string]>([
    [
      'interrupted by changes',
      () => {
        receive(addressMessage(B, { sequence: 4, flags: NLM_F_DUMP_INTR }));
        return receive(addressMessage(C, { sequence: 4 }), doneMessage(4));
      },
      'a dump was interrupted by changes',
    ],
    [
      'interrupted at its very end',
      () => receive(doneMessage(4, 0, NLM_F_DUMP_INTR)),
      'a dump was interrupted by changes',
    ],
    [
      'ended by an error',
      () => receive(addressMessage(B, { sequence: 4 }), doneMessage(4, 12)),
      'a dump failed with errno 12',
    ],
    ['refused', () => receive(typed(NLMSG_ERROR, doneMessage(4, 16))), 'a dump failed with errno 16'],
    [
      'missing a datagram that was garbage',
      () => {
        receive(GARBAGE);
        return receive(doneMessage(4));
      },
      'message length 0 at byte 0, 3 bytes left',
    ],
  ])('RtnetlinkSession: %s → not reported, A still there, dumped again', (_, play, why) => {
    dumpRows();
    expect(play()).toEqual(QUIET);
    expect([sound().includes(A), session.isDumping]).toEqual([true, false]);
    nowMs = session.dueMs ?? 0;
    const again = session.tick(nowMs);
    expect([asked(again.request), again.resync]).toEqual([{ type: RTM_GETLINK, sequence: 5 }, why]);
    answerLinks(5);
    expect(receive(addressMessage(C, { sequence: 6 }), doneMessage(6)).changed).toBe(true);
    expect(sound()).toEqual([C]);
  });

  test('RtnetlinkSession: the dump of the links is interrupted → the addresses are not asked for', () => {
    session.lost('overrun');
    session.tick(nowMs);
    expect(receive(linkMessage(2, 'eth2', { sequence: 3, flags: NLM_F_DUMP_INTR }), doneMessage(3))).toEqual(QUIET);
    expect([session.isDumping, [...table.links.keys()]]).toEqual([false, [2, 3]]);
  });

  test('RtnetlinkSession: rows of a dump that failed arrive late → they do not end the next one', () => {
    dumpRows();
    receive(typed(NLMSG_ERROR, doneMessage(4, 16)));
    session.tick(session.dueMs ?? 0);
    expect(receive(addressMessage(B, { sequence: 4, flags: NLM_F_DUMP_INTR }), doneMessage(4))).toEqual(QUIET);
    expect(asked(answerLinks(5).request)).toEqual({ type: RTM_GETADDR, sequence: 6 });
    expect(receive(addressMessage(A, { sequence: 6 }), doneMessage(6)).changed).toBe(true);
  });

  test('RtnetlinkSession: the very first dump fails → nothing is reported before the second is complete', () => {
    session = new RtnetlinkSession(table);
    session.begin();
    receive(doneMessage(1, 5));
    expect(receive(addressMessage(B))).toEqual(QUIET);
    expect(session.isWhole).toBe(false);
    session.tick(nowMs);
    answerLinks(2);
    expect(receive(doneMessage(3)).changed).toBe(true);
  });
});
