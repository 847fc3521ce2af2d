import { describe, expect, test } from 'vitest';
import { type CommandLine, helpText, parseCommandLine } from '../../../src/core/config/command-line.ts';

const DEFAULTS: CommandLine = {
  command: 'run',
  configFile: null,
  environmentFile: null,
  verbose: false,
  logFormat: 'text',
  json: false,
  dryRun: false,
  tokenFile: null,
  name: null,
  yes: false,
  force: false,
  help: false,
  version: false,
};

function parsed(...argv: string[]): CommandLine {
  const result = parseCommandLine(argv);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function refusal(...argv: string[]): string {
  const result = parseCommandLine(argv);
  if (result.ok) throw new Error(`accepted: ${JSON.stringify(result.value)}`);
  return result.error;
}

describe('parseCommandLine: accepted', () => {
  test.each<[string, string[], Partial<CommandLine>]>([
    ['nothing', [], {}],
    ['run', ['run'], {}],
    ['what run and once take', ['run', '--dry-run'], { dryRun: true }],
    ['what check takes', ['check', '--json'], { command: 'check', json: true }],
    ['what addresses takes', ['addresses', '--json'], { command: 'addresses', json: true }],
    ['what status takes', ['status', '--json'], { command: 'status', json: true }],
    ['text, which is the default', ['--log-format', 'text'], {}],
    ['a value with an equals sign', ['--env-file', 'a=b'], { environmentFile: 'a=b' }],
    ['once', ['once'], { command: 'once' }],
    ['short options', ['-c', 'a.toml', '-v'], { configFile: 'a.toml', verbose: true }],
    ['long option, separate value', ['--config', 'a.toml'], { configFile: 'a.toml' }],
    ['long option, joined value', ['--config=a=b.toml'], { configFile: 'a=b.toml' }],
    [
      'options before and after the command',
      ['-v', 'once', '--dry-run'],
      { command: 'once', verbose: true, dryRun: true },
    ],
    ['environment file', ['--env-file', '/x'], { environmentFile: '/x' }],
    ['log format', ['--log-format=json'], { logFormat: 'json' }],
    ['joined short flags', ['-vh'], { verbose: true, help: true }],
    ['a flag twice', ['-v', '--verbose'], { verbose: true }],
    ['help', ['--help'], { help: true }],
    ['version', ['-V'], { version: true }],
    [
      'setup and its options',
      ['setup', '--token-file', '/t', '--name=a.b', '--yes', '--force'],
      { command: 'setup', tokenFile: '/t', name: 'a.b', yes: true, force: true },
    ],
    ['end of options', ['--', 'once'], { command: 'once' }],
  ])('parseCommandLine: %s → understood', (_, argv, expected) => {
    expect(parsed(...argv)).toEqual({ ...DEFAULTS, ...expected });
  });

  test('parseCommandLine: the words given → left as they are', () => {
    const argv = Object.freeze(['once', '-c', 'a']);
    expect(parseCommandLine(argv).ok).toBe(true);
    expect(argv).toEqual(['once', '-c', 'a']);
  });
});

describe('parseCommandLine: usage errors', () => {
  const USAGE = `Usage: ipv6ddns [run|once|check|addresses|status|setup] [OPTION]...
"ipv6ddns --help" lists commands and options.
`;

  test.each<[string, string[], string]>([
    ['an unknown long option', ['--frobnicate'], 'unknown or unexpected option: --frobnicate'],
    ['a misspelt option', ['--verbos'], 'unknown or unexpected option: --verbos; did you mean --verbose?'],
    ['an unknown short option', ['-x'], 'unknown or unexpected option: -x'],
    ['an unknown command', ['onec'], 'unknown command "onec"; did you mean "once"?'],
    ['a command like no other', ['frobnicate'], 'unknown command "frobnicate"'],
    ['a command of Object.prototype', ['constructor'], 'unknown command "constructor"'],
    ['an operand', ['once', 'home.example.com'], 'unexpected operand "home.example.com"'],
    ['a lone dash', ['once', '-'], 'unexpected operand "-"'],
    ['an operand after --', ['once', '--', '-v'], 'unexpected operand "-v"'],
    ['a flag with a value after --', ['once', '--', '--verbose=no'], 'unexpected operand "--verbose=no"'],
    ['an option that the command does not take', ['once', '--json'], '--json does not go with once'],
    ['an option of run and once', ['status', '--dry-run'], '--dry-run does not go with status'],
    ['an option of setup', ['--force'], '--force does not go with run'],
    ['another one', ['once', '--yes'], '--yes does not go with once'],
    ['a name', ['check', '--name', 'x'], '--name does not go with check'],
    ['a file for the token', ['status', '--token-file=x'], '--token-file does not go with status'],
    ['JSON from setup', ['setup', '--json'], '--json does not go with setup'],
    [
      'a config file for setup',
      ['setup', '-c', 'a'],
      '--config does not go with setup, which writes /etc/ipv6ddns/config.toml',
    ],
    ['a missing value', ['--config'], 'option requires argument: --config'],
    ['an option in place of a value', ['--config', '--verbose'], 'option requires argument: --config'],
    ['an empty value', ['--config='], 'option requires argument: --config'],
    ['an empty separate value', ['-c', ''], 'option requires argument: --config'],
    ['a value for a flag', ['--verbose=no'], 'option takes no value: --verbose'],
    ['two config files', ['-c', 'a', '--config=b'], 'option given more than once: --config'],
    ['two formats', ['--log-format=text', '--log-format=text'], 'option given more than once: --log-format'],
    ['an unknown log format', ['--log-format', 'xml'], '--log-format: found "xml"; allowed are text and json'],
  ])('parseCommandLine: %s → usage error that names it', (_, argv, expected) => {
    expect(refusal(...argv)).toBe(`ipv6ddns: ${expected}\n${USAGE}`);
  });

  test('parseCommandLine: an unknown option that is long and has lines → one line, cut', () => {
    const [line = '', usage] = refusal(`--x\nUsage: ${'y'.repeat(100_000)}`).split('\n');
    expect(line).toBe('ipv6ddns: unknown or unexpected option: --x Usage: …');
    expect(usage).toMatch(/^Usage: ipv6ddns /);
  });

  test('parseCommandLine: an unknown option with a value → the value is not repeated', () => {
    expect(refusal('--api-token=cfut_secret')).not.toContain('secret');
  });
});

describe('helpText', () => {
  test('helpText: the whole text → fits a screen of 24 lines and 80 columns', () => {
    const lines = helpText().trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect([line, line.length <= 80]).toEqual([line, true]);
  });

  test('helpText: asked for → what it does, commands with the options of their own, options with who takes them, examples', () => {
    expect(helpText()).toBe(`Usage: ipv6ddns [run|once|check|addresses|status|setup] [OPTION]...
Keeps AAAA records at Cloudflare equal to this machine's public IPv6 address.

Commands:
  run                      keep the records right, in the foreground (default)
  once                     bring every record in line once
  check                    try everything that is needed, write nothing
  addresses                show every address and why it is published or not
  status                   state of the running daemon, a line a record
  setup                    ask for token and name, try them, start the service
                           --token-file FILE --name NAME --yes --force

Options:
  -c, --config FILE        settings (default /etc/ipv6ddns/config.toml)
      --env-file FILE      variables (default /etc/default/ipv6ddns)
  -v, --verbose            log what it sees and decides as well
      --log-format FORMAT  text (default) or json
      --dry-run            print writes instead of sending them (run, once)
      --json               print one JSON document (check, addresses, status)
  -h, --help               print this help; with -V, --version the version

Examples:
  ipv6ddns once --dry-run  what would be written now
  ipv6ddns -c ddns.toml    the daemon, with settings of your own
`);
  });

  test('helpText: its examples → are accepted', () => {
    const [, examples = ''] = helpText().split('Examples:\n');
    const calls = examples
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/)[0]?.split(' ') ?? []);
    expect(calls).toHaveLength(2);
    for (const [program, ...argv] of calls) {
      expect(program).toBe('ipv6ddns');
      expect(parseCommandLine(argv).ok).toBe(true);
    }
  });
});
