import { describe, expect, test } from 'vitest';
import { CONFIG, problems, TOKEN } from './loading.ts';

/** What is said about a config besides that token and name are missing. */
const said = (text: string): string[] =>
  problems(`${text}\n`)
    .filter((problem) => !/^no (API token|record name)/.test(problem))
    .map((problem) => problem.replace(new RegExp(`^${CONFIG}:`), ''));

/** The end of the one problem. */
const advice = (text: string): string => {
  const [problem = '', ...others] = said(text);
  expect(others).toEqual([]);
  return problem.replace(/^.*?; (?:allowed are [^;]*; )?/, '');
};

describe('loadSettings: what beginners write', () => {
  test.each([
    ['record_name = home.example.com', 'put text in quotes; write record_name = "home.example.com"'],
    ['record_name = “home.example.com”', 'use straight quotes; write record_name = "home.example.com"'],
    ['record_name = ‘home.example.com’', 'use straight quotes; write record_name = "home.example.com"'],
    ['record_name = "home.example.com', 'the closing quote is missing; write record_name = "home.example.com"'],
    ["record_name = 'home.example.com", 'the closing quote is missing; write record_name = "home.example.com"'],
    ['record_name = a.example.com, b.example.com', 'write record_name = ["a.example.com", "b.example.com"]'],
    ['record_name = [a.example.com, b.example.com]', 'write record_name = ["a.example.com", "b.example.com"]'],
    ['record_name = "a.example.com", "b.example.com"', 'write record_name = ["a.example.com", "b.example.com"]'],
    ['record_name: home.example.com', 'put "=" between key and value; write record_name = "home.example.com"'],
    ['record_name "a.example.com"', '"=" is missing between key and value; write record_name = "a.example.com"'],
    ['interface = eth0, wlan0', 'write interface = ["eth0", "wlan0"]'],
    ['verbose = True', 'write verbose = true'],
    ['verbose = Yes # for now', 'write verbose = true'],
    ['proxied = OFF', 'write proxied = false'],
    ['timeout = 30s', 'write timeout = 30'],
    ['poll_interval = 5 minutes', 'write poll_interval = 300'],
    ['verify_interval = 1h', 'write verify_interval = 3600'],
    ['ttl = automatic', 'write ttl = 1'],
    ['timeout =', 'write timeout = its value'],
    ['[[record]]\nname = nas.example.com', 'put text in quotes; write name = "nas.example.com"'],
    ['[[record]\nname = "a.example.com"', 'write [[record]]'],
    ['[notify\nformat = "json"', 'write [notify]'],
    ['; a comment', 'a comment starts with "#"'],
    ['timeout = 30\ntimeout = 40', 'it is there twice: take one of them out'],
    ['record_name = "a.example.com" timeout = 3', 'put each key on a line of its own'],
    ['color = blue', 'put text in quotes'],
    ['timeout = soon\r', 'put text in quotes; write timeout = "soon"'],
    ['// a comment', 'a comment starts with "#"'],
    ['  -- a comment', 'a comment starts with "#"'],
    ['% a comment', 'a comment starts with "#"'],
    ['  [ record', 'write [[record]]'],
    ['[notify', 'write [notify]'],
    ['record_name = home.example.com # mine', 'put text in quotes; write record_name = "home.example.com"'],
    ['[notify]\nexec = /bin/tell, now', 'write exec = "…"'],
    ['[notify]\nheartbeat = 1 minute', 'write heartbeat = 60'],
    ['IPV6DDNS_INTERFACE = eth0', 'put text in quotes; write interface = "eth0"'],
    ['interface = `eth0`', 'use straight quotes; write interface = "eth0"'],
  ])('loadSettings: %j, which is not TOML → %s', (text, expected) => {
    expect(advice(text)).toBe(expected);
  });

  test.each([
    ['timeout = "30"', 'write timeout = 30'],
    ['timeout = "30s"', 'write timeout = 30'],
    ['ttl = "auto"', 'write ttl = 1'],
    ['verbose = "yes"', 'write verbose = true'],
    ['proxied = 0', 'write proxied = false'],
    ['[[record]]\nname = "a.example.com"\nttl = "2m"', 'write ttl = 120'],
    ['ttl = "1d"', 'write ttl = 86400'],
    ['ttl = "AUTOMATIC"', 'write ttl = 1'],
    ['ttl = " 300 "', 'write ttl = 300'],
    ['poll_interval = "2 Minutes"', 'write poll_interval = 120'],
    ['verify_interval = "3h"', 'write verify_interval = 10800'],
    ['[[record]]\nname = "a.example.com"\nhost_id = "::1"\nprefix_length = "56"', 'write prefix_length = 56'],
    ['[notify]\nexec = ["/x"]\nerror_after = "10m"', 'write error_after = 600'],
    ['verbose = "on"', 'write verbose = true'],
    ['verbose = 1', 'write verbose = true'],
    ['verbose = "TRUE"', 'write verbose = true'],
    ['proxied = "off"', 'write proxied = false'],
    ['proxied = "no"', 'write proxied = false'],
    ['proxied = "False"', 'write proxied = false'],
    ['interface = "eth0 eth1"', 'write interface = ["eth0", "eth1"]'],
    ['interface = "eth0 ,, eth1,"', 'write interface = ["eth0", "eth1"]'],
    ['exclude = "dhcpv6 ::7"', 'write "dhcpv6"; write exclude = ["dhcpv6", "::7"]'],
    ['prefer = "static, slaac"', 'write prefer = ["static", "slaac"]'],
  ])('loadSettings: %j, a value of another type → %s', (text, expected) => {
    expect(advice(text)).toBe(expected);
  });

  test('loadSettings: names in one text → the list of them', () => {
    expect(said('record_name = "a.example.com, b.example.com"')).toEqual([
      '1: record_name: "a.example.com, b.example.com" is not a record name: allowed are letters, digits, "-" and "_" ' +
        'between dots; write record_name = ["a.example.com", "b.example.com"]',
    ]);
  });

  test.each([
    ['timeout = "0"', '1: timeout: found "0"; allowed are 1–300 seconds'],
    ['timeout = "soon"', '1: timeout: found "soon"; allowed are 1–300 seconds'],
    ['verbose = "maybe"', '1: verbose: found "maybe"; allowed are true and false'],
    ['verbose = "yes please"', '1: verbose: found "yes please"; allowed are true and false'],
    ['verbose = "oh no"', '1: verbose: found "oh no"; allowed are true and false'],
    ['verbose = "not on"', '1: verbose: found "not on"; allowed are true and false'],
    ['verbose = "off now"', '1: verbose: found "off now"; allowed are true and false'],
    ['timeout = "auto"', '1: timeout: found "auto"; allowed are 1–300 seconds'],
    ['timeout = "30 x"', '1: timeout: found "30 x"; allowed are 1–300 seconds'],
    ['timeout = "30s 5"', '1: timeout: found "30s 5"; allowed are 1–300 seconds'],
    ['timeout = "in 30"', '1: timeout: found "in 30"; allowed are 1–300 seconds'],
    ['ttl = "autobahn"', '1: ttl: found "autobahn"; allowed are 1 (automatic) and 30–86400 seconds'],
    ['ttl = "not auto"', '1: ttl: found "not auto"; allowed are 1 (automatic) and 30–86400 seconds'],
    ['verbose = ["yes"]', '1: verbose: found a list; allowed are true and false'],
    ['status_file = 7', '1: status_file: found 7; allowed are non-empty texts'],
  ])('loadSettings: %j, where nothing good can be meant → no advice', (text, expected) => {
    expect(said(text)).toEqual([expected]);
  });

  test.each([
    ['zone = "example.com"', 'the zone is found by the name: take it out, or set "zone_id"'],
    ['proxy = true', 'did you mean "proxied"?'],
    ['token = "x"', 'did you mean "api_token"?'],
    ['name = "a.example.com"', 'did you mean "record_name"?'],
    ['domains = ["a.example.com"]', 'did you mean "record_name"?'],
    ['record-name = "a.example.com"', 'did you mean "record_name"?'],
    ['RECORD_NAME = "a.example.com"', 'did you mean "record_name"?'],
    ['email = "a@example.com"', 'a token is enough: take it out'],
    ['api_key = "x"', 'the global API key does not work here: make a token and set "api_token"'],
    ['ipv6 = true', 'ipv6ddns keeps AAAA records alone: take it out'],
    ['[records]\nname = "a.example.com"', 'write [[record]] above each'],
    ['[[records]]\nname = "a.example.com"', 'write [[record]] above each'],
    ['[settings]\ntimeout = 30', 'put keys of the top level above all tables, under no name'],
    ['CLOUDFLARE_API_TOKEN = "x"', 'that is the name of a variable; here the key is "api_token"'],
    ['SSL_CERT_FILE = "/x"', 'that is the name of a variable; put it into /etc/default/ipv6ddns'],
  ])('loadSettings: %j, a key of somebody else’s → %s', (text, expected) => {
    expect(advice(text)).toBe(expected);
  });

  test.each([
    ['api_token', ['token', 'cloudflare_token', 'auth_token']],
    ['api_token_file', ['token_file']],
    ['proxied', ['proxy']],
    ['record_name', ['name', 'names', 'host', 'hosts', 'hostname', 'hostnames', 'domain', 'domains']],
    ['record_name', ['subdomain', 'subdomains', 'fqdn', 'records']],
    ['interface', ['iface', 'interfaces', 'device', 'nic']],
    ['verbose', ['debug', 'log_level']],
    ['poll_interval', ['poll']],
    ['verify_interval', ['verify']],
  ])('loadSettings: what others call "%s" → that key', (key, words) => {
    for (const word of words) expect(said(`${word} = 1`)).toEqual([`1: unknown key "${word}"; did you mean "${key}"?`]);
  });

  test.each([
    ['the zone is found by the name: take it out, or set "zone_id"', ['zone', 'zone_name', 'Zone-Name']],
    ['a token is enough: take it out', ['email']],
    [
      'the global API key does not work here: make a token and set "api_token"',
      ['api_key', 'apikey', 'auth_key', 'API-Key'],
    ],
    ['ipv6ddns keeps AAAA records alone: take it out', ['ipv6']],
    ['ipv6ddns keeps AAAA records alone: take it out', ['ipv4']],
    ['Cloudflare is the only provider: take it out', ['provider']],
    ['the kernel tells of changes: take it out, or set "verify_interval"', ['interval', 'period']],
  ])('loadSettings: what need not be set here → %s', (why, words) => {
    for (const word of words) expect(said(`${word} = 1`)).toEqual([`1: unknown key "${word}"; ${why}`]);
  });

  test.each(['record', 'records', 'name', 'names', 'host', 'hosts', 'domain', 'domains'])(
    'loadSettings: tables that are called %s → [[record]]',
    (word) => {
      for (const header of [`[Xx${word}]`, `[${word}xX]`]) {
        expect(advice(`${header}\nx = 1`)).toBe('put keys of the top level above all tables, under no name');
      }
      const header = word === 'record' ? 'Record' : word;
      expect(advice(`[${header}]\nx = 1`)).toBe('write [[record]] above each');
      expect(advice(`[[${header}]]\nx = 1`)).toBe('write [[record]] above each');
    },
  );

  test('loadSettings: a table, or a name of elsewhere, inside of [notify] → no word of names', () => {
    expect(said('[notify.records]\nx = 1')).toEqual(['1: unknown key "records"']);
    expect(said('[notify]\nnames = 1')).toEqual(['2: unknown key "names"']);
    expect(said('[notify]\nURL = 1')).toEqual(['2: unknown key "URL"; did you mean "url"?']);
  });

  test('loadSettings: [record] → two pairs of brackets', () => {
    expect(said('[record]\nname = "a.example.com"')).toEqual([
      '1: record: found one pair of brackets; allowed are [[record]] tables',
    ]);
  });

  test('loadSettings: export of a variable → for environment files', () => {
    expect(advice('export CLOUDFLARE_RECORD_NAME=a.example.com')).toBe(
      '"export" is for environment files; write record_name = "a.example.com"',
    );
  });

  test.each([
    ['color = 7 8', '1:11: not TOML: each key-value declaration must be followed by an end-of-line'],
    ['[recordx', '1:9: not TOML: illegal character in key'],
    ['[notifyx', '1:9: not TOML: illegal character in key'],
    ['[xrecord', '1:9: not TOML: illegal character in key'],
  ])('loadSettings: %j, where nothing is known of what was meant → no advice', (text, expected) => {
    expect(said(text)).toEqual([expected]);
  });

  test('loadSettings: a key that every object has → unknown, no more', () => {
    expect(said('constructor = 1')).toEqual(['1: unknown key "constructor"']);
  });

  test.each([
    'api_token = s3cret',
    'api_token: s3cret',
    'api_token "s3cret"',
    'api_token = “s3cret”',
    'api_token = "s3cret',
    'export CLOUDFLARE_API_TOKEN=s3cret',
    'CLOUDFLARE_API_TOKEN: s3cret',
    's3cret',
    's3cret, "x"',
    'password = s3cret',
    'record_name = "a.example.com" api_token = "s3cret"',
    '[notify]\nurl = https://example.com/s3cret',
    '[notify]\nexec = [\n"/bin/x",\n--s3cret, ]',
    `comment = ${TOKEN}`,
    `record_name = a.example.com, ${TOKEN}`,
  ])('loadSettings: %j, which is not TOML → a secret is not shown', (text) => {
    expect(said(text)).toHaveLength(1);
    expect(said(text).join()).not.toContain('s3cret');
    expect(said(text).join()).not.toContain(TOKEN);
  });
});
