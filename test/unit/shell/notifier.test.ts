import { beforeEach, describe, expect, test } from 'vitest';
import type { NotifySettings } from '../../../src/core/config/settings.ts';
import { hostWithA, TOKEN } from '../../fakes/host.ts';
import { failure } from '../../fakes/replies.ts';
import { A, B, C, HOME, record } from '../../fakes/samples.ts';
import { HOUR_MS, hook, MINUTE_MS, notifying, toHook, URL } from './notifying.ts';

let { cloudflare, host } = hostWithA();

beforeEach(() => {
  ({ cloudflare, host } = hostWithA());
});

const { running, reread, reload, move, told } = notifying(() => host);

describe('Notifier: changes', () => {
  test('Notifier: the record was right at the start → nobody is told', () => {
    cloudflare.put(HOME, record('r1', A));
    running(toHook);
    host.pass(HOUR_MS);
    expect(host.hooks.sent).toEqual([]);
  });

  test('Notifier: the record is created, then updated → told of both, each once', () => {
    running(toHook);
    host.hooks.end();
    move(B);
    host.hooks.end();
    host.pass(HOUR_MS);
    expect(told()).toEqual([`change ${HOME} null → ${A}`, `change ${HOME} ${A} → ${B}`]);
    expect(host.hooks.sent.map(({ url }) => url)).toEqual([URL, URL]);
  });

  test('Notifier: the record said something else at the start → told what it said', () => {
    cloudflare.put(HOME, record('r1', C));
    running(toHook);
    expect(told()).toEqual([`change ${HOME} ${C} → ${A}`]);
  });

  test('Notifier: somebody else changes the record and it is set back → no change of ours', () => {
    running(toHook);
    host.hooks.end();
    cloudflare.put(HOME, record('r1', C));
    reload(toHook);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    expect(told()).toHaveLength(1);
  });

  test('Notifier: a thousand names follow a change of the prefix → one message', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `n${i}.example.com`);
    running(toHook, names);
    const [first] = host.hooks.sent;
    host.hooks.end();
    move(B);
    const counts = host.hooks.sent.map(({ body }) => {
      const { records, omitted } = JSON.parse(body ?? '') as { records: unknown[]; omitted: number };
      return [records.length, omitted];
    });
    expect([first?.method, counts]).toEqual([
      'POST',
      [
        [50, 950],
        [50, 950],
      ],
    ]);
  });

  test('Notifier: dry run → nobody is told', () => {
    running(toHook, [HOME], true);
    host.pass(HOUR_MS);
    expect(host.hooks.sent).toEqual([]);
  });

  test('Notifier: nobody is to be told → no alarm for it', () => {
    running(null);
    expect(host.hooks.sent).toEqual([]);
  });
});

describe('Notifier: errors', () => {
  /** Between the refusal and the next try, which comes after 5 minutes. */
  const soon = { ...toHook, errorAfterMs: 4 * MINUTE_MS };

  const refuse = (): void => {
    host.api.end({ kind: 'replied', reply: failure(403, [{ code: 10000, message: 'Authentication error' }]) });
  };

  /** A daemon whose update is refused. */
  function refused(notify: NotifySettings): void {
    running(notify);
    host.hooks.end();
    host.files.setAddresses(B);
    host.clock.pass(10_000);
    host.clock.pass(3_000);
    refuse();
  }

  test('Notifier: an error passes before its time → nobody is told', () => {
    refused(soon);
    host.clock.pass(3 * MINUTE_MS);
    host.signals.raise('SIGHUP');
    host.pass(HOUR_MS);
    expect(told().filter((line) => !line.startsWith('change'))).toEqual([]);
  });

  test('Notifier: an error lasts → told once its time is over, and its end', () => {
    refused(soon);
    const before = host.hooks.sent.length;
    host.clock.pass(4 * MINUTE_MS - 1);
    expect(host.hooks.sent).toHaveLength(before);
    host.clock.pass(1);
    expect(told().at(-1)).toBe(`error ${HOME} ${A} → ${A}`);
    expect(host.hooks.sent.at(-1)?.body).toContain('Zone → DNS → Edit');
    expect(host.hooks.sent.at(-1)?.url).toBe(`${URL}/fail`);
    host.hooks.end();
    host.pass(HOUR_MS);
    expect(told().at(-1)).toBe(`recovery ${HOME} ${A} → ${B}`);
    expect(host.hooks.sent.at(-1)?.url).toBe(URL);
  });

  test('Notifier: an error was over before the receiver could be told → it is not told of it', () => {
    refused(soon);
    host.clock.pass(4 * MINUTE_MS);
    host.pass(MINUTE_MS);
    expect(cloudflare.contentsOf(HOME)).toEqual([B]);
    host.hooks.end(500);
    host.pass(MINUTE_MS);
    expect(told().slice(-2)).toEqual([`error ${HOME} ${A} → ${A}`, `change ${HOME} ${A} → ${B}`]);
  });

  test('Notifier: new settings while an error lasts → its time goes on', () => {
    refused({ ...toHook, errorAfterMs: HOUR_MS });
    host.clock.pass(30 * MINUTE_MS);
    reread({ ...toHook, errorAfterMs: HOUR_MS });
    while (host.api.inFlight.length > 0) refuse();
    host.clock.pass(31 * MINUTE_MS);
    expect(told().at(-1)).toMatch(/^error /);
  });

  test('Notifier: the error repeats the token → hidden', () => {
    running({ ...toHook, errorAfterMs: 0 });
    host.hooks.end();
    host.files.setAddresses(B);
    host.clock.pass(10_000);
    host.clock.pass(3_000);
    const body = JSON.stringify({ success: false, errors: [{ code: 9003, message: `no ${TOKEN}` }], result: null });
    host.api.end({ kind: 'replied', reply: { status: 400, headers: '', body, arrivedMs: 0 } });
    expect(host.hooks.sent.at(-1)?.body).toContain('no [hidden]');
    expect(JSON.stringify(host.hooks.sent)).not.toContain(TOKEN);
  });

  test('Notifier: the last address goes away for long, then one comes → told of both', () => {
    running(toHook);
    host.hooks.end();
    host.files.setAddresses();
    host.pass(6 * MINUTE_MS);
    expect(host.hooks.sent.at(-1)?.body).toContain('this machine has no address to publish');
    host.hooks.end();
    move(A);
    expect(told().at(-1)).toBe(`recovery ${HOME} ${A} → ${A}`);
  });
});

describe('Notifier: heartbeat', () => {
  const beating = { ...toHook, hook: { ...hook, format: 'healthchecks' as const, heartbeatMs: 45_000 } };

  test('Notifier: nothing to tell → a sign of life every 45 s, counted from the last message', () => {
    cloudflare.put(HOME, record('r1', A));
    running(beating);
    host.pass(10_000);
    expect(host.hooks.sent.map(({ url, body }) => [url, body])).toEqual([[URL, 'OK']]);
    host.hooks.end();
    host.pass(44_999);
    expect(host.hooks.inFlight).toBe(0);
    host.pass(1);
    expect(host.hooks.inFlight).toBe(1);
  });

  test('Notifier: a name is in error for long → the sign of life says so', () => {
    cloudflare.put(HOME, record('r1', A), record('r2', B));
    running(beating);
    for (let i = 0; i < 20; i++) {
      host.pass(45_000);
      if (host.hooks.inFlight > 0) host.hooks.end();
    }
    expect(host.hooks.sent.at(-1)).toMatchObject({
      url: `${URL}/fail`,
      body: expect.stringContaining('2 AAAA records'),
    });
  });
});
