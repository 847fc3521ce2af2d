import { beforeEach, describe, expect, test } from 'vitest';
import type { HttpOutcome } from '../../../src/core/ports.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { failure, success, wireRecord } from '../../fakes/replies.ts';
import { A, B, C, HOME, record, recordSettings, ZONE } from '../../fakes/samples.ts';

let cloudflare: FakeCloudflare;

beforeEach(() => {
  cloudflare = twoZones();
  cloudflare.put(HOME, record('r1', B));
});

describe('Publisher: what it says while the network is not there', () => {
  const away: HttpOutcome = { kind: 'unreachable', detail: 'no route', sent: false };

  test('Publisher: a boot without network for 20 s → one line, one that it is over, then the record', () => {
    const driven = new DrivenPublisher(cloudflare, [recordSettings(HOME)]);
    driven.respond = (request) =>
      driven.nowMs < 20_000 ? away : { kind: 'replied', reply: cloudflare.answer(request) };
    driven.machine.add(A);
    driven.look();
    driven.pass(120_000);
    expect(driven.log).toEqual([
      `${HOME}: detected ${A}`,
      `${HOME}: cannot reach Cloudflare: no route. Next try in 0.5 s (failure 1).`,
      expect.stringMatching(/^Cloudflare answers; [56] requests failed before, over \d\ds$/),
      expect.stringMatching(/, updated in /),
    ]);
  });

  test('Publisher: no network, and somebody has the settings read again → that it still fails is said', () => {
    const records = [recordSettings(HOME)];
    const driven = new DrivenPublisher(cloudflare, records);
    driven.respond = () => away;
    driven.machine.add(A);
    driven.look();
    driven.pass(10_000);
    expect(driven.log.filter((line) => line.includes('cannot reach'))).toHaveLength(1);
    driven.reload(records);
    driven.pass(10_000);
    expect(driven.log.filter((line) => line.includes('cannot reach'))).toHaveLength(2);
  });

  test('Publisher: it fails after it was fine → every failure is said, also after the settings were read again', () => {
    const records = [recordSettings(HOME)];
    const driven = new DrivenPublisher(cloudflare, records);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    driven.log.length = 0;
    driven.reload(records);
    driven.end(away);
    driven.nowMs = 1_000;
    driven.due();
    driven.end(away);
    expect(driven.log).toEqual([expect.stringContaining('(failure 1).'), expect.stringContaining('(failure 2).')]);
  });
});

