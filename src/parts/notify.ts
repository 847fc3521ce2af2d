import type { Settings } from '../core/config/settings.ts';
import type { Clock, CommandRunner } from '../core/ports.ts';
import { CurlHookClient } from '../host/hook-client.ts';
import type { Log } from '../shell/log.ts';
import { Notifier } from '../shell/notifier.ts';

/** What a notifier needs of the daemon. */
interface Needs {
  readonly clock: Clock;
  /** For the command of the start, whatever the settings say now; null = there was none. */
  readonly commands: CommandRunner | null;
  readonly userAgent: string;
  readonly log: Log;
}

const own = ({ userAgent, log, ...ports }: Needs, settings: Settings): Notifier =>
  new Notifier({ ...ports, hooks: new CurlHookClient(settings, userAgent) }, log, settings);

/** Makes what carries `[notify]` out. */
export type NotifyPart = typeof own;

globalThis.part = own;
