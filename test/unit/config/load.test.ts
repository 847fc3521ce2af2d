import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../../src/core/config/load.ts';
import { VARIABLES } from '../../../src/core/config/schema.ts';
import { BASE, CONFIG, disk, ENV_FILE, problems, ROOT, settings, TOKEN, withBase } from './loading.ts';

describe('loadSettings: what is read', () => {
  test('loadSettings: a token and a name → every default of the contract', () => {
    const { apiToken, ...rest } = settings(BASE);
    expect(apiToken.reveal()).toBe(TOKEN);
    expect(rest).toEqual({
      baseUrl: 'https://api.cloudflare.com/client/v4',
      records: [
        {
          name: 'home.example.com',
          zoneId: null,
          interfaces: null,
          multiRecord: 'error',
          ttlSec: null,
          proxied: null,
          comment: null,
          host: null,
        },
      ],
      prefer: [],
      exclude: [],
      timeoutMs: 30_000,
      pollIntervalMs: 60_000,
      verifyIntervalMs: 3_600_000,
      verbose: false,
      statusFile: { path: '/run/ipv6ddns/status.json', optional: true },
      metricsFile: null,
      caFile: null,
      caPath: null,
      httpsProxy: null,
      noProxy: null,
      notify: null,
    });
  });

  test('loadSettings: every key of the config file → taken over', () => {
    const text = `
      api_token = "${TOKEN}"
      zone_id = "0123456789ABCDEF0123456789abcdef"
      record_name = ["Home.example.com.", "*.bücher.example"]
      multi_record = "all"
      timeout = 1
      poll_interval = 3600
      verify_interval = 0
      interface = ["eth0", "wlan*", "!wlan1"]
      prefer = ["2a01:db8::/32", "::7", "static"]
      exclude = "dhcpv6"
      verbose = true
      ttl = 30
      proxied = false
      comment = " by ipv6ddns ✓ "
      status_file = "/x/status.json"
      metrics_file = "/x/ipv6ddns.prom"
    `;
    const shared = {
      zoneId: '0123456789abcdef0123456789abcdef',
      interfaces: ['eth0', 'wlan*', '!wlan1'],
      multiRecord: 'all',
      ttlSec: 30,
      proxied: false,
      comment: 'by ipv6ddns ✓',
      host: null,
    };
    expect(settings(text)).toMatchObject({
      records: [
        { name: 'home.example.com', ...shared },
        { name: '*.xn--bcher-kva.example', ...shared },
      ],
      prefer: [{ kind: 'prefix', prefix: { length: 32 } }, { kind: 'host' }, { kind: 'origin', origin: 'static' }],
      exclude: [{ kind: 'origin', origin: 'dhcpv6' }],
      timeoutMs: 1000,
      pollIntervalMs: 3_600_000,
      verifyIntervalMs: null,
      verbose: true,
      statusFile: { path: '/x/status.json', optional: false },
      metricsFile: { path: '/x/ipv6ddns.prom', optional: false },
    });
  });

  test.each([
    ['the service manager made a folder', '/run/ddns', '/run/ddns/status.json', false],
    ['it made several', '/run/a:/run/b', '/run/a/status.json', false],
    ['it made none', ' ', '/run/ipv6ddns/status.json', true],
  ])('loadSettings: no status_file, %s → %s gives %s', (_, folder, path, optional) => {
    expect(settings(BASE, { RUNTIME_DIRECTORY: folder }).statusFile).toEqual({ path, optional });
  });

  test('loadSettings: a metrics file that the collector would not read → refused', () => {
    expect(problems(withBase('metrics_file = "/x/ipv6ddns.txt"'))).toEqual([
      expect.stringContaining('metrics_file: found "/x/ipv6ddns.txt"; allowed are paths that end in ".prom"'),
    ]);
  });

  test('loadSettings: every variable → taken over, over the config file, trimmed', () => {
    const environment = {
      CLOUDFLARE_API_TOKEN: ` ${TOKEN}\r\n`,
      CLOUDFLARE_ZONE_ID: '0123456789abcdef0123456789abcdef',
      CLOUDFLARE_RECORD_NAME: 'a.example.com, B.example.com,',
      CLOUDFLARE_MULTI_RECORD: 'first',
      IPV6DDNS_TIMEOUT: ' 300 ',
      IPV6DDNS_POLL_INTERVAL: '10',
      IPV6DDNS_VERIFY_INTERVAL: '86400',
      IPV6DDNS_INTERFACE: 'eth0,eth1',
      IPV6DDNS_PREFER: '::7, static',
      IPV6DDNS_EXCLUDE: '2a01:db8::/32,',
      IPV6DDNS_VERBOSE: 'Yes',
      IPV6DDNS_STATUS_FILE: '/y/status.json',
      IPV6DDNS_METRICS_FILE: '/y/ipv6ddns.prom',
      CLOUDFLARE_BASE_URL: 'http://127.0.0.1:8080/v4/',
      SSL_CERT_FILE: '/ca.pem',
      SSL_CERT_DIR: '/ca',
      HTTPS_PROXY: 'http://user:pass@proxy:3128',
      NO_PROXY: 'localhost',
      IPV6DDNS_NOTIFY_URL: 'https://hooks.example.com/x',
    };
    expect(Object.keys(environment).sort()).toEqual(
      Object.keys(VARIABLES)
        .filter((name) => name !== 'CLOUDFLARE_API_TOKEN_FILE' && !/^[a-z]|^ALL_/.test(name))
        .sort(),
    );
    const { apiToken, httpsProxy, ...rest } = settings(
      withBase('timeout = 7\nverbose = false\nmulti_record = "all"'),
      environment,
      { '/ca.pem': ROOT, '/ca/1.0': ROOT },
    );
    expect([apiToken.reveal(), httpsProxy?.reveal()]).toEqual([TOKEN, 'http://user:pass@proxy:3128']);
    const shared = { zoneId: '0123456789abcdef0123456789abcdef', multiRecord: 'first', interfaces: ['eth0', 'eth1'] };
    expect(rest).toMatchObject({
      baseUrl: 'http://127.0.0.1:8080/v4',
      records: [
        { name: 'a.example.com', ...shared },
        { name: 'b.example.com', ...shared },
      ],
      prefer: [{ kind: 'host' }, { kind: 'origin', origin: 'static' }],
      exclude: [{ kind: 'prefix' }],
      timeoutMs: 300_000,
      pollIntervalMs: 10_000,
      verifyIntervalMs: 86_400_000,
      verbose: true,
      statusFile: { path: '/y/status.json', optional: false },
      metricsFile: { path: '/y/ipv6ddns.prom', optional: false },
      caFile: '/ca.pem',
      caPath: '/ca',
      noProxy: 'localhost',
      notify: { hook: { origin: 'https://hooks.example.com' }, exec: null },
    });
  });

  test.each([
    ['true', true],
    ['ON', true],
    ['1', true],
    ['no', false],
    ['off', false],
    ['0', false],
    ['False', false],
  ])('loadSettings: IPV6DDNS_VERBOSE=%s → %s, against the config file', (text, verbose) => {
    expect(settings(withBase(`verbose = ${!verbose}`), { IPV6DDNS_VERBOSE: text }).verbose).toBe(verbose);
  });

  test('loadSettings: a key in every source → command line, environment, environment file, config file, in this order', () => {
    const config = withBase('timeout = 1\npoll_interval = 11\nverify_interval = 61\nverbose = false');
    const envFile = 'IPV6DDNS_TIMEOUT=2\nexport IPV6DDNS_POLL_INTERVAL="12"\nIPV6DDNS_VERBOSE=no';
    const read = settings(config, { IPV6DDNS_TIMEOUT: '3' }, { [ENV_FILE]: envFile }, { verbose: true });
    expect([read.timeoutMs, read.pollIntervalMs, read.verifyIntervalMs, read.verbose]).toEqual([
      3000,
      12_000,
      61_000,
      true,
    ]);
  });

  test('loadSettings: empty values in the environment → as if unset, there and in the environment file', () => {
    const envFile = 'IPV6DDNS_TIMEOUT=2\nIPV6DDNS_POLL_INTERVAL=20\nIPV6DDNS_POLL_INTERVAL=" "';
    const read = settings(withBase('poll_interval = 11'), { IPV6DDNS_TIMEOUT: ' ' }, { [ENV_FILE]: envFile });
    expect([read.timeoutMs, read.pollIntervalMs]).toEqual([2000, 11_000]);
  });

  test('loadSettings: no config file at all → the environment is enough', () => {
    const environment = { CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_RECORD_NAME: 'home.example.com' };
    const request = { configFile: null, environmentFile: null, verbose: false, environment, isReload: false };
    expect(loadSettings(request, disk({})).ok).toBe(true);
  });

  test('loadSettings: files named on the command line → read in place of the default ones', () => {
    const files = { '/c.toml': BASE, '/e': 'IPV6DDNS_TIMEOUT=9', [CONFIG]: 'bad', [ENV_FILE]: 'bad' };
    const named = { configFile: '/c.toml', environmentFile: '/e' };
    expect(settings('bad', {}, files, named).timeoutMs).toBe(9000);
  });
});

