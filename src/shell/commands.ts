import type { Settings } from '../core/config/settings.ts';
import { pendingNames } from '../core/daemon/publisher.ts';
import type { Signals } from '../core/ports.ts';
import { Engine, type EnginePorts } from './engine.ts';
import { EXIT, type ExitStatus } from './exit.ts';
import type { Log } from './log.ts';

export interface CommandContext {
  readonly ports: EnginePorts & { readonly signals: Signals };
  readonly log: Log;
  readonly settings: Settings;
  readonly dryRun: boolean;
  /** Ends the process. */
  exit(status: ExitStatus): void;
}

/** The daemon: runs until SIGTERM or SIGINT. */
export function run({ ports, log, settings, dryRun, exit }: CommandContext): void {
  const names = settings.records.map(({ name }) => name).join(', ');
  const engine = new Engine(ports, log, settings, dryRun);
  ports.signals.onSignal((signal) => {
    log.write('notice', `stopping on ${signal}`);
    exit(EXIT.ok);
  });
  engine.start();
  log.write('notice', `keeping ${names} right by ${engine.feed.mode}${dryRun ? ', dry run: nothing is written' : ''}`);
}

/** Brings every record in line once, without retries. */
export function once({ ports, log, settings, dryRun, exit }: CommandContext): void {
  let ended = false;
  const engine = new Engine(ports, log, settings, dryRun, () => {
    if (ended || !engine.publisher.isIdle(ports.clock.nowMs())) return;
    ended = true;
    exit(outcomeOf(engine));
  });
  ports.signals.onSignal(() => exit(EXIT.temporary));
  engine.start();
}

function outcomeOf({ publisher }: Engine): ExitStatus {
  if (!publisher.hasAddress()) return EXIT.noAddress;
  const troubles = publisher.zones.flatMap((zone) => pendingNames(zone).map((name) => name.trouble ?? zone.trouble));
  if (troubles.some((trouble) => trouble?.permanent)) return EXIT.refused;
  return troubles.length > 0 ? EXIT.temporary : EXIT.ok;
}
