import { describe, expect, test } from 'vitest';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import { describeNotice } from '../../../src/core/daemon/notices.ts';
import { transition, type ZoneEvent } from '../../../src/core/daemon/zone.ts';
import { type Effect, newZone, type ZoneState } from '../../../src/core/daemon/zone-state.ts';
import type { AaaaRecord } from '../../../src/core/dns/record.ts';
import { success, wireRecord } from '../../fakes/replies.ts';
import { A, B, C, HOME, record, recordSettings, WWW, ZONE } from '../../fakes/samples.ts';

type Wire = ReturnType<typeof wireRecord>;

/** A zone, and what it did last. */
class Driven {
  zone: ZoneState;
  effects: readonly Effect[] = [];

  constructor(names: readonly string[], zoneName: string | null) {
    const settings = names.map((name) => recordSettings(name, { multiRecord: 'all' }));
    this.zone = { ...newZone(ZONE, settings, false, 0), zoneName };
    const desired = { address: A, equallyGood: [], sinceMs: 0 };
    this.#take({ kind: 'desired', nowMs: 0, desired: names.map(() => desired) });
  }

  answer(reply: HttpReply, nowMs = 100): void {
    this.#take({ kind: 'replied', nowMs, draw: 0.5, reply });
  }

  list(name: string, ...records: readonly AaaaRecord[]): void {
    const info = { page: 1, per_page: 100, count: records.length, total_count: records.length, total_pages: 1 };
    this.answer(
      success(
        records.map((own) => wireRecord(name, own)),
        {},
        info,
      ),
    );
  }

  get log(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === 'notice' ? describeNotice(effect.notice).msg : []));
  }

  /** What is asked for next, in a word or two. */
  get next(): string {
    const { inFlight } = this.zone;
    if (inFlight?.kind !== 'write') return inFlight?.kind ?? 'nothing';
    return inFlight.steps
      .map(({ operation }) => (operation.op === 'delete' ? `delete ${operation.id}` : operation.op))
      .join();
  }

  #take(event: ZoneEvent): void {
    const { state, effects } = transition(this.zone, event);
    [this.zone, this.effects] = [state, effects];
  }
}

/** A name without a record, which is being created. */
function creating(zoneName: string | null): Driven {
  const driven = new Driven([HOME], zoneName);
  driven.list(HOME);
  expect(driven.next).toBe('create');
  return driven;
}

describe('zone: what a new record turned out to be', () => {
  test('zone: the name, as asked → that is all', () => {
    const driven = creating(null);
    driven.answer(success(wireRecord(HOME, record('new', A))));
    expect([driven.next, driven.log]).toEqual(['nothing', [`${HOME}: AAAA ${A}, created in 100 ms`]]);
  });

  test('zone: the zone’s name was appended → the record is removed again, which is said', () => {
    const driven = creating(null);
    driven.answer(success(wireRecord(`${HOME}.example.net`, record('new', A))));
    expect(driven.next).toBe('delete new');
    expect(driven.log).toEqual([
      `zone example.net: Cloudflare made ${HOME}.example.net of ${HOME}, because the zone cannot hold that name; removing the record again`,
    ]);
    driven.answer(success({ id: 'new' }));
    expect(driven.log.join()).toMatch(
      /the name is not in the zone example\.net of zone_id: correct the name or zone_id/,
    );
    expect(driven.next).toBe('nothing');
  });

  test.each<[string, string | null, Wire]>([
    ['another address under such a name', null, wireRecord(`${HOME}.example.net`, record('new', B))],
    ['the zone’s own name appended, in which the name lies', null, wireRecord(`${HOME}.example.com`, record('new', A))],
    ['another name', null, wireRecord('other.example.net', record('new', A))],
    ['a name that begins alike', null, wireRecord(`${HOME}munity.net`, record('new', A))],
    ['such a name, though the zone’s is known', 'example.com', wireRecord(`${HOME}.example.net`, record('new', A))],
    ['the name with another address', null, wireRecord(HOME, record('new', B))],
  ])('zone: %s → nothing is deleted for it, the records are read', (_, zoneName, wire) => {
    const driven = creating(zoneName);
    driven.answer(success(wire));
    expect(driven.next).toBe('list');
  });
});

describe('zone: what a changed record turned out to be', () => {
  const updating = (): Driven => {
    const driven = new Driven([HOME], null);
    driven.list(HOME, record('r1', B));
    expect(driven.next).toBe('update');
    return driven;
  };

  test('zone: the reply is about another record → the records are read', () => {
    const driven = updating();
    driven.answer(success(wireRecord(HOME, record('r2', A))));
    expect(driven.next).toBe('list');
  });

  test('zone: another name came back for it → nothing is deleted', () => {
    const driven = updating();
    driven.answer(success(wireRecord(`${HOME}.example.net`, record('r2', A))));
    expect(driven.next).toBe('list');
  });

  test('zone: it did not take effect a second time → said, with what was asked for', () => {
    const driven = updating();
    driven.answer(success(wireRecord(HOME, record('r1', C))));
    driven.list(HOME, record('r1', B));
    driven.answer(success(wireRecord(HOME, record('r1', C))));
    expect(driven.log.join()).toContain(
      `Cloudflare accepted the request, but did not carry it out (update AAAA ${B} to ${A}): does the zone's plan allow it?`,
    );
  });
});

describe('zone: what a batch turned out to be', () => {
  test('zone: two names, the reply has one of them → that one is done, the other one is read', () => {
    const driven = new Driven([HOME, WWW], null);
    driven.list(HOME, record('r1', B));
    driven.list(WWW, record('r2', B));
    expect(driven.next).toBe('update,update');
    driven.answer(success({ patches: [wireRecord(HOME, record('r1', A))] }));
    expect(driven.zone.names.map(({ confirmed }) => confirmed)).toEqual([A, null]);
    expect(driven.zone.inFlight).toMatchObject({ kind: 'list', index: 1 });
  });

  test('zone: surplus records of one name → deleted together, and nothing of the others is forgotten', () => {
    const driven = new Driven([HOME], null);
    driven.list(HOME, record('r1', A), record('r2', B), record('r3', C));
    expect(driven.next).toBe('delete r2,delete r3');
    driven.answer(success({ deletes: [] }));
    expect(driven.log).toEqual([`${HOME}: AAAA ${A}, updated in 100 ms`]);
    expect(driven.zone.names[0]?.life).toMatchObject({ kind: 'done', records: [{ id: 'r1' }] });
  });
});
