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
    ['record_name = home.example.com', 'text stands in quotes; write record_name = "home.example.com"'],
    ['record_name = “home.example.com”', 'the quotes have to be straight; write record_name = "home.example.com"'],
    ['record_name = ‘home.example.com’', 'the quotes have to be straight; write record_name = "home.example.com"'],
    ['record_name = "home.example.com', 'the closing quote is missing; write record_name = "home.example.com"'],
    ["record_name = 'home.example.com", 'the closing quote is missing; write record_name = "home.example.com"'],
    ['record_name = a.example.com, b.example.com', 'write record_name = ["a.example.com", "b.example.com"]'],
    ['record_name = [a.example.com, b.example.com]', 'write record_name = ["a.example.com", "b.example.com"]'],
    ['record_name = "a.example.com", "b.example.com"', 'write record_name = ["a.example.com", "b.example.com"]'],
    ['record_name: home.example.com', 'between key and value stands "="; write record_name = "home.example.com"'],
    ['record_name "a.example.com"', 'between key and value "=" is missing; write record_name = "a.example.com"'],
    ['interface = eth0, wlan0', 'write interface = ["eth0", "wlan0"]'],
    ['verbose = True', 'write verbose = true'],
    ['verbose = Yes # for now', 'write verbose = true'],
    ['proxied = OFF', 'write proxied = false'],
    ['timeout = 30s', 'write timeout = 30'],
    ['poll_interval = 5 minutes', 'write poll_interval = 300'],
    ['verify_interval = 1h', 'write verify_interval = 3600'],
    ['ttl = automatic', 'write ttl = 1'],
    ['timeout =', 'write timeout = its value'],
    ['[[record]]\nname = nas.example.com', 'text stands in quotes; write name = "nas.example.com"'],
    ['[[record]\nname = "a.example.com"', 'write [[record]]'],
    ['[notify\nformat = "json"', 'write [notify]'],
    ['; a comment', 'a comment starts with "#"'],
    ['timeout = 30\ntimeout = 40', 'it is there twice: take one of the two out'],
    ['record_name = "a.example.com" timeout = 3', 'each key stands on a line of its own'],
    ['color = blue', 'text stands in quotes'],
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
    ['ipv6 = true', 'AAAA records are all that is kept: take it out'],
    ['[records]\nname = "a.example.com"', 'write [[record]] above each'],
    ['[[records]]\nname = "a.example.com"', 'write [[record]] above each'],
    ['[settings]\ntimeout = 30', 'keys of the top level stand above all tables, under no name'],
    ['CLOUDFLARE_API_TOKEN = "x"', 'it is the name of a variable; here it is called "api_token"'],
    ['SSL_CERT_FILE = "/x"', 'it is the name of a variable; put it into /etc/default/ipv6ddns'],
  ])('loadSettings: %j, a key of somebody else’s → %s', (text, expected) => {
    expect(advice(text)).toBe(expected);
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
