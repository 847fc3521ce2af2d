import { describe, expect, test } from 'vitest';
import { answerTo, type Machine } from '../../../src/core/config/answer.ts';
import { helpText } from '../../../src/core/config/command-line.ts';
import { loadForAddresses, loadStatusPlace, type Request } from '../../../src/core/config/load.ts';
import { describeProblem } from '../../../src/core/config/problem.ts';
import { CONFIG, disk, ENV_FILE, type Files, reader, withBase } from './loading.ts';

const API = 'https://api.cloudflare.com/client/v4';
const STATUS = '/run/ipv6ddns/status.json';
const NONE: Request = {
  configFile: null,
  environmentFile: null,
  verbose: false,
  environment: {},
  isReload: false,
};

const forAddresses = (config: string, environment: Record<string, string> = {}) =>
  loadForAddresses({ ...NONE, environment }, disk({ [CONFIG]: config }));

describe('loadForAddresses', () => {
  const rules = (...args: Parameters<typeof forAddresses>) => forAddresses(...args).rules;
  const api = (environment: Record<string, string>) => forAddresses('', environment).api;

  test('loadForAddresses: nothing is set → any interface, no kind before or out, straight to Cloudflare', () => {
    expect(loadForAddresses(NONE, disk({}))).toEqual({
      rules: { interfaces: null, prefer: [], exclude: [] },
      api: { baseUrl: API, isProxied: false },
    });
  });

  test('loadForAddresses: rules in the file, no token, no name, other faults → the rules', () => {
    const text = 'interface = "eth0"\nprefer = "static"\nexclude = "slaac"\ntimeout = 0\nnonsense = 1';
    const expected = {
      interfaces: ['eth0'],
      prefer: [{ kind: 'origin', origin: 'static' }],
      exclude: [{ kind: 'origin', origin: 'slaac' }],
    };
    expect(rules(text)).toEqual(expected);
  });

  test('loadForAddresses: the file and the environment → the environment', () => {
    const found = rules('interface = "eth0"\nprefer = "static"', {
      IPV6DDNS_INTERFACE: 'eth1,eth2',
      IPV6DDNS_PREFER: 'slaac',
    });
    expect(found).toEqual({
      interfaces: ['eth1', 'eth2'],
      prefer: [{ kind: 'origin', origin: 'slaac' }],
      exclude: [],
    });
  });

  test('loadForAddresses: record tables → the interfaces of the first', () => {
    const tables =
      '[[record]]\nname = "a.example.com"\ninterface = "a0"\n[[record]]\nname = "b.example.com"\ninterface = "b0"';
    expect(rules(tables).interfaces).toEqual(['a0']);
    expect(rules(`interface = "eth0"\n${tables.replace('interface = "a0"\n', '')}`).interfaces).toEqual(['eth0']);
  });

  test.each<[string, Record<string, string>, boolean]>([
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://p:1' }, true],
    ['ALL_PROXY', { ALL_PROXY: 'http://p:1' }, true],
    ['a proxy, and Cloudflare goes without', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'cloudflare.com' }, false],
    ['a proxy, and others go without', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.com' }, true],
    ['NO_PROXY alone', { NO_PROXY: 'example.com' }, false],
  ])('loadForAddresses: %s → through a proxy or not', (_, environment, isProxied) => {
    expect(api(environment)).toEqual({ baseUrl: API, isProxied });
  });

  test('loadForAddresses: another API → that one', () => {
    const environment = { CLOUDFLARE_BASE_URL: 'http://127.0.0.1:1/v4/', HTTPS_PROXY: 'http://p:1' };
    expect(api(environment)).toEqual({ baseUrl: 'http://127.0.0.1:1/v4', isProxied: false });
  });
});

describe('loadStatusPlace', () => {
  const place = (request: Partial<Request>, files: Files = {}) => {
    const found = loadStatusPlace({ ...NONE, ...request }, disk(files));
    return found.ok ? found.value : found.error.map(describeProblem);
  };

  test('loadStatusPlace: environment, environment file, config file, default → the first that is set', () => {
    const config = { [CONFIG]: 'status_file = "/c"' };
    const both = { ...config, [ENV_FILE]: 'IPV6DDNS_STATUS_FILE=/e' };
    const named = (path: string) => ({ path, optional: false });
    expect(place({ environment: { IPV6DDNS_STATUS_FILE: '/v' } }, both)).toEqual(named('/v'));
    expect(place({}, both)).toEqual(named('/e'));
    expect(place({}, config)).toEqual(named('/c'));
    expect(place({})).toEqual({ path: STATUS, optional: true });
  });

  test('loadStatusPlace: both files that the command line names are missing → both are said', () => {
    expect(place({ configFile: '/c', environmentFile: '/e' })).toEqual([
      '/e: cannot be read: No such file or directory',
      '/c: cannot be read: No such file or directory',
    ]);
  });

  test('loadStatusPlace: the named ones are there → read', () => {
    expect(place({ configFile: '/c', environmentFile: '/e' }, { '/c': 'status_file = "/s"', '/e': '' })).toEqual({
      path: '/s',
      optional: false,
    });
  });
});

