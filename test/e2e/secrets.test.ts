import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Lab, NAME } from './harness/lab.ts';
import { Receiver } from './harness/notified.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';
import { EXECUTABLE } from './harness/programs.ts';
import { serviceManager } from './harness/service-manager.ts';

const A = '3ffe:1::a';
const B = '3ffe:1::b';
const KEY = 's3cret-0d338dcc-a054-11ec';
const PASSWORD = 'pr0xy-passw0rd';

/** Where the token comes from: `[text in the environment file, text in the config file, variables]`. */
type Source = (token: string, file: string) => readonly [string, string, Readonly<Record<string, string>>];
const SOURCES: readonly (readonly [called: string, source: Source])[] = [
  ['the environment', (token) => ['', '', { CLOUDFLARE_API_TOKEN: token }]],
  ['the environment file', (token) => [`export CLOUDFLARE_API_TOKEN="${token}"\n`, '', {}]],
  ['a file named in the environment', (_, file) => ['', '', { CLOUDFLARE_API_TOKEN_FILE: file }]],
  ['a credential', (_, file) => ['', '', { CREDENTIALS_DIRECTORY: join(file, '..') }]],
  ['the config file', (token) => ['', `api_token = "${token}"\n`, {}]],
];

/** What proc(5) shows of a process and of those of its children that do not end meanwhile. */
async function shownBy(pid: number): Promise<string> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').filter(Boolean);
  const files = ['environ', 'cmdline', 'comm', 'status', 'limits'].map((file) =>
    readFile(`/proc/${pid}/${file}`, 'latin1'),
  );
  return (await Promise.all([...files, ...children.map((child) => shownBy(Number(child)).catch(() => ''))])).join('\n');
}

/** The API's answers repeat the token, as some of its errors and many a proxy's pages do. */
async function echo({ api }: Lab, token: string, times: number | null = 1): Promise<void> {
  const errors = [{ code: 1234, message: `the token ${token} is odd, Bearer ${token}` }];
  const body = JSON.stringify({ success: false, errors, messages: [], result: null });
  const json = { 'content-type': 'application/json' };
  const on = times === null ? {} : { method: 'PATCH' };
  await api.addFault({ kind: 'reply', status: 400, headers: json, body, times, on });
  const page = `<html><title>${token}</title>Authorization: Bearer ${token}</html>`;
  await api.addFault({ kind: 'reply', status: 502, headers: { 'content-type': 'text/html' }, body: page, times });
}

/** The daemon's files as they are now. */
const filesOf = (lab: Lab): Promise<string[]> =>
  Promise.all(['status.json', 'ipv6ddns.prom'].map((file) => readFile(join(lab.folder, file), 'utf8')));

test.each(
  SOURCES.flatMap(([called, source]) => (['text', 'json'] as const).map((format) => [called, format, source] as const)),
)(
  'secrets: the token from %s, log as %s, answers that repeat it → it and the key of the receiver are shown nowhere',
  async (_, format, source) => {
    const lab = await openLab();
    const token = lab.token.value;
    const [receiver, { manager, environment }] = await Promise.all([Receiver.start(lab), serviceManager(lab)]);
    const folder = join(lab.folder, 'credentials');
    await mkdir(folder);
    const file = join(folder, 'cloudflare_api_token');
    await writeFile(file, `${token}\n`, { mode: 0o600 });
    const [variables, config, more] = source(token, file);
    await writeFile(join(lab.folder, 'variables'), variables);
    await lab.configure(`${config}metrics_file = "${lab.folder}/ipv6ddns.prom"
[notify]
url = "${receiver.url(`/${KEY}?k=${KEY}`)}"
exec = ["/bin/sh", "-c", "env"]
error_after = 0
`);
    const cores = join(lab.folder, 'cores');
    await mkdir(cores);
    const parameters = ['run', '-v', '--log-format', format, '-c', join(lab.folder, 'config.toml')];
    const daemon = lab.start(
      [
        'sh',
        '-c',
        'cd "$0"; ulimit -c unlimited; exec "$@"',
        cores,
        EXECUTABLE,
        ...parameters,
        '--env-file',
        join(lab.folder, 'variables'),
      ],
      { CLOUDFLARE_API_TOKEN: undefined, ...environment, ...more },
    );
    await lab.add(A);
    await daemon.line(/ created in /);
    // The change of the content alone is refused, then that of the whole record.
    await echo(lab, token, 2);
    await lab.remove(A);
    await lab.add(B);
    await daemon.line(/code 1234/);
    const seen = [...(await filesOf(lab)), await shownBy(daemon.pid)];
    daemon.signal('SIGUSR1');
    daemon.signal('SIGHUP');
    await daemon.line(/HTTP 502/);
    seen.push(...(await filesOf(lab)));
    await lab.says(B);
    await receiver.next(/recovery/);
    await daemon.line(/sh printed: .*recovery/);
    seen.push(...(await filesOf(lab)), await shownBy(daemon.pid));
    daemon.signal('SIGABRT');
    await daemon.exit;
    expect(await readdir(cores)).toEqual([]);
    const bodies = receiver.received.map(({ body }) => body);
    expect(seen.join('\n')).toContain(NAME);
    expect([daemon.transcript(), manager.transcript(), ...bodies, ...seen].join('\n')).not.toMatch(
      new RegExp(`${token}|${KEY}`),
    );
  },
);

