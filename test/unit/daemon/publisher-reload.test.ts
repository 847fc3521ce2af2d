import { beforeEach, describe, expect, test } from 'vitest';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { chain, failure } from '../../fakes/replies.ts';
import { A, B, C, D, HOME, record, recordSettings, WWW } from '../../fakes/samples.ts';

let cloudflare: FakeCloudflare;

beforeEach(() => {
  cloudflare = twoZones();
});

/** A publisher whose names say A. */
function publishing(...names: readonly string[]): DrivenPublisher {
  const driven = new DrivenPublisher(
    cloudflare,
    names.map((name) => recordSettings(name)),
  );
  driven.machine.add(A);
  driven.look();
  driven.answerAll();
  driven.log.length = 0;
  cloudflare.requests.length = 0;
  return driven;
}

describe('Publisher: the settings were read again', () => {
  test('Publisher: nothing changed → every record is read back, nothing is said', () => {
    const driven = publishing(HOME);
    driven.reload([recordSettings(HOME)]);
    driven.answerAll();
    expect([cloudflare.requests.map(({ method }) => method), driven.log]).toEqual([['GET'], []]);
  });

  test('Publisher: somebody changed the record before → recognized as their change, set back', () => {
    const driven = publishing(HOME);
    cloudflare.put(HOME, record('r9', B));
    driven.reload([recordSettings(HOME)]);
    driven.answerAll();
    expect(driven.log[0]).toBe(`${HOME}: the record was changed to ${B} by somebody else; setting it back`);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
  });

  test('Publisher: changed by somebody before each of three reloads → a conflict; the next reload sets it back at once', () => {
    const driven = publishing(HOME);
    const changedAndReloaded = () => {
      cloudflare.put(HOME, record('r9', B));
      driven.reload([recordSettings(HOME)]);
      driven.answerAll();
      return cloudflare.contentsOf(HOME);
    };
    expect([changedAndReloaded(), changedAndReloaded(), changedAndReloaded()]).toEqual([[A], [A], [B]]);
    expect(driven.log.at(-1)).toMatch(/somebody else changed the record 3 times in a row .* Next try in 5 min/);
    expect(changedAndReloaded()).toEqual([A]);
  });

  test('Publisher: changed by somebody before a verification and two reloads → a conflict', () => {
    const driven = publishing(HOME);
    cloudflare.put(HOME, record('r9', B));
    driven.verify();
    driven.answerAll();
    for (let i = 0; i < 2; i++) {
      cloudflare.put(HOME, record('r9', B));
      driven.reload([recordSettings(HOME)]);
      driven.answerAll();
    }
    expect(driven.log.at(-1)).toMatch(/somebody else changed the record 3 times in a row/);
  });

  test('Publisher: refused before, the wait is not over → asked for at once', () => {
    const driven = publishing(HOME);
    const { respond } = driven;
    driven.respond = () => ({ kind: 'replied', reply: failure(403, [chain(10000)]) });
    driven.verify();
    driven.answerAll();
    driven.respond = respond;
    driven.verify();
    expect(driven.inFlight).toEqual([]);
    driven.reload([recordSettings(HOME)]);
    expect(driven.inFlight).toHaveLength(1);
  });

  test('Publisher: the record says another address of this machine, as good as ours → set back all the same', () => {
    const driven = publishing(HOME);
    driven.machine.add(B);
    driven.look();
    cloudflare.put(HOME, record('r9', B));
    driven.reload([recordSettings(HOME)]);
    driven.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
  });

  test('Publisher: what one name enforces changed → that one starts anew, the other goes on', () => {
    const driven = publishing(HOME, WWW);
    driven.reload([recordSettings(HOME, { comment: 'mine' }), recordSettings(WWW)]);
    driven.answerAll();
    expect(driven.log).toEqual([
      `${HOME}: detected ${A}`,
      expect.stringMatching(new RegExp(`^${HOME}: AAAA ${A}, updated in`)),
    ]);
    expect(cloudflare.recordsOf(HOME)).toMatchObject([{ comment: 'mine' }]);
  });

  test('Publisher: fifty writes were spent → the next one waits for the bucket as before', () => {
    const driven = publishing(HOME);
    for (let i = 0; i < 50; i++) {
      driven.machine.remove(i % 2 === 0 ? A : B);
      driven.machine.add(i % 2 === 0 ? B : A);
      driven.look();
      driven.answerAll();
    }
    expect(cloudflare.writes).toBeGreaterThanOrEqual(49);
    driven.reload([recordSettings(HOME)]);
    driven.answerAll();
    driven.machine.remove(A);
    driven.machine.add(C);
    driven.look();
    driven.machine.remove(C);
    driven.machine.add(D);
    driven.look();
    cloudflare.requests.length = 0;
    driven.answerAll();
    expect(cloudflare.writes).toBe(0);
    driven.pass(6_000);
    expect(cloudflare.contentsOf(HOME)).toEqual([D]);
  });

  test('Publisher: the zone was looked up → asked for again, its bucket is the one of before, also after a reload meanwhile', () => {
    const settings = [recordSettings(HOME, { zoneId: null })];
    const driven = new DrivenPublisher(cloudflare, settings);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    const tokens = () =>
      driven.publisher.zones.filter(({ zoneId }) => zoneId !== null).map(({ bucket }) => bucket.tokens);
    expect(tokens()).toEqual([49]);
    cloudflare.requests.length = 0;
    driven.reload(settings);
    driven.reload(settings);
    driven.answerAll();
    expect(tokens()).toEqual([49]);
    expect(cloudflare.requests.map(({ path }) => path.split('?')[0]?.split('/').at(-1))).toEqual([
      'zones',
      'zones',
      'dns_records',
    ]);
  });
});
