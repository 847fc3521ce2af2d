import { beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/core/config/secret.ts';
import type { HookSettings, NotifySettings, RecordSettings, Settings } from '../../../src/core/config/settings.ts';
import { ok } from '../../../src/core/result.ts';
import { run } from '../../../src/shell/commands.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { FakeHost, settingsFor, TOKEN } from '../../fakes/host.ts';
import { failure } from '../../fakes/replies.ts';
import { A, B, C, HOME, record, recordSettings, WWW } from '../../fakes/samples.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const URL = 'https://hooks.example.com/s3cret';

const hook: HookSettings = {
  format: 'json',
  origin: 'https://hooks.example.com',
  good: new Secret(URL),
  bad: new Secret(`${URL}/fail`),
  heartbeatMs: null,
};
const toHook: NotifySettings = { hook, exec: null, errorAfterMs: 5 * MINUTE_MS };
const toCommand: NotifySettings = { hook: null, exec: ['/bin/tell', '-q'], errorAfterMs: 5 * MINUTE_MS };

let cloudflare: FakeCloudflare;
let host: FakeHost;
let reloaded: Settings;

beforeEach(() => {
  cloudflare = twoZones();
  host = new FakeHost(cloudflare);
  host.files.setAddresses(A);
});

function settingsWith(notify: NotifySettings | null, names = [HOME]): Settings {
  const records = names.map((name): RecordSettings => recordSettings(name));
  return settingsFor(records, { notify, pollIntervalMs: 10_000, verifyIntervalMs: null });
}

/** The daemon with its record(s) right. */
function running(notify: NotifySettings | null, names = [HOME], dryRun = false): void {
  const settings = settingsWith(notify, names);
  run({
    ports: host,
    log: host.log,
    settings,
    identity: { version: '1.2.3', pid: 42 },
    manager: null,
    notifier: (own) => host.notifier(own),
    dryRun,
    json: false,
    reload: () => ok(reloaded),
    exit: () => {},
  });
  host.api.answerAll();
}

function reload(notify: NotifySettings | null, names = [HOME]): void {
  reloaded = settingsWith(notify, names);
  host.signals.raise('SIGHUP');
  host.api.answerAll();
}

/** Moves the machine to another address and the record after it. */
function move(address: typeof A): void {
  host.files.setAddresses(address);
  host.pass(10_000);
  host.pass(3_000);
}

/** What the documents say that were sent: event, name, address, previous of every record. */
const told = (): string[] =>
  host.hooks.sent.flatMap(({ body }) => {
    const { records } = JSON.parse(body ?? '') as { records: Record<string, string | null>[] };
    return records.map(({ event, name, address, previous }) => `${event} ${name} ${previous} → ${address}`);
  });

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
    reloaded = settingsWith({ ...toHook, errorAfterMs: HOUR_MS });
    host.signals.raise('SIGHUP');
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

describe('Notifier: receivers in trouble', () => {
  test('Notifier: no answer yet → the next change is written all the same, and told when the answer is there', () => {
    running(toHook);
    move(B);
    expect([cloudflare.contentsOf(HOME), host.hooks.inFlight]).toEqual([[B], 1]);
    host.hooks.end();
    expect(told()).toEqual([`change ${HOME} null → ${A}`, `change ${HOME} ${A} → ${B}`]);
  });

  test('Notifier: it fails, then works → one warning, tried again after a while, one notice', () => {
    running(toHook);
    host.hooks.end(404);
    expect(host.output.err.at(-1)).toBe(
      '<4>https://hooks.example.com could not be told: it answered HTTP 404. It is tried again for an hour, and ever more slowly.',
    );
    host.pass(500);
    host.hooks.end(null);
    host.pass(1000);
    host.hooks.end();
    expect(host.output.err.at(-1)).toBe('<5>https://hooks.example.com can be told again');
    expect(host.output.err.filter((line) => line.includes('hooks.example.com'))).toHaveLength(2);
    expect(host.output.err.join()).not.toContain('s3cret');
  });

  test('Notifier: it asks to wait → waited for', () => {
    running(toHook);
    host.hooks.end(429, 'HTTP/1.1 429\nRetry-After: 120\n');
    host.pass(119_999);
    expect(host.hooks.inFlight).toBe(0);
    host.pass(1);
    expect(host.hooks.inFlight).toBe(1);
  });

  test('Notifier: nobody answers for more than an hour → given up with one line, and the next change is told', () => {
    running(toHook);
    for (let i = 0; i < 60 && host.hooks.inFlight > 0; i++) {
      host.hooks.end(null);
      host.pass(10 * MINUTE_MS);
    }
    expect(host.output.err.filter((line) => line.includes('Given up after an hour'))).toHaveLength(1);
    const before = host.hooks.sent.length;
    expect(before).toBeLessThan(30);
    move(B);
    host.pass(10 * MINUTE_MS);
    host.hooks.end();
    expect(told().at(-1)).toBe(`change ${HOME} ${A} → ${B}`);
  });

  test('Notifier: the address flaps while nobody answers → the newest only, or nothing if it is as it was', () => {
    running(toHook);
    host.hooks.end();
    move(B);
    move(C);
    host.hooks.end(null);
    host.pass(MINUTE_MS);
    expect(told().at(-1)).toBe(`change ${HOME} ${A} → ${C}`);
    move(A);
    host.hooks.end(null);
    const { length } = host.hooks.sent;
    host.pass(HOUR_MS);
    expect(host.hooks.sent).toHaveLength(length);
  });

  test('Notifier: the same receiver after SIGHUP → told nothing twice, and what is new', () => {
    running(toHook);
    reload({ ...toHook, errorAfterMs: 0 });
    host.hooks.end();
    host.pass(HOUR_MS);
    expect(told()).toEqual([`change ${HOME} null → ${A}`]);
    reload({ ...toHook, hook: { ...hook, good: new Secret('https://other.example.com/') } });
    move(B);
    expect([told().at(-1), host.hooks.sent.at(-1)?.url]).toEqual([
      `change ${HOME} ${A} → ${B}`,
      'https://other.example.com/',
    ]);
  });

  test('Notifier: a name is taken out by SIGHUP → nothing is told of it any more', () => {
    running(toHook, [HOME, WWW]);
    host.hooks.end();
    reload(toHook, [HOME]);
    move(B);
    expect(told().slice(2)).toEqual([`change ${HOME} ${A} → ${B}`]);
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

describe('Notifier: commands', () => {
  test('Notifier: a change → the command is run once, with the facts and the time limit', () => {
    running(toCommand);
    const [ran] = host.commands.ran;
    expect([ran?.command, ran?.limitMs]).toEqual([['/bin/tell', '-q'], 30_000]);
    expect(ran?.variables).toMatchObject({ IPV6DDNS_EVENT: 'change', IPV6DDNS_NAME: HOME, IPV6DDNS_ADDRESS: A });
    host.commands.end();
    host.pass(HOUR_MS);
    expect(host.commands.ran).toHaveLength(1);
  });

  test('Notifier: it fails → one warning, run again; what it prints is for the debug log', () => {
    running(toCommand);
    host.log.configure(true, new Secret(TOKEN));
    host.commands.end({ failure: 'it ended with status 3', output: 'no route' });
    expect(host.output.err.slice(-2)).toEqual([
      '<7>/bin/tell printed: no route',
      '<4>/bin/tell could not be told: it ended with status 3. It is tried again for an hour, and ever more slowly.',
    ]);
    host.pass(500);
    expect(host.commands.ran).toHaveLength(2);
  });

  test('Notifier: another command at SIGHUP → a warning; the one of the start is run, and told once what both are for', () => {
    running(toCommand);
    host.commands.end();
    reload({ ...toCommand, exec: ['/bin/other'] });
    expect(host.output.err.at(-1)).toBe(
      '<4>notify.exec: the new command is not run until ipv6ddns is restarted; /bin/tell is run as before',
    );
    expect(host.commands.ran).toHaveLength(1);
    move(B);
    expect(host.commands.ran.at(-1)).toMatchObject({
      command: ['/bin/tell', '-q'],
      variables: { IPV6DDNS_ADDRESS: B, IPV6DDNS_PREVIOUS: A },
    });
  });

  test('Notifier: the same command at SIGHUP → no warning', () => {
    running(toCommand);
    reload({ ...toCommand, exec: ['/bin/tell', '-q'], errorAfterMs: 60_000 });
    expect(host.output.err.join()).not.toContain('notify.exec');
  });

  test('Notifier: exec is new at SIGHUP and no helper runs → a warning, the URL is told all the same', () => {
    Object.defineProperty(host, 'commands', { value: null });
    running(toHook);
    reload({ ...toHook, exec: ['/bin/tell'] });
    expect(host.output.err).toContain('<4>notify.exec: /bin/tell is not run until ipv6ddns is restarted');
    host.hooks.end();
    move(B);
    expect(told().at(-1)).toBe(`change ${HOME} ${A} → ${B}`);
  });
});
