import { describe, expect, test } from 'vitest';
import { BASE, CONFIG, ENV_FILE, problems, settings, TOKEN, withBase } from './loading.ts';

describe('loadSettings: problems', () => {
  const at3 = `${CONFIG}:3:`;
  test.each<[string, string]>([
    ['poll_interval = 5', `${at3} poll_interval: found 5; allowed are 10–3600 seconds`],
    ['poll_interval = 3601', `${at3} poll_interval: found 3601; allowed are 10–3600 seconds`],
    ['timeout = 0', `${at3} timeout: found 0; allowed are 1–300 seconds`],
    ['timeout = 2.5', `${at3} timeout: found 2.5; allowed are 1–300 seconds`],
    ['timeout = nan', `${at3} timeout: found NaN; allowed are 1–300 seconds`],
    ['timeout = "30"', `${at3} timeout: found "30"; allowed are 1–300 seconds; write timeout = 30`],
    ['timeout = 1979-05-27', `${at3} timeout: found a table or a date; allowed are 1–300 seconds`],
    ['verify_interval = 59', `${at3} verify_interval: found 59; allowed are 0 (never) and 60–86400 seconds`],
    ['ttl = 29', `${at3} ttl: found 29; allowed are 1 (automatic) and 30–86400 seconds`],
    ['ttl = 86401', `${at3} ttl: found 86401; allowed are 1 (automatic) and 30–86400 seconds`],
    ['verbose = "yes"', `${at3} verbose: found "yes"; allowed are true and false; write verbose = true`],
    ['multi_record = "frist"', `${at3} multi_record: found "frist"; allowed are "error", "first" and "all"`],
    [
      `zone_id = "x${'0'.repeat(31)}"`,
      `${at3} zone_id: found (32 characters, not shown: may be a secret); allowed are 32 hexadecimal digits`,
    ],
    [
      `zone_id = "${'0'.repeat(33)}"`,
      `${at3} zone_id: found (33 characters, not shown: may be a secret); allowed are 32 hexadecimal digits`,
    ],
    [
      `zone_id = "-${'0'.repeat(32)}"`,
      `${at3} zone_id: found (33 characters, not shown: may be a secret); allowed are 32 hexadecimal digits`,
    ],
    [
      'metrics_file = "/x/a.prom.txt"',
      `${at3} metrics_file: found "/x/a.prom.txt"; allowed are paths that end in ".prom"`,
    ],
    [
      '[notify]\nexec = ["/x"]\nerror_after = -1',
      `${CONFIG}:5: notify.error_after: found -1; allowed are 0–86400 seconds`,
    ],
    ['record = "x"', `${at3} record: found "x"; allowed are [[record]] tables`],
    ['zone_id = "0123"', `${at3} zone_id: found "0123"; allowed are 32 hexadecimal digits`],
    [
      'interface = []',
      `${at3} interface: found an empty list; allowed are interface names, patterns such as "ppp*", and lists of them`,
    ],
    [
      'interface = ["eth0", "a/b"]',
      `${at3} interface: found "a/b"; allowed are interface names: 1–127 characters without blanks, "/" and ":"`,
    ],
    [
      'interface = "eth0, eth1"',
      `${at3} interface: found "eth0, eth1"; allowed are interface names: 1–127 characters without blanks, "/" and ":"; write interface = ["eth0", "eth1"]`,
    ],
    ['prefer = ["static", "dhcp"]', `${at3} prefer: found "dhcp"; write "dhcpv6"`],
    [
      'exclude = "2a01:db8::7/32"',
      `${at3} exclude: found "2a01:db8::7/32"; bits are set behind the prefix; write "2a01:db8::/32"`,
    ],
    [
      'prefer = 64',
      `${at3} prefer: found 64; allowed are kinds of address ("2a01:db8::/32", "::7", "static", "slaac", "dhcpv6") and lists of them`,
    ],
    [
      '[[record]]\nname = "a.example.com"\nprefer = []',
      `${CONFIG}:5: unknown key "prefer"; it is a key of the top level, above all tables`,
    ],
    [
      `interface = "${TOKEN}"`,
      `${at3} interface: found (${TOKEN.length} characters, not shown: may be a secret); allowed are interface names`,
    ],
    ['status_file = ""', `${at3} status_file: found ""; allowed are non-empty texts`],
    [
      'comment = "a\\nb"',
      `${at3} comment: found "a\ufffdb"; allowed are up to 500 printable characters without line breaks`,
    ],
    [
      'ttl = 300\nproxied = true',
      `${at3} ttl: found ttl 300 with proxied true; allowed for a proxied record are ttl 1 (automatic) and no ttl`,
    ],
    ['recordname = 1', `${at3} unknown key "recordname"; did you mean "record_name"?`],
    ['frobnicate = 1', `${at3} unknown key "frobnicate"`],
    ['host_id = "::1"', `${at3} unknown key "host_id"; it is a key of [[record]]`],
    [
      '[cloudflare]\nx = 1',
      `${at3} unknown key "cloudflare"; put keys of the top level above all tables, under no name`,
    ],
    ['__proto__ = 1', `${at3} unknown key "__proto__"`],
    ['[record]\nname = "a.example.com"', `${at3} record: found one pair of brackets; allowed are [[record]] tables`],
    ['record = [1]', `${at3} record: found a list; allowed are [[record]] tables`],
    ['timeout = ', `${at3}11: not TOML: invalid value; write timeout = its value`],
    ['[[record]]\nttl = 30', `${at3} record.name: missing; every [[record]] table needs one`],
    ['[[record]]\nname = 5', `${CONFIG}:4: record.name: found 5; allowed are record names`],
    [
      '[[record]]\nname = "a"',
      `${CONFIG}:4: record.name: "a" is not a record name: give the full name, such as home.example.com`,
    ],
    ['[[record]]\nname = "HOME.example.com."', `${CONFIG}:4: record.name: "home.example.com" is named more than once`],
    [
      '[[record]]\nname = "a.example.com"\nverbose = true',
      `${CONFIG}:5: unknown key "verbose"; it is a key of the top level, above all tables`,
    ],
    [
      '[[record]]\nname = "a.example.com"\nhost_id = "::1"\nprefix_length = 128',
      `${CONFIG}:6: record.prefix_length: found 128; allowed are 1–127`,
    ],
    [
      '[[record]]\nname = "a.example.com"\nprefix_length = 64',
      `${CONFIG}:5: record.prefix_length: has no meaning without host_id`,
    ],
    [
      '[[record]]\nname = "a.example.com"\nhost_id = 1\nprefix_length = 64',
      `${CONFIG}:5: record.host_id: found 1; allowed are non-empty texts`,
    ],
    [
      '[[record]]\nname = "a.example.com"\nhost_id = "1::1"',
      `${CONFIG}:5: record.host_id: found "1::1", which reaches into the first 64 bits; allowed are bits below the prefix`,
    ],
    [
      'ttl = 60\n[[record]]\nname = "a.example.com"\nproxied = true',
      `${CONFIG}:6: record.proxied: found ttl 60 with proxied true; allowed for a proxied record are ttl 1 (automatic) and no ttl`,
    ],
    [
      '[[record]]\nname = "a.example.com"\nhost_id = "::1:0:0:0:1"\nprefix_length = 128',
      `${CONFIG}:6: record.prefix_length: found 128; allowed are 1–127`,
    ],
    [
      'proxied = true\n[[record]]\nname = "a.example.com"\nttl = 60',
      `${CONFIG}:6: record.ttl: found ttl 60 with proxied true; allowed for a proxied record are ttl 1 (automatic) and no ttl`,
    ],
  ])('loadSettings: %j → that one problem', (text, expected) => {
    expect(problems(withBase(text))).toEqual([expected]);
  });

  test.each([
    ['missing', '', ': record.name: missing; every [[record]] table needs one'],
    ['bad', 'name = "a"', ': record.name: "a" is not a record name: give the full name, such as home.example.com'],
  ])(
    'loadSettings: the name of a table is %s → what else is wrong with the table is listed as well',
    (_, name, own) => {
      const table = `[[record]]\n${name}\nttl = 60\nproxied = true\nhost_id = "1::1"\n[[record]]\nprefix_length = 64`;
      const details = problems(withBase(table)).map((problem) => problem.replace(/^.*?:\d+/, ''));
      expect(details).toEqual([
        own,
        ': record.ttl: found ttl 60 with proxied true; allowed for a proxied record are ttl 1 (automatic) and no ttl',
        ': record.host_id: found "1::1", which reaches into the first 64 bits; allowed are bits below the prefix',
        ': record.name: missing; every [[record]] table needs one',
        ': record.prefix_length: has no meaning without host_id',
      ]);
    },
  );

  test('loadSettings: sixty unknown keys → fifty, and how many more; fifty → fifty', () => {
    const keys = (count: number) => Array.from({ length: count }, (_, i) => `xx${i} = 1`).join('\n');
    const found = problems(withBase(keys(60)));
    expect([found.length, found.at(-1)]).toEqual([51, 'and 10 more']);
    expect(problems(withBase(keys(50)))).toHaveLength(50);
  });

  test('loadSettings: a problem on each of 900 lines → the first fifty, and how many more there are', () => {
    const lines = Array.from({ length: 900 }, (_, i) => `key${i} = 1`).join('\n');
    const found = problems(withBase(lines));
    expect(found).toHaveLength(51);
    expect([found[0], found[49], found[50]]).toEqual([
      `${CONFIG}:3: unknown key "key0"`,
      `${CONFIG}:52: unknown key "key49"`,
      'and 850 more',
    ]);
  });

  test('loadSettings: an environment file of another kind → fifty of its lines', () => {
    expect(problems(BASE, {}, { [ENV_FILE]: 'a b\n'.repeat(100_000) })).toHaveLength(50);
  });

  test.each([
    ['record_name', `[${'5,'.repeat(20_000)}]`, 'a list; allowed are up to 10000 members'],
    ['interface', `[${'5,'.repeat(20_000)}]`, 'a list; allowed are up to 10000 members'],
  ])('loadSettings: %s with 20,000 bad members → one problem', (key, value, expected) => {
    expect(problems(`api_token = "${TOKEN}"\n${key} = ${value}`).join()).toContain(`${key}: found ${expected}`);
  });

  test('loadSettings: 20,000 [[record]] tables → one problem', () => {
    expect(problems(withBase('[[record]]\n'.repeat(20_000)))).toEqual([
      `${CONFIG}:3: record: found 20000 [[record]] tables; allowed are 10000`,
    ]);
  });

  test('loadSettings: nothing is set → what to set', () => {
    expect(problems('')).toEqual([
      `no API token; set CLOUDFLARE_API_TOKEN or, in ${CONFIG}, api_token, or write it into /etc/ipv6ddns/token`,
      `no record name; set CLOUDFLARE_RECORD_NAME or, in ${CONFIG}, record_name or a [[record]] table`,
    ]);
  });

  test('loadSettings: a name twice that looks like a token → shown, since it is a name', () => {
    const name = '0f8fad5b-d9cb-469f-a165-70867728950e.example.com';
    const text = `api_token = "${TOKEN}"\nrecord_name = ["${name}", "${name}"]`;
    expect(problems(text)).toEqual([`${CONFIG}:2: record_name: "${name}" is named more than once`]);
  });

  test('loadSettings: one fault of the top level and many names → reported once', () => {
    const text = `api_token = "${TOKEN}"\nrecord_name = ["a.example.com", "b.example.com"]\nttl = 60\nproxied = true`;
    expect(problems(text)).toHaveLength(1);
  });

  test('loadSettings: top-level ttl and proxied that no name combines → fine', () => {
    const text = `api_token = "${TOKEN}"\nttl = 60\nproxied = true\n[[record]]\nname = "a.example.com"\nproxied = false`;
    expect(settings(text).records[0]).toMatchObject({ ttlSec: 60, proxied: false });
  });
});
