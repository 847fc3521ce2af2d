import * as native from 'setup';
import * as std from 'std';
import type { Answer, PlainSettings } from '../core/config/interview.ts';
import type { Settings } from '../core/config/settings.ts';
import type { Output } from '../core/ports.ts';
import type { CurlApiClient } from '../host/api-client.ts';
import { SystemClock } from '../host/clock.ts';
import { HelperCommands } from '../host/commands.ts';
import { exists, SystemFiles } from '../host/files.ts';
import { RtnetlinkKernel } from '../host/kernel.ts';
import { SystemSettingsFiles } from '../host/settings-files.ts';
import { SystemSignals } from '../host/signals.ts';
import { SystemTerminal } from '../host/terminal.ts';
import { Log } from '../shell/log.ts';
import { setup } from '../shell/setup.ts';
import type { CheckPart } from './check.ts';

/** What the program has anyway: a copy of it would be half of this part. */
interface Program extends CheckPart {
  revive(plain: PlainSettings): Settings;
  readonly CurlApiClient: typeof CurlApiClient;
}

/** What the commands that start the service need of our environment. */
const INHERITED = ['PATH', 'LANG', 'TZ'];

/** Without confinement: it writes below /etc and starts the service. */
function own(
  { commandLine, ground, problems }: Extract<Answer, { kind: 'setup' }>,
  environment: Readonly<Record<string, string>>,
  output: Output,
  program: Program,
): void {
  const clock = new SystemClock();
  const inherited = INHERITED.filter((name) => environment[name] !== undefined);
  const variables = inherited.map((name) => `${name}=${environment[name]}`);
  setup({
    ports: {
      kernel: new RtnetlinkKernel(),
      files: new SystemFiles(),
      clock,
      output,
      signals: new SystemSignals(),
      terminal: new SystemTerminal(),
      settingsFiles: new SystemSettingsFiles(),
    },
    shared: program,
    log: new Log(output, clock, commandLine.logFormat),
    commandLine,
    ground: ground && { ...ground, settings: program.revive(ground.settings) },
    problems,
    isRoot: native.user() === 0,
    exists,
    connect: (settings) => new program.CurlApiClient(settings, `ipv6ddns/${VERSION}`),
    runner: (command) => new HelperCommands(command, variables),
    exit: (status) => std.exit(status),
  });
}

/** `ipv6ddns setup`. */
export type SetupPart = typeof own;

globalThis.part = own;