const PROXIES = [
  ['where nobody listens', 'http://user:pr0xy-passw0rd@127.0.0.1:9'],
  ['of a kind that libcurl here has not', 'socks5h://user:pr0xy-passw0rd@127.0.0.1:9'],
  ['of which the port is none', 'http://user:pr0xy-passw0rd@127.0.0.1:99999'],
  ['without a host', 'http://user:pr0xy-passw0rd@'],
] as const;

test.each(PROXIES)('secrets: a proxy %s → run, once and check tell, and none its password', async (_, proxy) => {
  const lab = await openLab();
  await lab.add(A);
  const environment = { HTTPS_PROXY: proxy };
  const failing: Process[] = [await lab.run(['run', '-v'], { environment })];
  for (const parameters of [['once', '-v'], ['check'], ['check', '--json']]) {
    const ended = await lab.run(parameters, { environment });
    expect((await ended.exit).status).not.toBe(0);
    failing.push(ended);
  }
  const [daemon] = failing;
  await daemon?.line(/cannot reach Cloudflare|HTTPS_PROXY/);
  const status = await readFile(join(lab.folder, 'status.json'), 'utf8').catch(() => '');
  const shown = daemon === undefined ? '' : await shownBy(daemon.pid).catch(() => '');
  expect([lab.transcript(), status, shown].join('\n')).not.toContain(PASSWORD);
});

const PROXY = 'http://user:pr0xy-passw0rd@127.0.0.1:9';

test.each(['https_proxy', 'all_proxy', 'ALL_PROXY'])(
  'secrets: %s → used, not shown, not in the environment',
  async (name) => {
    const lab = await openLab();
    await lab.add(A);
    const daemon = await lab.daemon({ environment: { [name]: PROXY } });
    await daemon.line(/cannot reach Cloudflare/);
    expect([daemon.transcript(), await shownBy(daemon.pid)].join('\n')).not.toContain(PASSWORD);
  },
);

test('secrets: variables of a proxy for plain http → not used, not repeated', async () => {
  const lab = await openLab();
  await lab.add(A);
  const daemon = await lab.daemon({ environment: { http_proxy: PROXY, HTTP_PROXY: PROXY } });
  await daemon.line(/ created in /);
  expect(daemon.transcript()).not.toContain(PASSWORD);
});

test('secrets: a proxy, and no_proxy that names the API’s host → none is used', async () => {
  const lab = await openLab();
  await lab.add(A);
  const daemon = await lab.daemon({ environment: { https_proxy: PROXY, no_proxy: new URL(lab.api.url).hostname } });
  await daemon.line(/ created in /);
});

test.each([[], ['--json']])(
  'secrets: check %s, answers that repeat the token → it is not shown',
  async (...options) => {
    const lab = await openLab();
    await lab.add(A);
    const { token } = lab;
    await echo(lab, token.value, null);
    const check = await lab.run(['check', ...options]);
    expect((await check.exit).status).not.toBe(0);
    expect(check.transcript()).toContain('[hidden]');
    expect(check.transcript()).not.toContain(token.value);
  },
);
