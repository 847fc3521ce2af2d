/** Whether an answer of the API comes back to an address, as `ipv6ddns check` tells it: the API's host is behind the router
 *  here, which knows the way back to some prefixes and not to others. */
import { expect, test } from 'vitest';
import { monotonicMs } from '../simulator/log.ts';
import type { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';
import { bundle } from './harness/programs.ts';

const A = '3ffe:1::a';
const ROUTER = 'fe80::99';
const API = '3ffe:9::9';

const REACHED = 'reached from the API';
const SILENT = 'not reached: answers of the API do not come back to it';
const UNKNOWN = 'no way to tell whether it is reached';

/** A lab whose router has the API's address, with a default route there, and the address A. */
async function openProbeLab(): Promise<Lab> {
  const lab = await openLab({ unrouted: true });
  await lab.router.ip('link set lo up');
  await lab.router.ip(`addr add ${ROUTER}/64 dev lan0 nodad`);
  await lab.router.ip(`addr add ${API}/128 dev lo`);
  await lab.router.ip('-6 route add 3ffe:1::/64 dev lan0');
  await lab.host.ip(`-6 route add default via ${ROUTER} dev wan0`);
  await lab.hosts(`${API} api.test`, '127.0.0.1 v4only.test');
  await lab.add(A);
  return lab;
}

async function listen(lab: Lab): Promise<Process> {
  const acceptor = lab.launch(
    lab.router,
    [process.execPath, await bundle('test/e2e/harness/acceptor.ts', lab.folder), '443'],
    {},
  );
  await acceptor.line(/^listening$/);
  return acceptor;
}

/** What `ipv6ddns check` says of the address, and how long all of it took. */
async function checked(lab: Lab, environment: Readonly<Record<string, string>> = {}) {
  const sinceMs = monotonicMs();
  const program = await lab.run(['check'], {
    environment: { CLOUDFLARE_BASE_URL: 'https://api.test/v4', IPV6DDNS_TIMEOUT: '1', ...environment },
  });
  const { atMs } = await program.exit;
  const line = program.stdout.find((own) => /^ok +address/.test(own)) ?? program.transcript();
  return { says: line.replace(/^ok +address +/, ''), tookMs: atMs - sinceMs };
}

test('probe: an answer comes back → reached; the connection left from the address, and nothing was sent on it', async () => {
  const lab = await openProbeLab();
  await lab.host.ip('addr add 3ffe:9::b/128 dev wan0 nodad'); // what the kernel would leave from (RFC 6724, rule 8)
  const acceptor = await listen(lab);
  expect((await checked(lab)).says).toBe(`${A}, ${REACHED}`);
  await acceptor.line(/^3ffe:1::a 0$/);
});

test('probe: the router knows no way back to the prefix → not reached, after 3 s', async () => {
  const lab = await openProbeLab();
  await lab.router.ip('-6 route replace blackhole 3ffe:1::/64');
  await listen(lab);
  const { says, tookMs } = await checked(lab);
  expect(says).toBe(`${A}, ${SILENT}`);
  expect(tookMs).toBeGreaterThan(3_000);
});

test('probe: no route leads away from the address → not reached', async () => {
  const lab = await openProbeLab();
  await listen(lab);
  await lab.host.ip('-6 route del default');
  await lab.host.ip(`-6 route add default from 3ffe:2::/64 via ${ROUTER} dev wan0`);
  expect((await checked(lab)).says).toBe(`${A}, ${SILENT}`);
});

test('probe: the connection is refused → not reached: somebody between has answered', async () => {
  const lab = await openProbeLab();
  expect((await checked(lab)).says).toBe(`${A}, ${SILENT}`);
});

test.each([
  ['the API has no IPv6 address', { CLOUDFLARE_BASE_URL: 'https://v4only.test/v4' }],
  ['a proxy stands between', { HTTPS_PROXY: 'http://[3ffe:9::9]:3128' }],
  ['the API’s address is this machine’s own', { CLOUDFLARE_BASE_URL: `https://[${A}]:9443/v4` }],
])('probe: %s → no way to tell', async (_, environment) => {
  const lab = await openProbeLab();
  const own = lab.launch(
    lab.host,
    [process.execPath, await bundle('test/e2e/harness/acceptor.ts', lab.folder), '9443'],
    {},
  );
  await own.line(/^listening$/);
  await listen(lab);
  expect((await checked(lab, environment)).says).toBe(`${A}, ${UNKNOWN}`);
});
