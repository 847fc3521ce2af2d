import { beforeEach, describe, expect, test } from 'vitest';
import type { Settings } from '../../../src/core/config/settings.ts';
import type { Status } from '../../../src/core/daemon/status.ts';
import { newTally } from '../../../src/core/daemon/tally.ts';
import { METRICS_FILE, STATUS_FILE, StateFile } from '../../../src/shell/state-file.ts';
import { twoZones } from '../../fakes/cloudflare.ts';
import { FakeHost, STATUS_PATH, settingsFor } from '../../fakes/host.ts';

const status: Status = {
  version: '0.1.0',
  pid: 4711,
  mode: 'netlink',
  since: '2026-01-02T03:04:05.000Z',
  settings_error: null,
  records: [],
};
const NAMED: Partial<Settings> = { statusFile: { path: '/x/status.json', optional: false } };
const METRICS: Partial<Settings> = { metricsFile: { path: '/x/ipv6ddns.prom', optional: false } };
const FULL = 'write: No space left on device';

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost(twoZones());
});

const open = (own: Partial<Settings> = {}, kind = STATUS_FILE): StateFile =>
  new StateFile(host.stateFiles, host.log, kind, settingsFor([], own));
const show = (file: StateFile): boolean => file.show(status, newTally());
const textAt = (path: string): string | undefined => host.stateFiles.texts.get(path);

describe('StateFile: written', () => {
  test('StateFile: status shown → one JSON document', () => {
    expect(show(open())).toBe(true);
    expect(textAt(STATUS_PATH)).toBe(`${JSON.stringify(status)}\n`);
  });

  test('StateFile: metrics shown → their text', () => {
    show(open(METRICS, METRICS_FILE));
    expect(textAt('/x/ipv6ddns.prom')).toContain('ipv6ddns_start_time_seconds 1767323045\n');
  });

  test('StateFile: no metrics file asked for → none', () => {
    expect(show(open({}, METRICS_FILE))).toBe(true);
    expect(host.stateFiles.writes).toBe(0);
  });

  test('StateFile: the end → removed', () => {
    const file = open();
    show(file);
    file.stop();
    expect(textAt(STATUS_PATH)).toBeUndefined();
  });

  test('StateFile: the end, another process has replaced the file → left there', () => {
    const file = open();
    show(file);
    host.stateFiles.texts.set(STATUS_PATH, 'theirs');
    file.stop();
    expect(textAt(STATUS_PATH)).toBe('theirs');
  });

  test('StateFile: new settings name another place → the old file is removed', () => {
    const file = open();
    show(file);
    file.configure(settingsFor([], NAMED));
    show(file);
    expect([...host.stateFiles.texts.keys()]).toEqual(['/x/status.json']);
  });

  test('StateFile: new settings name the same place → the file stays', () => {
    const file = open(NAMED);
    show(file);
    file.configure(settingsFor([], NAMED));
    expect(textAt('/x/status.json')).toBeDefined();
  });
});

describe('StateFile: cannot be written', () => {
  test('StateFile: the disk is full → warned once with what to do, and told when it works again', () => {
    const file = open(NAMED);
    host.stateFiles.refusal = FULL;
    expect([show(file), show(file)]).toEqual([false, false]);
    host.stateFiles.refusal = null;
    expect(show(file)).toBe(true);
    expect(host.output.err).toEqual([
      `<4>status_file: cannot write "/x/status.json" (${FULL}); make room, or let the daemon write to its folder (if that was missing: make it, then restart), or set status_file to another place. Records are kept right.`,
      '<5>status_file: "/x/status.json" is written from now on',
    ]);
  });

  test('StateFile: nobody asked for it and its folder is not there → none, said once, with what to set', () => {
    const file = open();
    host.stateFiles.refusal = 'open: No such file or directory';
    expect(show(file)).toBe(true);
    host.stateFiles.refusal = null;
    show(file);
    expect([host.output.err, host.stateFiles.writes]).toEqual([
      [
        `<6>cannot write "${STATUS_PATH}" (open: No such file or directory): "ipv6ddns status" will not know of this daemon; set status_file, for the daemon and for that command`,
      ],
      0,
    ]);
  });

  test('StateFile: nobody asked for it, but it worked before → warned once, tried again, also after a reload', () => {
    const file = open();
    show(file);
    host.stateFiles.refusal = FULL;
    expect([show(file), show(file)]).toEqual([false, false]);
    file.configure(settingsFor([]));
    expect(show(file)).toBe(false);
    expect(host.output.err).toHaveLength(1);
    host.stateFiles.refusal = null;
    show(file);
    expect(textAt(STATUS_PATH)).toBeDefined();
  });

  test('StateFile: it worked before → what it said is removed, unless another process has replaced it', () => {
    const file = open(NAMED);
    show(file);
    host.stateFiles.refusal = FULL;
    show(file);
    expect(textAt('/x/status.json')).toBeUndefined();
    host.stateFiles.refusal = null;
    show(file);
    host.stateFiles.texts.set('/x/status.json', 'theirs');
    host.stateFiles.refusal = FULL;
    show(file);
    expect(textAt('/x/status.json')).toBe('theirs');
  });
});

describe('StateFile: another daemon keeps it', () => {
  test.each([
    ['that can be seen', 99, 'another daemon, process 99'],
    ['of another container', 0, 'another daemon, of another container'],
  ])('StateFile: one %s → left alone, warned once; taken over when that has ended', (_, pid, who) => {
    const file = open();
    host.stateFiles.texts.set(STATUS_PATH, 'theirs');
    host.stateFiles.keeper = pid;
    expect([show(file), show(file)]).toEqual([false, false]);
    expect(host.output.err).toEqual([
      `<4>status_file: "${STATUS_PATH}" is kept by ${who}, and left alone as long as that runs; end one of the two, or give this one another status_file. Records are kept right.`,
    ]);
    file.stop();
    expect(textAt(STATUS_PATH)).toBe('theirs');
    host.stateFiles.keeper = null;
    expect(show(file)).toBe(true);
    expect(host.output.err.at(-1)).toBe(`<5>status_file: "${STATUS_PATH}" is written from now on`);
    expect(textAt(STATUS_PATH)).toBe(`${JSON.stringify(status)}\n`);
  });
});
