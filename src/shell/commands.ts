import { formatReport, reportAddresses } from '../core/address/report.ts';
import { changedSettings } from '../core/config/changes.ts';
import type { Settings } from '../core/config/settings.ts';
import { listNames } from '../core/daemon/notices.ts';
import { pendingNames } from '../core/daemon/publisher.ts';
import { recordState, troubleOf } from '../core/daemon/zone-state.ts';
import type { Signals, StateFiles } from '../core/ports.ts';
import type { Result } from '../core/result.ts';
import { Engine, type EnginePorts, type Observer } from './engine.ts';
import { EXIT, type ExitStatus } from './exit.ts';
import type { Log } from './log.ts';
import { type Identity, Reports } from './reports.ts';
import type { ServiceManager } from './service-manager.ts';
import { METRICS_FILE, STATUS_FILE, StateFile } from './state-file.ts';

export interface CommandContext {
  readonly ports: EnginePorts & { readonly signals: Signals; readonly stateFiles: StateFiles };
  readonly log: Log;
  readonly settings: Settings;
  readonly identity: Identity;
  /** null = there is none. */
  readonly manager: ServiceManager | null;
  /** Makes what tells the receivers of `[notify]`. */
  notifier(settings: Settings): Observer;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Reads the settings again. The error is what is wrong with them, which has been logged. */
  reload(): Result<Settings, readonly string[]>;
  /** Ends the process. */
  exit(status: ExitStatus): void;
}

/** The daemon: runs until SIGTERM or SIGINT. */
export function run(context: CommandContext): void {
  const { ports, log, settings, identity, manager, dryRun, reload, exit } = context;
  const files = [STATUS_FILE, METRICS_FILE].map((kind) => new StateFile(ports.stateFiles, log, kind, settings));
  // A dry run does not know how the records are, and may run beside the daemon that does.
  const shown = [...(dryRun ? [] : files), ...(manager === null ? [] : [manager.report])];
  const reports = new Reports(ports.clock, log, identity, shown);
  // Nor is there anything to tell of it.
  const notifier = dryRun ? [] : [new Notifying((own) => context.notifier(own), settings)];
  // The status file is there when the service manager hears that the daemon is ready.
  const observers = [reports, ...(manager === null ? [] : [manager]), ...notifier];
  const engine = new Engine(ports, log, settings, dryRun, observers);
  let current = settings;
  const reconfigure = (): void => {
    const next = reload();
    if (!next.ok) {
      log.write(
        'error',
        'the new settings are refused, the old ones stay in force: correct what is listed, then reload again',
      );
      reports.refused(next.error);
      engine.step();
      return;
    }
    const changed = changedSettings(current, next.value);
    current = next.value;
    const what = changed.length === 0 ? 'nothing changed' : `changed: ${changed.join(', ')}`;
    log.write('notice', `settings read again, ${what}; reading every record back`);
    engine.configure(next.value);
  };
  ports.signals.onSignal((signal) => {
    if (signal === 'SIGHUP') {
      manager?.reloading();
      reconfigure();
      manager?.reloaded();
    } else if (signal === 'SIGUSR1') logState(engine, log, current, ports.clock.nowMs());
    else {
      log.write('notice', `stopping on ${signal}`);
      engine.stop();
      exit(EXIT.ok);
    }
  });
  engine.start();
  const names = listNames(settings.records.map(({ name }) => name));
  log.write('notice', `keeping ${names} right by ${engine.feed.mode}${dryRun ? ', dry run: nothing is written' : ''}`);
}

/** Notifies from the moment that there is somebody to notify. */
class Notifying implements Observer {
  readonly #make: (settings: Settings) => Observer;
  #notifier: Observer | null = null;

  constructor(make: (settings: Settings) => Observer, settings: Settings) {
    this.#make = make;
    this.configure(settings);
  }

  get dueMs(): number | null {
    return this.#notifier?.dueMs ?? null;
  }

  observe(engine: Engine, nowMs: number): void {
    this.#notifier?.observe(engine, nowMs);
  }

  configure(settings: Settings): void {
    if (this.#notifier !== null) this.#notifier.configure?.(settings);
    else if (settings.notify !== null) this.#notifier = this.#make(settings);
  }
}

/** What SIGUSR1 asks for: every address and every record. */
function logState({ feed, publisher }: Engine, log: Log, settings: Settings, nowMs: number): void {
  const rules = { ...settings, interfaces: settings.records[0]?.interfaces ?? null };
  const wanted = publisher.zones.flatMap((zone) => zone.names.flatMap(({ desired }) => desired?.address ?? []));
  const report = reportAddresses(feed.table, rules, wanted, nowMs / 1000);
  for (const { text } of formatReport(report)) if (text !== '') log.write('notice', text);
  for (const zone of publisher.zones) {
    for (const name of zone.names) {
      const wanted = name.desired === null ? 'no address' : name.desired.address;
      const says = name.published === null ? 'nothing known' : name.published;
      log.write('notice', `${name.settings.name}: ${recordState(zone, name)}, wants ${wanted}, record says ${says}`);
    }
  }
}

/** Brings every record in line once, without retries. */
export function once({ ports, log, settings, dryRun, exit }: CommandContext): void {
  let ended = false;
  const end: Observer = {
    dueMs: null,
    observe(engine, nowMs) {
      if (ended || !engine.feed.isWhole || !engine.publisher.isIdle(nowMs)) return;
      ended = true;
      exit(outcomeOf(engine, log, nowMs));
    },
  };
  const engine = new Engine(ports, log, settings, dryRun, [end], true);
  ports.signals.onSignal((signal) => {
    if (signal === 'SIGTERM' || signal === 'SIGINT') exit(EXIT.temporary);
  });
  engine.start();
}

/** Of several failures what only a person can put right comes first, then what another try may. */
function outcomeOf({ publisher }: Engine, log: Log, nowMs: number): ExitStatus {
  for (const entry of publisher.whyNoAddress(nowMs)) log.entry(entry);
  const pending = publisher.zones.flatMap((zone) =>
    pendingNames(zone).map((name) => ({ name, trouble: troubleOf(zone, name) })),
  );
  for (const { name, trouble } of pending) {
    if (trouble !== null) continue;
    log.write(
      'warning',
      `${name.settings.name}: not in line yet, because a limit on requests is spent; run it again in some minutes`,
    );
  }
  if (pending.some(({ trouble }) => trouble?.permanent)) return EXIT.refused;
  if (pending.length > 0) return EXIT.temporary;
  if (publisher.isPatient()) {
    log.write(
      'warning',
      'the record says an address that this machine does not have now, and no default route serves the one that it has. ' +
        'The uplink may bring another one, so the record stays: run this again in a minute, or name the interface',
    );
    return EXIT.temporary;
  }
  return publisher.hasAddresses() ? EXIT.ok : EXIT.noAddress;
}
