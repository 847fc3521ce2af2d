import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { VARIABLES } from '../../src/core/config/schema.ts';
import { PROCESS_VARIABLES } from '../../src/core/config/variables.ts';
import { EXIT } from '../../src/shell/exit.ts';
import { EXECUTABLE } from '../e2e/harness/programs.ts';
import { run, succeed } from './run.ts';

const PAGES = ['man/ipv6ddns.8', 'man/ipv6ddns.toml.5'] as const;
const [DAEMON, SETTINGS] = PAGES;

const read = (file: string) => readFileSync(file, 'utf8');

/** Commands and long options, as --help prints them. */
async function interfaceOf(): Promise<{ commands: string[]; options: string[]; shorts: string[] }> {
  const help = await succeed([EXECUTABLE, '--help']);
  const [, commands = ''] = /^Commands:\n((?: .*\n)+)/m.exec(help) ?? [];
  const [described = ''] = /^Commands:\n[\s\S]*?(?=^Examples:)/m.exec(help) ?? [];
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, word = '']) => word);
  return {
    commands: all(commands, /^ {2}(\w+)/gm),
    options: all(described, / --([\w-]+)/g),
    shorts: all(described, / -(\w), /g),
  };
}

describe('man pages', () => {
  test.each(PAGES)('%s: mandoc -T lint → nothing to say but of pages that are not installed', async (page) => {
    const { stdout } = await run(['mandoc', '-T', 'lint', page]);
    const said = stdout.split('\n').filter((line) => line !== '' && !line.includes('referenced manual not found'));
    expect(said).toEqual([]);
  });

  test('ipv6ddns(8): commands and options → those of --help', async () => {
    const { commands, options, shorts } = await interfaceOf();
    expect([commands.length, options.length]).toEqual([expect.any(Number), expect.any(Number)]);
    const tags = [...read(DAEMON).matchAll(/^\.It (.*)$/gm)].map(([, tag = '']) => tag);
    const flags = tags.flatMap((tag) => [...tag.matchAll(/(?:^Fl|, Fl|, Fl) ([\w-]+)/g)].map(([, flag = '']) => flag));
    const described = tags.flatMap((tag) => /^Cm ([a-z]+)$/.exec(tag)?.[1] ?? []);
    expect(described).toEqual(commands);
    expect(new Set(flags)).toEqual(new Set([...shorts, ...options.map((option) => `-${option}`)]));
  });

  test('ipv6ddns(8): exit statuses → all that the program has', () => {
    const [, section = ''] = /^\.Sh EXIT STATUS\n(.*?)^\.Sh /ms.exec(read(DAEMON)) ?? [];
    const described = [...section.matchAll(/^\.It (\d+)$/gm)].map(([, status]) => Number(status));
    expect(described).toEqual([...Object.values(EXIT)].sort((a, b) => a - b));
  });

  test('ipv6ddns.toml(5): keys, tables and variables → all that the program knows', () => {
    const page = read(SETTINGS);
    // The sample config has every key of the schema: test/unit/config/sample-config.test.ts.
    const sample = read('packaging/config.toml');
    const words = (text: string, pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, word = '']) => word));
    expect(words(page, /^\.It Ic (\w+) No = /gm)).toEqual(words(sample, /^#(\w+) = /gm));
    const tables = words(sample, /^#(\[+\w+\]+)$/gm);
    expect(words(page, /^\.Ic (\[+\w+\]+)$/gm)).toEqual(tables);
    expect(tables.size).toBeGreaterThan(0);
    for (const variable of Object.keys(VARIABLES)) {
      expect(page).toMatch(new RegExp(`^\\.(It )?Ev .*\\b${variable}\\b`, 'm'));
    }
    for (const variable of PROCESS_VARIABLES) expect(read(DAEMON)).toContain(`.It Ev ${variable}\n`);
  });

  test('ipv6ddns.toml(5): its examples → accepted by the program', async () => {
    const examples = [...read(SETTINGS).matchAll(/^\.Bd -literal[^\n]*\n(.*?)^\.Ed$/gms)].map(([, text = '']) => text);
    expect(examples).toHaveLength(2);
    for (const example of examples) {
      // No API is there: what is wrong with the settings would be 78, before anything is sent.
      const environment = { CLOUDFLARE_API_TOKEN: 'token', CLOUDFLARE_BASE_URL: 'http://127.0.0.1:9' };
      const command = `exec ${EXECUTABLE} check --env-file /dev/null -c /dev/stdin <<'END'\n${example}END`;
      const { stdout } = await run(['sh', '-c', command], environment);
      expect(stdout).toMatch(/^ok +settings/m);
    }
  });
});

