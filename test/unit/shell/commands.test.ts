import { beforeEach, describe, expect, test } from 'vitest';
import type { RecordSettings, Settings } from '../../../src/core/config/settings.ts';
import { failed, ok } from '../../../src/core/result.ts';
import { type CommandContext, once, run } from '../../../src/shell/commands.ts';
import type { ExitStatus } from '../../../src/shell/exit.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { FakeHost, settingsFor } from '../../fakes/host.ts';
import { failure } from '../../fakes/replies.ts';
import { A, B, C, HOME, OTHER_ZONE, record, recordSettings } from '../../fakes/samples.ts';

const HOUR_MS = 3_600_000;
const PROBLEM = 'config.toml:3: unknown key "timout"';

let cloudflare: FakeCloudflare;
let host: FakeHost;
let exits: ExitStatus[];
let reloaded: Settings | null;

beforeEach(() => {
  cloudflare = twoZones();
  host = new FakeHost(cloudflare);
  host.files.setAddresses(A);
  exits = [];
  reloaded = null;
});

function context(records: readonly RecordSettings[], dryRun = false): CommandContext {
  return {
    ports: host,
    log: host.log,
    settings: settingsFor(records),
    identity: { version: '0.1.0', pid: 4711 },
    manager: null,
    notifier: (own) => host.notifier(own),
    dryRun,
    json: false,
    reload: () => (reloaded === null ? failed([PROBLEM]) : ok(reloaded)),
    exit: (status) => exits.push(status),
  };
}

const home = [recordSettings(HOME)];
const lastLine = () => host.output.err.at(-1);

