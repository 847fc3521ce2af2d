import { beforeEach, describe, expect, test } from 'vitest';
import { Routes } from '../../../src/core/address/routes.ts';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import type { RecordSettings } from '../../../src/core/config/settings.ts';
import type { HttpOutcome } from '../../../src/core/ports.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { chain, failure, pageInfo, success, textReply, wireRecord } from '../../fakes/replies.ts';
import { defaultRoute } from '../../fakes/routes.ts';
import {
  A,
  address,
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

const publish = (...records: readonly RecordSettings[]) => new DrivenPublisher(cloudflare, records);
const unknown = (name: string) => recordSettings(name, { zoneId: null });
const AWAY: HttpOutcome = { kind: 'unreachable', detail: 'it timed out', sent: false };

describe('Publisher: the address that requests leave from', () => {
  const [P, Q] = [address('2a01:1::1'), address('2a01:2::1')];

  /** P is published; a request fails, P is silent and Q reached. */
  function rerouted(): DrivenPublisher {
    cloudflare.put(HOME, record('r1', P));
    const driven = publish(recordSettings(HOME));
    driven.machine.add(P);
    driven.machine.add(Q, { ifIndex: 3 });
    driven.machine.table.routes = new Routes([defaultRoute(2), defaultRoute(3, { metric: 2048 })], []);
    driven.look();
    driven.answerAll();
    driven.verdictOn = (own) => (own === Q ? 'reached' : 'silent');
    driven.verify();
    expect(driven.inFlight.map(({ from }) => from)).toEqual([null]);
    driven.end(AWAY);
    while (driven.probed < driven.probes.length) driven.answerProbe();
    expect(driven.probes).toEqual([P, Q]);
    return driven;
  }

  test('Publisher: another one is reached → the next request leaves from it, and so does the one after a success', () => {
    const driven = rerouted();
    expect(driven.inFlight.map(({ from }) => from)).toEqual([Q]);
    driven.end();
    expect(driven.inFlight.map(({ from, request }) => [from, request.method])).toEqual([[Q, 'PATCH']]);
    driven.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([Q]);
  });

  test('Publisher: a request that leaves from it fails as well → as the kernel chooses again', () => {
    const driven = rerouted();
    driven.end(AWAY);
    driven.nowMs = driven.publisher.dueMs() ?? Number.NaN;
    driven.due();
    expect(driven.inFlight.map(({ from }) => from)).toEqual([null]);
  });
});

describe('Publisher: what one zone is told and the others know', () => {
  test('Publisher: one zone has to wait for a minute, then another one hears of less → a minute', () => {
    cloudflare.put(OTHER, record('r9', A));
    const driven = publish(recordSettings(HOME), inOtherZone);
    driven.machine.add(A);
    driven.look();
    driven.end({ kind: 'replied', reply: failure(429, [chain(971)], { 'Retry-After': '60' }) });
    const own = driven.respond(driven.inFlight[0]?.request ?? { method: 'GET', path: '', body: null });
    if (own.kind !== 'replied') throw new Error('no answer');
    const headers = `${own.reply.headers}Ratelimit: "default";r=0;t=30\r\n`;
    driven.end({ kind: 'replied', reply: { ...own.reply, headers } });
    expect(driven.publisher.silentUntilMs).toBe(60_000);
    expect(driven.log.filter((line) => line.includes('asks for a pause'))).toEqual([]);
  });

  test('Publisher: two zones hear of the same pause at the same time → said once', () => {
    for (const [name, id] of [
      [HOME, 'r8'],
      [OTHER, 'r9'],
    ] as const)
      cloudflare.put(name, record(id, A));
    const driven = publish(recordSettings(HOME), inOtherZone);
    driven.machine.add(A);
    driven.look();
    driven.respond = (request) => {
      const reply = cloudflare.answer(request);
      return { kind: 'replied', reply: { ...reply, headers: `${reply.headers}Ratelimit: "default";r=0;t=30\r\n` } };
    };
    driven.answerAll();
    expect(driven.log.filter((line) => line.includes('pause'))).toEqual([
      'Cloudflare asks for a pause: next request in 30 s',
    ]);
  });

  test('Publisher: a boot without network, another zone’s name fails by itself → the silence holds for that, too', () => {
    const driven = publish(inOtherZone, recordSettings(HOME), recordSettings(WWW));
    driven.machine.add(A);
    driven.look();
    driven.log.length = 0;
    expect(driven.inFlight.map(({ request }) => request.path.split('/')[2])).toEqual([OTHER_ZONE, ZONE]);
    driven.end(AWAY);
    driven.end({ kind: 'replied', reply: textReply(502, '<html>') });
    expect(driven.log).toEqual([`${OTHER}: cannot reach Cloudflare: it timed out. Next try in 0.5 s (failure 1).`]);
  });

  test('Publisher: a looked-up name joins names whose zone has an id in the settings → the zone is not asked for its name', () => {
    cloudflare.put(HOME, record('r1', A));
    const driven = publish(recordSettings(HOME), unknown('example.com'));
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    expect(cloudflare.contentsOf('example.com')).toEqual([A]);
    expect(cloudflare.requests.filter(({ path }) => path === `/zones/${ZONE}`)).toEqual([]);
  });
});

describe('Publisher: a zone is lost', () => {
  test('Publisher: while another name is being looked up → that goes on at once, the lost one is asked for after its wait', () => {
    const driven = publish(inOtherZone, unknown(HOME), unknown('home.example.net'));
    driven.machine.add(A);
    driven.look();
    const next = (start: string): void => {
      const place = driven.inFlight.findIndex(({ request }) => request.path.startsWith(start));
      const [own] = driven.inFlight.splice(place, 1);
      if (own === undefined) throw new Error(`nothing asks for ${start}`);
      driven.late(own.zone, driven.respond(own.request));
    };
    next('/zones?');
    next('/zones?');
    cloudflare.renumber('example.com', 'f'.repeat(32));
    next(`/zones/${ZONE}/`);
    driven.answerAll();
    const asked = cloudflare.requests.map(({ path }) => path);
    expect(asked.filter((path) => path.includes('example.net'))).toHaveLength(2);
    driven.pass(301_000);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    expect(cloudflare.requests.filter(({ path }) => path.startsWith(`/zones/${ZONE}/`))).toHaveLength(1);
  });

  test('Publisher: then the token is refused everywhere → that is the second failure, which waits twice as long', () => {
    const driven = publish(unknown(HOME));
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    driven.verify();
    driven.end({ kind: 'replied', reply: failure(404, [chain(7003)]) });
    expect(driven.publisher.dueMs()).toBe(300_000);
    driven.respond = () => ({ kind: 'replied', reply: failure(401, [chain(1000)]) });
    driven.nowMs = 300_000;
    driven.due();
    driven.answerAll();
    expect(driven.publisher.dueMs()).toBe(300_000 + 600_000);
  });
});

describe('Publisher: the order of names', () => {
  test('Publisher: names of this machine and of other hosts → this machine’s first, each in their order', () => {
    const host = { interfaceId: [...new Array(15).fill(0), 0x99], prefixLength: 64 };
    const names = ['n1', 'n2', 'own1', 'n3', 'own2'].map((label) => `${label}.example.com`);
    const driven = publish(...names.map((name) => recordSettings(name, name.startsWith('own') ? {} : { host })));
    const order = driven.publisher.zones.flatMap((zone) =>
      zone.names.map(({ settings }) => settings.name.split('.')[0]),
    );
    expect(order).toEqual(['own1', 'own2', 'n1', 'n2', 'n3']);
  });

  test('Publisher: another host’s record alone, under the second of two prefixes that are as good → it stays', () => {
    const host = { interfaceId: [...new Array(15).fill(0), 0x99], prefixLength: 64 };
    const [one, two] = [address('2a01:db8:0:1::5'), address('2a01:db8:0:2::5')];
    cloudflare.put('nas.example.com', record('r1', address('2a01:db8:0:2::99')));
    const driven = publish(recordSettings('nas.example.com', { host }));
    for (const own of [one, two]) driven.machine.add(own);
    driven.look();
    driven.pass(10_000);
    expect(cloudflare.writes).toBe(0);
  });
});

describe('Publisher: nothing may be published, and the settings are read again', () => {
  test('Publisher: it has been so for long → said again at once', () => {
    const driven = publish(recordSettings(HOME));
    driven.look();
    driven.pass(20_000);
    expect(driven.log).toHaveLength(1);
    driven.reload([recordSettings(HOME)]);
    expect(driven.log).toHaveLength(2);
  });
});

describe('Publisher: what it says of one request', () => {
  /** The line about the list of HOME, which is answered so a quarter of a second after the address came. */
  function lineAfter(reply: HttpReply): string | undefined {
    const driven = publish(recordSettings(HOME));
    driven.machine.add(A);
    driven.nowMs = 1_000;
    driven.look();
    driven.nowMs = 1_250;
    driven.end({ kind: 'replied', reply });
    return driven.log.at(-1);
  }

  const right = wireRecord(HOME, record('r1', A));

  test.each<[string, HttpReply, string]>([
    ['right already', success([right], {}, pageInfo(1)), `AAAA ${A}, already right`],
    [
      'denied',
      failure(403, [{ code: 10000, message: 'no' }]),
      'Cloudflare refused the request (HTTP 403, code 10000 "no"): give the token the permission Zone → DNS → Edit ' +
        'for this zone, and check zone_id. Next try in 5 min (failure 1).',
    ],
    [
      'the same record twice',
      success([right, right], {}, pageInfo(2)),
      'Cloudflare could not answer (HTTP 200, the list of AAAA records has no end, contradicts itself, or changed ' +
        'while it was read). Next try in 0.5 s (failure 1).',
    ],
  ])('Publisher: %s → the whole line', (_, reply, words) => {
    expect(lineAfter(reply)).toBe(`${HOME}: ${words}`);
  });

  test('Publisher: written a while after the start → the line counts from the choice of the address', () => {
    const driven = publish(recordSettings(HOME));
    driven.machine.add(A);
    driven.nowMs = 1_000;
    driven.look();
    driven.nowMs = 1_250;
    driven.answerAll();
    expect(driven.log.at(-1)).toBe(`${HOME}: AAAA ${A}, created in 250 ms`);
  });
});

describe('Publisher: what it says of a lookup', () => {
  test.each([
    [404, 10000, 'check the name, give the token Zone → Zone → Read, or set zone_id'],
    [403, 10000, 'give the token the permission Zone → Zone → Read, or set zone_id'],
  ])('Publisher: every question is refused with HTTP %d, code %d → %s', (status, code, remedy) => {
    const driven = publish(unknown(HOME));
    driven.respond = () => ({ kind: 'replied', reply: failure(status, [{ code, message: 'no' }]) });
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    expect(driven.log.at(-1)).toBe(
      `${HOME}: Cloudflare refused the request (HTTP ${status}, code ${code} "no"): ${remedy}. Next try in 5 min (failure 1).`,
    );
  });
});
