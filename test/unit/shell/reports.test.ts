import { beforeEach, describe, expect, test } from 'vitest';
import type { Settings } from '../../../src/core/config/settings.ts';
import type { Status } from '../../../src/core/daemon/status.ts';
import { Engine } from '../../../src/shell/engine.ts';
import { type Report, Reports } from '../../../src/shell/reports.ts';
import { twoZones } from '../../fakes/cloudflare.ts';
import { FakeHost, settingsFor, TOKEN } from '../../fakes/host.ts';
import { failure } from '../../fakes/replies.ts';
import { A, B, HOME, recordSettings } from '../../fakes/samples.ts';

const HOUR_MS = 3_600_000;
const quiet: Partial<Settings> = { verifyIntervalMs: null, pollIntervalMs: HOUR_MS };

let host: FakeHost;

/** Keeps what it was shown and when. */
class Shown implements Report {
  readonly all: { readonly atMs: number; readonly status: Status }[] = [];
  works = true;

  show(status: Status): boolean {
    this.all.push({ atMs: host.clock.nowMs(), status });
    return this.works;
  }

  get states(): string[] {
    return this.all.map(({ atMs, status }) => `${atMs} ${status.records.map(({ state }) => state).join(' ')}`);
  }
}

beforeEach(() => {
  host = new FakeHost(twoZones());
  host.files.setAddresses(A);
});

function started(shown: Report, names: readonly string[] = [HOME]): { engine: Engine; reports: Reports } {
  const reports = new Reports(host.clock, host.log, { version: '0.1.0', pid: 4711 }, [shown]);
  const settings = settingsFor(
    names.map((name) => recordSettings(name)),
    quiet,
  );
  const engine = new Engine(host, host.log, settings, false, [reports]);
  engine.start();
  return { engine, reports };
}

describe('Reports: when', () => {
  test('Reports: the first look → shown at once, with the address that was found, and so is the end of the sync', () => {
    const shown = new Shown();
    started(shown);
    expect(shown.states).toEqual(['0 detected']);
    host.clock.pass(30);
    host.api.answerAll();
    expect(shown.states).toEqual(['0 detected', '30 synced']);
  });

  test('Reports: the kernel does not tell its table → nothing is shown but for ten seconds, then what is known', () => {
    const shown = new Shown();
    host.kernel.refusal = null;
    started(shown);
    host.clock.pass(9_999);
    expect(shown.states).toEqual([]);
    host.clock.pass(1);
    expect(shown.states).toEqual(['10000 unknown']);
  });

  test('Reports: an address comes → its request first; shown 50 ms later and, as long as requests follow, each second', () => {
    const shown = new Shown();
    host.files.setAddresses();
    started(shown, [HOME, 'www.example.com']);
    host.clock.pass(1_000);
    host.files.setAddresses(A);
    host.clock.suspend(0);
    host.clock.pass(49);
    expect(shown.states).toEqual(['0 unknown unknown']);
    host.clock.pass(451);
    host.api.end();
    host.clock.pass(1_000);
    host.api.answerAll();
    expect(shown.states).toEqual([
      '0 unknown unknown',
      '1050 detected detected',
      '2050 detected detected',
      '2500 synced synced',
    ]);
  });

  test('Reports: a sync that takes less than 50 ms → its end alone', () => {
    const shown = new Shown();
    host.files.setAddresses();
    started(shown);
    host.clock.pass(1_000);
    host.files.setAddresses(A);
    host.clock.suspend(0);
    host.clock.pass(49);
    host.api.answerAll();
    expect(shown.states).toEqual(['0 unknown', '1049 synced']);
  });

  test('Reports: addresses that come and go while the server wants silence → each at once, at most one in 50 ms', () => {
    const shown = new Shown();
    started(shown);
    host.api.end({ kind: 'replied', reply: failure(429, [], { 'Retry-After': '600' }) });
    host.clock.pass(1_000);
    shown.all.length = 0;
    for (const address of [B, A, B, A, B]) {
      host.files.setAddresses(address);
      host.clock.suspend(0);
    }
    host.clock.pass(50);
    expect(shown.all.map(({ atMs, status }) => `${atMs} ${status.records[0]?.address}`)).toEqual([
      `1000 ${B}`,
      `1050 ${B}`,
    ]);
  });

  test('Reports: new settings are refused, then good → shown with the problem at once, then without', () => {
    const shown = new Shown();
    const { engine, reports } = started(shown);
    host.api.answerAll();
    host.pass(1_000);
    shown.all.length = 0;
    reports.refused([`${TOKEN} is bad`, 'so is that']);
    engine.step();
    expect(shown.all[0]).toMatchObject({
      atMs: 1_000,
      status: { settings_error: '[hidden] is bad (and 1 more, see the log)' },
    });
    engine.configure(settingsFor([recordSettings(HOME)], quiet));
    host.api.answerAll();
    expect(shown.all.at(-1)?.status.settings_error).toBeNull();
  });

  test('Reports: 500 names read one after another within three seconds → some reports, the last one complete', () => {
    const shown = new Shown();
    started(
      shown,
      Array.from({ length: 500 }, (_, i) => `n${i}.example.com`),
    );
    while (host.api.inFlight.length > 0) {
      host.api.end();
      host.clock.pass(6);
    }
    expect(shown.all.length).toBeLessThanOrEqual(6);
    expect(shown.all.at(-1)?.status.records.every(({ state }) => state === 'synced')).toBe(true);
  });

  test('Reports: nothing changes for a day → nothing is shown, nobody is woken', () => {
    const shown = new Shown();
    started(shown);
    host.api.answerAll();
    const { length } = shown.all;
    host.pass(24 * HOUR_MS);
    expect(shown.all).toHaveLength(length);
  });

  test('Reports: the wall clock was set → shown anew with right times', () => {
    const shown = new Shown();
    started(shown);
    host.api.answerAll();
    host.clock.setWall(Date.UTC(2030, 0, 1));
    host.pass(HOUR_MS);
    expect(shown.all.at(-1)?.status).toMatchObject({
      since: '2030-01-01T00:00:00.000Z',
      records: [{ last_sync: '2030-01-01T00:00:00.000Z' }],
    });
  });

  test('Reports: one of them fails → tried again after five minutes, until it works', () => {
    const shown = new Shown();
    shown.works = false;
    started(shown);
    host.api.answerAll();
    shown.all.length = 0;
    host.pass(300_000);
    shown.works = true;
    host.pass(300_000);
    host.pass(HOUR_MS);
    expect(shown.states).toEqual(['300000 synced', '600000 synced']);
  });
});

describe('Reports: what', () => {
  test('Reports: the process → version, id, mode and start', () => {
    const shown = new Shown();
    started(shown);
    host.api.answerAll();
    expect(shown.all[0]?.status).toMatchObject({
      version: '0.1.0',
      pid: 4711,
      mode: 'polling',
      since: '2026-01-02T03:04:05.000Z',
    });
  });

  test('Reports: an error that repeats the token → hidden', () => {
    const shown = new Shown();
    started(shown);
    host.api.end({ kind: 'unreachable', detail: `no ${TOKEN} here`, sent: false });
    expect(shown.all.at(-1)?.status.records[0]?.error).toBe('cannot reach Cloudflare: no [hidden] here');
  });
});
