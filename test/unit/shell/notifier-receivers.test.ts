import { beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/core/config/secret.ts';
import type { NotifySettings } from '../../../src/core/config/settings.ts';
import { hostWithA, TOKEN } from '../../fakes/host.ts';
import { A, B, C, HOME, WWW } from '../../fakes/samples.ts';
import { HOUR_MS, hook, MINUTE_MS, notifying, toHook } from './notifying.ts';

const toCommand: NotifySettings = { hook: null, exec: ['/bin/tell', '-q'], errorAfterMs: 5 * MINUTE_MS };

let { cloudflare, host } = hostWithA();

beforeEach(() => {
  ({ cloudflare, host } = hostWithA());
});

const { running, reload, move, told } = notifying(() => host);

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
