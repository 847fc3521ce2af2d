import { describe, expect, test } from 'vitest';
import { changedSettings } from '../../../src/core/config/changes.ts';
import { plain } from '../../../src/core/config/interview.ts';
import type { NotifySettings } from '../../../src/core/config/settings.ts';
import { BASE, ENV_FILE, problems, settings, withBase } from './loading.ts';

const KEY = 's3cret-0d338dcc-a054-11ec-b909-0242ac120002';
const PING = `https://hc-ping.com/${KEY}`;
const PUSH = `https://kuma.example.com/api/push/${KEY}`;

const table = (text: string): string => withBase(`[notify]\n${text}`);

/** What a table says, its secrets shown. */
function notify(text: string, ...more: readonly [Record<string, string>?, Record<string, string>?]) {
  const found: NotifySettings | null = settings(table(text), ...more).notify;
  return plain(found);
}

describe('[notify]: what is read', () => {
  test('[notify]: url alone → JSON to it, no heartbeat, errors after 5 minutes, no command', () => {
    const url = 'https://User:pw@hooks.Example.com:8443/a/b?c=d';
    expect(notify(`url = "${url}"`)).toEqual({
      hook: { format: 'json', origin: 'https://hooks.example.com:8443', good: url, bad: url, heartbeatMs: null },
      exec: null,
      errorAfterMs: 300_000,
    });
  });

  test('[notify]: exec alone → the command, nothing is sent', () => {
    const expected = { hook: null, exec: ['/bin/tell', '', 'a b'], errorAfterMs: 0 };
    expect(notify('exec = ["/bin/tell", "", "a b"]\nerror_after = 0')).toEqual(expected);
  });

  test('[notify]: neither url nor exec → nobody is told', () => {
    expect([notify(''), settings(BASE).notify]).toEqual([null, null]);
  });

  test.each([
    [PING, PING, `${PING}/fail`],
    [`${PING}/`, `${PING}/`, `${PING}/fail`],
    [`${PING}?create=1`, `${PING}?create=1`, `${PING}/fail?create=1`],
    [`${PING}//?a=?&b=??`, `${PING}//?a=?&b=??`, `${PING}/fail?a=?&b=??`],
  ])('[notify]: healthchecks, %s → good and bad news go to URLs of their own, every hour', (url, good, bad) => {
    const hook = { format: 'healthchecks', origin: 'https://hc-ping.com', good, bad, heartbeatMs: 3_600_000 };
    expect(notify(`url = "${url}"\nformat = "healthchecks"`)?.hook).toEqual(hook);
  });

  test.each([PUSH, `${PUSH}?status=up&msg=OK&ping=`, `${PUSH}?msg`])(
    '[notify]: uptime-kuma, %s as it is shown there → status and msg are ours, every 45 s',
    (url) => {
      expect(notify(`url = "${url}"\nformat = "uptime-kuma"`)?.hook).toMatchObject({
        good: `${PUSH}?status=up&msg=`,
        bad: `${PUSH}?status=down&msg=`,
        heartbeatMs: 45_000,
      });
    },
  );

  test('[notify]: uptime-kuma with other parameters → they stay', () => {
    const { hook } = notify(`url = "${PUSH}?a=1&status=up&&b&xping=2&pings=3"\nformat = "uptime-kuma"`) ?? {};
    expect(hook?.good).toBe(`${PUSH}?a=1&b&xping=2&pings=3&status=up&msg=`);
  });

  test('[notify]: heartbeat → taken over, 0 = none', () => {
    const heartbeat = (sec: number) => notify(`url = "${PING}"\nformat = "healthchecks"\nheartbeat = ${sec}`)?.hook;
    expect([heartbeat(20)?.heartbeatMs, heartbeat(0)?.heartbeatMs]).toEqual([20_000, null]);
  });

  test('[notify]: several sources of the URL → environment, environment file, credential, url, url_file', () => {
    const files = { '/u': 'https://file/\nrest', '/c/notify_url': 'https://credential/\n' };
    const from = (text: string, environment: Record<string, string> = {}, more: Record<string, string> = {}) =>
      notify(text, environment, { ...files, ...more })?.hook?.good;
    const key = 'url = "https://key/"\nurl_file = "/u"';
    const envFile = { [ENV_FILE]: 'export IPV6DDNS_NOTIFY_URL=https://env-file/' };
    expect(from(key, { IPV6DDNS_NOTIFY_URL: 'https://env/', CREDENTIALS_DIRECTORY: '/c' }, envFile)).toBe(
      'https://env/',
    );
    expect(from(key, { CREDENTIALS_DIRECTORY: '/c' }, envFile)).toBe('https://env-file/');
    expect(from(key, { CREDENTIALS_DIRECTORY: '/c' })).toBe('https://credential/');
    expect(from(key)).toBe('https://key/');
    expect(from('url_file = "/u"')).toBe('https://file/');
  });

  test.each([
    'localhost:3001',
    '127.0.0.1',
    '[::1]',
    '10.1.2.3',
    '192.168.1.5:3001',
    '169.254.1.1',
    '[fd00::1]',
    '[fe80::1]',
  ])('[notify]: http to %s → taken', (host) =>
    expect(notify(`url = "http://${host}/x"`)?.hook?.origin).toBe(`http://${host}`),
  );

  test.each(['https://a.example', 'https://a.example:65535/x', 'https://a.example?x'])(
    '[notify]: %s → taken',
    (url) => {
      expect(notify(`url = "${url}"`)?.hook?.good).toBe(url);
    },
  );

  test('changedSettings: another URL, another command → notify has changed, values left out', () => {
    const one = settings(table(`url = "${PING}"`));
    expect(changedSettings(one, settings(table(`url = "${PING}"`)))).toEqual([]);
    expect(changedSettings(one, settings(table(`url = "${PING}9"`)))).toEqual(['notify']);
    expect(changedSettings(one, settings(BASE))).toEqual(['notify']);
  });
});

