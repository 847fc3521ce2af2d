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
  test.each<[string, string[], string]>([
    ['an unknown long option', ['--frobnicate'], '--frobnicate'],
    ['an unknown short option', ['-x'], '-x'],
    ['an unknown command', ['onec'], 'unknown command "onec"; did you mean "once"?'],
    ['a command of Object.prototype', ['constructor'], 'unknown command "constructor"'],
    ['an operand', ['once', 'home.example.com'], 'unexpected operand "home.example.com"'],
    ['a lone dash', ['once', '-'], 'unexpected operand "-"'],
    ['an operand after --', ['once', '--', '-v'], 'unexpected operand "-v"'],
    ['an option that the command does not take', ['once', '--json'], '--json does not go with once'],
    ['a missing value', ['--config'], 'option requires argument: --config'],
    ['an option in place of a value', ['--config', '--verbose'], 'option requires argument: --config'],
    ['an empty value', ['--config='], 'option requires argument: --config'],
    ['an empty separate value', ['-c', ''], 'option requires argument: --config'],
    ['a value for a flag', ['--verbose=no'], 'option takes no value: --verbose'],
    ['two config files', ['-c', 'a', '--config=b'], 'option given more than once: --config'],
    ['two formats', ['--log-format=text', '--log-format=text'], 'option given more than once: --log-format'],
    ['an unknown log format', ['--log-format', 'xml'], '--log-format: found "xml"; allowed are text and json'],
  ])('parseCommandLine: %s → usage error that names it', (_, argv, expected) => {
    const [first, usage] = refusal(...argv).split('\n');
    expect(first).toMatch(/^ipv6ddns: /);
    expect(first).toContain(expected);
    expect(usage).toBe('Usage: ipv6ddns [run|once|check|addresses|status|setup] [OPTION]...');
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

  test('helpText: commands and options → those that are accepted, and no others', () => {
    const help = helpText();
    for (const shown of [
      'run',
      'once',
      '-c, --config FILE',
      '--env-file FILE',
      '-v, --verbose',
      '--log-format FORMAT',
      '--dry-run',
      '-h, --help',
      '-V, --version',
    ]) {
      expect(help).toContain(shown);
    }
    expect(help).toMatch(/--json +print one JSON document \(check, addresses, status\)/);
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
