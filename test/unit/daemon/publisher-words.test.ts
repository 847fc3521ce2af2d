import { beforeEach, describe, expect, test } from 'vitest';
import type { HttpOutcome } from '../../../src/core/ports.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { success, wireRecord } from '../../fakes/replies.ts';
import { A, B, HOME, record, recordSettings } from '../../fakes/samples.ts';

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
      `${HOME}: Cloudflare took the request and did not do it (update AAAA ${A} with comment "mine"): ` +
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