describe('completions', () => {
  const FILES = ['bash', 'zsh', 'fish'].map((shell) => `packaging/completions/ipv6ddns.${shell}`);

  test.each(FILES)('%s: commands and options → all of --help', async (file) => {
    const { commands, options, shorts } = await interfaceOf();
    const words = new Set(read(file).match(/[\w-]+/g));
    for (const command of commands) expect(words).toContain(command);
    for (const option of options) {
      expect([...words].filter((word) => word === option || word === `--${option}`)).not.toEqual([]);
    }
    for (const short of shorts)
      expect([...words].filter((word) => word === short || word === `-${short}`)).not.toEqual([]);
  });

  test.each([
    ['', 'run once check addresses status setup'],
    ['setup --f', '--force'],
    ['setup --token-file packaging/conf', 'packaging/config.toml'],
    ['setup --name check --y', '--yes'],
    ['che', 'check'],
    ['check --j', '--json'],
    ['check --d', ''],
    ['--d', '--dry-run'],
    ['once -c x --d', '--dry-run'],
    ['-c check --d', '--dry-run'],
    ['--log-format ', 'text json'],
    ['--log-format = j', 'json'],
    ['--config packaging/conf', 'packaging/config.toml'],
  ])('bash: "ipv6ddns %s" → %s', async (typed, offered) => {
    const script = `
      . packaging/completions/ipv6ddns.bash
      compopt() { :; }
      COMP_WORDS=(ipv6ddns "$@") COMP_CWORD=$#
      _ipv6ddns
      echo "\${COMPREPLY[*]}"`;
    expect(await succeed(['bash', '-euc', script, 'bash', ...typed.split(' ')])).toBe(`${offered}\n`);
  });

  test('bash: the function → is the one that ipv6ddns completes with', async () => {
    const script = '. packaging/completions/ipv6ddns.bash; complete -p ipv6ddns';
    expect(await succeed(['bash', '-euc', script])).toBe('complete -F _ipv6ddns ipv6ddns\n');
  });

  test.each([
    ['', ['addresses', 'check', 'once', 'run', 'setup', 'status']],
    ['check --j', ['--json']],
    ['check --d', []],
    ['setup --y', ['--yes']],
    ['--d', ['--dry-run']],
    ['--log-format ', ['json', 'text']],
    ['-c packaging/conf', ['packaging/config.toml']],
  ])('fish: "ipv6ddns %s" → %s', async (typed, offered) => {
    const script = 'source packaging/completions/ipv6ddns.fish; complete -C "ipv6ddns $typed"';
    const stdout = await succeed(['fish', '--no-config', '-c', script], { typed });
    expect(
      stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\t')[0]),
    ).toEqual(offered);
  });

  test.each([
    ['', 'dry-run'],
    ['once', 'dry-run'],
    ['check', 'json'],
    ['addresses', 'json'],
    ['status', 'json'],
    ['setup', 'yes'],
  ])('zsh: after "ipv6ddns %s" → --%s is offered, and every command', async (command, offered) => {
    // Stand-ins for zsh's own functions say what they are given.
    const script = `
      _arguments() { print -rl -- "$@"; state=command; return 1; }
      _describe() { print -rl -- "\${(P@)4}"; }
      _ipv6ddns() { local -a words=(ipv6ddns "$1"); source packaging/completions/ipv6ddns.zsh; }
      _ipv6ddns "$1"`;
    const said = await succeed(['zsh', '-fc', script, 'zsh', command]);
    const limited = [...said.matchAll(/^--(dry-run|json|yes)\[/gm)].map(([, option]) => option);
    expect(limited).toEqual([offered]);
    const { commands } = await interfaceOf();
    expect([...said.matchAll(/^(\w+):/gm)].map(([, name]) => name)).toEqual(expect.arrayContaining(commands));
  });
});
