import { describe, expect, test } from 'vitest';
import { reportStatus } from '../../../src/core/config/status-report.ts';
import type { RecordStatus } from '../../../src/core/daemon/status.ts';
import { failed, ok } from '../../../src/core/result.ts';
import { A, B, HOME, WWW } from '../../fakes/samples.ts';

const PLACE = { path: '/run/ipv6ddns/status.json', optional: true };
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 0, 2, 12);
/** When the daemon started. */
const SINCE = '2026-01-01T12:00:05.000Z';

const synced: RecordStatus = {
  name: HOME,
  state: 'synced',
  address: A,
  published: A,
  last_sync: '2026-01-02T11:57:00.000Z',
  failures: 0,
  next_try: null,
  error: null,
};
const broken: RecordStatus = {
  name: WWW,
  state: 'error',
  address: A,
  published: B,
  last_sync: '2026-01-01T10:00:00.000Z',
  failures: 3,
  next_try: '2026-01-02T12:04:00.000Z',
  error: 'cannot reach Cloudflare: it timed out',
};

const statusOf = (settings_error: string | null, ...records: readonly unknown[]): string =>
  JSON.stringify({ version: '0.1.0', pid: 4711, mode: 'netlink', since: SINCE, settings_error, records });
const fileOf = (...records: readonly unknown[]): string => statusOf(null, ...records);

/** What is said of a file with that text; null = there is none. */
const report = (
  text: string | null,
  { json = false, processMs = DAY_MS as number | null, isKept = false, place = PLACE } = {},
) =>
  reportStatus(place, json, {
    readFile: (path) =>
      text !== null && path === PLACE.path
        ? ok(text)
        : failed({ kind: 'missing', detail: 'No such file or directory' } as const),
    isKept: () => isKept,
    processAgeMs: (pid) => (pid === 4711 ? processMs : null),
    ageMs: (time) => NOW - Date.parse(time),
  });

describe('reportStatus: a daemon runs', () => {
  test('reportStatus: all synced → a line a record', () => {
    expect(report(fileOf(synced))).toEqual({
      lines: [`${HOME}  synced  ${A}, synced 3min ago`],
      verdict: 'synced',
    });
  });

  test('reportStatus: an error → what is wanted, what the record says, when it is tried again, why', () => {
    expect(report(fileOf(synced, broken))).toEqual({
      lines: [
        `${HOME}  synced  ${A}, synced 3min ago`,
        `${WWW.padEnd(HOME.length)}  error   to be ${A}, record says ${B}, synced 1d 2h ago, next try in 4min (failure 3): cannot reach Cloudflare: it timed out`,
      ],
      verdict: 'notSynced',
    });
  });

  test('reportStatus: no address yet → says so', () => {
    const unknown = { ...synced, state: 'unknown', address: null, published: null, last_sync: null };
    expect(report(fileOf(unknown))).toEqual({
      lines: [`${HOME}  unknown  no address to publish`],
      verdict: 'notSynced',
    });
  });

  test('reportStatus: an address was found, its record is still to be written → what is to come, no failure', () => {
    const detected = {
      ...synced,
      state: 'detected',
      published: null,
      last_sync: null,
      next_try: '2026-01-02T12:00:30.000Z',
    };
    const polling = fileOf(detected).replace('netlink', 'polling');
    expect(report(polling)).toEqual({
      lines: [`${HOME}  detected  to be ${A}, next try in 30s`],
      verdict: 'notSynced',
    });
  });

  test('reportStatus: times that lie ahead, or are none → no nonsense', () => {
    expect(report(fileOf({ ...synced, last_sync: '2030-01-01T00:00:00Z' })).lines.join('\n')).toMatch(/synced 0s ago$/);
    expect(report(fileOf({ ...synced, last_sync: 'yesterday' })).lines.join('\n')).toMatch(/synced 0s ago$/);
  });

  test('reportStatus: JSON → what the file holds', () => {
    const { lines, verdict } = report(fileOf(synced, broken), { json: true });
    expect([...lines, verdict]).toEqual([fileOf(synced, broken), 'notSynced']);
  });

  test('reportStatus: new settings were refused → said after the records, whose verdict it is', () => {
    const why = '/etc/ipv6ddns/config.toml:3: unknown key "timout"';
    expect(report(statusOf(why, synced))).toEqual({
      lines: [
        `${HOME}  synced  ${A}, synced 3min ago`,
        `new settings refused: ${why}; the old ones stay in force. Correct the new ones, then reload again`,
      ],
      verdict: 'synced',
    });
  });

  test('reportStatus: a daemon of an older version, which knows no such field → read all the same', () => {
    const { settings_error, ...older } = JSON.parse(fileOf(synced));
    expect(report(JSON.stringify(older)).verdict).toBe('synced');
  });

  test('reportStatus: its process cannot be seen, but keeps the file, as in another container → running', () => {
    expect(report(fileOf(synced), { processMs: null, isKept: true }).verdict).toBe('synced');
  });
});

