import { describe, expect, test } from 'vitest';
import { SECRET_KEYS, VARIABLES } from '../../../src/core/config/schema.ts';
import { SECRET_VARIABLES } from '../../../src/core/config/variables.ts';
import { BASE, CONFIG, ENV_FILE, type Files, load, problems, settings, TOKEN } from './loading.ts';

describe('loadSettings: token sources', () => {
  const sources: readonly [name: string, environment: Record<string, string>, config: string][] = [
    ['variable', { CLOUDFLARE_API_TOKEN: 'from-variable' }, ''],
    ['file of the variable', { CLOUDFLARE_API_TOKEN_FILE: '/variable' }, ''],
    ['credential', { CREDENTIALS_DIRECTORY: '/run/credentials/x' }, ''],
    ['key', {}, 'api_token = "from-key"\n'],
    ['file of the key', {}, 'api_token_file = "/key"\n'],
    ['default file', {}, ''],
  ];
  const files: Files = {
    '/variable': '\ufefffrom-variable-file\r\nsecond line\r\n',
    '/run/credentials/x/cloudflare_api_token': 'from-credential',
    '/key': 'from-key-file\n',
    '/etc/ipv6ddns/token': 'from-default-file\n',
  };
  const values = [
    'from-variable',
    'from-variable-file',
    'from-credential',
    'from-key',
    'from-key-file',
    'from-default-file',
  ];

  test.each(sources.map(([name], index) => [name, index] as const))(
    'loadSettings: token by %s and all later sources → the former is used',
    (_, index) => {
      const environment = Object.assign({}, ...sources.slice(index).map(([, variables]) => variables));
      const config = sources
        .slice(index)
        .map(([, , text]) => text)
        .join('');
      expect(settings(`${config}record_name = "a.example.com"`, environment, files).apiToken.reveal()).toBe(
        values[index],
      );
    },
  );

  test('loadSettings: no file in the credentials folder → the next source', () => {
    const read = settings(BASE, { CREDENTIALS_DIRECTORY: '/run/credentials/other' }, files);
    expect(read.apiToken.reveal()).toBe(TOKEN);
  });

  test('loadSettings: an empty credential → the next source', () => {
    const credential = { '/c/cloudflare_api_token': '\n' };
    expect(settings(BASE, { CREDENTIALS_DIRECTORY: '/c' }, credential).apiToken.reveal()).toBe(TOKEN);
  });

  test('loadSettings: a token in the environment file → used, and the environment wins over it', () => {
    const envFile = { [ENV_FILE]: "export CLOUDFLARE_API_TOKEN='from-env-file'" };
    expect(settings(BASE, {}, envFile).apiToken.reveal()).toBe('from-env-file');
    expect(settings(BASE, { CLOUDFLARE_API_TOKEN: 'from-env' }, envFile).apiToken.reveal()).toBe('from-env');
  });

  test.each<[string, Record<string, string>, Files, string]>([
    [
      'a missing file',
      { CLOUDFLARE_API_TOKEN_FILE: '/none' },
      {},
      'CLOUDFLARE_API_TOKEN_FILE: cannot read the token from "/none": No such file or directory',
    ],
    [
      'an unreadable credential',
      { CREDENTIALS_DIRECTORY: '/c' },
      { '/c/cloudflare_api_token': null },
      'cannot read the token from "/c/cloudflare_api_token": Permission denied; let its user read the file',
    ],
    [
      'a default file of root’s alone',
      {},
      { [CONFIG]: 'record_name = "a.example.com"', '/etc/ipv6ddns/token': null },
      'cannot read the token from "/etc/ipv6ddns/token": Permission denied; run it with sudo, or let its user read the file',
    ],
    [
      'an empty first line',
      { CLOUDFLARE_API_TOKEN_FILE: '/t' },
      { '/t': '\ns3cret' },
      'CLOUDFLARE_API_TOKEN_FILE: the first line of "/t" is empty; it has to be the token',
    ],
    [
      'an environment file as token file',
      { CLOUDFLARE_API_TOKEN_FILE: '/t' },
      { '/t': 'CLOUDFLARE_API_TOKEN=s3cret' },
      'CLOUDFLARE_API_TOKEN_FILE: found no token on the first line of "/t"; allowed are the token alone, without "NAME=" before it',
    ],
    [
      'two words',
      { CLOUDFLARE_API_TOKEN: 'Bearer s3cret' },
      {},
      'CLOUDFLARE_API_TOKEN: found text; allowed are visible ASCII characters without blanks',
    ],
    [
      'quotes',
      { CLOUDFLARE_API_TOKEN: '"s3cret"' },
      {},
      'CLOUDFLARE_API_TOKEN: found text; allowed are tokens without quotes around them',
    ],
    [
      'no ASCII',
      { CLOUDFLARE_API_TOKEN: 's3crét' },
      {},
      'CLOUDFLARE_API_TOKEN: found text; allowed are visible ASCII characters without blanks',
    ],
    [
      'a placeholder',
      { CLOUDFLARE_API_TOKEN: '<your-api-token>' },
      {},
      'CLOUDFLARE_API_TOKEN: found text; allowed are tokens, not a placeholder for one',
    ],
    [
      'the token in place of its file',
      { CLOUDFLARE_API_TOKEN_FILE: TOKEN },
      {},
      'CLOUDFLARE_API_TOKEN_FILE: cannot read the token from (40 characters, not shown: may be a secret): No such file or directory',
    ],
  ])(
    'loadSettings: %s as first token source → that problem alone, no later source',
    (_, environment, extra, expected) => {
      expect(problems(BASE, environment, extra)).toEqual([expected]);
    },
  );

  const found = (token: string) => problems(BASE, { CLOUDFLARE_API_TOKEN: token });
  const refusal = (allowed: string) => [`CLOUDFLARE_API_TOKEN: found text; allowed are ${allowed}`];

  test.each([
    ...['<token>', '[token]', '{token}', '$TOKEN', 'xxxx', 'XX', 'your-token', 'put-your-api-token-here', 'your_token'],
    ...['changeme', 'change-me', 'please-change_me-now', 'CHANGE.ME'],
  ])('loadSettings: %s → a placeholder, not a token', (token) => {
    expect(found(token)).toEqual(refusal('tokens, not a placeholder for one'));
  });

  test.each(['TOKEN=', 'a=b', 'Api_Token=abc', 'A_B=='])(
    'loadSettings: %s → the name of a variable stands before it',
    (token) => {
      expect(found(token)).toEqual(refusal('the token alone, without "NAME=" before it'));
    },
  );

  test.each(['"abc', 'abc"', "'abc'", '`abc', 'abc`', '"', "'"])(
    'loadSettings: %s → quotes that belong to no token',
    (token) => {
      expect(found(token)).toEqual(refusal('tokens without quotes around them'));
    },
  );

  test.each(['x1', '1x', 'xxxa', 'a', 'abc=', 'ab==', 'a"b', '-x=y', 'exchange', 'your'])(
    'loadSettings: %s → may be a token',
    (token) => {
      expect(found(token)).toEqual([]);
    },
  );

  test('loadSettings: api_token_file is no text → that alone is the problem', () => {
    expect(problems('record_name = "a.example.com"\napi_token_file = 1')).toEqual([
      `${CONFIG}:2: api_token_file: found 1; allowed are non-empty texts`,
    ]);
  });

  test('loadSettings: blanks on the first line of the token file → empty', () => {
    expect(problems(BASE, { CLOUDFLARE_API_TOKEN_FILE: '/t' }, { '/t': ' \t\nx' })).toEqual([
      'CLOUDFLARE_API_TOKEN_FILE: the first line of "/t" is empty; it has to be the token',
    ]);
  });

  test('loadSettings: token file of the config file that is missing → problem with its line', () => {
    expect(problems('record_name = "a.example.com"\napi_token_file = "/none"')).toEqual([
      `${CONFIG}:2: api_token_file: cannot read the token from "/none": No such file or directory`,
    ]);
  });

  test('SECRET_VARIABLES: variables of secret keys → every one of them', () => {
    const secrets = Object.entries(VARIABLES).filter(([, { key }]) => SECRET_KEYS.includes(key));
    expect([...SECRET_VARIABLES].sort()).toEqual(secrets.map(([name]) => name).sort());
  });
});

