import arg from 'arg';
import { failed, ok, type Result } from '../result.ts';
import { cut } from '../text.ts';
import { nearest, quote } from './problem.ts';

interface Option {
  readonly short?: string;
  /** Name of its value in the help; none = a flag. */
  readonly value?: string;
  /** None = the help has no line for it: it stands in that of another option, or below its command. */
  readonly does?: string;
  /** Goes with those commands alone that list it. */
  readonly limited?: true;
}

const OPTIONS: Readonly<Record<string, Option>> = {
  '--config': { short: '-c', value: 'FILE', does: 'settings (default /etc/ipv6ddns/config.toml)' },
  '--env-file': { value: 'FILE', does: 'variables (default /etc/default/ipv6ddns)' },
  '--verbose': { short: '-v', does: 'log what it sees and decides as well' },
  '--log-format': { value: 'FORMAT', does: 'text (default) or json' },
  '--dry-run': { does: 'print writes instead of sending them', limited: true },
  '--json': { does: 'print one JSON document', limited: true },
  '--help': { short: '-h', does: 'print this help; with -V, --version the version' },
  '--version': { short: '-V' },
  '--token-file': { value: 'FILE', limited: true },
  '--name': { value: 'NAME', limited: true },
  '--yes': { limited: true },
  '--force': { limited: true },
};

const COMMANDS = {
  run: { does: 'keep the records right, in the foreground (default)', takes: ['--dry-run'] },
  once: { does: 'bring every record in line once', takes: ['--dry-run'] },
  check: { does: 'try everything that is needed, write nothing', takes: ['--json'] },
  addresses: { does: 'show every address and why it is published or not', takes: ['--json'] },
  status: { does: 'state of the running daemon, a line a record', takes: ['--json'] },
  setup: {
    does: 'ask for token and name, try them, start the service',
    takes: ['--token-file', '--name', '--yes', '--force'],
  },
} as const satisfies Record<string, { does: string; takes: readonly string[] }>;

export type Command = keyof typeof COMMANDS;

