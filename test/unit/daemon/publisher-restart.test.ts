import { beforeEach, describe, expect, test } from 'vitest';
import type { RecordSettings } from '../../../src/core/config/settings.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { A, address, B, C, D, HOME, inOtherZone, OTHER, record, recordSettings, WWW } from '../../fakes/samples.ts';

let cloudflare: FakeCloudflare;

beforeEach(() => {
  cloudflare = twoZones();
});

const publish = (records: readonly RecordSettings[], dryRun = false) =>
  new DrivenPublisher(cloudflare, records, dryRun);

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
