import { beforeEach, describe, expect, test } from 'vitest';
import type { RecordSettings } from '../../../src/core/config/settings.ts';
import { IFA_F_DEPRECATED, IFA_F_TEMPORARY } from '../../../src/core/wire/constants.ts';
import { FakeCloudflare } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { A, address, B, C, D, OTHER_ZONE, record, recordSettings, ZONE } from '../../fakes/samples.ts';

const HOME = 'home.example.com';
const WWW = 'www.example.com';
const OTHER = 'nas.example.org';

let cloudflare: FakeCloudflare;

beforeEach(() => {
  cloudflare = new FakeCloudflare();
  cloudflare.addZone(ZONE, 'example.com');
  cloudflare.addZone(OTHER_ZONE, 'example.org');
});

const publish = (records: readonly RecordSettings[], dryRun = false) =>
  new DrivenPublisher(cloudflare, records, dryRun);
const inOtherZone = recordSettings(OTHER, { zoneId: OTHER_ZONE });
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
    expect([driven.publisher.isBusy(), driven.publisher.isIdle(0), driven.publisher.hasAddress()]).toEqual([
      false,
      true,
      false,
    ]);
    driven.machine.add(A);
    driven.look();
    expect([driven.publisher.isBusy(), driven.publisher.isIdle(0), driven.publisher.hasAddress()]).toEqual([
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

describe('Publisher: equally good addresses after a restart', () => {
  const started = (...records: readonly RecordSettings[]) => {
    const driven = publish(records);
    for (const own of [A, B, C]) driven.machine.add(own);
    driven.look();
    driven.answerAll();
    return driven;
  };

  test('Publisher: the record says one of them → nothing is written', () => {
    cloudflare.put(HOME, record('r1', B));
    started(recordSettings(HOME));
    expect([cloudflare.writes, cloudflare.contentsOf(HOME)]).toEqual([0, [B]]);
  });

  test('Publisher: the records of two zones say the same one → nothing is written', () => {
    cloudflare.put(HOME, record('r1', C));
    cloudflare.put(OTHER, record('r2', C));
    started(recordSettings(HOME), inOtherZone);
    expect(cloudflare.writes).toBe(0);
  });

  test('Publisher: the kept one is lost → its successor is written', () => {
    cloudflare.put(HOME, record('r1', C));
    const driven = started(recordSettings(HOME));
    driven.machine.remove(C);
    driven.machine.add(D);
    driven.look();
    driven.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([D]);
  });

  test('Publisher: two records say different ones → both say the same, and both follow its loss', () => {
    cloudflare.put(HOME, record('r1', C));
    cloudflare.put(WWW, record('r2', B));
    const driven = started(recordSettings(HOME), recordSettings(WWW));
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(WWW)]).toEqual([[C], [C]]);
    driven.machine.remove(C);
    driven.machine.add(D);
    driven.look();
    driven.answerAll();
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(WWW)]).toEqual([[D], [D]]);
  });

  test('Publisher: the first record says what was chosen, the second another → the second follows too', () => {
    cloudflare.put(HOME, record('r1', A));
    cloudflare.put(WWW, record('r2', C));
    const driven = started(recordSettings(HOME), recordSettings(WWW));
    driven.machine.remove(C);
    driven.look();
    driven.pass(10_000);
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(WWW)]).toEqual([[A], [A]]);
  });

  test('Publisher: two zones read at the same time say different ones → both say the same in the end', () => {
    cloudflare.put(HOME, record('r1', B));
    cloudflare.put(OTHER, record('r2', C));
    started(recordSettings(HOME), inOtherZone);
    expect(cloudflare.contentsOf(OTHER)).toEqual(cloudflare.contentsOf(HOME));
  });
});

