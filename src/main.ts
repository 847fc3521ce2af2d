import * as os from 'os';
import * as parts from 'parts';
import * as settingsProgram from 'settings';
import * as std from 'std';
import * as system from 'system';
import type { CommandLine } from './core/config/command-line.ts';
import type { Confinement, Rule } from './core/config/confinement.ts';
import type { Answer, PlainSettings, Question } from './core/config/interview.ts';
import { hasCredentials } from './core/config/proxy.ts';
import { Secret } from './core/config/secret.ts';
import type { Settings } from './core/config/settings.ts';
import { CONFINE_VARIABLE, SECRET_VARIABLES, TRACE_VARIABLE } from './core/config/variables.ts';
import type { Clock, Kernel, Output } from './core/ports.ts';
import { failed, ok, type Result } from './core/result.ts';
import { CurlApiClient } from './host/api-client.ts';
import { SystemClock } from './host/clock.ts';
import { HelperCommands } from './host/commands.ts';
import { confineProcess } from './host/confinement.ts';
import { messageOf } from './host/errors.ts';
import { journalReadsStderr, openLines, StandardStreams, SystemFiles } from './host/files.ts';
import { RtnetlinkKernel } from './host/kernel.ts';
import { NotifySocket } from './host/notify-socket.ts';
import { CurlProber } from './host/prober.ts';
import { SystemSignals } from './host/signals.ts';
import { SystemStateFiles } from './host/state-files.ts';
import type { CheckPart } from './parts/check.ts';
import type { NotifyPart } from './parts/notify.ts';
import type { SetupPart } from './parts/setup.ts';
import { addresses } from './shell/addresses.ts';
import { type CommandContext, once, run } from './shell/commands.ts';
import type { Observer } from './shell/engine.ts';
import { EXIT, type ExitStatus } from './shell/exit.ts';
import { Log } from './shell/log.ts';
import { ServiceManager } from './shell/service-manager.ts';
import { TracingKernel } from './shell/tracing-kernel.ts';

/** Whatever this process's user may. */
const EVERYTHING: readonly Rule[] = [['/', ~0]];

type Environment = Readonly<Record<string, string>>;

const STDOUT = 1;

const COMMANDS = {
  run,
  once,
  check: (context) => loadCheck().check(context),
} as const satisfies Record<string, (context: CommandContext) => void>;

const loadCheck = (): CheckPart => parts.load('check') as CheckPart;

/** Names every concrete part, reads the environment and picks the exit status.
 *  @returns the status to leave with at once; null = the loop goes on */
function main(): ExitStatus | null {
  const environment: Environment = std.getenviron();
  const output = new StandardStreams(os.isatty(STDOUT) && (environment['NO_COLOR'] ?? '') === '');
  for (const name of SECRET_VARIABLES) system.eraseEnvironment(name);
  const question = {
    argv: scriptArgs.slice(1),
    environment,
    version: VERSION,
    libraries: system.LIBRARIES,
    inForce: null,
  };
  const asked = ask(question);
  if (!asked.ok) {
    output.stderr(`ipv6ddns: ${asked.error}`);
    return EXIT.config;
  }
  const answer = asked.value;
  switch (answer.kind) {
    case 'print':
      for (const line of answer.lines) output.stdout(line);
      return EXIT.ok;
    case 'usage':
      for (const line of answer.lines) output.stderr(line);
      return EXIT.usage;
    case 'status':
      for (const line of answer.lines) output[answer.verdict === 'notRunning' ? 'stderr' : 'stdout'](line);
      return { synced: EXIT.ok, notSynced: EXIT.notSynced, notRunning: EXIT.notRunning }[answer.verdict];
    case 'setup':
      (parts.load('setup') as SetupPart)(answer, environment, output, { revive, CurlApiClient, ...loadCheck() });
      return null;
    default:
      return start(answer, question, output);
  }
}

/** The answer comes from our own program: its shape is not in doubt. What settings are too large or too deep for it ends
 *  that program, not this one.
 *  @returns why there is no answer, if there is none */
function ask(question: Question): Result<Answer, string> {
  try {
    return ok(JSON.parse(settingsProgram.load(JSON.stringify(question))) as Answer);
  } catch (error) {
    const why = messageOf(error);
    if (question.inForce === null && !why.includes('InternalError')) throw error;
    return failed(`settings or status file cannot be read, too large or too deep (${why}): shorten the file`);
  }
}

