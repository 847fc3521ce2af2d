/** resolv.conf × what the name servers do with it: the confined executable, and beside it glibc (getent). */
import { execFile } from 'node:child_process';
import { cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { monotonicMs } from '../simulator/log.ts';
import { Lab } from './harness/lab.ts';
import { makeMeasure, runMeasured } from './harness/measured.ts';
import type { NameServer } from './harness/name-server.ts';
import { startNameServer } from './harness/name-servers.ts';
import { openLab } from './harness/open.ts';

const API = 'api.cloudflare.com';
const V4 = '127.0.0.1';
const V6 = '::1';
const BOTH: NameServer = { names: { [API]: { a: V4, aaaa: V6 } } };
const A = '3ffe:1::a';

const run = promisify(execFile);

interface Row {
  readonly what: string;
  /** Text of resolv.conf, default `nameserver 127.0.0.1`; null = there is none; 'folder' = it cannot be read. */
  readonly conf?: string | null | 'folder';
  readonly servers: readonly NameServer[];
  readonly hosts?: string;
  /** Default true. */
  readonly resolves?: boolean;
  /** Default 5. */
  readonly withinSec?: number;
}

/** A server that says these of the API's name. */
const saying = (a: string, aaaa: string): NameServer => ({ names: { [API]: { a, aaaa } } });

/** A server of a search domain that says this of names in it. */
const searching = (answer: string): NameServer => ({ ...BOTH, others: { a: answer, aaaa: answer } });

const SEARCH = 'nameserver 127.0.0.1\nsearch corp.test example.test\noptions ndots:5\n';

const ROWS: readonly Row[] = [
  { what: 'A and AAAA', servers: [BOTH] },
  ...['nodata', 'nxdomain', 'servfail', 'refused', 'notimp', 'formerr', 'dropped'].flatMap((wrong): Row[] => [
    { what: `AAAA ${wrong}, A good`, servers: [saying(V4, wrong)] },
    { what: `A ${wrong}, AAAA good`, servers: [saying(wrong, V6)] },
  ]),
  { what: 'everything refused', servers: [saying('refused', 'refused')], resolves: false },
  { what: 'everything dropped', servers: [saying('dropped', 'dropped')], resolves: false, withinSec: 12 },
  ...['nodata', 'nxdomain', 'servfail', 'dropped', '127.9.9.9'].map(
    (answer): Row => ({ what: `ndots:5, search domains: ${answer}`, conf: SEARCH, servers: [searching(answer)] }),
  ),
  {
    what: 'domain',
    conf: 'domain corp.test\noptions ndots:9\nnameserver 127.0.0.1\n',
    servers: [searching('servfail')],
  },
  ...[
    'timeout:0',
    'timeout:30',
    'attempts:0',
    'attempts:1',
    'rotate',
    'use-vc',
    'edns0',
    'trust-ad',
    'single-request',
  ].map(
    (option): Row => ({
      what: `options ${option}`,
      conf: `nameserver 127.0.0.1\noptions ${option}\n`,
      servers: [BOTH],
    }),
  ),
  { what: 'options nonsense', conf: 'options timeout:x ndots: :: \nnameserver 127.0.0.1\n', servers: [BOTH] },
  { what: 'UDP truncated', servers: [{ ...BOTH, udp: 'truncated' }] },
  {
    what: 'use-vc, UDP dropped',
    conf: 'nameserver 127.0.0.1\noptions use-vc\n',
    servers: [{ ...BOTH, udp: 'dropped' }],
  },
  { what: 'the first server is nowhere', conf: 'nameserver 127.0.0.9\nnameserver 127.0.0.1\n', servers: [BOTH] },
  {
    what: 'the first server is silent',
    conf: 'nameserver 127.0.0.2\nnameserver 127.0.0.1\n',
    servers: [{ ...saying('dropped', 'dropped'), listen: '127.0.0.2' }, BOTH],
  },
  {
    what: 'the first server fails',
    conf: 'nameserver 127.0.0.2\nnameserver 127.0.0.1\n',
    servers: [{ ...saying('servfail', 'servfail'), listen: '127.0.0.2' }, BOTH],
  },
  {
    what: 'the fourth server alone is there',
    conf: `${['127.0.0.6', '127.0.0.7', '127.0.0.8', '127.0.0.1'].map((own) => `nameserver ${own}`).join('\n')}\n`,
    servers: [BOTH],
  },
  { what: 'a server of IPv6', conf: 'nameserver ::1\n', servers: [{ ...BOTH, listen: '::1' }] },
  { what: 'a link-local server', conf: 'nameserver fe80::1%wan0\n', servers: [{ ...BOTH, listen: 'fe80::1%lan0' }] },
  {
    what: 'a link-local server of an interface that is gone, another',
    conf: 'nameserver fe80::1%gone0\nnameserver 127.0.0.1\n',
    servers: [BOTH],
  },
  {
    what: 'garbage',
    conf: '\u0000\u0001\u0002\nnameserver\nnameserver 1.2.3\nnameserver x%y\n;nameserver 9\r\n\tnameserver 127.0.0.1  # ours\r\n',
    servers: [BOTH],
  },
  { what: 'CRLF', conf: '# made elsewhere\r\nnameserver 127.0.0.1\r\n', servers: [BOTH] },
  { what: 'no line end', conf: 'nameserver 127.0.0.1', servers: [BOTH] },
  { what: 'empty', conf: '', servers: [BOTH] },
  { what: 'missing', conf: null, servers: [BOTH] },
  { what: 'a folder', conf: 'folder', servers: [BOTH] },
  { what: 'hosts, no server', hosts: `${V4} ${API}\n`, servers: [] },
  { what: 'hosts: IPv6 alone, no server', hosts: `${V6} ${API}\n`, servers: [] },
  {
    what: 'hosts: CRLF, comments, another case',
    hosts: `# x\r\n\r\n${V4}\tother API.Cloudflare.COM # y\r\n`,
    servers: [],
  },
  { what: 'hosts: two lines', hosts: `${V6} ${API}\n${V4} ${API}\n`, servers: [] },
  { what: 'hosts before a wrong server', hosts: `${V4} ${API}\n`, servers: [saying('127.9.9.9', 'nxdomain')] },
  { what: 'hosts: garbage, then a server', hosts: `\u0000\nx y z\n1.2.3.4.5 ${API}\n:: \n`, servers: [BOTH] },
];

let lab: Lab;
/** The host's /etc, to be changed at will. */
let etc: string;
beforeAll(async () => {
  lab = await Lab.open();
  etc = await ownEtc(lab);
  await lab.router.ip('link set lo up');
  await lab.router.ip('addr add fe80::1/64 dev lan0 nodad');
  await lab.add(A);
});
afterAll(() => lab.close());

const results: Record<string, unknown>[] = [];
afterAll(() => console.table(results));

/** Gives the host a copy of /etc. @returns its path for us */
async function ownEtc({ folder, host }: Lab): Promise<string> {
  const copy = join(folder, 'etc');
  await mkdir(copy);
  for (const file of ['passwd', 'group', 'nsswitch.conf', 'ssl', 'host.conf']) {
    await cp(join('/etc', file), join(copy, file), { recursive: true, verbatimSymlinks: true });
  }
  await host.replaceFile('/etc', copy);
  return copy;
}

async function lay({ conf = 'nameserver 127.0.0.1\n', hosts = '127.0.0.1 localhost\n' }: Pick<Row, 'conf' | 'hosts'>) {
  const path = join(etc, 'resolv.conf');
  await rm(path, { recursive: true, force: true });
  if (conf === 'folder') await mkdir(path);
  else if (conf !== null) await writeFile(path, conf);
  await writeFile(join(etc, 'hosts'), hosts);
}

const urlOf = ({ api }: Lab): string => api.url.replace('localhost', API);

/** What glibc says, and after how many seconds. */
async function glibc(): Promise<string> {
  const startMs = monotonicMs();
  const [program, ...parameters] = lab.host.command(['timeout', '8', 'getent', 'ahosts', API]);
  const says = await run(program, parameters).then(
    ({ stdout }) => [...new Set(stdout.split('\n').flatMap((line) => line.split(' ')[0] || []))].join(' '),
    ({ code }) => (code === 124 ? 'still waits' : 'fails'),
  );
  return `${says}, ${secondsSince(startMs)} s`;
}

const secondsSince = (startMs: number): number => Math.round((monotonicMs() - startMs) / 100) / 10;

let servers: Awaited<ReturnType<typeof startNameServer>>[] = [];
afterEach(async () => {
  await Promise.all(servers.map((own) => own.kill()));
  servers = [];
});

test.each(ROWS)('resolver: $what', async ({ what, resolves = true, withinSec = 5, ...row }) => {
  await lay(row);
  const where = (spec: NameServer) => (spec.listen?.includes('%') ? lab.router : lab.host);
  servers = await Promise.all(row.servers.map((spec) => startNameServer(lab, spec, where(spec))));
  const verdict = await glibc();
  const asked = servers.map(({ lines }) => lines.length);
  const startMs = monotonicMs();
  const once = await lab.run(['once'], { environment: { CLOUDFLARE_BASE_URL: urlOf(lab) } });
  const { status } = await once.exit;
  const tookSec = secondsSince(startMs);
  results.push({ what, ours: `${status === 0 ? 'resolves' : 'fails'}, ${tookSec} s`, glibc: verdict });
  expect([once.transcript(), status]).toEqual([expect.anything(), resolves ? 0 : 75]);
  expect(tookSec).toBeLessThan(withinSec + 2);
  const questions = servers.flatMap(({ stdout }, i) => stdout.slice(asked[i]).map((line) => line.split(' ')[0]));
  expect(questions.filter((name) => name !== API)).toEqual([]);
});

/** As lists of blocked names have it: 9 MiB. */
const BLOCKED = Array.from({ length: 200_000 }, (_, i) => `0.0.0.0 ads${i}.tracker.example.com\n`).join('');

test.each([
  ['200,000 blocked names', BLOCKED],
  ['as many as are read', BLOCKED.slice(0, 256 * 1024)],
])('hosts: %s → the servers are asked, in little memory', async (_, hosts) => {
  await lay({ hosts });
  servers = [await startNameServer(lab, BOTH)];
  const measure = await makeMeasure(lab.folder);
  const once = await runMeasured(lab, measure, ['once'], { CLOUDFLARE_BASE_URL: urlOf(lab) });
  expect([once.lines, once.status]).toEqual([expect.anything(), 0]);
  expect(once.peakKib).toBeLessThan(8 * 1024);
  expect(once.cpuMs).toBeLessThan(1_000);
});

test('daemon: resolv.conf names another server while it runs → the next request asks there', async () => {
  const own = await openLab();
  const folder = await ownEtc(own);
  const later = join(folder, 'resolv.conf.new');
  await writeFile(join(folder, 'resolv.conf'), 'nameserver 127.0.0.2\n');
  const before = await startNameServer(own, { ...BOTH, listen: '127.0.0.2' });
  await own.add(A);
  const daemon = await own.daemon({ environment: { CLOUDFLARE_BASE_URL: urlOf(own) } });
  await daemon.line(/ created in /);
  await before.kill();
  const after = await startNameServer(own, { ...BOTH, listen: '127.0.0.3' });
  onTestFinished(() => after.kill());
  await mkdir(join(folder, 'resolve'));
  await writeFile(join(folder, 'resolve/stub.conf'), 'nameserver 127.0.0.3\n');
  await symlink('resolve/stub.conf', later);
  await rename(later, join(folder, 'resolv.conf'));
  await own.remove(A);
  await own.add('3ffe:1::b');
  await own.says('3ffe:1::b');
  await after.line(new RegExp(`^${API} `));
});
