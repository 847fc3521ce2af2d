import { describe, expect, test } from 'vitest';
import { answerTo, type Machine } from '../../../src/core/config/answer.ts';
import { type Files, reader, TOKEN } from './loading.ts';

const CONFIG = '/srv/ddns/config.toml';
const SETTINGS = `api_token_file = "/srv/secret/token"\nrecord_name = "home.example.com"\n`;
const FILES: Files = { [CONFIG]: SETTINGS, '/srv/secret/token': TOKEN };

const machine = (files: Files): Machine => ({
  readFile: reader(files),
  changedMs: () => null,
  hasCertificate: () => true,
  processAgeMs: () => null,
  ageMs: () => 0,
  realPath: (path) => path,
  readLink: () => null,
  list: () => [],
  landlockAbi: () => 7,
  isKept: () => false,
});

const answer = (files: Files, changes: Partial<Parameters<typeof answerTo>[0]> = {}) =>
  answerTo(
    { argv: ['-c', CONFIG], environment: {}, version: '1', libraries: 'curl 8\nmusl 1', inForce: null, ...changes },
    machine(files),
  );

test.each([
  [['--version'], ['ipv6ddns 1']],
  [
    ['--version', '--verbose'],
    ['ipv6ddns 1', 'curl 8', 'musl 1'],
  ],
])('answer: %j → that version, and those of the libraries where more is asked for', (argv, lines) => {
  expect(answer({}, { argv })).toEqual({ kind: 'print', lines });
});

const READ = 0b1100;

describe('answer: status', () => {
  const STATUS = JSON.stringify({ version: '1', pid: 7, mode: 'netlink', since: '2026-01-02T03:04:05Z', records: [] });
  const running = (files: Files): Machine => ({ ...machine(files), processAgeMs: () => Number.POSITIVE_INFINITY });
  const status = (argv: readonly string[], files: Files) =>
    answerTo(
      { argv: ['status', ...argv], environment: {}, version: '1', libraries: 'curl 8\nmusl 1', inForce: null },
      running(files),
    );

  test.each<[string, readonly string[], Files, string]>([
    ['config file that is missing', ['-c', '/none'], {}, '/none: cannot be read: No such file or directory'],
    [
      'config file that may not be read',
      ['-c', '/x'],
      { '/x': null },
      '/x: cannot be read: Permission denied; run it with sudo, or let its user read the file',
    ],
    ['environment file', ['--env-file', '/none'], {}, '/none: cannot be read: No such file or directory'],
  ])('answer: status with a named %s → refused, though a daemon runs', (_, argv, files, problem) => {
    const answered = status(argv, { ...files, '/run/ipv6ddns/status.json': STATUS });
    expect(answered).toMatchObject({ kind: 'refused', problems: [problem] });
  });

  test.each([
    ['unknown keys and no token', 'nonsense = 1\nstatus_file = "/s.json"', '/s.json'],
    ['broken TOML', 'a = = 1', '/run/ipv6ddns/status.json'],
  ])('answer: status with a config file of %s → the state all the same', (_, config, place) => {
    expect(status(['-c', '/c'], { '/c': config, [place]: STATUS })).toMatchObject({
      kind: 'status',
      verdict: 'synced',
    });
  });

  test('answer: status, neither default file is there → the state', () => {
    const files = { '/run/ipv6ddns/status.json': STATUS };
    expect(status([], files)).toMatchObject({ kind: 'status', verdict: 'synced' });
  });
});

describe('answer: confinement', () => {
  test('answer: settings in several files → the folder of each is open', () => {
    expect(answer(FILES)).toMatchObject({
      confinement: {
        rules: expect.arrayContaining([
          ['/srv/ddns', READ],
          ['/srv/secret', READ],
        ]),
      },
    });
  });

  test('answer: IPV6DDNS_CONFINE is 0 → none, without a warning', () => {
    const unconfined = { environment: { IPV6DDNS_CONFINE: '0' } };
    expect(answer(FILES, unconfined)).toMatchObject({ confinement: null, warnings: [] });
  });

  test('answer: the token file cannot be read, its folder is closed since the start → says that a restart is needed', () => {
    const files = { ...FILES, '/srv/secret/token': null };
    const inForce = ['/etc', '/run', '/srv/ddns'].map((folder) => [folder, -1] as const);
    expect(answer(files, { inForce })).toMatchObject({
      kind: 'refused',
      problems: [
        expect.stringMatching(/cannot read the token from "\/srv\/secret\/token": Permission denied/),
        expect.stringMatching(/^the folder "\/srv\/secret" is closed .* restart it/),
      ],
    });
  });

  test('answer: a folder of certificates is closed since the start → says that a restart is needed', () => {
    const files = { ...FILES, '/etc/default/ipv6ddns': 'SSL_CERT_DIR=/srv/ca' };
    const inForce = ['/etc', '/run', '/srv/ddns', '/srv/secret'].map((folder) => [folder, -1] as const);
    const problems = answerTo(
      { argv: ['-c', CONFIG], environment: {}, version: '1', libraries: 'curl 8\nmusl 1', inForce },
      { ...machine(files), list: () => null },
    );
    expect(problems).toMatchObject({
      kind: 'refused',
      problems: [
        '/etc/default/ipv6ddns:1: SSL_CERT_DIR: "/srv/ca" is no folder that can be read',
        expect.stringMatching(/^the folder "\/srv\/ca" is closed .* restart it/),
      ],
    });
  });

  test('answer: the process has confined itself → the kernel is not asked what it could be confined with', () => {
    const confined: Machine = {
      ...machine(FILES),
      landlockAbi: () => {
        throw new Error('the system call is closed to a confined process');
      },
    };
    const question = {
      argv: ['-c', CONFIG],
      environment: {},
      version: '1',
      libraries: 'curl 8\nmusl 1',
      inForce: [['/', -1]],
    } as const;
    expect(answerTo(question, confined)).toMatchObject({ kind: 'settings', confinement: null });
  });

  test('answer: all folders are open → no word of it', () => {
    expect(answer(FILES, { inForce: [['/', -1]] })).toMatchObject({ warnings: [] });
  });
});