describe('loadSettings: [[record]]', () => {
  test('loadSettings: a record table → its keys over the top level, a host of its own', () => {
    const text = withBase(`
      ttl = 300
      interface = "eth0"
      [[record]]
      name = "www.example.com"
      zone_id = "ffffffffffffffffffffffffffffffff"
      interface = ["eth1"]
      multi_record = "first"
      ttl = 1
      proxied = true
      comment = ""
      [[record]]
      name = "nas.example.com"
      host_id = "52:54:00:12:34:56"
      [[record]]
      name = "tv.example.com"
      host_id = "::1:0:0:0:1"
      prefix_length = 56
    `);
    const [home, www, nas, tv] = settings(text).records;
    expect(home).toMatchObject({ name: 'home.example.com', ttlSec: 300, interfaces: ['eth0'], host: null });
    expect(www).toEqual({
      name: 'www.example.com',
      zoneId: 'f'.repeat(32),
      interfaces: ['eth1'],
      multiRecord: 'first',
      ttlSec: 1,
      proxied: true,
      comment: '',
      host: null,
    });
    expect(nas).toMatchObject({ ttlSec: 300, interfaces: ['eth0'], host: { prefixLength: 64 } });
    expect(nas?.host?.interfaceId.slice(8)).toEqual([0x50, 0x54, 0, 0xff, 0xfe, 0x12, 0x34, 0x56]);
    expect(tv?.host).toEqual({ interfaceId: [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], prefixLength: 56 });
  });

  test('loadSettings: record tables alone → no record_name is needed', () => {
    const read = settings(`api_token = "${TOKEN}"\n[[record]]\nname = "a.example.com"`);
    expect(read.records.map(({ name }) => name)).toEqual(['a.example.com']);
  });

  test('loadSettings: names from the environment and record tables → both', () => {
    const read = settings(`api_token = "${TOKEN}"\n[[record]]\nname = "a.example.com"`, {
      CLOUDFLARE_RECORD_NAME: 'b.example.com',
    });
    expect(read.records.map(({ name }) => name)).toEqual(['b.example.com', 'a.example.com']);
  });
});