describe('[notify]: what is refused', () => {
  test.each([
    ['no URL', 'url = "s3cret"', /notify\.url: found no URL \(not shown/],
    ['a fragment', 'url = "https://a.example/#s3cret"', /notify\.url: found no URL/],
    ['blanks', 'url = "https://a.example/s3cret x"', /notify\.url: found no URL/],
    ['another scheme', 'url = "ftp://a.example/s3cret"', /notify\.url: found no URL/],
    ['port 0', 'url = "https://a.example:0/s3cret"', /notify\.url: found no URL/],
    ['a port too high', 'url = "https://a.example:65536/s3cret"', /notify\.url: found no URL/],
    ['heartbeat without url', 'exec = ["/x"]\nheartbeat = 20', /notify\.heartbeat: has no meaning without url$/],
    [
      'http to anywhere',
      'url = "http://u:s3cret@a.example/s3cret"',
      /notify\.url: found http to a\.example; allowed is https/,
    ],
    ['http to a public address', 'url = "http://9.9.9.9/s3cret"', /found http to 9\.9\.9\.9/],
    ['a number', 'url = 7', /notify\.url: found a number/],
    [
      'a format of nobody',
      'url = "https://a/s3cret"\nformat = "xml"',
      /notify\.format: found "xml"; allowed are "json", /,
    ],
    [
      'a heartbeat too fast',
      'url = "https://a/s3cret"\nheartbeat = 19',
      /notify\.heartbeat: found 19; allowed are 0 \(none\) and 20–86400/,
    ],
    [
      'a relative program',
      'exec = ["tell"]',
      /notify\.exec: found a list; allowed are lists of texts: the absolute path/,
    ],
    ['a shell command', 'exec = "/bin/tell s3cret"', /notify\.exec: found text; allowed are lists/],
    ['an empty list', 'exec = []', /notify\.exec: found an empty list/],
    ['a NUL', 'exec = ["/bin/tell", "\\u0000"]', /notify\.exec: /],
    ['error_after out of range', 'exec = ["/bin/tell"]\nerror_after = 86401', /notify\.error_after: found 86401/],
    ['a format without url', 'exec = ["/bin/tell"]\nformat = "json"', /notify\.format: has no meaning without url/],
    ['error_after alone', 'error_after = 7', /notify\.error_after: has no meaning without url or exec/],
    ['an unknown key', 'formt = "s3cret"', /unknown key "formt"; did you mean "format"\?/],
    ['a key of the top level', 'timeout = 7', /unknown key "timeout"; it is a key of the top level/],
    ['a missing file', 'url_file = "/none"', /notify\.url_file: cannot read the URL from "\/none": No such file/],
  ])('[notify]: %s → refused at its line, without secrets', (_, text, pattern) => {
    const [problem, ...others] = problems(table(text));
    expect(others).toEqual([]);
    expect(problem).toMatch(pattern);
    expect(problem).toMatch(/config\.toml:[45]: /);
    expect(problem).not.toContain('s3cret');
  });

  test('[notify]: not a table → refused, not shown', () => {
    expect(problems(withBase('notify = "s3cret"'))).toEqual([
      '/etc/ipv6ddns/config.toml:3: notify: found text; allowed is a table, [notify]',
    ]);
  });

  test('IPV6DDNS_NOTIFY_URL: no URL → refused without being shown', () => {
    const [problem] = problems(BASE, { IPV6DDNS_NOTIFY_URL: 's3cret' });
    expect(problem).toMatch(/^IPV6DDNS_NOTIFY_URL: found no URL \(not shown/);
  });

  test('url_file: no URL on its first line → refused without being shown', () => {
    const [problem] = problems(table('url_file = "/u"'), {}, { '/u': 's3cret' });
    expect(problem).toMatch(/notify\.url_file: found no URL on the first line of "\/u"; found no URL/);
    expect(problem).not.toContain('s3cret');
  });
});
