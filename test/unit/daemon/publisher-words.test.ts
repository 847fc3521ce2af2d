import { describe, expect, test } from 'vitest';
import { twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { success, wireRecord } from '../../fakes/replies.ts';
import { A, B, HOME, record, recordSettings } from '../../fakes/samples.ts';

describe('Publisher: what it says of a write that did not do what was asked', () => {
  test('Publisher: an attribute is not taken over → the line says which, and what was done meanwhile', () => {
    const cloudflare = twoZones();
    cloudflare.put(HOME, record('r1', B));
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
});
