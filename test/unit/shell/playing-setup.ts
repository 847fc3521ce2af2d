import { formatReport, reportAddresses } from '../../../src/core/address/report.ts';
import type { CommandLine } from '../../../src/core/config/command-line.ts';
import type { Ground } from '../../../src/core/config/load-setup.ts';
import type { ApiSettings, CommandEnd, HttpOutcome, SettingsFile, Terminal } from '../../../src/core/ports.ts';
import { inspect } from '../../../src/shell/check.ts';
import { formatChecks } from '../../../src/shell/check-report.ts';
import type { ExitStatus } from '../../../src/shell/exit.ts';
import { type SetupContext, setup } from '../../../src/shell/setup.ts';
import { lookAtTable } from '../../../src/shell/table-feed.ts';
import type { FakeCloudflare } from '../../fakes/cloudflare.ts';
import { FakeHost, settingsFor } from '../../fakes/host.ts';
import { A, HOME, recordSettings } from '../../fakes/samples.ts';

export const TOKEN_FILE = '/etc/ipv6ddns/token';
export const CONFIG = '/etc/ipv6ddns/config.toml';
/** One that no settings of these tests have. */
export const GOOD = 'Gbcdefghij0123456789_-klmnopqrstuvwxyz12';
export const NEW_CONFIG = '# Settings of ipv6ddns; see ipv6ddns.toml(5).\n';
const SYSTEMD = ['/run/systemd/system', '/usr/bin/systemctl'];
const BY_HAND: Pick<CommandLine, 'tokenFile' | 'name' | 'yes' | 'force'> = {
  tokenFile: null,
  name: null,
  yes: false,
  force: false,
};
export const UNATTENDED = { ...BY_HAND, tokenFile: '/t', name: HOME, yes: true };

/** Somebody who answers in turn, and leaves when no answer is left. */
export class FakeTerminal implements Terminal {
  isThere = true;
  readonly asked: string[] = [];
  readonly hidden: string[] = [];
  left = 0;
  readonly #answers: (string | null)[];

  constructor(answers: readonly (string | null)[]) {
    this.#answers = [...answers];
  }

  ask(prompt: string, hidden: boolean, done: (line: string | null) => void): void {
    (hidden ? this.hidden : this.asked).push(prompt);
    const answer = this.#answers.shift();
    if (answer !== undefined) done(answer);
  }

  leave(): void {
    this.left += 1;
  }
}

export const groundOf = (own: Partial<Ground> = {}): Ground => ({
  settings: settingsFor([recordSettings('asked-for.invalid', { zoneId: null })]),
  kept: [],
  tabled: [],
  config: null,
  zoneId: null,
  beforeToken: [],
  beforeName: [],
  ...own,
});

/** A machine with an address, and a file with a good token. */
export function stationFor(cloudflare: FakeCloudflare): FakeHost {
  const host = new FakeHost(cloudflare);
  host.files.setAddresses(A);
  host.files.texts.set('/t', `${GOOD}\n`);
  return host;
}

export interface World extends Partial<Omit<SetupContext, 'commandLine'>> {
  readonly commandLine?: Partial<SetupContext['commandLine']>;
  readonly answers?: readonly (string | null)[];
  /** What is there besides the system's own files. */
  readonly paths?: readonly string[];
  /** How requests end in turn, null and all others by the provider. */
  readonly endings?: readonly (HttpOutcome | null)[];
  readonly commandEnds?: readonly CommandEnd[];
  /** Why the files cannot be written. */
  readonly writeFailure?: string;
  /** Whether there is a terminal. */
  readonly isThere?: boolean;
}

/** Runs setup until it ends, or until nobody does anything any more. */
export async function playSetup(host: FakeHost, { answers = [], paths = SYSTEMD, endings = [], ...own }: World = {}) {
  const terminal = new FakeTerminal(answers);
  terminal.isThere = own.isThere ?? true;
  const exits: ExitStatus[] = [];
  const written: SettingsFile[] = [];
  const connected: ApiSettings[] = [];
  const settingsFiles = {
    replaceAll: (files: readonly SettingsFile[]) => {
      if (own.writeFailure !== undefined) return own.writeFailure;
      written.push(...files);
      return null;
    },
  };
  const { api: _, ...ports } = { ...host };
  setup({
    ports: { ...ports, terminal, settingsFiles },
    shared: { lookAtTable, reportAddresses, formatReport, inspect, formatChecks },
    log: host.log,
    ground: groundOf(),
    problems: [],
    isRoot: true,
    exists: (path) => paths.includes(path),
    connect: (settings) => {
      connected.push(settings);
      return host.api;
    },
    runner: (command) => {
      host.commands.command = command;
      return host.commands;
    },
    exit: (status) => exits.push(status),
    ...own,
    commandLine: { ...BY_HAND, ...own.commandLine },
  });
  const outcomes = [...endings];
  const commandEnds = [...(own.commandEnds ?? [])];
  let commands = 0;
  for (let idle = 0; idle < 50 && exits.length === 0; idle++) {
    if (host.api.probing.length > 0) host.api.endProbe('reached');
    else if (host.api.inFlight.length > 0) {
      host.api.end(outcomes.shift() ?? undefined);
      idle = 0;
    } else if (host.commands.ran.length > commands) {
      commands += 1;
      host.commands.end(commandEnds.shift());
    }
    await Promise.resolve();
  }
  const { out } = host.output;
  const err = host.output.err.filter((line) => !line.startsWith('<4>cannot listen to the kernel'));
  const { asked, hidden, left } = terminal;
  const ran = host.commands.ran.map(({ command }) => command.join(' '));
  return { out, err, asked, hidden, left, exits, written, connected, ran };
}