export interface CommandLine {
  readonly command: Command;
  /** Named by the user, so it must exist; null = the default one, if it exists. */
  readonly configFile: string | null;
  readonly environmentFile: string | null;
  readonly verbose: boolean;
  readonly logFormat: 'text' | 'json';
  readonly json: boolean;
  readonly dryRun: boolean;
  /** Of `setup`; null = not given. */
  readonly tokenFile: string | null;
  readonly name: string | null;
  /** Of `setup`: nobody is to be asked; what is there may be replaced. */
  readonly yes: boolean;
  readonly force: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** In UTF-16 units: what is not known is repeated, and may be anything. */
const LONGEST_ERROR = 200;

const USAGE = `Usage: ipv6ddns [${Object.keys(COMMANDS).join('|')}] [OPTION]...`;

/** @param argv what follows the program's name
 *  @returns what was asked for, or the usage error for stderr (exit status 64) */
export function parseCommandLine(argv: readonly string[]): Result<CommandLine, string> {
  try {
    return ok(interpret(argv));
  } catch (error) {
    if (!(error instanceof arg.ArgError)) throw error;
    const [, option] = /^unknown or unexpected option: (.*)$/s.exec(error.message) ?? [];
    const guess = option === undefined ? null : nearest(option, Object.keys(OPTIONS));
    const hint = guess === null ? '' : `; did you mean ${guess}?`;
    const what = cut(error.message.replace(/\s+/g, ' '), LONGEST_ERROR);
    return failed(`ipv6ddns: ${what}${hint}\n${USAGE}\n"ipv6ddns --help" lists commands and options.\n`);
  }
}

function interpret(argv: readonly string[]): CommandLine {
  refuseFlagValues(argv);
  const { _: operands, ...given } = arg(specification(), { argv: [...argv] });
  const [command = 'run', operand] = operands;
  if (!isCommand(command)) {
    const guess = nearest(command, Object.keys(COMMANDS));
    throw usageError(`unknown command ${quote(command)}${guess === null ? '' : `; did you mean "${guess}"?`}`);
  }
  if (command === 'setup' && '--config' in given) {
    throw usageError('--config does not go with setup, which writes /etc/ipv6ddns/config.toml');
  }
  if (operand !== undefined) throw usageError(`unexpected operand ${quote(operand)}`);
  const takes: readonly string[] = COMMANDS[command].takes;
  for (const name of Object.keys(given)) {
    if (OPTIONS[name]?.limited && !takes.includes(name)) throw usageError(`${name} does not go with ${command}`);
  }
  const text = (name: string) => (typeof given[name] === 'string' ? given[name] : null);
  const logFormat = text('--log-format') ?? 'text';
  if (logFormat !== 'text' && logFormat !== 'json') {
    throw usageError(`--log-format: found ${quote(logFormat)}; allowed are text and json`);
  }
  return {
    command,
    configFile: text('--config'),
    environmentFile: text('--env-file'),
    verbose: '--verbose' in given,
    logFormat,
    json: '--json' in given,
    dryRun: '--dry-run' in given,
    tokenFile: text('--token-file'),
    name: text('--name'),
    yes: '--yes' in given,
    force: '--force' in given,
    help: '--help' in given,
    version: '--version' in given,
  };
}

const usageError = (message: string) => new arg.ArgError(message, 'USAGE');

const isCommand = (word: string): word is Command => Object.hasOwn(COMMANDS, word);

/** The library drops the value of `--flag=value`. */
function refuseFlagValues(argv: readonly string[]): void {
  for (const word of argv) {
    if (word === '--') return;
    const [name = ''] = word.split('=', 1);
    if (name === word || !Object.hasOwn(OPTIONS, name) || OPTIONS[name]?.value) continue;
    throw usageError(`option takes no value: ${name}`);
  }
}

function specification(): arg.Spec {
  const value: arg.Handler<string> = (text, name, previous) => {
    if (previous !== undefined) throw usageError(`option given more than once: ${name}`);
    if (text === '') throw usageError(`option requires argument: ${name}`);
    return text;
  };
  const spec: arg.Spec = {};
  for (const [name, option] of Object.entries(OPTIONS)) {
    spec[name] = option.value ? value : Boolean;
    if (option.short) spec[option.short] = name;
  }
  return spec;
}

/** At most 24 lines of 80 columns. */
export function helpText(): string {
  const rows = (entries: readonly (readonly [string, string])[]) =>
    entries.map(([left, right]) => `  ${left.padEnd(23)}  ${right}\n`).join('');
  const takers = (name: string) =>
    Object.entries(COMMANDS).flatMap(([command, { takes }]: [string, { takes: readonly string[] }]) =>
      takes.includes(name) ? command : [],
    );
  const options = Object.entries(OPTIONS).flatMap(([name, option]) => {
    const { short, does, limited } = option;
    if (does === undefined) return [];
    const left = `${short ? `${short}, ` : '    '}${withValue(name, option)}`;
    return [[left, limited ? `${does} (${takers(name).join(', ')})` : does] as const];
  });
  return `${USAGE}
Keeps AAAA records at Cloudflare equal to this machine's public IPv6 address.

Commands:
${rows(Object.entries(COMMANDS).flatMap(([command, { does, takes }]) => [[command, does], ...ownOptions(takes)]))}
Options:
${rows(options)}
Examples:
${rows([
  ['ipv6ddns once --dry-run', 'what would be written now'],
  ['ipv6ddns -c ddns.toml', 'the daemon, with settings of your own'],
])}`;
}

const withValue = (name: string, { value }: Option): string => (value ? `${name} ${value}` : name);

/** The line below a command for options that only it takes. */
function ownOptions(takes: readonly string[]): (readonly [string, string])[] {
  const own = Object.entries(OPTIONS).filter(([name, { does }]) => does === undefined && takes.includes(name));
  return own.length === 0 ? [] : [['', own.map(([name, option]) => withValue(name, option)).join(' ')]];
}