describe('Publisher: other hosts of the network', () => {
  const host = { interfaceId: [...new Array(15).fill(0), 0x99], prefixLength: 64 };
  const NAS = 'nas.example.com';
  const [homeOne, homeTwo, away] = [address('2a01:db8:0:1::5'), address('2a01:db8:0:1::6'), address('2a01:db8:0:2::5')];

  test('Publisher: host_id → its low bits under the prefix of this machine', () => {
    const driven = publish([recordSettings(HOME), recordSettings(NAS, { host })]);
    driven.machine.add(homeOne);
    driven.look();
    driven.answerAll();
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(NAS)]).toEqual([[homeOne], ['2a01:db8:0:1::99']]);
  });

  test('Publisher: another address of the same prefix → nothing is written for it; of another prefix → it is', () => {
    const driven = publish([recordSettings(NAS, { host })]);
    driven.machine.add(homeOne);
    driven.look();
    driven.answerAll();
    const before = cloudflare.writes;
    driven.machine.remove(homeOne);
    driven.machine.add(homeTwo);
    driven.look();
    driven.answerAll();
    expect(cloudflare.writes).toBe(before);
    driven.machine.remove(homeTwo);
    driven.machine.add(away);
    driven.look();
    driven.answerAll();
    expect(cloudflare.contentsOf(NAS)).toEqual(['2a01:db8:0:2::99']);
  });

  test('Publisher: after a restart its record is under another prefix that is as good → it stays, and all follow', () => {
    cloudflare.put(NAS, record('r1', address('2a01:db8:0:2::99')));
    cloudflare.put(HOME, record('r2', away));
    const driven = publish([recordSettings(NAS, { host }), recordSettings(HOME)]);
    driven.machine.add(homeOne);
    driven.machine.add(away);
    driven.look();
    driven.answerAll();
    expect(cloudflare.writes).toBe(0);
    driven.machine.remove(away);
    driven.look();
    driven.pass(3_000);
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(NAS)]).toEqual([[homeOne], ['2a01:db8:0:1::99']]);
  });

  test('Publisher: after a restart, listed before a name of our own that says an equally good address → that stays', () => {
    cloudflare.put(NAS, record('r1', address('2a01:db8:0:1::99')));
    cloudflare.put(HOME, record('r2', homeTwo));
    const driven = publish([recordSettings(NAS, { host }), recordSettings(HOME)]);
    driven.machine.add(homeOne);
    driven.machine.add(homeTwo);
    driven.look();
    driven.answerAll();
    expect([cloudflare.writes, cloudflare.contentsOf(HOME)]).toEqual([0, [homeTwo]]);
  });
});

describe('Publisher: no address', () => {
  test('Publisher: nothing eligible → one line with every address and why, no request', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A, { flags: IFA_F_TEMPORARY });
    driven.machine.add(address('fd00::1'));
    driven.look();
    driven.look();
    expect([driven.inFlight, driven.log]).toEqual([
      [],
      [
        `no address to publish (${A} on eth2: temporary (privacy address, RFC 8981); ` +
          'fd00::1 on eth2: unique local (RFC 4193)). The records stay as they are.',
      ],
    ]);
    expect(driven.publisher.hasAddress()).toBe(false);
  });

  test('Publisher: no address at all → said so', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.look();
    expect(driven.log).toEqual([
      'no address to publish (this machine has no IPv6 address). The records stay as they are.',
    ]);
  });

  test('Publisher: all are lost → the record stays, the line says at what; said again only after a gain', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    driven.log.length = 0;
    driven.machine.add(A, { flags: IFA_F_DEPRECATED });
    driven.look();
    driven.look();
    driven.pass(60_000);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    expect(driven.log).toEqual([
      `no address to publish (${A} on eth2: deprecated (its preferred lifetime is over)). The records stay at ${A}.`,
    ]);
    driven.machine.add(A);
    driven.look();
    driven.machine.add(A, { flags: IFA_F_DEPRECATED });
    driven.look();
    expect(driven.log).toHaveLength(2);
  });
});

describe('Publisher: zones found by name', () => {
  const unknown = (name: string) => recordSettings(name, { zoneId: null });

  test('Publisher: names of two zones → looked up, then written in their zones', () => {
    const driven = publish([unknown(HOME), unknown(OTHER), unknown(WWW)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    for (const name of [HOME, WWW, OTHER]) expect(cloudflare.contentsOf(name)).toEqual([A]);
    expect(cloudflare.requests.filter(({ path }) => path === '/zones?name=example.com')).toHaveLength(1);
  });

  test('Publisher: a name whose zone the token does not see → the others go on', () => {
    const driven = publish([unknown('home.example.net'), unknown(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    expect(driven.log.filter((line) => line.startsWith('home.example.net: the token sees no zone'))).toHaveLength(1);
  });

  test('Publisher: equally good addresses → what the records say is kept, also when the zone was looked up', () => {
    cloudflare.put(HOME, record('r1', B));
    const driven = publish([unknown(HOME)]);
    driven.machine.add(A);
    driven.machine.add(B);
    driven.look();
    driven.answerAll();
    expect([cloudflare.writes, cloudflare.contentsOf(HOME)]).toEqual([0, [B]]);
  });

  test('Publisher: the zone was added anew under another id → looked up again, no name is lost', () => {
    const driven = publish([unknown(HOME), unknown(WWW)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    cloudflare.renumber('example.com', 'f'.repeat(32));
    driven.machine.remove(A);
    driven.machine.add(B);
    driven.look();
    driven.pass(3_600_000);
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(WWW)]).toEqual([[B], [B]]);
  });

  test('Publisher: the zone is gone → asked for more and more slowly', () => {
    const driven = publish([unknown(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    cloudflare.hide('example.com');
    driven.verify();
    cloudflare.requests.length = 0;
    driven.pass(24 * 3_600_000);
    expect(cloudflare.requests.length).toBeGreaterThan(20);
    expect(cloudflare.requests.length).toBeLessThan(100);
  });
});