describe('once', () => {
  test('once: the record is missing → created, 0', () => {
    once(context(home));
    host.api.answerAll();
    expect([exits, cloudflare.contentsOf(HOME)]).toEqual([[0], [A]]);
  });

  test('once: the record is right → 0, nothing written, and it ends once', () => {
    cloudflare.put(HOME, record('r1', A));
    once(context(home));
    host.pass(2 * HOUR_MS);
    expect([exits, cloudflare.writes]).toEqual([[0], 0]);
  });

  test('once: still waiting for an answer → goes on', () => {
    once(context(home));
    host.api.end();
    expect(exits).toEqual([]);
  });

  test('once: no address → 69 at once, no request', () => {
    host.files.setAddresses();
    once(context(home));
    expect([exits, host.api.inFlight, cloudflare.requests]).toEqual([[69], [], []]);
    expect(lastLine()).toBe(
      '<4>no address to publish (this machine has no IPv6 address). The records stay as they are.',
    );
  });

  test('once: no address for one of two names → the other is brought in line, 69', () => {
    once(context([...home, recordSettings('www.example.com', { interfaces: ['ppp0'] })]));
    host.api.answerAll();
    expect([exits, cloudflare.contentsOf(HOME), cloudflare.contentsOf('www.example.com')]).toEqual([[69], [A], []]);
  });

  test.each([
    ['unreachable', { kind: 'unreachable', detail: 'It timed out', sent: false }, 75],
    ['refused', { kind: 'replied', reply: failure(403, [{ code: 10000, message: 'Forbidden' }]) }, 76],
  ] as const)('once: no address for one name, the other %s → the status of the other', (_, outcome, status) => {
    once(context([...home, recordSettings('www.example.com', { interfaces: ['ppp0'] })]));
    host.api.end(outcome);
    expect(exits).toEqual([status]);
  });

  test('once: unreachable → 75, without a second try', () => {
    once(context(home));
    host.api.end({ kind: 'unreachable', detail: 'It timed out', sent: false });
    expect([exits, host.api.inFlight]).toEqual([[75], []]);
    expect(lastLine()).toBe(`<4>${HOME}: cannot reach Cloudflare: It timed out.`);
  });

  test('once: two zones unreachable → both are said', () => {
    once(context([...home, recordSettings('nas.example.org', { zoneId: OTHER_ZONE })]));
    host.api.end({ kind: 'unreachable', detail: 'It timed out', sent: false });
    host.api.end({ kind: 'unreachable', detail: 'no route', sent: false });
    expect(host.output.err.filter((line) => line.includes('cannot reach'))).toHaveLength(2);
  });

  test('once: the server asks for silence → 75', () => {
    once(context(home));
    host.api.end({ kind: 'replied', reply: failure(429, [], { 'Retry-After': '30' }) });
    expect(exits).toEqual([75]);
  });

  test('once: a limit is spent half-way → 75, and the line says to run it again', () => {
    cloudflare.put(HOME, record('r1', B));
    once(context(home));
    const [request] = host.api.inFlight;
    if (request === undefined) throw new Error('nothing was asked');
    const reply = cloudflare.answer(request);
    const headers = `${reply.headers}Ratelimit: "default";r=0;t=30\r\n`;
    host.api.end({ kind: 'replied', reply: { ...reply, headers } });
    expect(exits).toEqual([75]);
    expect(lastLine()).toMatch(/not in line yet.*run it again/);
  });

  test('once: the token is refused → 76', () => {
    once(context(home));
    host.api.end({ kind: 'replied', reply: failure(403, [{ code: 10000, message: 'Authentication error' }]) });
    expect(exits).toEqual([76]);
    expect(lastLine()).toMatch(/^<3>.*give the token the permission Zone → DNS → Edit/);
    expect(lastLine()).not.toMatch(/next try/i);
  });

  test('once: several records under "error" → 76', () => {
    cloudflare.put(HOME, record('r1', B), record('r2', C));
    once(context(home));
    host.api.answerAll();
    expect([exits, cloudflare.contentsOf(HOME)]).toEqual([[76], [B, C]]);
  });

  test('once: one name refused, one unreachable, one right → all tried, 76', () => {
    cloudflare.occupy(HOME, true);
    once(
      context([...home, recordSettings('nas.example.org', { zoneId: OTHER_ZONE }), recordSettings('www.example.com')]),
    );
    host.api.end();
    host.api.end({ kind: 'unreachable', detail: 'It timed out', sent: false });
    host.api.answerAll();
    expect([exits, cloudflare.contentsOf('www.example.com')]).toEqual([[76], [A]]);
  });

  test('once: dry run → shown, nothing written, 0', () => {
    once(context(home, true));
    host.api.answerAll();
    expect([exits, host.output.out, cloudflare.writes]).toEqual([[0], [`${HOME}: would create AAAA ${A}`], 0]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('once: %s → 75', (signal) => {
    once(context(home));
    host.signals.raise(signal);
    expect(exits).toEqual([75]);
  });
});

describe('run', () => {
  test('run: start → says what it keeps right and how', () => {
    run(context([...home, recordSettings('www.example.com')]));
    expect(lastLine()).toBe(`<5>keeping ${HOME}, www.example.com right by polling`);
    expect(exits).toEqual([]);
  });

  test('run: dry run → says that nothing is written', () => {
    run(context(home, true));
    expect(lastLine()).toBe(`<5>keeping ${HOME} right by polling, dry run: nothing is written`);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('run: %s, also mid-request → says so, 0', (signal) => {
    run(context(home));
    expect(host.api.inFlight).toHaveLength(1);
    host.signals.raise(signal);
    expect([exits, lastLine()]).toEqual([[0], `<5>stopping on ${signal}`]);
  });

  test('run: no address, a refused token, no network for a day → never ends by itself', () => {
    host.files.setAddresses();
    run(context(home));
    host.pass(HOUR_MS);
    host.files.setAddresses(A);
    host.clock.pass(24 * HOUR_MS, () => {
      if (host.api.inFlight.length === 0) return;
      host.api.end({ kind: 'replied', reply: failure(403, [{ code: 10000, message: 'Forbidden' }]) });
    });
    expect(exits).toEqual([]);
    expect(host.output.err.filter((line) => line.startsWith('<3>'))).toHaveLength(1);
    host.pass(HOUR_MS);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
  });

  test('run: SIGHUP with changed settings → says which, and keeps the new names right', () => {
    run(context(home));
    host.api.answerAll();
    reloaded = settingsFor([recordSettings('www.example.com')], { timeoutMs: 10_000 });
    host.signals.raise('SIGHUP');
    expect(host.output.err).toContain('<5>settings read again, changed: records, timeout; reading every record back');
    host.api.answerAll();
    expect(cloudflare.contentsOf('www.example.com')).toEqual([A]);
  });

  test('run: SIGHUP without a change → every record is read back, drift repaired', () => {
    run(context(home));
    host.api.answerAll();
    cloudflare.put(HOME, record('r1', C));
    reloaded = settingsFor(home);
    host.signals.raise('SIGHUP');
    host.api.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    expect(host.output.err).toContain('<5>settings read again, nothing changed; reading every record back');
  });

  test('run: SIGHUP with bad settings → the old ones stay in force', () => {
    run(context(home));
    host.api.answerAll();
    host.signals.raise('SIGHUP');
    host.files.setAddresses(B);
    host.pass(HOUR_MS);
    expect([exits, cloudflare.contentsOf(HOME)]).toEqual([[], [B]]);
  });

  test('run: SIGHUP after the token was refused → tried at once', () => {
    run(context(home));
    host.api.end({ kind: 'replied', reply: failure(403, [{ code: 10000, message: 'Forbidden' }]) });
    reloaded = settingsFor(home);
    host.signals.raise('SIGHUP');
    host.api.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
  });

  test('run: SIGUSR1 → every address and every record in the log', () => {
    run(context(home));
    host.api.answerAll();
    host.output.err.length = 0;
    host.signals.raise('SIGUSR1');
    const text = host.output.err.join('\n');
    expect(text).toContain(`eth0`);
    expect(text).toContain(`<5>${HOME}: synced, wants ${A}, record says ${A}`);
    expect(exits).toEqual([]);
  });
});
