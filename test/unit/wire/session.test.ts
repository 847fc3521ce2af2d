import { beforeEach, describe, expect, test } from 'vitest';
import { NLMSG_ERROR, RTM_DELLINK, RTM_GETADDR, RTM_GETLINK } from '../../../src/core/wire/constants.ts';
import { RESYNC_PAUSE_MS, RtnetlinkSession } from '../../../src/core/wire/session.ts';
import { captured } from '../../fakes/captured.ts';
import { addressMessage, doneMessage, linkMessage } from '../../fakes/rtnetlink.ts';
import { A, B, C } from '../../fakes/samples.ts';
import { asked, dumping, GARBAGE, newScene, QUIET, typed } from './dumping.ts';

let { table, session, nowMs } = newScene();

beforeEach(() => {
  ({ table, session, nowMs } = newScene());
});

const { receive, sound, answerLinks, start } = dumping(() => ({ table, session, nowMs }));

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
