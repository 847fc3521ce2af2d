import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/core/address/address.ts';
import type { RecordSettings } from '../../src/core/config/settings.ts';
import type { AaaaRecord } from '../../src/core/dns/record.ts';
import { type FakeCloudflare, twoZones } from '../fakes/cloudflare.ts';
import { DrivenPublisher } from '../fakes/driven-publisher.ts';
import { FAULTS, type Fault, suffer } from '../fakes/faults.ts';
import { success } from '../fakes/replies.ts';
import { A, address, B, C, D, OTHER_ZONE, record, recordSettings, ZONE } from '../fakes/samples.ts';

const HOUR_MS = 3_600_000;
const ADDRESSES = [A, B, C, D];
/** Enough in one zone for being read together, on two pages at most. */
const NAMES = [
  'home.example.com',
  'www.example.com',
  'nas.example.org',
  'mail.example.com',
  ...['a', 'b', 'c', 'd', 'e', 'f'].map((label) => `${label}.example.com`),
];
const zoneOf = (name: string): string => (name.endsWith('.com') ? ZONE : OTHER_ZONE);

const settings: fc.Arbitrary<RecordSettings[]> = fc
  .array(
    fc.record({
      multiRecord: fc.constantFrom<('error' | 'first' | 'all')[]>('error', 'first', 'all'),
      lookedUp: fc.boolean(),
      comment: fc.option(fc.constant('mine')),
    }),
    { minLength: 1, maxLength: NAMES.length },
  )
  .map((all) =>
    all.map(({ lookedUp, ...own }, i) => {
      const name = NAMES[i] ?? '';
      return recordSettings(name, { ...own, zoneId: lookedUp ? null : zoneOf(name) });
    }),
  );

/** A record of another product: the provider's model throws when it is touched. */
const foreign = record('x', address('2606:4700::1'), { readOnly: true });

/** What somebody else may leave under a name. */
const recordSets: fc.Arbitrary<AaaaRecord[]> = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...ADDRESSES), { maxLength: 3 }), fc.constantFrom([], [foreign]))
  .map(([contents, others]) => [...contents.map((own) => record(`p${ADDRESSES.indexOf(own)}`, own)), ...others]);

/** Ids are unique in a zone; the same record keeps its own. */
const withIds = (prefix: string, records: readonly AaaaRecord[]): AaaaRecord[] =>
  records.map((own) => ({ ...own, id: prefix + own.id }));

type Act = Readonly<
  | { kind: 'add' | 'remove'; address: Address }
  | { kind: 'end' }
  | { kind: 'fail'; fault: Fault }
  | { kind: 'late'; zone: number }
  | { kind: 'wait'; durationMs: number }
  | { kind: 'due' }
  | { kind: 'verify' }
  | { kind: 'put'; name: number; records: AaaaRecord[] }
  | { kind: 'occupy'; name: number; occupied: boolean }
>;

const someName = fc.nat({ max: NAMES.length - 1 });
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), address: fc.constantFrom(...ADDRESSES) }),
    fc.record({ kind: fc.constant('end' as const) }),
    fc.record({ kind: fc.constant('end' as const) }),
    fc.record({ kind: fc.constant('fail' as const), fault: fc.constantFrom(...FAULTS) }),
    fc.record({ kind: fc.constant('late' as const), zone: fc.nat({ max: 4 }) }),
    fc.record({ kind: fc.constant('wait' as const), durationMs: fc.integer({ min: 0, max: 400_000 }) }),
    fc.record({ kind: fc.constantFrom('due' as const, 'verify' as const) }),
    fc.record({ kind: fc.constant('put' as const), name: someName, records: recordSets }),
    fc.record({ kind: fc.constant('occupy' as const), name: someName, occupied: fc.boolean() }),
  ),
  { maxLength: 60 },
);

