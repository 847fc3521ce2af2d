import { beforeEach, describe, expect, test } from 'vitest';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import { findZone } from '../../../src/core/cloudflare/requests.ts';
import type { RecordSettings } from '../../../src/core/config/settings.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { failure } from '../../fakes/replies.ts';
import { A, B, HOME, OTHER, OTHER_ZONE, record, recordSettings, WWW, ZONE } from '../../fakes/samples.ts';

let cloudflare: FakeCloudflare;

beforeEach(() => {
  cloudflare = twoZones();
});

const publish = (records: readonly RecordSettings[], dryRun = false) =>
  new DrivenPublisher(cloudflare, records, dryRun);

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

  test('Publisher: the zone was looked up → it is not asked for its name before a record is created', () => {
    const driven = publish([unknown('example.com')]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    expect(cloudflare.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
      'GET /zones',
      `GET /zones/${ZONE}/dns_records`,
      `POST /zones/${ZONE}/dns_records`,
    ]);
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
    // The refusal of the old id asks for a wait of 5 min.
    driven.pass(301_000);
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(WWW)]).toEqual([[B], [B]]);
  });

  test('Publisher: the zone is found and its id refused all day → logged once, waits doubled up to an hour', () => {
    const driven = publish([unknown(HOME)]);
    const working = driven.respond;
    driven.respond = (request) => {
      if (!request.path.includes('/dns_records')) return working(request);
      return { kind: 'replied', reply: failure(404, [{ code: 7003, message: 'Could not route' }]) };
    };
    driven.machine.add(A);
    driven.look();
    driven.pass(24 * 3_600_000);
    // After 0, 5, 15, 35, 75 minutes and every hour from then on the zone is asked for, by two names.
    expect(cloudflare.requests).toHaveLength(2 * 27);
    expect(driven.log.filter((line) => line.includes('code 7003'))).toHaveLength(1);
  });

  test.each([
    [403, 10000],
    [404, 123_456],
  ])(
    'Publisher: the zone moved to an account where it has another id, the old one is refused with HTTP %d, code %d → looked up again',
    (status, code) => {
      const driven = publish([unknown(HOME), unknown(WWW)]);
      driven.machine.add(A);
      driven.look();
      driven.answerAll();
      cloudflare.renumber('example.com', 'f'.repeat(32));
      const working = driven.respond;
      driven.respond = (request) =>
        request.path.startsWith(`/zones/${ZONE}/`)
          ? { kind: 'replied', reply: failure(status, [{ code, message: 'no' }]) }
          : working(request);
      driven.verify();
      driven.pass(301_000);
      const [HOMES, WWWS] = [HOME, WWW].map((name) => cloudflare.contentsOf(name));
      expect([HOMES, WWWS, driven.inFlight]).toEqual([[A], [A], []]);
      expect(driven.publisher.zones.flatMap(({ zoneId, names }) => names.map(() => zoneId))).toEqual(
        ['f', 'f'].map((digit) => digit.repeat(32)),
      );
    },
  );

  test('Publisher: the zone is found and its records are denied all day → logged once, waits doubled up to an hour', () => {
    const driven = publish([unknown(HOME)]);
    const working = driven.respond;
    driven.respond = (request) =>
      request.path.includes('/dns_records')
        ? { kind: 'replied', reply: failure(403, [{ code: 10000, message: 'Authentication error' }]) }
        : working(request);
    driven.machine.add(A);
    driven.look();
    driven.pass(24 * 3_600_000);
    // After 0, 5, 15, 35, 75 minutes and every hour from then on: the zone by two names, and the list.
    expect(cloudflare.requests).toHaveLength(2 * 27);
    expect(driven.log.filter((line) => line.includes('code 10000'))).toHaveLength(1);
  });

  test('Publisher: the token is refused everywhere all day → logged once, each zone that may hold the name asked for once an hour', () => {
    const driven = publish([unknown(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    let asked = 0;
    driven.respond = () => {
      asked += 1;
      return { kind: 'replied', reply: failure(403, [{ code: 9109, message: 'Invalid access token' }]) };
    };
    driven.verify();
    driven.pass(24 * 3_600_000);
    expect([asked, driven.log.filter((line) => line.includes('code 9109')).length]).toEqual([1 + 26 * 2, 1]);
  });

  test('Publisher: the records are denied with a Retry-After → a new address waits for it, though the zone is looked up anew', () => {
    const driven = publish([unknown(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    driven.respond = () => ({
      kind: 'replied',
      reply: failure(403, [{ code: 10000, message: 'no' }], { 'Retry-After': '900' }),
    });
    driven.verify();
    driven.answerAll();
    driven.machine.remove(A);
    driven.machine.add(B);
    driven.look();
    expect(driven.publisher.dueMs()).toBe(driven.nowMs + 900_000);
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

describe('Publisher: a zone is found while others are at work', () => {
  const unknown = (name: string) => recordSettings(name, { zoneId: null });
  const lookups = (): number => cloudflare.requests.filter(({ path }) => path.startsWith('/zones?')).length;

  test('Publisher: one zone was told to wait, then another is found → that one waits as well', () => {
    const driven = publish([unknown('example.com'), recordSettings(OTHER, { zoneId: OTHER_ZONE })]);
    driven.machine.add(A);
    driven.look();
    const [lookup, list] = driven.inFlight;
    driven.inFlight = [];
    driven.late(list?.zone ?? 0, {
      kind: 'replied',
      reply: failure(429, [{ code: 971, message: 'slow down' }], { 'Retry-After': '60' }),
    });
    driven.late(lookup?.zone ?? 0, { kind: 'replied', reply: cloudflare.answer(findZone('example.com')) });
    expect([driven.inFlight, driven.publisher.dueMs()]).toEqual([[], 60_000]);
    driven.pass(60_000);
    expect(cloudflare.contentsOf('example.com')).toEqual([A]);
  });

  test('Publisher: the found zone is one that other names have the id of → they become one, which asks one thing at a time', () => {
    const driven = publish([recordSettings(HOME), unknown('example.com'), unknown(WWW)]);
    driven.machine.add(A);
    driven.look();
    while (driven.inFlight.length > 0) {
      const records = driven.inFlight.filter(({ request }) => request.path.includes('/dns_records'));
      expect(records.length).toBeLessThan(2);
      driven.end();
    }
    const [zone, ...more] = driven.publisher.zones.filter(({ zoneId }) => zoneId === ZONE);
    expect([zone?.names.map(({ settings }) => settings.name), more]).toEqual([[HOME, 'example.com', WWW], []]);
    for (const name of [HOME, 'example.com', WWW]) expect(cloudflare.contentsOf(name)).toEqual([A]);
  });

  test('Publisher: a name joins the zone in the middle of a reading → its record on an earlier page is not missed', () => {
    const names = Array.from({ length: 8 }, (_, i) => `h${i}.example.com`);
    cloudflare.put('example.com', record('apex', B));
    for (const [i, name] of names.slice(0, 3).entries()) cloudflare.put(name, record(`r${i}`, A));
    cloudflare.pageSize = 2;
    const driven = publish([...names.map((name) => recordSettings(name)), unknown('example.com')]);
    driven.machine.add(A);
    driven.look();
    expect(driven.inFlight.map(({ request }) => request.path.split('?')[0])).toEqual([
      `/zones/${ZONE}/dns_records`,
      '/zones',
    ]);
    driven.end();
    driven.end();
    driven.answerAll();
    expect(cloudflare.recordsOf('example.com').map(({ id, content }) => [id, content])).toEqual([['apex', A]]);
  });

  test('Publisher: the found zone answers with 500 for an hour → it is not looked up again', () => {
    const driven = publish([unknown(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    const before = lookups();
    driven.respond = () => ({ kind: 'replied', reply: failure(500, [{ code: 7003, message: 'Could not route' }]) });
    driven.verify();
    driven.pass(3_600_000);
    expect(lookups()).toBe(before);
    expect(driven.publisher.zones.find(({ zoneId }) => zoneId === ZONE)?.names).toHaveLength(1);
  });

  test('Publisher: the id of a zone is refused that one of its names has in the settings → none is looked up again', () => {
    const driven = publish([recordSettings(HOME), unknown('example.com')]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    const before = lookups();
    driven.respond = () => ({ kind: 'replied', reply: failure(404, [{ code: 7003, message: 'Could not route' }]) });
    driven.verify();
    driven.pass(3_600_000);
    expect(lookups()).toBe(before);
    expect(driven.publisher.zones.find(({ zoneId }) => zoneId === ZONE)?.names).toHaveLength(2);
  });

  test('Publisher: a zone is lost while another name is looked up in vain → both are asked for, each in its time', () => {
    const driven = publish([unknown(HOME), unknown('home.example.net')]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    cloudflare.renumber('example.com', 'f'.repeat(32));
    driven.verify();
    driven.answerAll();
    const [nowhere, ...more] = driven.publisher.zones.filter(({ zoneId }) => zoneId === null);
    expect([nowhere?.names.map(({ settings }) => settings.name), more]).toEqual([['home.example.net', HOME], []]);
    driven.machine.remove(A);
    driven.machine.add(B);
    driven.look();
    driven.pass(301_000);
    expect(cloudflare.contentsOf(HOME)).toEqual([B]);
    expect(driven.publisher.zones.map(({ zoneId, names }) => [zoneId, names.length])).toEqual([
      [null, 1],
      ['f'.repeat(32), 1],
    ]);
  });
});

describe('Publisher: several zones', () => {
  const look = (respond: (path: string) => HttpReply | null): DrivenPublisher => {
    const driven = publish([recordSettings(HOME), recordSettings(OTHER, { zoneId: OTHER_ZONE })]);
    const working = driven.respond;
    driven.respond = (request) => {
      const reply = request.path.startsWith(`/zones/${ZONE}/`) ? respond(request.path) : null;
      return reply === null ? working(request) : { kind: 'replied', reply };
    };
    driven.machine.add(A);
    driven.look();
    return driven;
  };

  test('Publisher: one of them is told 429 → the others wait as well, the limit is the user’s', () => {
    const driven = look(() => failure(429, [{ code: 971, message: 'slow down' }], { 'Retry-After': '60' }));
    driven.answerAll();
    expect(cloudflare.contentsOf(OTHER)).toEqual([]);
    driven.respond = (request) => ({ kind: 'replied', reply: cloudflare.answer(request) });
    driven.pass(59_000);
    expect(cloudflare.requests).toHaveLength(1); // the one that was in flight when the first zone was told
    driven.pass(1_000);
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf(OTHER)]).toEqual([[A], [A]]);
  });

  test('Publisher: one of them is refused → the others go on', () => {
    const driven = look(() => failure(403, [{ code: 10000, message: 'Authentication error' }]));
    driven.answerAll();
    expect(cloudflare.contentsOf(OTHER)).toEqual([A]);
  });
});
