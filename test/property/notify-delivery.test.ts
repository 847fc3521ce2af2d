import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Address } from '../../src/core/address/address.ts';
import { Delivery, GATHER_MS, GIVE_UP_MS } from '../../src/core/notify/delivery.ts';
import type { Fact } from '../../src/core/notify/facts.ts';
import type { Message } from '../../src/core/notify/message.ts';
import { A, B, C } from '../fakes/samples.ts';

/** What a receiver makes of what it is told. */
class Believer {
  readonly believes = new Map<string, { address: Address | null; failing: boolean }>();

  /** @throws Error when something was lost or told twice */
  hear({ items, event }: Message): void {
    if (event === 'heartbeat') return;
    for (const { name, address, previous, error, event: own } of items) {
      const known = this.believes.get(name);
      if (known !== undefined && known.address !== previous) throw new Error(`${name}: ${previous} was never told`);
      if (own === 'change' && address === previous) throw new Error(`${name}: told twice`);
      if (own === 'error' && known?.failing) throw new Error(`${name}: its error was told twice`);
      if (own === 'recovery' && known?.failing !== true) throw new Error(`${name}: the end of an error nobody knew`);
      this.believes.set(name, { address, failing: error !== null });
    }
  }
}

const NAMES = ['a.example.com', 'b.example.com', 'c.example.com'];

const step = fc.oneof(
  fc.record({
    kind: fc.constant('fact' as const),
    name: fc.constantFrom(...NAMES),
    address: fc.constantFrom(A, B, C),
    error: fc.constantFrom(null, null, 'broken'),
  }),
  fc.record({ kind: fc.constant('end' as const), failure: fc.constantFrom(null, null, 'down') }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(0, 500, 50_000) }),
);

test('Delivery: facts that flap, a receiver that fails now and then → nothing lost, nothing twice, one in flight', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.boolean(),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (steps, busy, draw) => {
        const facts = new Map<string, Fact>(NAMES.map((name) => [name, { address: null, error: null, sinceMs: 0 }]));
        const delivery = new Delivery('it', 60_000, facts, 0);
        const receiver = new Believer();
        for (const name of NAMES) receiver.believes.set(name, { address: null, failing: false });
        let nowMs = 0;
        let sent: Message | null = null;
        const look = (): void => {
          const message = delivery.next(facts, busy, nowMs);
          if (message === null) return;
          expect(sent).toBeNull();
          sent = message;
        };
        const end = (failure: string | null): void => {
          if (sent === null) return;
          if (failure === null) receiver.hear(sent);
          sent = null;
          delivery.settled(failure, 0, nowMs, draw);
        };
        for (const own of steps) {
          if (own.kind === 'fact') facts.set(own.name, { address: own.address, error: own.error, sinceMs: nowMs });
          else if (own.kind === 'end') end(own.failure);
          else nowMs += own.ms;
          look();
          // Whatever is not in flight is due at a time that comes.
          if (sent === null) expect(delivery.dueMs).not.toBeNull();
        }
        // All steps together last less than an hour, after which it would be given up; now the receiver works.
        for (let left = 0; left < 3; left++) {
          end(null);
          nowMs += GATHER_MS + GIVE_UP_MS;
          look();
        }
        for (const [name, { address, error }] of facts)
          expect(receiver.believes.get(name)).toEqual({ address, failing: error !== null });
      },
    ),
    { numRuns: 300 },
  );
});

test('Delivery: a receiver that never answers → bounded tries, and then told only what is new', () => {
  const fact = (address: Address, sinceMs: number): Fact => ({ address, error: null, sinceMs });
  fc.assert(
    fc.property(fc.double({ min: 0.3, max: 0.99, noNaN: true }), (draw) => {
      const facts = new Map([['a.example.com', fact(A, 0)]]);
      const delivery = new Delivery('it', null, facts, 0);
      facts.set('a.example.com', fact(B, 1000));
      let tries = 0;
      let nowMs = 1000;
      for (let message = delivery.next(facts, false, nowMs); message !== null; tries++) {
        delivery.settled('down', 0, nowMs, draw);
        expect(delivery.next(facts, false, nowMs)).toBeNull();
        nowMs = delivery.dueMs ?? nowMs;
        message = delivery.next(facts, false, nowMs);
      }
      expect(tries).toBeLessThan(40);
      expect(nowMs).toBeGreaterThanOrEqual(GIVE_UP_MS);
      facts.set('a.example.com', fact(C, nowMs));
      delivery.next(facts, false, nowMs);
      const { items } = delivery.next(facts, false, nowMs + 600_000) ?? { items: [] };
      expect(items).toMatchObject([{ previous: B, address: C }]);
    }),
  );
});
