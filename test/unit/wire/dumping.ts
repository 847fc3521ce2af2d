import { expect } from 'vitest';
import { AddressTable } from '../../../src/core/address/table.ts';
import { RTM_GETADDR, RTM_GETLINK } from '../../../src/core/wire/constants.ts';
import { type Progress, RtnetlinkSession } from '../../../src/core/wire/session.ts';
import { addressMessage, datagram, doneMessage, linkMessage, readRequest } from '../../fakes/rtnetlink.ts';
import { A } from '../../fakes/samples.ts';
import { flawless } from '../../fakes/told-table.ts';

export const GARBAGE = Uint8Array.of(1, 2, 3);
export const QUIET = { request: null, changed: false, resync: null };

/** A session, the table that it fills, and the time. */
export interface Scene {
  readonly table: AddressTable;
  readonly session: RtnetlinkSession;
  readonly nowMs: number;
}

export function newScene(): Scene {
  const table = new AddressTable();
  return { table, session: new RtnetlinkSession(table), nowMs: 50_000 };
}

export const asked = (request: ArrayBuffer | null) => (request === null ? null : readRequest(request));

/** A message with another type. */
export function typed(type: number, message: Uint8Array): Uint8Array {
  message[4] = type;
  return message;
}

/** What the kernel says to the session that a test has made. */
export function dumping(scene: () => Scene) {
  const receive = (...messages: Uint8Array[]): Progress => {
    const { session, nowMs } = scene();
    return session.receive([datagram(...messages)], nowMs);
  };

  const sound = (): string[] =>
    flawless(scene().table)
      .map(({ address }) => address)
      .sort();

  /** Answers the dump of links that runs under this number with eth2 and eth3. */
  const answerLinks = (sequence: number): Progress =>
    receive(linkMessage(2, 'eth2', { sequence }), linkMessage(3, 'eth3', { sequence }), doneMessage(sequence));

  /** Starts and dumps a table of A. */
  function start(): void {
    scene().session.begin();
    answerLinks(1);
    receive(addressMessage(A, { sequence: 2 }), doneMessage(2));
  }

  /** Plays the resync that is due, under the next two numbers. */
  function resync(sequence: number, ...rows: Uint8Array[]): Progress {
    const { session, nowMs } = scene();
    expect(asked(session.tick(nowMs).request)).toEqual({ type: RTM_GETLINK, sequence });
    expect(asked(answerLinks(sequence).request)).toEqual({ type: RTM_GETADDR, sequence: sequence + 1 });
    return receive(...rows, doneMessage(sequence + 1));
  }

  return { receive, sound, answerLinks, start, resync };
}