describe('loadSettings: secrets', () => {
  test.each([
    ['a number as token', `api_token = 31415926535897`, '31415926535897'],
    ['a list as token', `api_token = ["${TOKEN}"]`, TOKEN],
    ['a token with a blank', `api_token = "s3cret x"`, 's3cret'],
    ['a token as zone id', `zone_id = "${TOKEN}"`, TOKEN],
    ['a token as name', `record_name = "${TOKEN}"`, TOKEN],
    ['a token as URL-like name', `record_name = ["https://${TOKEN}/"]`, TOKEN],
    ['a token as multi_record', `multi_record = "${TOKEN}"`, TOKEN],
    ['a token as interface', `interface = "${TOKEN}"`, TOKEN],
    ['a token as file', `api_token_file = "${TOKEN}"`, TOKEN],
    ['a token as key', `${TOKEN} = 1`, TOKEN],
    ['a token under an unknown key', `apitoken = "s3cret"`, 's3cret'],
    ['a token in a table', `[api_token]\nvalue = "s3cret"`, 's3cret'],
    ['a token that is not quoted', `api_token = ${TOKEN}`, TOKEN],
    ['a token on a broken line', `api_token = "${TOKEN}`, TOKEN],
    ['a token as host_id', `[[record]]\nname = "a.example.com"\nhost_id = "${TOKEN}"`, TOKEN],
  ])('loadSettings: %s → refused without showing it', (_, text, secret) => {
    const found = problems(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).not.toContain(secret);
  });

  test.each(['HTTPS_PROXY', 'all_proxy'])(
    'loadSettings: settings with %s turned into JSON → neither token nor proxy password',
    (name) => {
      const text = JSON.stringify(load(BASE, { [name]: 'http://u:s3cret@p' }));
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain('s3cret');
    },
  );
});

describe('loadSettings: values longer than anybody writes', () => {
  const LONG = 'your'.repeat(60_000);
  const TOO_LONG = 'allowed are texts of up to 8192 characters';

  test('loadSettings: a token that looks like a placeholder again and again → refused at once', () => {
    expect(problems(`record_name = "home.example.com"\napi_token = "${LONG}"`)).toEqual([
      `${CONFIG}:2: api_token: found text; ${TOO_LONG}`,
    ]);
    expect(problems(`record_name = "home.example.com"\napi_token_file = "/key"`, {}, { '/key': LONG })).toEqual([
      `${CONFIG}:2: api_token_file: found no token on the first line of "/key"; ${TOO_LONG}`,
    ]);
  });

  test.each(Object.keys(VARIABLES))('loadSettings: %s of 240,000 characters → refused, in few words', (name) => {
    const found = problems('', {
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_RECORD_NAME: 'home.example.com',
      [name]: LONG,
    });
    expect(found).toEqual([expect.stringContaining(`${name}: found `)]);
    expect(found[0]).toMatch(/; allowed are [^y]{1,120}$/);
    expect(found[0]?.length).toBeLessThan(300);
  });
});
