import { beforeEach, describe, expect, test } from 'vitest';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { success, wireRecord } from '../../fakes/replies.ts';
import { A, B, HOME, record, recordSettings } from '../../fakes/samples.ts';

let cloudflare: FakeCloudflare;

beforeEach(() => {
  cloudflare = twoZones();
  cloudflare.put(HOME, record('r1', B));
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
        `does the zone's plan allow it? AAAA ${A} when last seen. Next try in 0.5 s (failure 1).`,
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
