import { beforeEach, describe, expect, test } from 'vitest';
import { NLM_F_DUMP_INTR, NLMSG_ERROR, RTM_GETADDR, RTM_GETLINK } from '../../../src/core/wire/constants.ts';
import { type Progress, RESYNC_PAUSE_MS, RtnetlinkSession } from '../../../src/core/wire/session.ts';
import { addressMessage, doneMessage, linkMessage } from '../../fakes/rtnetlink.ts';
import { A, B, C } from '../../fakes/samples.ts';
import { asked, dumping, GARBAGE, newScene, QUIET, typed } from './dumping.ts';

let { table, session, nowMs } = newScene();

beforeEach(() => {
  ({ table, session, nowMs } = newScene());
});

const { receive, sound, answerLinks, start, resync } = dumping(() => ({ table, session, nowMs }));

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
