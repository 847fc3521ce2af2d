import { beforeEach, describe, expect, test } from 'vitest';
import type { RecordSettings } from '../../../src/core/config/settings.ts';
import type { AaaaRecord } from '../../../src/core/dns/record.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import {
  A,
  B,
  C,
  D,
  HOME,
  inOtherZone,
  OTHER,
  OTHER_ZONE,
  record,
  recordSettings,
  WWW,
  ZONE,
} from '../../fakes/samples.ts';

let cloudflare: FakeCloudflare;

beforeEach(() => {
  cloudflare = twoZones();
});

const publish = (records: readonly RecordSettings[], dryRun = false) =>
  new DrivenPublisher(cloudflare, records, dryRun);
const methods = () => cloudflare.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`);

describe('Publisher: one name', () => {
  test('Publisher: first address → listed, zone identified, created', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    expect(methods()).toEqual([
      `GET /zones/${ZONE}/dns_records`,
      `GET /zones/${ZONE}`,
      `POST /zones/${ZONE}/dns_records`,
    ]);
  });

  test('Publisher: address replaced by a younger one → one request', () => {
    cloudflare.put(HOME, record('r1', A));
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    cloudflare.requests.length = 0;
    driven.machine.remove(A);
    driven.machine.add(B);
    driven.look();
    driven.answerAll();
    expect(methods()).toEqual([`PATCH /zones/${ZONE}/dns_records/r1`]);
    expect(cloudflare.contentsOf(HOME)).toEqual([B]);
  });

  test('Publisher: only an older address is left → written after 3 s, to the millisecond', () => {
    cloudflare.put(HOME, record('r1', B));
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A);
    driven.machine.add(B);
    driven.look();
    driven.answerAll();
    driven.machine.remove(B);
    driven.nowMs = 1_000;
    driven.look();
    expect(driven.publisher.dueMs()).toBe(4_000);
    driven.pass(2_999);
    expect(cloudflare.contentsOf(HOME)).toEqual([B]);
    driven.pass(1);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    expect(driven.publisher.dueMs()).toBeNull();
  });

  test.each<[string, Partial<RecordSettings>, readonly AaaaRecord[], string]>([
    ['a record that differs', {}, [record('r1', B)], ` (was ${B}), updated in 250 ms`],
    [
      'several under "all"',
      { multiRecord: 'all' },
      [record('r1', B), record('r2', C)],
      ` (was ${B}), updated in 250 ms`,
    ],
    ['none', {}, [], ', created in 250 ms'],
    ['a right one', {}, [record('r1', A)], ', already right'],
  ])('Publisher: %s at the first look → the line says what it was and how long it took', (_, own, records, end) => {
    cloudflare.put(HOME, ...records);
    const driven = publish([recordSettings(HOME, own)]);
    driven.machine.add(A);
    driven.look();
    driven.nowMs = 250;
    driven.answerAll();
    expect(driven.log.at(-1)).toBe(`${HOME}: AAAA ${A}${end}`);
  });

  test('Publisher: nothing changed in what may be published → nothing is asked', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    cloudflare.requests.length = 0;
    driven.look();
    driven.due();
    expect([driven.inFlight, cloudflare.requests]).toEqual([[], []]);
  });

  test('Publisher: addresses change before the first record was read → the newest is written', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.machine.remove(A);
    driven.machine.add(C);
    driven.look();
    driven.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([C]);
  });

  test('Publisher: the chosen one is lost before the first record was read → an older one at once', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(B);
    driven.machine.add(A);
    driven.look();
    driven.machine.remove(A);
    driven.look();
    driven.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([B]);
  });

  test('Publisher: a reply comes when the wait after a loss is long over → the address that is left, never the lost one', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(B);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    driven.verify();
    driven.machine.remove(A);
    driven.look();
    cloudflare.put(HOME, record('r1', C));
    driven.nowMs += 35_000;
    driven.answerAll();
    const written = cloudflare.requests.flatMap(({ body }) => (body === null ? [] : JSON.parse(body).content));
    expect(written).toEqual([A, B]);
  });

  test('Publisher: every address goes before the first record was read → read, nothing is written', () => {
    const driven = publish([recordSettings(HOME, { zoneId: null })]);
    driven.machine.add(A);
    driven.look();
    driven.machine.remove(A);
    driven.look();
    driven.pass(60_000);
    expect(cloudflare.writes).toBe(0);
    driven.machine.add(B);
    driven.look();
    driven.pass(60_000);
    expect(cloudflare.contentsOf(HOME)).toEqual([B]);
  });

  test('Publisher: verify → the records are read again, a changed one is set back', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    cloudflare.put(HOME, record('r9', D));
    driven.verify();
    driven.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
  });

  test('Publisher: dry run → shown, nothing written', () => {
    cloudflare.put(HOME, record('r1', B));
    const driven = publish([recordSettings(HOME)], true);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    expect(driven.rehearsed).toEqual([`${HOME}: would update AAAA ${B} to ${A}`]);
    expect([cloudflare.writes, cloudflare.contentsOf(HOME)]).toEqual([0, [B]]);
  });
});

describe('Publisher: busy and idle', () => {
  test('Publisher: request in flight, then answered → busy, then idle', () => {
    const driven = publish([recordSettings(HOME)]);
    expect([driven.publisher.isBusy(), driven.publisher.isIdle(0), driven.publisher.hasAddresses()]).toEqual([
      false,
      true,
      false,
    ]);
    driven.machine.add(A);
    driven.look();
    expect([driven.publisher.isBusy(), driven.publisher.isIdle(0), driven.publisher.hasAddresses()]).toEqual([
      true,
      false,
      true,
    ]);
    driven.answerAll();
    expect([driven.publisher.isBusy(), driven.publisher.isIdle(0)]).toEqual([false, true]);
  });

  test('Publisher: waiting for a retry → idle until then', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.end({ kind: 'unreachable', detail: 'It timed out', sent: false });
    expect([driven.publisher.dueMs(), driven.publisher.isIdle(499), driven.publisher.isIdle(500)]).toEqual([
      500,
      true,
      false,
    ]);
  });
});

describe('Publisher: several names', () => {
  test('Publisher: two zones → a request in each at once, never two in one', () => {
    const driven = publish([recordSettings(HOME), inOtherZone, recordSettings(WWW)]);
    driven.machine.add(A);
    driven.look();
    expect(driven.inFlight.map(({ request }) => request.path.split('/')[2])).toEqual([ZONE, OTHER_ZONE]);
    driven.answerAll();
    for (const name of [HOME, WWW, OTHER]) expect(cloudflare.contentsOf(name)).toEqual([A]);
  });

  test('Publisher: one zone fails → the other goes on', () => {
    const driven = publish([recordSettings(HOME), inOtherZone]);
    driven.machine.add(A);
    driven.look();
    driven.end({ kind: 'unreachable', detail: 'It timed out', sent: false });
    driven.answerAll();
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(OTHER)]).toEqual([[], [A]]);
    driven.pass(500);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
  });

  test('Publisher: names on different interfaces → each its own address', () => {
    const driven = publish([
      recordSettings(HOME, { interfaces: ['eth2'] }),
      recordSettings(WWW, { interfaces: ['eth3'] }),
    ]);
    driven.machine.add(A, { ifIndex: 2 });
    driven.machine.add(B, { ifIndex: 3 });
    driven.look();
    driven.answerAll();
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(WWW)]).toEqual([[A], [B]]);
    cloudflare.requests.length = 0;
    driven.machine.remove(B, { ifIndex: 3 });
    driven.machine.add(C, { ifIndex: 3 });
    driven.look();
    driven.answerAll();
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(WWW)]).toEqual([[A], [C]]);
    expect(cloudflare.requests).toHaveLength(1);
  });

  test('Publisher: 1,000 names of one zone after a prefix change → at most 12 requests', () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `h${i}.example.com`);
    for (const [i, name] of names.entries()) cloudflare.put(name, record(`r${i}`, A));
    const driven = publish(names.map((name) => recordSettings(name)));
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    cloudflare.requests.length = 0;
    driven.machine.remove(A);
    driven.machine.add(B);
    driven.look();
    driven.answerAll();
    expect(names.every((name) => cloudflare.contentsOf(name).join() === B)).toBe(true);
    expect(cloudflare.requests.length).toBeLessThanOrEqual(12);
  });
});