describe('Publisher: what it says of a write that did not do what was asked', () => {
  test('Publisher: an attribute is not taken over → the line says which, and what was done meanwhile', () => {
    const driven = new DrivenPublisher(cloudflare, [recordSettings(HOME, { comment: 'mine' })]);
    driven.respond = (request) => {
      const reply = cloudflare.answer(request);
      if (request.method !== 'PATCH') return { kind: 'replied', reply };
      cloudflare.put(HOME, record('r1', A));
      return { kind: 'replied', reply: success(wireRecord(HOME, record('r1', A))) };
    };
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    expect(driven.log.at(-1)).toBe(
      `${HOME}: Cloudflare accepted the request, but did not carry it out (update AAAA ${A} with comment "mine"): ` +
        `does the zone's plan allow it? AAAA ${A} when last seen. Next try in 0.5 s (failure 2).`,
    );
  });

  test.each([
    [true, `could not confirm the update (It timed out). AAAA ${B} when last seen. Reading the records back in 0.5 s`],
    [false, `cannot reach Cloudflare: It timed out. AAAA ${B} when last seen. Next try in 0.5 s`],
  ])('Publisher: no answer to a write, sent %j → %s', (sent, words) => {
    const driven = new DrivenPublisher(cloudflare, [recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.end();
    driven.end({ kind: 'unreachable', detail: 'It timed out', sent });
    expect(driven.log.at(-1)).toBe(`${HOME}: ${words} (failure 1).`);
  });

  test('Publisher: no answer to a question → cannot reach Cloudflare, sent or not', () => {
    const driven = new DrivenPublisher(cloudflare, [recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.end({ kind: 'unreachable', detail: 'It timed out', sent: true });
    expect(driven.log.at(-1)).toBe(`${HOME}: cannot reach Cloudflare: It timed out. Next try in 0.5 s (failure 1).`);
  });
});

describe('Publisher: what it says when Cloudflare refuses', () => {
  const reply = (status: number, code: number, headers?: Readonly<Record<string, string>>): HttpOutcome => ({
    kind: 'replied',
    reply: failure(status, [{ code, message: 'no' }], headers),
  });

  /** The line about the first request, which ends so. */
  function lineOf(outcome: HttpOutcome, zoneId: string | null = ZONE): string | undefined {
    const driven = new DrivenPublisher(cloudflare, [recordSettings(HOME, { zoneId })]);
    driven.machine.add(A);
    driven.look();
    driven.end(outcome);
    return driven.log.at(-1);
  }

  test.each<[string, HttpOutcome, string]>([
    [
      'it cannot answer',
      reply(503, 1),
      'Cloudflare could not answer (HTTP 503, code 1 "no"). Next try in 0.5 s (failure 1).',
    ],
    [
      'it asks for fewer requests',
      reply(429, 971, { 'Retry-After': '60' }),
      'Cloudflare asks for fewer requests (HTTP 429, code 971 "no"). Next try in 60 s (failure 1).',
    ],
    [
      'with a ray',
      reply(502, 1, { 'CF-Ray': '8f2-FRA' }),
      'Cloudflare could not answer (HTTP 502, code 1 "no"). Next try in 0.5 s (failure 1, cf-ray 8f2-FRA).',
    ],
  ])('Publisher: %s → what it says, no remedy: it passes', (_, outcome, words) => {
    expect(lineOf(outcome)).toBe(`${HOME}: ${words}`);
  });

  test('Publisher: a zone is refused → zone_id is to be checked where the settings have one, else the token’s rights', () => {
    expect(lineOf(reply(404, 7003))).toMatch(/zone_id/);
    expect(lineOf(reply(403, 10000))).toMatch(
      /^home\.example\.com: Cloudflare refused the request \(HTTP 403, code 10000 "no"\): /,
    );
    const found = new DrivenPublisher(cloudflare, [recordSettings(HOME, { zoneId: null })]);
    found.machine.add(A);
    found.look();
    for (let i = 0; i < 2; i++) found.end();
    found.end(reply(404, 7003));
    expect(found.log.at(-1)).not.toBe(lineOf(reply(404, 7003)));
  });

  test('Publisher: attributes are refused while the address is right → that it is, is said', () => {
    cloudflare.put(HOME, record('r1', A));
    const driven = new DrivenPublisher(cloudflare, [recordSettings(HOME, { comment: 'mine' })]);
    driven.machine.add(A);
    driven.look();
    driven.end();
    driven.end(reply(400, 9313));
    expect(driven.log.at(-1)).toMatch(
      /^home\.example\.com: Cloudflare refused \(HTTP 400, code 9313 "no"\): .*\. The address is right\. AAAA /,
    );
  });

  test('Publisher: the records keep changing under us → said from the second time on', () => {
    const driven = new DrivenPublisher(cloudflare, [recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    for (let i = 0; i < 2; i++) {
      driven.end();
      driven.end(reply(404, 81044));
    }
    expect(driven.log.at(-1)).toBe(
      `${HOME}: the records keep changing under us (HTTP 404, code 81044 "no"). AAAA ${B} when last seen. ` +
        'Next try in 0.5 s (failure 2).',
    );
  });

  test('Publisher: somebody else keeps changing the record → from the third time on, with what it says now', () => {
    const driven = new DrivenPublisher(cloudflare, [recordSettings(HOME, { multiRecord: 'all' })]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    const overwrite = (...records: Parameters<FakeCloudflare['put']>[1][]): string | undefined => {
      cloudflare.put(HOME, ...records);
      driven.verify();
      driven.answerAll();
      return driven.log.at(-1);
    };
    overwrite(record('r1', B));
    overwrite(record('r1', B));
    expect(overwrite(record('r1', B), record('r2', C))).toContain(
      `somebody else changed the record 3 times in a row (now it says ${B}, ${C}): stop them, or take the name out here.`,
    );
    driven.pass(300_000);
    expect(overwrite()).toContain('somebody else changed the record 4 times in a row (now it is gone): stop them');
  });
});
