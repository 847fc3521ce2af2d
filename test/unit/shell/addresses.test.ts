import { describe, expect, test } from 'vitest';
import type { Address } from '../../../src/core/address/address.ts';
import type { ProbeVerdict } from '../../../src/core/ports.ts';
import { type AddressesContext, addresses } from '../../../src/shell/addresses.ts';
import type { ExitStatus } from '../../../src/shell/exit.ts';
import { twoZones } from '../../fakes/cloudflare.ts';
import { FakeHost } from '../../fakes/host.ts';
import { FakeRtnetlink } from '../../fakes/kernel.ts';
import { A, ANY, address, B } from '../../fakes/samples.ts';

const UNIQUE_LOCAL = address('fd00::1');

function shown(own: Partial<AddressesContext> = {}) {
  const kernel = new FakeRtnetlink();
  kernel.addSilently(UNIQUE_LOCAL);
  kernel.addSilently(B, { lifetimeSec: 3_600, flags32: 0 });
  kernel.addSilently(A);
  const { clock, files, output, log } = new FakeHost(twoZones());
  const exits: ExitStatus[] = [];
  const prober = { probe: (_from: Address, done: (verdict: ProbeVerdict) => void) => done('reached') };
  const ports = { kernel, clock, files, output, prober };
  addresses({
    ports,
    log,
    rules: ANY,
    running: [],
    json: false,
    exit: (status) => exits.push(status),
    ...own,
  });
  kernel.answerDumps();
  return { lines: output.out, exits };
}

describe('addresses', () => {
  test('addresses: one may be published → every address with its reason, 0', () => {
    const { lines, exits } = shown();
    const text = lines.join('\n');
    expect(exits).toEqual([0]);
    for (const own of [A, B, UNIQUE_LOCAL])
      expect(lines.filter((line) => line.includes(own)).length).toBeGreaterThan(0);
    expect(text).toContain('unique local (RFC 4193)');
    expect(text).not.toContain('\u001b');
    expect(lines.at(-1)).toMatch(/ is published: .*; reached from the API\.$/);
  });

  test('addresses: none may be published → 69', () => {
    const { lines, exits } = shown({ rules: { ...ANY, interfaces: ['eth9'] } });
    expect([exits, lines.join('\n')]).toEqual([[69], expect.stringContaining('"interface" does not name')]);
  });

  test('addresses: JSON → one document with lifetimes in seconds, null = for ever', () => {
    const { lines, exits } = shown({ json: true });
    expect([exits, lines.length]).toEqual([[0], 1]);
    const { addresses: found, winner, rule, reached } = JSON.parse(lines[0] ?? '');
    expect([winner, rule, reached]).toEqual([A, 'static', 'reached']);
    expect(found.map((own: { address: string }) => own.address)).toHaveLength(3);
    expect(found.find((own: { address: string }) => own.address === A)).toEqual({
      interface: 'eth2',
      address: A,
      prefix_length: 64,
      flags: [],
      preferred_s: null,
      valid_s: null,
      published: true,
      reason: null,
    });
    expect(found.find((own: { address: string }) => own.address === B)).toMatchObject({
      flags: ['dynamic'],
      preferred_s: 3_600,
      published: false,
      reason: expect.stringContaining('outranked'),
    });
  });
});
