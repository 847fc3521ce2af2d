import { beforeEach, describe, expect, test } from 'vitest';
import type { Settings } from '../../../src/core/config/settings.ts';
import { Engine, type Observer } from '../../../src/shell/engine.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { FakeHost, settingsFor } from '../../fakes/host.ts';
import { failure } from '../../fakes/replies.ts';
import { A, B, C, HOME, record, recordSettings } from '../../fakes/samples.ts';

const HOUR_MS = 3_600_000;

let cloudflare: FakeCloudflare;
let host: FakeHost;

beforeEach(() => {
  cloudflare = twoZones();
  host = new FakeHost(cloudflare);
  host.files.setAddresses(A);
});

function started(own: Partial<Settings> = {}, dryRun = false): Engine {
  const engine = new Engine(host, host.log, settingsFor([recordSettings(HOME)], own), dryRun);
  engine.start();
  return engine;
}

describe('Engine: requests', () => {
  test('Engine: start → polled at once, and the record is created', () => {
    started();
    host.api.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
  });

  test('Engine: the address changes between two polls → written at the next, 60 s after the last', () => {
    started();
    host.api.answerAll();
    host.files.setAddresses(B);
    host.pass(59_999);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    // Polling tells no ages: the loss of an address is followed after 3 s.
    host.pass(1);
    host.pass(3_000);
    expect(cloudflare.contentsOf(HOME)).toEqual([B]);
  });

  test('Engine: nothing is in flight any more → the client may rest, only then', () => {
    started();
    const before = host.api.rests;
    host.api.end();
    host.api.end();
    expect([host.api.rests, host.api.inFlight.length]).toEqual([before, 1]);
    host.api.end();
    expect([host.api.rests, host.api.inFlight.length]).toEqual([before + 1, 0]);
  });

  test('Engine: a request fails → tried again when the wait is over', () => {
    started({ verifyIntervalMs: null, pollIntervalMs: HOUR_MS });
    host.api.end({ kind: 'unreachable', detail: 'It timed out', sent: false });
    expect(host.clock.alarmMs).toBe(500);
    expect(host.output.err.at(-1)).toBe(
      `<4>${HOME}: cannot reach Cloudflare: It timed out. Next try in 0.5 s (failure 1).`,
    );
    host.pass(500);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
  });

  test('Engine: dry run → operations on stdout, reads only', () => {
    started({}, true);
    host.api.answerAll();
    expect(host.output.out).toEqual([`${HOME}: would create AAAA ${A}`]);
    expect(cloudflare.writes).toBe(0);
  });

  test('Engine: requests in the log → at debug level only, without secrets', () => {
    started();
    host.api.answerAll();
    expect(host.output.err.join('\n')).not.toContain('GET /zones');
    host.log.configure(true, settingsFor([]).apiToken);
    host.pass(HOUR_MS);
    expect(host.output.err.some((line) => line.startsWith('<7>GET /zones/'))).toBe(true);
  });
});

