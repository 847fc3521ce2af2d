import { describe, expect, test } from 'vitest';
import type { Request } from '../../../src/core/config/load.ts';
import { BASE, CONFIG, ENV_FILE, type Files, problems, withBase } from './loading.ts';

describe('loadSettings: problems', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'a number',
      { IPV6DDNS_TIMEOUT: '30s' },
      'IPV6DDNS_TIMEOUT: found "30s"; allowed are 1–300 seconds; write IPV6DDNS_TIMEOUT=30',
    ],
    [
      'a number out of range',
      { IPV6DDNS_POLL_INTERVAL: '5' },
      'IPV6DDNS_POLL_INTERVAL: found 5; allowed are 10–3600 seconds',
    ],
    ...['not on', 'on now', 'is off', 'off now'].map((text): [string, Record<string, string>, string] => [
      `the flag "${text}"`,
      { IPV6DDNS_VERBOSE: text },
      `IPV6DDNS_VERBOSE: found "${text}"; allowed are true and false`,
    ]),
    [
      'letters before a number',
      { IPV6DDNS_TIMEOUT: 'x30' },
      'IPV6DDNS_TIMEOUT: found "x30"; allowed are 1–300 seconds',
    ],
    ['a flag', { IPV6DDNS_VERBOSE: 'maybe' }, 'IPV6DDNS_VERBOSE: found "maybe"; allowed are true and false'],
    [
      'a list of nothing',
      { CLOUDFLARE_RECORD_NAME: ' , ' },
      'CLOUDFLARE_RECORD_NAME: found an empty list; allowed are a record name and a list of them',
    ],
    [
      'a name twice',
      { CLOUDFLARE_RECORD_NAME: 'a.example.com,A.example.com' },
      'CLOUDFLARE_RECORD_NAME: "a.example.com" is named more than once',
    ],
    [
      'a URL',
      { CLOUDFLARE_BASE_URL: 'http://example.com' },
      'CLOUDFLARE_BASE_URL: found http to "example.com"; allowed is https, and http to a loopback address only',
    ],
  ])('loadSettings: %s in the environment → problem with the name of the variable', (_, environment, expected) => {
    expect(problems(BASE, environment)).toEqual([expected]);
  });

  test('loadSettings: a bad value in the environment file → problem with its file and line', () => {
    expect(problems(BASE, {}, { [ENV_FILE]: '\nIPV6DDNS_TIMEOUT=0' })).toEqual([
      `${ENV_FILE}:2: IPV6DDNS_TIMEOUT: found 0; allowed are 1–300 seconds`,
    ]);
  });

  test('loadSettings: a bad key that the environment overrides → a problem all the same', () => {
    expect(problems(withBase('timeout = 0'), { IPV6DDNS_TIMEOUT: '5' })).toHaveLength(1);
  });

  test('loadSettings: problems in every source → all in one go, in the order of the lines', () => {
    const config = 'api_token = "a b"\nttl = 2\nfoo = 1\n[[record]]\nname = "x"\ntimeout = 3\n[[record]]';
    expect(problems(config, { IPV6DDNS_TIMEOUT: '0' }, { [ENV_FILE]: 'IPV6DDNS_VERBOSE=x' })).toEqual([
      'IPV6DDNS_TIMEOUT: found 0; allowed are 1–300 seconds',
      `${ENV_FILE}:1: IPV6DDNS_VERBOSE: found "x"; allowed are true and false`,
      `${CONFIG}:1: api_token: found text; allowed are visible ASCII characters without blanks`,
      `${CONFIG}:2: ttl: found 2; allowed are 1 (automatic) and 30–86400 seconds`,
      `${CONFIG}:3: unknown key "foo"`,
      `${CONFIG}:5: record.name: "x" is not a record name: give the full name, such as home.example.com`,
      `${CONFIG}:6: unknown key "timeout"; it is a key of the top level, above all tables`,
      `${CONFIG}:7: record.name: missing; every [[record]] table needs one`,
    ]);
  });

  test('loadSettings: problems in several files → the environment’s, then file by file, whichever was read first', () => {
    const files = { '/a.toml': 'timeout = 0\nttl = 2', '/z.env': 'IPV6DDNS_TIMEOUT=0', '/b.env': 'IPV6DDNS_TIMEOUT=0' };
    const of = (environmentFile: string) =>
      problems('', { IPV6DDNS_VERBOSE: 'x' }, files, { configFile: '/a.toml', environmentFile }).map((problem) =>
        problem.replace(/: (found|allowed).*$/, ''),
      );
    const unset = problems('').map((problem) => problem.replace('/etc/ipv6ddns/config.toml', '/a.toml'));
    for (const file of ['/z.env', '/b.env']) {
      expect(of(file)).toEqual([
        'IPV6DDNS_VERBOSE',
        ...unset,
        '/a.toml:1: timeout',
        '/a.toml:2: ttl',
        `${file}:1: IPV6DDNS_TIMEOUT`,
      ]);
    }
  });

  test.each<[string, Files, Partial<Request>, string]>([
    [
      'a config file that is named and missing',
      {},
      { configFile: '/c' },
      '/c: cannot be read: No such file or directory',
    ],
    [
      'a default config file that may not be read',
      { [CONFIG]: null },
      {},
      `${CONFIG}: cannot be read: Permission denied; run it with sudo, or let its user read the file`,
    ],
    [
      'an environment file that is named and missing',
      {},
      { environmentFile: '/e' },
      '/e: cannot be read: No such file or directory',
    ],
    [
      'an environment file with a bad line',
      { [ENV_FILE]: 'a b' },
      {},
      `${ENV_FILE}:1: not an assignment; allowed are NAME=value and export NAME="value", with quotes around blanks`,
    ],
    [
      'a config file that is not TOML',
      { [CONFIG]: 'a' },
      {},
      `${CONFIG}:1:1: not TOML: incomplete key-value: cannot find end of key; "=" is missing between key and value`,
    ],
  ])('loadSettings: %s → that problem, and nothing about what may stand there', (_, files, request, expected) => {
    expect(problems('', {}, files, request)).toEqual([expected]);
  });
});
