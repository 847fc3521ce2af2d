import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../../src/core/config/load.ts';
import { describeProblem } from '../../../src/core/config/problem.ts';
import { BASE, CONFIG, disk, ENV_FILE, load, problems, ROOT, settings, TOKEN, withBase } from './loading.ts';

describe('loadSettings: warnings', () => {
  const warnings = (...args: Parameters<typeof load>) => {
    const result = load(...args);
    return result.ok ? result.value.warnings.map(describeProblem) : [];
  };

  test('loadSettings: an unknown variable of our own → a warning with the nearest one', () => {
    expect(warnings(BASE, { IPV6DDNS_TIMEOUTS: '1', IPV6DDNS_X: '1', CLOUDFLARE_EMAIL: 'x', OTHER: 'y' })).toEqual([
      'unknown variable IPV6DDNS_TIMEOUTS, ignored; did you mean IPV6DDNS_TIMEOUT?',
      'unknown variable IPV6DDNS_X, ignored',
    ]);
  });

  test('loadSettings: variables that only look like ours → no warning', () => {
    expect(warnings(BASE, { XIPV6DDNS_X: '1', 'IPV6DDNS_X.Y': '1', IPV6DDNS: '1' })).toEqual([]);
  });

  test('loadSettings: variables of the process alone → ignored in the environment file, which is said', () => {
    expect(
      warnings(BASE, { IPV6DDNS_TRACE: '/x', IPV6DDNS_CONFINE: '0' }, { [ENV_FILE]: 'IPV6DDNS_TRACE=/x' }),
    ).toEqual([]);
    expect(warnings(BASE, {}, { [ENV_FILE]: 'IPV6DDNS_TRACE=/x' })).toEqual([
      `${ENV_FILE}:1: unknown variable IPV6DDNS_TRACE, ignored`,
    ]);
  });

  test('loadSettings: files that the command line names → may be pipes, the default ones may not', () => {
    const asked: [string, unknown][] = [];
    const own = disk({ '/c': BASE, '/e': '', [CONFIG]: BASE });
    const readFile: typeof own.readFile = (path, reading) => {
      asked.push([path, reading?.pipe]);
      return own.readFile(path, reading);
    };
    const request = { verbose: false, environment: {}, isReload: false };
    loadSettings({ ...request, configFile: '/c', environmentFile: '/e' }, { ...own, readFile });
    loadSettings({ ...request, configFile: null, environmentFile: null }, { ...own, readFile });
    expect(asked.filter(([path]) => ['/c', '/e', CONFIG, ENV_FILE].includes(path))).toEqual([
      ['/e', true],
      ['/c', true],
      [ENV_FILE, undefined],
      [CONFIG, undefined],
    ]);
  });

  test('loadSettings: a default environment file that may not be read → skipped with a warning, shown beside problems, too', () => {
    const warning = `${ENV_FILE}: cannot be read: Permission denied; run it with sudo, or let its user read the file`;
    expect(warnings(BASE, {}, { [ENV_FILE]: null })).toEqual([warning]);
    expect(problems(withBase('timeout = 0'), {}, { [ENV_FILE]: null })).toContain(warning);
  });

  test('loadSettings: token and name may stand in an environment file that may not be read → that alone is the problem', () => {
    expect(problems('', {}, { [ENV_FILE]: null })).toEqual([
      `${ENV_FILE}: cannot be read: Permission denied; run it with sudo, or let its user read the file`,
    ]);
  });

  test.each([
    ['the token', 'record_name = "a.example.com"'],
    ['the name', `api_token = "${TOKEN}"`],
  ])(
    'loadSettings: %s alone may stand in an environment file that may not be read → that alone is the problem',
    (_, text) => {
      expect(problems(text, {}, { [ENV_FILE]: null })).toEqual([
        `${ENV_FILE}: cannot be read: Permission denied; run it with sudo, or let its user read the file`,
      ]);
    },
  );

  test('loadSettings: blanks around the folder of credentials → do not count', () => {
    const files = { '/c/cloudflare_api_token': 'from-credential' };
    expect(settings(BASE, { CREDENTIALS_DIRECTORY: ' /c ' }, files).apiToken.reveal()).toBe('from-credential');
  });

  test('loadSettings: SSL_CERT_FILE → no more than its beginning is read', () => {
    const asked: unknown[] = [];
    const own = disk({ [CONFIG]: BASE, '/ca.pem': ROOT });
    const readFile: typeof own.readFile = (path, reading) => {
      if (path === '/ca.pem') asked.push(reading);
      return own.readFile(path, reading);
    };
    const request = { configFile: null, environmentFile: null, verbose: false, isReload: false };
    expect(loadSettings({ ...request, environment: { SSL_CERT_FILE: '/ca.pem' } }, { ...own, readFile }).ok).toBe(true);
    expect(asked).toEqual([{ mostBytes: 1, cut: true }]);
  });

  test('loadSettings: one folder of SSL_CERT_DIR is not there, the other is empty → the former alone is said', () => {
    expect(problems(BASE, { SSL_CERT_DIR: '/none:/ca' }, { '/ca/1.0': '' })).toEqual([
      'SSL_CERT_DIR: "/none" is no folder that can be read',
    ]);
  });

  test('loadSettings: SSL_CERT_FILE names a file that is not there → a problem at the start, not a failure of TLS', () => {
    expect(problems(BASE, { SSL_CERT_FILE: '/none.pem' })).toEqual([
      'SSL_CERT_FILE: "/none.pem" cannot be read: No such file or directory',
    ]);
  });

  test.each<[string, Record<string, string>, string, string | null]>([
    ['lower before upper case', { HTTPS_PROXY: 'http://b', https_proxy: 'http://a' }, '', 'http://a'],
    ['that of HTTPS before that for all', { all_proxy: 'http://b', HTTPS_PROXY: 'http://a' }, '', 'http://a'],
    ['that for all, lower before upper case', { ALL_PROXY: 'http://b', all_proxy: 'socks5h://a' }, '', 'socks5h://a'],
    ['that for all in upper case alone', { ALL_PROXY: 'http://a' }, '', 'http://a'],
    ['an empty one as if unset', { https_proxy: ' ', HTTPS_PROXY: 'http://a' }, '', 'http://a'],
    ['the environment before its file', { HTTPS_PROXY: 'http://a' }, 'https_proxy=http://b', 'http://a'],
    ['lower case of the file, too', {}, 'HTTPS_PROXY=http://b\nhttps_proxy=http://a', 'http://a'],
    ['not the one of HTTP', { http_proxy: 'http://b', HTTP_PROXY: 'http://b' }, '', null],
  ])('loadSettings: variables of a proxy → %s', (_, environment, file, expected) => {
    expect(settings(BASE, environment, { [ENV_FILE]: file }).httpsProxy?.reveal() ?? null).toBe(expected);
  });

  test('loadSettings: no_proxy in both cases → the lower one counts', () => {
    expect(settings(BASE, { NO_PROXY: 'b', no_proxy: 'a' }).noProxy).toBe('a');
    expect(settings(BASE, { NO_PROXY: 'b' }).noProxy).toBe('b');
  });

  test('loadSettings: SSL_CERT_DIR names folders, some of which are not there → a problem for each of those', () => {
    expect(problems(BASE, { SSL_CERT_DIR: '/none:/ca:/nor' }, { '/ca/1.0': ROOT })).toEqual([
      'SSL_CERT_DIR: "/none" is no folder that can be read',
      'SSL_CERT_DIR: "/nor" is no folder that can be read',
    ]);
  });

  test('loadSettings: SSL_CERT_DIR names several folders → taken as they are', () => {
    const files = { '/ca/1.0': '', '/more/2.0': ROOT };
    expect(settings(BASE, { SSL_CERT_DIR: '/ca::/more:' }, files).caPath).toBe('/ca::/more:');
  });

  test.each([
    ['SSL_CERT_FILE', '/ca.pem', { '/ca.pem': '0\u0082\u0003' }],
    ['SSL_CERT_FILE', '/ca.pem', { '/ca.pem': '' }],
    ['SSL_CERT_DIR', '/ca:/more', { '/ca/1.0': '', '/more/2.0': 'x' }],
  ])('loadSettings: %s=%s without a certificate → refused, says what form it has to have', (name, value, files) => {
    expect(problems(BASE, { [name]: value }, files)).toEqual([
      expect.stringMatching(new RegExp(`^${name}: no certificate in "${value}": .*BEGIN CERTIFICATE.* -inform der`)),
    ]);
  });

  test('loadSettings: SSL_CERT_DIR without a folder in it → refused', () => {
    expect(problems(BASE, { SSL_CERT_DIR: ':' })).toEqual([
      'SSL_CERT_DIR: found ":"; allowed are folders, separated by ":"',
    ]);
  });
});
