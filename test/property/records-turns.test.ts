import fc from 'fast-check';
import { expect, test } from 'vitest';
import { twoZones } from '../fakes/cloudflare.ts';
import { DrivenPublisher } from '../fakes/driven-publisher.ts';
import { FAULTS, suffer } from '../fakes/faults.ts';
import { A, address, B, record, recordSettings } from '../fakes/samples.ts';

const HOUR_MS = 3_600_000;
/** What ends in a wait of the server's concerns everybody: the limit is the user's. */
const ONE_NAMES = FAULTS.filter((fault) => !fault.includes('429') && !fault.includes(' s') && fault !== 'spent limit');

test('Publisher: one name’s requests end in any fault for ever → every other name is right within the hour, and follows a change', () => {
  const draws = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 8 }),
      fc.nat({ max: 7 }),
      fc.constantFrom(...ONE_NAMES),
      fc.boolean(),
      draws,
      (count, which, fault, hasRecords, draw) => {
        const names = Array.from({ length: count }, (_, i) => `h${i}.example.com`);
        const sick = names[which % count] ?? '';
        const cloudflare = twoZones();
        if (hasRecords)
          for (const [i, name] of names.entries()) cloudflare.put(name, record(`n${i}`, address('2a01:db8::99')));
        const driven = new DrivenPublisher(
          cloudflare,
          names.map((name) => recordSettings(name)),
        );
        driven.draw = draw;
        const working = driven.respond;
        const ids = new Set(cloudflare.recordsOf(sick).map(({ id }) => id));
        driven.respond = (request) => {
          const text = `${request.path} ${request.body ?? ''}`;
          const isSick = text.includes(sick) || [...ids].some((id) => new RegExp(`\\b${id}\\b`).test(text));
          return isSick ? suffer(fault, request, cloudflare) : working(request);
        };
        const others = names.filter((name) => name !== sick);
        for (const own of [A, B]) {
          driven.machine.add(own);
          if (own === B) driven.machine.remove(A);
          driven.look();
          driven.pass(HOUR_MS);
          for (const name of others) expect(cloudflare.contentsOf(name)).toEqual([own]);
        }
      },
    ),
    { numRuns: 60 },
  );
});
