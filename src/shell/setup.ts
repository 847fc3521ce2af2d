import type { AddressTable } from '../core/address/table.ts';
import type { CommandLine } from '../core/config/command-line.ts';
import { DEFAULT_CONFIG_FILE } from '../core/config/files.ts';
import type { Ground } from '../core/config/load-setup.ts';
import { quote } from '../core/config/problem.ts';
import { hasCredentials } from '../core/config/proxy.ts';
import type { Secret } from '../core/config/secret.ts';
import type {
  ApiClient,
  ApiSettings,
  CommandEnd,
  CommandRunner,
  Files,
  SettingsFiles,
  Signals,
  Terminal,
} from '../core/ports.ts';
import { assertNever, failed, type Result } from '../core/result.ts';
import { type Act, type Changes, type Ending, NOTHING_WRITTEN, type Replies } from '../core/setup/acts.ts';
import { withSettings } from '../core/setup/config-text.ts';
import { dialogue } from '../core/setup/dialogue.ts';
import { type Facts, type Held, TOKEN_FILE } from '../core/setup/facts.ts';
import { serviceOf } from '../core/setup/service.ts';
import { parseToken } from '../core/setup/token.ts';
import type { EnginePorts } from './engine.ts';
import { EXIT, type ExitStatus } from './exit.ts';
import type { Log } from './log.ts';
import { SetupTrials, type Shared, STATUS } from './setup-trials.ts';

interface SetupPorts extends EnginePorts {
  readonly files: Files;
  readonly signals: Signals;
  readonly terminal: Terminal;
  readonly settingsFiles: SettingsFiles;
}

export interface SetupContext {
  readonly ports: Omit<SetupPorts, 'api'>;
  readonly shared: Shared;
  readonly log: Log;
  readonly commandLine: Pick<CommandLine, 'tokenFile' | 'name' | 'yes' | 'force'>;
  /** null = the settings that are there are bad, for these reasons. */
  readonly ground: Ground | null;
  readonly problems: readonly string[];
  readonly isRoot: boolean;
  exists(path: string): boolean;
  connect(settings: ApiSettings): ApiClient;
  /** Starts what runs a command. */
  runner(command: readonly string[]): CommandRunner;
  exit(status: ExitStatus): void;
}

/** The service manager waits for the daemon to be ready, and for the one before to end. */
const START_LIMIT_MS = 120_000;

/** Asks for what is needed, tries it, writes it, starts the service. */
export function setup(context: SetupContext): void {
  const { ports, log, commandLine, ground, problems, isRoot, shared, connect, exit } = context;
  const refuse = (status: ExitStatus, ...lines: readonly string[]): void => {
    for (const line of lines) ports.output.stderr(`ipv6ddns: ${line}`);
    exit(status);
  };
  if (!isRoot) refuse(EXIT.noPermission, NEEDS_ROOT);
  else if (!commandLine.yes && !ports.terminal.isThere) refuse(EXIT.usage, NEEDS_TERMINAL);
  else if (ground === null) refuse(EXIT.config, ...problems, MEND_FIRST);
  else {
    const api = connect(ground.settings);
    const begin = (table: AddressTable): void => new Setup(context, { ...ports, api }, ground, table).run();
    shared.lookAtTable(ports, log, ground.settings.pollIntervalMs, begin);
  }
}

const NEEDS_ROOT = 'setup writes below /etc, and only root may: run "sudo ipv6ddns setup"';
const NEEDS_TERMINAL =
  'there is no terminal to ask on: pass --token-file FILE --name NAME --yes (and --force to replace what is there)';
const MEND_FIRST = 'correct the settings that are there, or move them away; then run setup again';

/** Carries the dialogue out: acts in, replies back. */
class Setup {
  readonly #context: SetupContext;
  readonly #ports: SetupPorts;
  readonly #ground: Ground;
  readonly #table: AddressTable;
  readonly #facts: Facts;
  readonly #trials: SetupTrials;
  #written = false;