function carryOut(driven: DrivenPublisher, act: Act): void {
  const { cloudflare, machine } = driven;
  switch (act.kind) {
    case 'add':
    case 'remove':
      machine[act.kind](act.address);
      driven.look();
      return;
    case 'end':
      if (driven.inFlight.length > 0) driven.end();
      return;
    case 'fail': {
      const request = driven.inFlight[0]?.request;
      if (request !== undefined) driven.end(suffer(act.fault, request, cloudflare));
      return;
    }
    case 'late':
      if (!driven.inFlight.some(({ zone }) => zone === act.zone))
        driven.late(act.zone, { kind: 'replied', reply: success([]) });
      return;
    case 'wait':
      driven.nowMs += act.durationMs;
      return;
    case 'due':
      driven.due();
      expect(driven.publisher.dueMs() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(driven.nowMs);
      return;
    case 'verify':
      driven.verify();
      return;
    case 'put':
      cloudflare.put(NAMES[act.name] ?? '', ...withIds(`n${act.name}`, act.records));
      return;
    case 'occupy':
      cloudflare.occupy(NAMES[act.name] ?? '', act.occupied);
  }
}

/** What a name says, records of other products apart. */
const saidBy = (cloudflare: FakeCloudflare, name: string) =>
  cloudflare.recordsOf(name).filter(({ readOnly }) => !readOnly);

/** Everything that keeps a name from its goal for good is put right. */
function mend(cloudflare: FakeCloudflare, records: readonly RecordSettings[]): void {
  for (const { name, multiRecord } of records) {
    cloudflare.occupy(name, false);
    const own = saidBy(cloudflare, name);
    if (own.length === 0 || (own.length > 1 && multiRecord === 'error')) cloudflare.put(name, ...own.slice(0, 1));
  }
}

function play(records: readonly RecordSettings[], script: readonly Act[], draw: number): DrivenPublisher {
  const driven = new DrivenPublisher(twoZones(), records);
  driven.cloudflare.pageSize = 4;
  driven.draw = draw;
  for (const act of script) {
    carryOut(driven, act);
    const zones = driven.inFlight.map(({ zone }) => zone);
    expect(new Set(zones).size).toBe(zones.length);
  }
  return driven;
}

const draws = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe('Publisher: any events in any order', () => {
  test('Publisher: faults end → every name says the address, nothing is left to do, within few requests', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(settings, acts, draws, (records, script, draw) => {
        const driven = play(records, script, draw);
        driven.answerAll();
        mend(driven.cloudflare, records);
        driven.machine.add(A);
        driven.look();
        // What somebody else did since a record was read is only seen when it is read again.
        if (script.some(({ kind }) => kind === 'put')) driven.verify();
        driven.cloudflare.requests.length = 0;
        driven.pass(3 * HOUR_MS);
        expect(driven.cloudflare.requests.length).toBeLessThanOrEqual(20 * records.length);
        expect([driven.inFlight, driven.publisher.dueMs()]).toEqual([[], null]);
        const said = records.map(({ name }) => saidBy(driven.cloudflare, name).map(({ content }) => content));
        const common = ADDRESSES.filter((address) => said.every((contents) => contents.includes(address)));
        expect(common).not.toHaveLength(0);
        for (const [i, { multiRecord }] of records.entries()) {
          if (multiRecord !== 'first') expect(said[i]).toHaveLength(1);
        }
        driven.cloudflare.requests.length = 0;
        driven.verify();
        driven.pass(HOUR_MS);
        expect(driven.cloudflare.writes).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test('Publisher: dry run → nothing is ever written', () => {
    fc.assert(
      fc.property(settings, acts, (records, script) => {
        const driven = new DrivenPublisher(twoZones(), records, true);
        for (const act of script) carryOut(driven, act);
        expect(driven.cloudflare.writes).toBe(0);
      }),
    );
  });

  test('Publisher: nobody else interferes, nothing is lost → a name that has a record is never without one', () => {
    const own = acts.map((script) => script.filter(({ kind }) => kind !== 'put' && kind !== 'occupy'));
    fc.assert(
      fc.property(settings, own, recordSets, (records, script, before) => {
        const driven = new DrivenPublisher(twoZones(), records);
        for (const { name } of records)
          driven.cloudflare.put(
            name,
            ...withIds(name, [record('p', D), ...before.filter(({ content }) => content !== D)]),
          );
        for (const act of script) {
          carryOut(driven, act);
          for (const { name } of records) expect(driven.cloudflare.recordsOf(name)).not.toHaveLength(0);
        }
      }),
    );
  });
});

describe('Publisher: a fault that lasts a day', () => {
  /** Requests of a day with one name and an hourly verification; the zone's lookup is refused like everything else. */
  const MOST = 700;

  test.each(FAULTS.filter((fault) => fault !== 'spent limit'))(
    'Publisher: %s → few requests, and it recovers',
    (fault) => {
      const cloudflare = twoZones();
      const driven = new DrivenPublisher(cloudflare, [recordSettings('home.example.com')]);
      let requests = 0;
      const working = driven.respond;
      driven.respond = (request) => {
        requests += 1;
        return suffer(fault, request, cloudflare);
      };
      driven.machine.add(A);
      driven.look();
      for (let hour = 0; hour < 24; hour++) {
        driven.pass(HOUR_MS);
        driven.verify();
      }
      expect(requests).toBeGreaterThan(23);
      expect(requests).toBeLessThan(MOST);
      driven.respond = working;
      driven.pass(HOUR_MS);
      expect(cloudflare.contentsOf('home.example.com')).toEqual([A]);
      expect(driven.publisher.dueMs()).toBeNull();
    },
  );

  test('Publisher: every answer spends the limit → in line within a minute', () => {
    const cloudflare = twoZones();
    const driven = new DrivenPublisher(cloudflare, [recordSettings('home.example.com')]);
    driven.respond = (request) => suffer('spent limit', request, cloudflare);
    driven.machine.add(A);
    driven.look();
    driven.pass(60_000);
    expect(cloudflare.contentsOf('home.example.com')).toEqual([A]);
  });
});