describe('reportStatus: no daemon runs', () => {
  test('reportStatus: no file at the place that was named → not running', () => {
    expect(report(null, { place: { ...PLACE, optional: false } })).toEqual({
      lines: [
        'ipv6ddns: not running: its status file "/run/ipv6ddns/status.json" cannot be read (No such file or directory)',
      ],
      verdict: 'notRunning',
    });
  });

  test('reportStatus: no file at the default place → no more than this can be known, and what to set', () => {
    const { lines, verdict } = report(null);
    expect([...lines, verdict]).toEqual([
      expect.stringMatching(
        /^ipv6ddns: not running, as far as this command can know: .*"\/run\/ipv6ddns\/status\.json"\. .*set status_file /,
      ),
      'notRunning',
    ]);
  });

  test('reportStatus: its process is gone → not running, also as JSON', () => {
    const expected = {
      lines: ['ipv6ddns: not running: its process 4711 is gone, which left "/run/ipv6ddns/status.json" behind'],
      verdict: 'notRunning',
    };
    expect(report(fileOf(synced), { processMs: null })).toEqual(expected);
    expect(report(fileOf(synced), { processMs: null, json: true })).toEqual(expected);
  });

  test('reportStatus: a process that started after the daemon has its number → not running', () => {
    expect(report(fileOf(synced), { processMs: DAY_MS - 20_000 }).verdict).toBe('notRunning');
  });

  test('reportStatus: a process as old as the daemon, up to ten seconds → the daemon, no younger one', () => {
    const sinceMs = DAY_MS - 5_000;
    expect(report(fileOf(synced), { processMs: sinceMs - 10_000 }).verdict).toBe('synced');
    expect(report(fileOf(synced), { processMs: sinceMs - 10_001 }).verdict).toBe('notRunning');
  });

  test('reportStatus: its process is gone that had just started → not running', () => {
    const just = fileOf(synced).replace(SINCE, '2026-01-02T11:59:59.000Z');
    expect(report(just, { processMs: null }).verdict).toBe('notRunning');
  });

  test('reportStatus: the process is hidden from us → taken for the daemon', () => {
    expect(report(fileOf(synced), { processMs: Number.POSITIVE_INFINITY }).verdict).toBe('synced');
  });

  test.each([
    ['empty', ''],
    ['cut off', fileOf(synced).slice(0, -1)],
    ['not an object', '[]'],
    ['without records', '{"version":"0.1.0","pid":4711,"mode":"netlink","since":"x"}'],
    ['with another state', fileOf({ ...synced, state: 'odd' })],
    ['with process 0', fileOf(synced).replace('4711', '0')],
    ['with a negative process', fileOf(synced).replace('4711', '-1')],
    ['with half a process', fileOf(synced).replace('4711', '4711.5')],
  ])('reportStatus: a file that is %s → broken, not running', (_, text) => {
    const { lines, verdict } = report(text);
    expect([...lines, verdict]).toEqual([
      'ipv6ddns: not running: its status file "/run/ipv6ddns/status.json" is broken',
      'notRunning',
    ]);
  });
});