describe('answer: setup', () => {
  const setup = (files: Files, environment: Record<string, string> = {}) =>
    answer(files, { argv: ['setup'], environment });
  const DEFAULT = '/etc/ipv6ddns/config.toml';
  const VARIABLES = '/etc/default/ipv6ddns';

  test('answer: setup, nothing is there → settings with stand-ins, nothing kept', () => {
    expect(setup({})).toMatchObject({
      kind: 'setup',
      problems: [],
      ground: {
        kept: [],
        tabled: [],
        config: null,
        zoneId: null,
        beforeToken: [],
        beforeName: [],
        settings: { records: [{}] },
      },
    });
  });

  test('answer: setup, names in the config file and in tables → kept; its text comes along', () => {
    const text = 'record_name = "a.example.com"\nttl = 300\n[[record]]\nname = "b.example.com"\n';
    expect(setup({ [DEFAULT]: text })).toMatchObject({
      ground: {
        kept: [{ name: 'a.example.com', ttlSec: 300 }, { name: 'b.example.com' }],
        tabled: ['b.example.com'],
        config: text,
        beforeName: [],
        settings: { records: [{ ttlSec: 300 }, { name: 'b.example.com' }] },
      },
    });
  });

  test('answer: setup, variables in the environment file → kept, and said to come first', () => {
    const text = 'export CLOUDFLARE_RECORD_NAME=a.example.com\nexport CLOUDFLARE_API_TOKEN=secret-one\n';
    const answered = setup({ [VARIABLES]: text });
    expect(answered).toMatchObject({
      ground: {
        kept: [{ name: 'a.example.com' }],
        beforeName: [`${VARIABLES}:1: CLOUDFLARE_RECORD_NAME: counts before that: take it out`],
        beforeToken: [`${VARIABLES}:2: CLOUDFLARE_API_TOKEN: counts before that: take it out`],
      },
    });
    expect(JSON.stringify(answered)).not.toContain('secret-one');
  });

  test.each([
    ['api_token_file = "/etc/ipv6ddns/token"', []],
    ['api_token_file = "/srv/token"', [`${DEFAULT}:1: api_token_file: counts before that: take it out`]],
    [`api_token = "${TOKEN}"`, [`${DEFAULT}:1: api_token: counts before that: take it out`]],
  ])('answer: setup, the config file says %s → %j', (text, beforeToken) => {
    const answered = setup({ [DEFAULT]: `${text}\n` });
    expect(answered).toMatchObject({ ground: { beforeToken } });
  });

  test('answer: setup, variables of this run alone → its zone id and its way to the API count, its token and name do not', () => {
    const environment = {
      CLOUDFLARE_ZONE_ID: '0123456789abcdef0123456789abcdef',
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_RECORD_NAME: 'x.example.com',
      HTTPS_PROXY: 'http://proxy.example:1',
    };
    const answered = setup({}, environment);
    expect(answered).toMatchObject({
      ground: { kept: [], zoneId: environment.CLOUDFLARE_ZONE_ID, settings: { httpsProxy: environment.HTTPS_PROXY } },
    });
    expect(JSON.stringify(answered)).not.toContain(TOKEN);
  });

  test('answer: setup, a file for the token in the environment file, a blank zone id → said, none', () => {
    const files = { [VARIABLES]: 'CLOUDFLARE_API_TOKEN_FILE=/t\n', '/t': TOKEN };
    expect(setup(files, { CLOUDFLARE_ZONE_ID: ' ' })).toMatchObject({
      ground: {
        zoneId: null,
        beforeToken: [`${VARIABLES}:1: CLOUDFLARE_API_TOKEN_FILE: counts before that: take it out`],
      },
    });
  });

  test('answer: setup, the config file is broken → the problems, no ground', () => {
    const answered = setup({ [DEFAULT]: 'timout = 5\n' });
    expect(answered).toMatchObject({
      ground: null,
      problems: [expect.stringMatching(/config\.toml:1: unknown key "timout"/)],
    });
  });
});