function start(
  answer: Exclude<Answer, { kind: 'print' | 'usage' | 'status' | 'setup' }>,
  question: Question,
  output: Output,
): ExitStatus | null {
  const { environment } = question;
  const { logFormat, json, dryRun } = answer.commandLine;
  const clock = new SystemClock();
  const log = new Log(output, clock, chooseFormat(logFormat, environment));
  if (answer.kind === 'refused') {
    if (answer.commandLine.command === 'check') loadCheck().checkRefused(answer.problems, json, output);
    else refuse(answer.problems, log);
    return EXIT.config;
  }
  const kernel = traced(new RtnetlinkKernel(), environment[TRACE_VARIABLE] ?? '', clock, log);
  const exit = (status: ExitStatus): never => std.exit(status);
  const machine = { kernel, files: new SystemFiles(), clock, output };
  if (answer.kind === 'addresses') {
    confine(answer.confinement, log);
    const ports = { ...machine, prober: new CurlProber(answer.api) };
    addresses({ ports, log, rules: answer.rules, running: answer.running, json, exit });
    return null;
  }
  const settings = accept(answer, log);
  const { command } = answer.commandLine;
  const commands = command === 'run' && !dryRun ? startHelper(settings, environment, log) : null;
  const userAgent = `ipv6ddns/${VERSION}`;
  const api = new CurlApiClient(settings, userAgent);
  const signals = new SystemSignals();
  const ports = { ...machine, api, signals, stateFiles: new SystemStateFiles() };
  const notifier = (own: Settings): Observer =>
    (parts.load('notify') as NotifyPart)({ clock, commands, userAgent, log }, own);
  const identity = { version: VERSION, pid: os.getpid() };
  const inForce = confine(answer.confinement, log);
  const reload = (): Result<Settings, readonly string[]> => {
    const asked = ask({ ...question, inForce });
    if (!asked.ok) return failed(refuse([asked.error], log));
    const again = asked.value;
    if (again.kind === 'settings') return ok(accept(again, log));
    return failed(again.kind === 'refused' ? refuse(again.problems, log) : []);
  };
  COMMANDS[command]({
    ports,
    log,
    settings,
    identity,
    manager: serviceManager(environment, log),
    notifier,
    dryRun,
    json,
    reload,
    exit,
  });
  return null;
}

/** @returns what this process may still do with files */
function confine(confinement: Confinement | null, log: Log): readonly Rule[] {
  const skipped = (why: string): void => log.write('debug', `not confined in full: ${why}`);
  if (confinement === null) skipped(`${CONFINE_VARIABLE} is 0`);
  return confinement !== null && confineProcess(confinement, skipped) ? confinement.rules : EVERYTHING;
}

/** The service manager, if there is one (sd_notify(3), sd_watchdog_enabled(3)). */
function serviceManager(environment: Environment, log: Log): ServiceManager | null {
  const address = environment['NOTIFY_SOCKET'] ?? '';
  if (address === '') return null;
  const { WATCHDOG_PID: pid = '', WATCHDOG_USEC: usec = '' } = environment;
  const isOurs = pid === '' || pid === String(os.getpid());
  const watchdogMs = isOurs && /^[1-9]\d{0,14}$/.test(usec) ? Number(usec) / 1000 : null;
  return new ServiceManager(new NotifySocket(address), log, watchdogMs);
}

/** @returns the problems, which have been logged */
function refuse(problems: readonly string[], log: Log): readonly string[] {
  for (const problem of problems) log.write('error', problem);
  return problems;
}

/** The settings, logged as far as there is something to say of them. */
function accept(answer: Extract<Answer, { kind: 'settings' }>, log: Log): Settings {
  const settings = revive(answer.settings);
  const { apiToken, httpsProxy, notify } = settings;
  const proxy = httpsProxy !== null && hasCredentials(httpsProxy.reveal()) ? httpsProxy : null;
  const secrets = [apiToken, proxy, notify?.hook?.bad, notify?.hook?.good];
  log.configure(settings.verbose, ...secrets.filter((secret) => secret instanceof Secret));
  for (const warning of answer.warnings) log.write('warning', warning);
  return settings;
}

const revive = ({ apiToken, httpsProxy, notify, ...plain }: PlainSettings): Settings => ({
  ...plain,
  apiToken: new Secret(apiToken),
  httpsProxy: httpsProxy === null ? null : new Secret(httpsProxy),
  notify: notify && {
    ...notify,
    hook: notify.hook && { ...notify.hook, good: new Secret(notify.hook.good), bad: new Secret(notify.hook.bad) },
  },
});

/** What a command of `notify.exec` needs of our environment; the rest is none of its business. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ'];

/** What runs the command of the settings, if they have one: before any confinement, which it would inherit. */
function startHelper({ notify }: Settings, environment: Environment, log: Log): HelperCommands | null {
  if (!notify?.exec) return null;
  const known = INHERITED.filter((name) => environment[name] !== undefined);
  try {
    return new HelperCommands(
      notify.exec,
      known.map((name) => `${name}=${environment[name]}`),
    );
  } catch (error) {
    log.write('error', `cannot start the process that runs notify.exec: ${messageOf(error)}`);
    return null;
  }
}

const chooseFormat = (asked: CommandLine['logFormat'], environment: Environment): 'text' | 'json' | 'journal' =>
  asked === 'text' && journalReadsStderr(environment['JOURNAL_STREAM']) ? 'journal' : asked;

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
