/** What the daemon makes of what a real kernel told it: test/fixtures/traces, made by tools/capture-traces. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GRACE_MS } from '../../src/core/daemon/chooser.ts';
import { type ReplayOptions, replay, type Timeline } from '../fakes/replay.ts';
import { address } from '../fakes/samples.ts';

/** What port1 makes of the two prefixes that its router advertises. */
const FIRST = address('3ffe:1::ff:fe00:1');
const SECOND = address('3ffe:2::ff:fe00:1');

const play = (name: string, options?: ReplayOptions): Timeline =>
  replay(readFileSync(`test/fixtures/traces/${name}.trace`, 'utf8'), options);

const written = ({ writes }: Timeline): string[] => writes.map((write) => write.address);

/** Milliseconds from what was done to the write with that number. */
const delay = (timeline: Timeline, done: RegExp, write = 0): number =>
  (timeline.writes[write]?.atMs ?? Number.NaN) - timeline.at(done);

const warnings = ({ log }: Timeline): string[] => log.map(({ line }) => line).filter((line) => line.startsWith('<4>'));

describe('trace', () => {
  test('trace: SLAAC → the global address after DAD, once; never the unique-local one, nothing at renewals', () => {
    const timeline = play('slaac');
    expect(written(timeline)).toEqual([FIRST]);
    // The router waits up to 0.5 s; DAD takes 1 to 2 s.
    expect(delay(timeline, /begins to advertise/)).toBeGreaterThan(1_000);
    expect(delay(timeline, /begins to advertise/)).toBeLessThan(2_600);
  });

  test('trace: temporary addresses come, are deprecated and go → never written', () => {
    expect(written(play('temporary-rotation'))).toEqual([FIRST]);
  });

  test('trace: renumbering → the new address when it is usable; nothing when the old one is deprecated, again and again', () => {
    const timeline = play('renumbering', { published: FIRST });
    expect(written(timeline)).toEqual([SECOND]);
    expect(delay(timeline, /deprecates 3ffe:1/)).toBeGreaterThan(1_000);
    expect(delay(timeline, /deprecates 3ffe:1/)).toBeLessThan(2_600);
    expect(warnings(timeline)).toEqual([]);
  });

  test('trace: flash renumbering → the new prefix once it was advertised three times, the old one never again', () => {
    const timeline = play('flash-renumbering', { published: FIRST });
    expect(written(timeline)).toEqual([SECOND]);
    // The first advertisement comes at once, two more 3 to 4 s apart; DAD of the first one does not count.
    expect(delay(timeline, /has forgotten 3ffe:1/)).toBeGreaterThan(3_500);
    expect(delay(timeline, /has forgotten 3ffe:1/)).toBeLessThan(9_000);
  });

  test('trace: DAD fails for a SLAAC, a static and a dynamic address → never written; one that nobody has → written', () => {
    const timeline = play('dad-failure');
    expect(written(timeline)).toEqual(['3ffe:1::7']);
    expect(delay(timeline, /which nobody else has/)).toBeGreaterThan(1_000);
  });

  test('trace: the carrier, then the link is lost for half a second → nothing is written, an older address is passed over', () => {
    const timeline = play('link-flap', { published: FIRST });
    expect(timeline.at(/near end goes down/)).toBeGreaterThan(timeline.at(/far end goes down/));
    expect(written(timeline)).toEqual([]);
    expect(warnings(timeline)).toEqual([]);
  });

  test('trace: suspend for longer than the preferred lifetime → what no default route serves waits, the address is back when renewed', () => {
    const timeline = play('suspend', { published: FIRST });
    expect(timeline.at(/advertises 3ffe:1::\/64 again/)).toBeGreaterThan(GRACE_MS);
    expect([written(timeline), warnings(timeline)]).toEqual([[], []]);
  });

  test('trace: messages are lost → the address of the end, and none of the flood', () => {
    const timeline = play('overrun', { published: address('3ffe:1::1') });
    expect(written(timeline)).toEqual(['3ffe:1::2']);
    expect(delay(timeline, /the daemon goes on/)).toBeLessThan(500);
  });
});

describe('replay', () => {
  const lines = readFileSync('test/fixtures/traces/slaac.trace', 'utf8').split('\n');

  test('replay: an answer to nothing that the daemon asked → refused', () => {
    const [links = ''] = lines.filter((line) => line.includes(' 1,9 '));
    expect(() => replay([...lines, links].join('\n'))).toThrow(/request 1 of the trace was not made/);
  });

  test('replay: the trace ends before the kernel has answered → refused', () => {
    expect(() => replay(lines.slice(0, 4).join('\n'))).toThrow(/no answer in the trace/);
  });

  test('replay: only another interface may be used → nothing is written', () => {
    const timeline = play('slaac', { interfaces: ['port2'] });
    expect(written(timeline)).toEqual([]);
    expect(warnings(timeline).at(0)).toContain('port1');
  });
});