  constructor(context: SetupContext, ports: SetupPorts, ground: Ground, table: AddressTable) {
    this.#context = context;
    this.#ports = ports;
    this.#ground = ground;
    this.#table = table;
    this.#trials = new SetupTrials(context.shared, ports, ground, table);
    const { commandLine, exists } = context;
    const hostName = ports.files.read('/proc/sys/kernel/hostname');
    this.#facts = {
      unattended: commandLine.yes,
      force: commandLine.force,
      given: {
        token: commandLine.tokenFile === null ? null : this.#readToken(commandLine.tokenFile),
        name: commandLine.name,
      },
      held: this.#held(),
      zoneId: ground.zoneId,
      hostName: hostName.ok ? hostName.value.trim() : '',
      address: this.#describeAddress(),
      service: serviceOf(exists),
    };
  }

  run(): void {
    this.#ports.signals.onSignal((signal) => {
      if (signal !== 'SIGUSR1') this.#cancel();
    });
    const { given, held } = this.#facts;
    this.#hide(...[given.token, held.token].flatMap((token) => (token?.ok ? token.value : [])));
    void this.#converse();
  }

  async #converse(): Promise<void> {
    const acts = dialogue(this.#facts);
    let turn = acts.next();
    while (!turn.done) turn = acts.next(await this.#perform(turn.value));
  }

  async #perform(act: Act): Promise<Replies[Act['kind']]> {
    switch (act.kind) {
      case 'say':
        this.#say(act.lines);
        return null;
      case 'ask':
        return await this.#ask(act.prompt, act.hidden);
      case 'listZones':
        this.#hide(act.token);
        return await this.#trials.listZones(act.token);
      case 'hasRecord':
        return await this.#trials.hasRecord(act.token, act.zoneId, act.name);
      case 'check':
        return await this.#trials.check(act.trial);
      case 'write':
        return this.#write(act.changes);
      case 'start':
        return await this.#start();
      case 'end':
        return await this.#end(act.ending, act.lines);
      default:
        return assertNever(act);
    }
  }

  #say(lines: readonly string[]): void {
    const { log } = this.#context;
    for (const line of lines) this.#ports.output.stdout(log.redact(line));
  }

  /** From now on these show nowhere, should a server repeat them. */
  #hide(...tokens: readonly Secret[]): void {
    const { httpsProxy } = this.#ground.settings;
    this.#context.log.configure(
      false,
      ...tokens,
      ...(httpsProxy !== null && hasCredentials(httpsProxy.reveal()) ? [httpsProxy] : []),
    );
  }

  #ask(prompt: string, hidden: boolean): Promise<string> {
    return new Promise((resolve) => {
      this.#ports.terminal.ask(prompt, hidden, (line) => {
        if (line === null) this.#cancel();
        else resolve(line.trim());
      });
    });
  }

  /** By a signal, or because nobody answers any more. */
  #cancel(): void {
    const { terminal, output } = this.#ports;
    terminal.leave();
    output.stderr(this.#written ? 'The settings are written; the service was not started.' : NOTHING_WRITTEN);
    this.#context.exit(EXIT.temporary);
  }

  /** Never returns: the process ends. */
  #end(ending: Ending, lines: readonly string[]): Promise<never> {
    const { log, exit } = this.#context;
    if (ending === 'done' || !this.#facts.unattended) this.#say(lines);
    else for (const line of lines) this.#ports.output.stderr(`ipv6ddns: ${log.redact(line)}`);
    exit(STATUS[ending]);
    return new Promise(() => {});
  }

  #readToken(path: string): Result<Secret, string> {
    const read = this.#ports.files.read(path, { pipe: true });
    return read.ok ? parseToken(read.value) : failed(`${quote(path)} cannot be read: ${read.error.detail}`);
  }

  #held(): Held {
    const { kept, tabled, beforeToken, beforeName } = this.#ground;
    const read = this.#ports.files.read(TOKEN_FILE);
    const isThere = read.ok ? read.value.trim() !== '' : read.error.kind !== 'missing';
    const names = kept.map(({ name }) => name);
    return { token: isThere ? this.#readToken(TOKEN_FILE) : null, names, tabled, beforeToken, beforeName };
  }

  #describeAddress(): string[] {
    const { records, prefer, exclude } = this.#ground.settings;
    const rules = { interfaces: records[0]?.interfaces ?? null, prefer, exclude };
    const { reportAddresses, formatReport } = this.#context.shared;
    const report = reportAddresses(this.#table, rules, [], this.#ports.clock.nowMs() / 1000);
    const lines = formatReport(report).map(({ text }) => text);
    // The last line is the choice and its reason; without one the refusals are of use.
    return report.winner === null ? lines : lines.slice(-1);
  }

  #write({ token, config }: Changes): string | null {
    const { files, settingsFiles } = this.#ports;
    const now = files.read(DEFAULT_CONFIG_FILE);
    const text = this.#ground.config;
    if (config !== null && (now.ok ? now.value : null) !== text) {
      return `${DEFAULT_CONFIG_FILE} was changed by somebody else meanwhile; run setup again`;
    }
    const values =
      config === null ? {} : { record_name: config.name, ...(config.zoneId && { zone_id: config.zoneId }) };
    const failure = settingsFiles.replaceAll([
      ...(token === null ? [] : [{ path: TOKEN_FILE, text: `${token.reveal()}\n`, mode: 0o600, keepsAccess: false }]),
      ...(config === null
        ? []
        : [
            {
              path: DEFAULT_CONFIG_FILE,
              text: withSettings(text ?? NEW_CONFIG, values),
              mode: 0o644,
              keepsAccess: true,
            },
          ]),
    ]);
    this.#written = failure === null;
    return failure;
  }

  async #start(): Promise<string | null> {
    for (const command of this.#facts.service?.commands ?? []) {
      const { failure, output } = await new Promise<CommandEnd>((done) =>
        this.#context.runner(command).run({}, START_LIMIT_MS, done),
      );
      if (failure !== null) return `${command.join(' ')}: ${output === '' ? failure : `${output} (${failure})`}`;
    }
    return null;
  }
}

const NEW_CONFIG = '# Settings of ipv6ddns; see ipv6ddns.toml(5).\n';
