import * as os from 'os';
import * as std from 'std';
import * as system from 'system';
import { type CommandLine, helpText, parseCommandLine } from './core/config/command-line.ts';
import { loadInterfaces, loadSettings } from './core/config/load.ts';
import { describeProblem } from './core/config/problem.ts';
import { SECRET_VARIABLES, TRACE_VARIABLE } from './core/config/schema.ts';
import type { Clock, Kernel, Output } from './core/ports.ts';
import { CurlApiClient } from './host/api-client.ts';
import { SystemClock } from './host/clock.ts';
import { journalReadsStderr, openLines, StandardStreams, SystemFiles } from './host/files.ts';
import { RtnetlinkKernel } from './host/kernel.ts';
import { SystemSignals } from './host/signals.ts';
import { addresses } from './shell/addresses.ts';
import { type CommandContext, once, run } from './shell/commands.ts';
import { EXIT, type ExitStatus } from './shell/exit.ts';
import { Log } from './shell/log.ts';
import { TracingKernel } from './shell/tracing-kernel.ts';

const STDOUT = 1;

const COMMANDS = { run, once } as const satisfies Record<string, (context: CommandContext) => void>;

/** Names every concrete part, reads the environment and picks the exit status.
 *  @returns the status to leave with at once; null = the loop goes on */
function main(): ExitStatus | null {
  const output = new StandardStreams();
  const parsed = parseCommandLine(scriptArgs.slice(1));
  if (!parsed.ok) {
    output.stderr(parsed.error.trimEnd());
    return EXIT.usage;
  }
  if (parsed.value.help || parsed.value.version) {
    output.stdout(parsed.value.help ? helpText().trimEnd() : `ipv6ddns ${VERSION}`);
    return EXIT.ok;
  }
  const environment = std.getenviron();
  for (const name of SECRET_VARIABLES) system.eraseEnvironment(name);
  return start(parsed.value, environment, output);
}

function start(
  { command, logFormat, dryRun, json, ...named }: CommandLine,
  environment: Readonly<Record<string, string>>,
  output: Output,
): ExitStatus | null {
  const clock = new SystemClock();
  const journal = logFormat === 'text' && journalReadsStderr(environment['JOURNAL_STREAM']);
  const log = new Log(output, clock, journal ? 'journal' : logFormat);
  const files = new SystemFiles();
  const readFile = (path: string): ReturnType<typeof files.read> => files.read(path);
  const kernel = traced(new RtnetlinkKernel(), environment[TRACE_VARIABLE] ?? '', clock, log);
  const exit = (status: ExitStatus): never => std.exit(status);
  const request = { ...named, environment };
  if (command === 'addresses') {
    const interfaces = loadInterfaces(request, readFile);
    const colour = os.isatty(STDOUT) && (environment['NO_COLOR'] ?? '') === '';
    addresses({ ports: { kernel, files, clock, output }, log, interfaces, json, colour, exit });
    return null;
  }
  const loaded = loadSettings(request, readFile);
  if (!loaded.ok) {
    for (const problem of loaded.error) log.write('error', describeProblem(problem));
    return EXIT.config;
  }
  const { settings, warnings } = loaded.value;
  log.configure(settings.verbose, settings.apiToken);
  for (const warning of warnings) log.write('warning', describeProblem(warning));
  const api = new CurlApiClient(settings, `ipv6ddns/${VERSION}`);
  const ports = { kernel, files, clock, api, output, signals: new SystemSignals() };
  COMMANDS[command]({ ports, log, settings, dryRun, exit });
  return null;
}

/** The kernel, with a trace of it if one is asked for. */
function traced(kernel: Kernel, path: string, clock: Clock, log: Log): Kernel {
  if (path === '') return kernel;
  const opened = openLines(path);
  if (opened.ok) return new TracingKernel(kernel, clock, opened.value);
  log.write('warning', `cannot write the trace ${path}: ${opened.error}; going on without it`);
  return kernel;
}

const status = main();
if (status !== null) std.exit(status);