describe('answerTo', () => {
  const machine = (files: Files, changes: Partial<Machine> = {}): Machine => ({
    readFile: reader(files),
    changedMs: () => null,
    hasCertificate: () => true,
    processAgeMs: () => Number.POSITIVE_INFINITY,
    ageMs: () => 0,
    realPath: (path) => path,
    readLink: () => null,
    list: () => [],
    landlockAbi: () => 7,
    isKept: () => false,
    ...changes,
  });
  const QUESTION = { environment: {}, version: '1', libraries: '', inForce: null };
  const ask = (
    argv: readonly string[],
    files: Files = {},
    changes: Partial<Parameters<typeof answerTo>[0]> = {},
    more: Partial<Machine> = {},
  ) => answerTo({ ...QUESTION, argv, ...changes }, machine(files, more));

  test('answer: --help → the lines of the text', () => {
    expect(ask(['--help'])).toEqual({ kind: 'print', lines: helpText().split('\n').slice(0, -1) });
  });

  test('answer: words that nobody knows → the usage error', () => {
    expect(ask(['--frobnicate'])).toEqual({
      kind: 'usage',
      lines: [
        'ipv6ddns: unknown or unexpected option: --frobnicate',
        'Usage: ipv6ddns [run|once|check|addresses|status|setup] [OPTION]...',
        '"ipv6ddns --help" lists commands and options.',
      ],
    });
  });

  const record = (name: string, address: string | null) => ({
    name,
    state: 'synced',
    address,
    published: address,
    last_sync: null,
    failures: 0,
    next_try: null,
    error: null,
  });
  const status = JSON.stringify({
    version: '1',
    pid: 7,
    mode: 'netlink',
    since: '2026-01-02T03:04:05Z',
    records: [record('a.example.com', '2a01:db8::1'), record('b.example.com', null)],
  });

  test('answer: addresses, a daemon runs → the rules, the API, what it publishes, what it may do', () => {
    const answered = ask(['addresses', '--json'], { [CONFIG]: 'interface = "eth0"', [STATUS]: status });
    expect(answered).toMatchObject({
      kind: 'addresses',
      commandLine: { command: 'addresses', json: true },
      rules: { interfaces: ['eth0'], prefer: [], exclude: [] },
      api: { baseUrl: API, isProxied: false },
      running: ['2a01:db8::1'],
    });
    const { confinement } = answered as Extract<typeof answered, { kind: 'addresses' }>;
    expect(confinement?.rules.map(([folder]) => folder)).toEqual([
      ...['/etc', '/run', '/usr/share', '/usr/local/share', '/nix/store', '/gnu/store'],
      ...['/proc', '/sys/class/net', '/sys/devices'],
    ]);
  });

  test.each<[string, readonly string[], Files]>([
    ['none runs', ['addresses'], {}],
    ['a named file is missing', ['addresses', '-c', '/none'], { [STATUS]: status }],
  ])('answer: addresses, %s → nothing is said to be published', (_, argv, files) => {
    expect(ask(argv, files)).toMatchObject({ kind: 'addresses', running: [] });
  });

  test('answer: addresses, the config file stands elsewhere → its folder stays open', () => {
    expect(ask(['addresses', '-c', '/srv/c.toml'], { '/srv/c.toml': '' })).toMatchObject({
      confinement: { rules: expect.arrayContaining([['/srv', 0b1100]]) },
    });
  });

  test('answer: run, once, check → the command line as it was given, warnings along', () => {
    for (const command of ['run', 'once', 'check']) {
      const environment = { IPV6DDNS_X: '1' };
      expect(ask([command, '--verbose'], { [CONFIG]: withBase('') }, { environment })).toMatchObject({
        kind: 'settings',
        commandLine: { command, verbose: true, configFile: null, json: false },
        settings: { verbose: true },
        warnings: ['unknown variable IPV6DDNS_X, ignored'],
      });
    }
  });

  test('answer: the service manager has an abstract socket → it stays within reach', () => {
    const scoped = (environment: Record<string, string>) => {
      const answered = ask([], { [CONFIG]: withBase('') }, { environment });
      return answered.kind === 'settings' ? answered.confinement?.scoped : null;
    };
    expect([scoped({ NOTIFY_SOCKET: '@notify' }), scoped({ NOTIFY_SOCKET: '/run/notify' }), scoped({})]).toEqual([
      2, 3, 3,
    ]);
  });

  test('answer: a file of root’s alone has changed since the start → only a reload is told to restart', () => {
    const files = { [CONFIG]: null, '/c/config': withBase('') };
    const changedMs = (path: string) => (path === CONFIG ? 2 : 1);
    const environment = { CREDENTIALS_DIRECTORY: '/c' };
    expect(ask([], files, { environment }, { changedMs })).toMatchObject({ kind: 'settings' });
    expect(ask([], files, { environment, inForce: [['/', -1]] }, { changedMs })).toMatchObject({
      kind: 'refused',
      problems: [expect.stringMatching(/it has changed since this process was started: restart ipv6ddns/)],
    });
  });

  test('answer: setup, bad settings are there → the problems in words, with the command line', () => {
    expect(ask(['setup', '--yes'], { [CONFIG]: 'timeout = 0' })).toEqual({
      kind: 'setup',
      commandLine: expect.objectContaining({ command: 'setup', yes: true }),
      ground: null,
      problems: [`${CONFIG}:1: timeout: found 0; allowed are 1–300 seconds`],
    });
  });

  test('answer: folders of certificates that can be read → taken', () => {
    const environment = { SSL_CERT_DIR: '/srv/ca' };
    const list = (folder: string) => (folder === '/srv/ca' ? ['1.pem'] : null);
    expect(ask([], { [CONFIG]: withBase('') }, { environment }, { list })).toMatchObject({
      kind: 'settings',
      settings: { caPath: '/srv/ca' },
    });
  });
});