describe('Engine: time', () => {
  test('Engine: verify_interval → read back every time it is over, drift repaired', () => {
    started();
    host.api.answerAll();
    cloudflare.put(HOME, record('r1', C));
    host.pass(HOUR_MS - 1);
    expect(cloudflare.contentsOf(HOME)).toEqual([C]);
    host.pass(1);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    cloudflare.put(HOME);
    host.pass(HOUR_MS);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
  });

  test.each([
    ['a tenth early', 0, 0.9],
    ['a tenth late', 1 - Number.EPSILON, 1.1],
  ])('Engine: chance says %s → every verification is, from the first on', (_, chance, ofInterval) => {
    host.clock.chance = chance;
    started();
    host.api.answerAll();
    for (const round of [1, 2]) {
      cloudflare.put(HOME, record('r1', C));
      host.pass(ofInterval * HOUR_MS - 1);
      expect(cloudflare.contentsOf(HOME), `round ${round}`).toEqual([C]);
      host.pass(1);
      expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    }
  });

  test('Engine: verify_interval 0 → never read back', () => {
    started({ verifyIntervalMs: null });
    host.api.answerAll();
    cloudflare.requests.length = 0;
    host.pass(48 * HOUR_MS);
    expect(cloudflare.requests).toEqual([]);
  });

  test('Engine: a steady day → the log stays silent after the first sync', () => {
    started();
    host.api.answerAll();
    host.output.err.length = 0;
    host.pass(24 * HOUR_MS);
    expect(host.output.err).toEqual([]);
    expect(cloudflare.requests.length).toBeLessThan(30);
  });

  test('Engine: the machine was suspended past everything due → caught up at once', () => {
    started();
    host.api.answerAll();
    cloudflare.put(HOME, record('r1', C));
    host.clock.suspend(10 * HOUR_MS);
    host.api.answerAll();
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    expect(host.clock.alarmMs).toBeGreaterThan(host.clock.nowMs());
  });

  test('Engine: new settings while the server asks for silence → nothing is sent before it is over', () => {
    const engine = started({ verifyIntervalMs: null, pollIntervalMs: HOUR_MS });
    host.api.end({ kind: 'replied', reply: failure(429, [], { 'Retry-After': '30' }) });
    host.clock.pass(10_000);
    engine.configure(settingsFor([recordSettings(HOME)], { verifyIntervalMs: null }));
    expect(host.api.inFlight).toEqual([]);
    host.clock.pass(19_999);
    expect(host.api.inFlight).toEqual([]);
    host.clock.pass(1);
    expect(host.api.inFlight).toHaveLength(1);
  });

  test('Engine: new settings → requests of before are dropped, everything is read back under the new ones', () => {
    const engine = started();
    expect(host.api.inFlight).toHaveLength(1);
    const www = settingsFor([recordSettings('www.example.com')], { verifyIntervalMs: 60_000 });
    engine.configure(www);
    expect(host.api.configured).toBe(www);
    host.api.answerAll();
    expect([cloudflare.contentsOf(HOME), cloudflare.contentsOf('www.example.com')]).toEqual([[], [A]]);
    cloudflare.put('www.example.com', record('r1', C));
    host.pass(60_000);
    expect(cloudflare.contentsOf('www.example.com')).toEqual([A]);
  });
});

describe('Engine: observers', () => {
  /** Writes down what it is told, and wants to be told again at `dueMs`. */
  class Watcher implements Observer {
    dueMs: number | null = null;
    readonly seen: string[] = [];
    told: Settings | null = null;
    stopped = 0;

    observe({ publisher }: Engine, nowMs: number): void {
      if (this.dueMs !== null && nowMs >= this.dueMs) this.dueMs = null;
      const published = publisher.zones.flatMap(({ names }) => names.map((name) => `${name.published}`));
      this.seen.push(`${nowMs}: ${published.join(', ')}`);
    }

    configure(settings: Settings): void {
      this.told = settings;
    }

    stop(): void {
      this.stopped += 1;
    }
  }

  function watched(watcher: Watcher): Engine {
    const quiet = { verifyIntervalMs: null, pollIntervalMs: HOUR_MS };
    const engine = new Engine(host, host.log, settingsFor([recordSettings(HOME)], quiet), false, [watcher]);
    engine.start();
    return engine;
  }

  test('Engine: a step → every observer is shown the state it ended in', () => {
    const watcher = new Watcher();
    watched(watcher);
    host.api.answerAll();
    expect([watcher.seen[0], watcher.seen.at(-1)]).toEqual(['0: null', `0: ${A}`]);
  });

  test('Engine: an observer is due → told then, and the alarm is not set for it again', () => {
    const watcher = new Watcher();
    watcher.dueMs = 5_000;
    watched(watcher);
    host.pass(4_999);
    expect(watcher.dueMs).toBe(5_000);
    host.pass(1);
    expect([watcher.seen.at(-1), watcher.dueMs]).toEqual([`5000: ${A}`, null]);
  });

  test('Engine: new settings, then the end → observers hear of both', () => {
    const watcher = new Watcher();
    const engine = watched(watcher);
    const next = settingsFor([recordSettings(HOME)], { verifyIntervalMs: null });
    engine.configure(next);
    engine.stop();
    expect([watcher.told, watcher.stopped]).toEqual([next, 1]);
  });
});
