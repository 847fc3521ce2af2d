import { describe, expect, test } from 'vitest';
import { Publisher } from '../../../src/core/daemon/publisher.ts';
import { recordStatuses, summarize, summarizeProblems, type Wording } from '../../../src/core/daemon/status.ts';
import { twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { failure } from '../../fakes/replies.ts';
import { A, B, C, HOME, OTHER, record, recordSettings, WWW } from '../../fakes/samples.ts';

const wording: Wording = { time: (ms) => `at ${ms}`, redact: (text) => text.replaceAll('secret', '[hidden]') };

const statuses = ({ publisher, nowMs }: DrivenPublisher) => recordStatuses(publisher.zones, nowMs, wording);

function driven(...names: readonly string[]): DrivenPublisher {
  const zones = (name: string) => (name === OTHER ? { zoneId: null } : {});
  return new DrivenPublisher(
    twoZones(),
    names.map((name) => recordSettings(name, zones(name))),
  );
}

describe('recordStatuses', () => {
  test('recordStatuses: no address yet → unknown', () => {
    expect(statuses(driven(HOME))).toEqual([
      {
        name: HOME,
        state: 'unknown',
        address: null,
        published: null,
        last_sync: null,
        failures: 0,
        next_try: null,
        error: null,
      },
    ]);
  });

  test('recordStatuses: an address was chosen, the record is being read → detected', () => {
    const own = driven(HOME);
    own.machine.add(A);
    own.look();
    expect(statuses(own)).toMatchObject([{ state: 'detected', address: A, published: null, next_try: null }]);
  });

  test('recordStatuses: written → synced, with the time of the confirmation', () => {
    const own = driven(HOME);
    own.machine.add(A);
    own.look();
    own.nowMs = 40;
    own.answerAll();
    expect(statuses(own)).toMatchObject([{ state: 'synced', address: A, published: A, last_sync: 'at 40' }]);
  });

  test('recordStatuses: the address is right, an enforced attribute is yet to be written → detected', () => {
    const own = new DrivenPublisher(twoZones(), [recordSettings(HOME, { comment: 'mine' })]);
    own.cloudflare.put(HOME, record('r1', A, { comment: 'mine' }));
    own.machine.add(A);
    own.look();
    own.answerAll();
    expect(statuses(own)).toMatchObject([{ state: 'synced' }]);
    own.cloudflare.put(HOME, record('r1', A, { comment: 'theirs' }));
    own.verify();
    own.end();
    expect(own.inFlight.map(({ request }) => request.method)).toEqual(['PATCH']);
    expect(statuses(own)).toMatchObject([{ state: 'detected', address: A, published: A }]);
    own.answerAll();
    expect(statuses(own)).toMatchObject([{ state: 'synced' }]);
  });

  test('recordStatuses: verified an hour later → the confirmation is that young', () => {
    const own = driven(HOME);
    own.machine.add(A);
    own.look();
    own.answerAll();
    own.nowMs = 3_600_000;
    own.verify();
    own.answerAll();
    expect(statuses(own)).toMatchObject([{ state: 'synced', last_sync: 'at 3600000' }]);
  });

  test('recordStatuses: the server fails → error with its cause, failures and the next try; the last sync stays', () => {
    const own = driven(HOME);
    own.machine.add(A);
    own.look();
    own.answerAll();
    own.machine.remove(A);
    own.machine.add(B);
    own.look();
    own.nowMs = 1_000;
    own.end({ kind: 'unreachable', detail: 'secret\nnoise', sent: false });
    expect(statuses(own)).toEqual([
      {
        name: HOME,
        state: 'error',
        address: B,
        published: A,
        last_sync: 'at 0',
        failures: 1,
        next_try: 'at 1500',
        error: 'cannot reach Cloudflare: [hidden] noise',
      },
    ]);
  });

  test('recordStatuses: records of several zones → by name', () => {
    expect(statuses(driven(WWW, OTHER, HOME)).map(({ name }) => name)).toEqual([HOME, OTHER, WWW]);
  });
});

describe('recordStatuses: of two names one is in trouble', () => {
  const away = { kind: 'unreachable', detail: 'one\r\n\r\nline', sent: false } as const;

  test('recordStatuses: the zone is out of reach → the name that is right has no error, the one that waits has its cause in one line', () => {
    const own = driven(HOME, WWW);
    own.cloudflare.put(HOME, record('r1', A));
    own.machine.add(A);
    own.look();
    own.end();
    own.end(away);
    expect(statuses(own)).toMatchObject([
      { name: HOME, state: 'synced', failures: 0, error: null, next_try: null },
      { name: WWW, state: 'error', failures: 1, error: 'cannot reach Cloudflare: one line', next_try: 'at 500' },
    ]);
  });

  test('recordStatuses: another name’s request failed → the zone’s wait is this one’s, too', () => {
    const own = driven(HOME, WWW);
    own.machine.add(A);
    own.look();
    own.end(away);
    expect(statuses(own)).toMatchObject([
      { name: HOME, state: 'error', next_try: 'at 500' },
      { name: WWW, state: 'error', failures: 1, next_try: 'at 500' },
    ]);
  });

  test('recordStatuses: the policy refuses one → its own wait, and none for the other one', () => {
    const own = driven(HOME, WWW);
    own.cloudflare.put(HOME, record('r1', B), record('r2', C));
    own.machine.add(A);
    own.look();
    own.answerAll();
    expect(statuses(own)).toMatchObject([
      { name: HOME, state: 'error', next_try: 'at 300000' },
      { name: WWW, state: 'synced', next_try: null },
    ]);
  });
});

describe('summarize', () => {
  const summary = (own: DrivenPublisher, settings_error: string | null = null) =>
    summarize({ records: statuses(own), settings_error });

  test('summarize: all synced → so many', () => {
    const own = driven(HOME, WWW);
    own.machine.add(A);
    own.look();
    own.answerAll();
    expect(summary(own)).toBe('2 of 2 records synced');
  });

  test('summarize: nothing chosen → the first that is not synced', () => {
    expect(summary(driven(WWW, HOME))).toBe(`0 of 2 records synced; ${HOME}: unknown`);
  });

  test('summarize: one waits and a later one is refused → the refused one is named', () => {
    const base = { address: A, published: null, last_sync: null, failures: 0, next_try: null };
    const records = [
      { ...base, name: HOME, state: 'detected' as const, error: null },
      { ...base, name: WWW, state: 'error' as const, error: 'no' },
    ];
    expect(summarize({ records, settings_error: null })).toBe(`0 of 2 records synced; ${WWW}: error, no`);
  });

  test('summarize: new settings were refused → said after the records', () => {
    const text = summary(driven(HOME), 'config.toml:3: unknown key "x"');
    expect(text).toBe(`0 of 1 records synced; ${HOME}: unknown; new settings refused: config.toml:3: unknown key "x"`);
  });

  test('summarizeProblems: none, one, several → that, the first, and how many more', () => {
    expect([[], ['a: bad'], ['a: bad', 'b', 'c']].map(summarizeProblems)).toEqual([
      'unknown',
      'a: bad',
      'a: bad (and 2 more, see the log)',
    ]);
  });

  test('summarize: one refused → named with its cause, before those that only wait', () => {
    const own = driven(HOME, WWW);
    own.cloudflare.put(WWW, record('r1', B), record('r2', C));
    own.machine.add(A);
    own.look();
    own.answerAll();
    expect(summary(own)).toMatch(new RegExp(`^1 of 2 records synced; ${WWW}: error, the name has 2 AAAA records `));
  });
});

describe('Publisher: tally', () => {
  test('Publisher: requests that succeed and fail → counted by class, over new settings too', () => {
    const own = driven(HOME);
    own.machine.add(A);
    own.look();
    own.end({ kind: 'replied', reply: failure(500, []) });
    own.nowMs = 1_000;
    own.due();
    own.end({ kind: 'unreachable', detail: 'It timed out', sent: false });
    own.pass(10_000);
    const { tally } = own.publisher;
    expect(tally.failures).toEqual({
      unreachable: 1,
      unavailable: 1,
      throttled: 0,
      denied: 0,
      refused: 0,
      outdated: 0,
    });
    expect(tally.requests).toBeGreaterThanOrEqual(4);
    expect(tally.syncMs).toBeGreaterThan(1_000);
    expect(new Publisher({ records: [], prefer: [], exclude: [] }, false, 0, own.publisher).tally).toBe(tally);
  });

  test('Publisher: a record that was right already → no duration of a sync', () => {
    const own = driven(HOME);
    own.cloudflare.put(HOME, record('r1', A));
    own.machine.add(A);
    own.look();
    own.answerAll();
    expect(own.publisher.tally).toMatchObject({ requests: 1, syncMs: null });
  });
});
