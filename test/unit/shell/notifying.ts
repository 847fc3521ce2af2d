import { Secret } from '../../../src/core/config/secret.ts';
import type { HookSettings, NotifySettings, RecordSettings, Settings } from '../../../src/core/config/settings.ts';
import { ok } from '../../../src/core/result.ts';
import { run } from '../../../src/shell/commands.ts';
import { type FakeHost, settingsFor } from '../../fakes/host.ts';
import { type A, HOME, recordSettings } from '../../fakes/samples.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const URL = 'https://hooks.example.com/s3cret';

export const hook: HookSettings = {
  format: 'json',
  origin: 'https://hooks.example.com',
  good: new Secret(URL),
  bad: new Secret(`${URL}/fail`),
  heartbeatMs: null,
};
export const toHook: NotifySettings = { hook, exec: null, errorAfterMs: 5 * MINUTE_MS };

function settingsWith(notify: NotifySettings | null, names = [HOME]): Settings {
  const records = names.map((name): RecordSettings => recordSettings(name));
  return settingsFor(records, { notify, pollIntervalMs: 10_000, verifyIntervalMs: null });
}

/** The daemon on the machine that a test has made. */
export function notifying(machine: () => FakeHost) {
  let reloaded: Settings;

  /** The daemon with its record(s) right. */
  function running(notify: NotifySettings | null, names = [HOME], dryRun = false): void {
    const host = machine();
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

  /** The settings are read again, and no request is answered yet. */
  function reread(notify: NotifySettings | null, names = [HOME]): void {
    reloaded = settingsWith(notify, names);
    machine().signals.raise('SIGHUP');
  }

  function reload(notify: NotifySettings | null, names = [HOME]): void {
    reread(notify, names);
    machine().api.answerAll();
  }

  /** Moves the machine to another address and the record after it. */
  function move(address: typeof A): void {
    const host = machine();
    host.files.setAddresses(address);
    host.pass(10_000);
    host.pass(3_000);
  }

  /** What the documents say that were sent: event, name, address, previous of every record. */
  const told = (): string[] =>
    machine().hooks.sent.flatMap(({ body }) => {
      const { records } = JSON.parse(body ?? '') as { records: Record<string, string | null>[] };
      return records.map(({ event, name, address, previous }) => `${event} ${name} ${previous} → ${address}`);
    });

  return { running, reread, reload, move, told };
}
