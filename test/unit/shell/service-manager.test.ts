import { beforeEach, describe, expect, test } from 'vitest';
import type { Settings } from '../../../src/core/config/settings.ts';
import { failed, ok } from '../../../src/core/result.ts';
import { type CommandContext, run } from '../../../src/shell/commands.ts';
import { ServiceManager } from '../../../src/shell/service-manager.ts';
import { twoZones } from '../../fakes/cloudflare.ts';
import { FakeHost, STATUS_PATH, settingsFor } from '../../fakes/host.ts';
import { FakeServiceManagerSocket } from '../../fakes/ports.ts';
import { A, B, HOME, recordSettings } from '../../fakes/samples.ts';

const HOUR_MS = 3_600_000;
const PROBLEM = 'config.toml:3: unknown key "timout"';
const settings = settingsFor([recordSettings(HOME)], { verifyIntervalMs: null, pollIntervalMs: HOUR_MS });

let host: FakeHost;
let socket: FakeServiceManagerSocket;
let reloaded: Settings | null;

beforeEach(() => {
  host = new FakeHost(twoZones());
  host.files.setAddresses(A);
  socket = new FakeServiceManagerSocket(host.clock);
  reloaded = null;
});

function runWith(watchdogMs: number | null): void {
  const context: CommandContext = {
    ports: host,
    log: host.log,
    settings,
    identity: { version: '0.1.0', pid: 4711 },
    manager: new ServiceManager(socket, host.log, watchdogMs),
    notifier: (own) => host.notifier(own),
    dryRun: false,
    json: false,
    reload: () => (reloaded === null ? failed([PROBLEM]) : ok(reloaded)),
    exit: () => {},
  };
  run(context);
}

/** The times at which the watchdog was answered, as long as requests are answered too. */
function pings(durationMs: number): number[] {
  const times: number[] = [];
  socket.messages.length = 0;
  host.clock.pass(durationMs, () => {
    if (socket.messages.includes('WATCHDOG=1')) times.push(host.clock.nowMs());
    socket.messages.length = 0;
  });
  return times;
}

describe('ServiceManager: state', () => {
  test('ServiceManager: a life → ready when it has looked and the status file says so, every state, the end', () => {
    runWith(null);
    expect(host.stateFiles.texts.get(STATUS_PATH)).toContain(`"address":"${A}"`);
    host.api.answerAll();
    host.signals.raise('SIGTERM');
    expect(socket.messages).toEqual([
      `STATUS=0 of 1 records synced; ${HOME}: detected`,
      'READY=1',
      'STATUS=1 of 1 records synced',
      'STOPPING=1',
    ]);
  });

  test.each([
    ['this machine has no address', () => host.files.setAddresses()],
    ['the addresses cannot be read', () => host.files.texts.clear()],
  ])('ServiceManager: %s → ready all the same', (_, given) => {
    given();
    runWith(null);
    expect(socket.messages).toContain('READY=1');
  });

  test('ServiceManager: a dump of the table hangs → ready after ten seconds, not before, SIGHUP or not', () => {
    host.kernel.refusal = null;
    runWith(null);
    host.clock.pass(9_000);
    host.signals.raise('SIGHUP');
    host.clock.pass(999);
    expect(socket.messages).toEqual([]);
    host.clock.pass(1);
    expect(socket.messages.at(-1)).toBe('READY=1');
  });

  test('ServiceManager: SIGHUP with bad settings → in the status before it is ready again', () => {
    runWith(null);
    host.api.answerAll();
    socket.messages.length = 0;
    host.pass(100);
    host.signals.raise('SIGHUP');
    expect(socket.messages.slice(1)).toEqual([
      `STATUS=1 of 1 records synced; new settings refused: ${PROBLEM}`,
      'READY=1',
    ]);
  });

  test.each([
    ['good', settings],
    ['bad', null],
  ])('ServiceManager: SIGHUP, the settings are %s → reloading with the time, then ready', (_, next) => {
    runWith(null);
    host.pass(1_234);
    socket.messages.length = 0;
    reloaded = next;
    host.signals.raise('SIGHUP');
    const [first, ...others] = socket.messages;
    expect([first, others.at(-1)]).toEqual(['RELOADING=1\nMONOTONIC_USEC=1234000', 'READY=1']);
  });

  test('ServiceManager: nobody hears → nothing but a debug line, records are kept right', () => {
    socket.refusal = 'sendto: Connection refused';
    host.log.configure(true, settings.apiToken);
    runWith(10_000);
    host.pass(10_000);
    expect(host.output.err).toContain('<7>cannot tell the service manager READY=1: sendto: Connection refused');
    expect(host.output.err.filter((line) => line.includes('tell the') && !line.startsWith('<7>'))).toEqual([]);
  });
});

describe('ServiceManager: watchdog', () => {
  test('ServiceManager: no watchdog → nobody is woken for it', () => {
    runWith(null);
    host.pass(2_000);
    // The socket for the routes is tried again.
    expect(host.clock.alarmMs).toBe(60_000);
  });

  test('ServiceManager: a watchdog of 30 s → answered every 15 s', () => {
    runWith(30_000);
    host.api.answerAll();
    expect(pings(60_000)).toEqual([15_000, 30_000, 45_000, 60_000]);
  });

  test('ServiceManager: a request that lasts → answered up to its time limit, not when it never ends, then again', () => {
    runWith(30_000);
    const times = pings(120_000);
    // A request may take twice 30 s, and 10 s are forgiven.
    expect(times.at(-1)).toBe(60_000);
    expect(host.output.err.filter((line) => line.startsWith('<3>'))).toEqual([
      '<3>something in ipv6ddns hangs, so the watchdog gets no answer: the service manager will start it anew',
    ]);
    host.api.answerAll();
    expect(pings(2_000)).toEqual([121_000]);
  });

  test('ServiceManager: the machine slept through everything that was due → answered at once', () => {
    runWith(30_000);
    host.api.answerAll();
    socket.messages.length = 0;
    // The address is found changed before the alarms that were missed are heard.
    host.files.setAddresses(B);
    host.clock.suspend(10 * HOUR_MS);
    host.clock.pass(1_000);
    expect(socket.messages).toContain('WATCHDOG=1');
    expect(host.output.err.filter((line) => line.startsWith('<3>'))).toEqual([]);
  });

  test('ServiceManager: the machine sleeps during a request → its time limit counts from the wake-up', () => {
    runWith(30_000);
    host.clock.suspend(HOUR_MS);
    expect(pings(30_000).length).toBeGreaterThanOrEqual(2);
  });
});
