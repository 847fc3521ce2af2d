import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eligible } from '../../src/core/address/eligible.ts';
import { AddressTable } from '../../src/core/address/table.ts';
import { RtnetlinkSession } from '../../src/core/wire/session.ts';
import { BusyKernel, type Queued } from '../fakes/busy-kernel.ts';
import { address } from '../fakes/samples.ts';

const ADDRESSES = Array.from({ length: 9 }, (_, i) => address(`3ffe:1::${i + 1}`));

type Step = Readonly<
  | { kind: 'toggle'; which: number }
  | { kind: 'read'; datagrams: number }
  | { kind: 'link' }
  | { kind: 'garble' }
  | { kind: 'pause' }
>;

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('toggle' as const), which: fc.nat(ADDRESSES.length - 1) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('read' as const), datagrams: fc.integer({ min: 1, max: 4 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('link' as const, 'garble' as const, 'pause' as const) }),
    },
  ),
  { maxLength: 80, size: 'max' },
);

/** A session and a kernel, with the socket between them. */
class Dialogue {
  readonly kernel = new BusyKernel();
  readonly table = new AddressTable();
  readonly session = new RtnetlinkSession(this.table);
  nowMs = 1_000;
  dumps = 0;
  /** Whether anything was lost that no dump begun later has made up for. */
  #isLossy = false;

  constructor() {
    this.#request(this.session.begin());
  }

  get picture(): string[] {
    return eligible(this.table, { interfaces: null, prefer: [], exclude: [] }, 0)
      .map((row) => row.address)
      .sort();
  }

  /** @returns whether there was anything to read */
  read(): boolean {
    const received = this.kernel.receive();
    if (received === null) {
      const { request, resync } = this.session.tick(this.nowMs);
      if (resync !== null) this.#isLossy = false;
      this.#request(request);
    } else if (received === 'overrun') {
      this.#isLossy = true;
      this.session.lost(received);
    } else this.#take(received);
    return received !== null;
  }

  #take({ bytes, usable }: Queued): void {
    const { request, changed } = this.session.receive([bytes], this.nowMs);
    this.#request(request);
    if (this.session.dueMs !== null) this.#isLossy = true;
    if (changed && !this.#isLossy) expect(this.picture).toEqual(usable);
    if (changed) expect(this.session.isWhole).toBe(true);
  }

  #request(request: ArrayBuffer | null): void {
    if (request === null) return;
    this.dumps++;
    this.kernel.request(request);
  }
}

function perform(dialogue: Dialogue, step: Step): void {
  switch (step.kind) {
    case 'toggle':
      dialogue.kernel.toggle(ADDRESSES[step.which] ?? address('3ffe::'));
      break;
    case 'link':
      dialogue.kernel.toggleLink();
      break;
    case 'garble':
      dialogue.kernel.garble();
      break;
    case 'pause':
      dialogue.nowMs += 60;
      break;
    case 'read':
      for (let i = 0; i < step.datagrams; i++) dialogue.read();
  }
}

test('RtnetlinkSession: a table that changes while it is dumped, overruns, garbage → no half table, and the kernel’s in the end', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const dialogue = new Dialogue();
      for (const step of all) perform(dialogue, step);
      for (let rounds = 0; dialogue.read() || dialogue.session.isDumping || dialogue.session.dueMs !== null; rounds++) {
        expect(rounds).toBeLessThan(200);
        dialogue.nowMs += 10;
      }
      expect(dialogue.picture).toEqual(dialogue.kernel.usable);
      expect(dialogue.kernel.refusals).toBe(0);
    }),
    { numRuns: 500 },
  );
});

test('RtnetlinkSession: changes without pause → at most two requests in 100 ms', () => {
  const dialogue = new Dialogue();
  for (let i = 0; i < 2_000; i++) {
    for (const own of ADDRESSES) dialogue.kernel.toggle(own);
    while (dialogue.read());
    dialogue.nowMs += 1;
  }
  expect(dialogue.dumps).toBeGreaterThan(10);
  expect(dialogue.dumps).toBeLessThanOrEqual(2 * 21);
});
