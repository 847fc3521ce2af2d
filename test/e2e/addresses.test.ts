import { expect, test } from 'vitest';
import type { AddressReport } from '../../src/core/address/report.ts';
import { type Lab, NAME } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import { EXECUTABLE } from './harness/programs.ts';

const STABLE = '3ffe:1::a';

const ESCAPE = '\u001b';
const COLOUR = new RegExp(`${ESCAPE}\\[\\d+m`, 'g');

/** Without a setting: this command needs none. */
const NO_SETTINGS = {
  CLOUDFLARE_API_TOKEN: undefined,
  CLOUDFLARE_RECORD_NAME: undefined,
  CLOUDFLARE_ZONE_ID: undefined,
  CLOUDFLARE_BASE_URL: undefined,
};

/** No resolver answers here, or the API is this very machine. */
const UNTOLD = 'no way to tell whether it is reached';

/** Addresses of every kind on two interfaces; STABLE is the one to publish. */
async function prepare(lab: Lab): Promise<void> {
  await lab.host.ip('link add dark0 type veth peer name dark1');
  await lab.host.ip('link set dark0 up');
  await lab.host.sysctl('net/ipv6/conf/wan0/use_tempaddr', 2);
  await lab.host.sysctl('net/ipv6/conf/wan0/dad_transmits', 0);
  await lab.add(STABLE, 'valid_lft 7200 preferred_lft 3600 mngtmpaddr nodad');
  await lab.add('3ffe:2::a', 'nodad', 'dark0');
  // Without a carrier duplicate address detection does not end.
  await lab.add('3ffe:2::b', '', 'dark0');
  await lab.add('3ffe:3::a', 'valid_lft 7200 preferred_lft 0 nodad');
  await lab.add('fd00:4::a');
  await lab.host.ip('-6 route add default via fe80::1 dev wan0');
  await lab.untilAddress(({ temporary, tentative }) => temporary === true && tentative === undefined);
}

/** Runs the command to its end. */
async function shown(lab: Lab, parameters: readonly string[] = [], environment = {}) {
  const process = await lab.run(['addresses', ...parameters], { environment: { ...NO_SETTINGS, ...environment } });
  const { status } = await process.exit;
  return { status, stdout: process.stdout, stderr: process.stderr };
}

async function report(lab: Lab, environment = {}): Promise<AddressReport & { readonly reached: string | null }> {
  const { stdout } = await shown(lab, ['--json'], environment);
  return JSON.parse(stdout.join('\n'));
}

test('addresses: addresses of every kind → the published first, a reason for every other, in aligned columns', async () => {
  const lab = await openLab({ unrouted: true });
  await prepare(lab);
  const { status, stdout, stderr } = await shown(lab);
  expect([status, stderr]).toEqual([0, []]);
  const [head = '', first = '', ...others] = stdout;
  expect(first).toMatch(/^wan0 +3ffe:1::a\/64 +dynamic nodad mngtmpaddr +(1h|59min( \d+s)?) +(2h|1h 59min) +yes$/);
  for (const line of [
    /^dark0 +3ffe:2::a\/64 +nodad +forever +forever +no, outranked: another one has the better default route$/,
    /^dark0 +3ffe:2::b\/64 +tentative +forever +forever +no, tentative \(duplicate address detection is not over\)$/,
    /^wan0 +3ffe:1::[0-9a-f:]+\/64 +dynamic temporary +\S.* +no, temporary \(privacy address, RFC 8981\)$/,
    /^wan0 +3ffe:3::a\/64 +dynamic nodad deprecated +0s +\S.* +no, deprecated \(its preferred lifetime is over\)$/,
    /^wan0 +fd00:4::a\/64 +nodad +forever +forever +no, unique local \(RFC 4193\)$/,
    /^lo +::1\/128 +\S.* +no, loopback \(RFC 4291\)$/,
  ]) {
    expect(others).toContainEqual(expect.stringMatching(line));
  }
  const rows = [first, ...others.slice(0, others.indexOf(''))];
  for (const name of ['ADDRESS', 'FLAGS', 'PREFERRED', 'VALID', 'PUBLISHED']) {
    const at = head.indexOf(name);
    for (const row of rows) expect(row.slice(at - 2, at)).toBe('  ');
    // Only the flags may be none.
    if (name !== 'FLAGS') for (const row of rows) expect(row.charAt(at)).not.toBe(' ');
  }
  expect(stdout.at(-1)).toBe(`3ffe:1::a is published: it has the best default route; ${UNTOLD}.`);
});

test('addresses: --json → the contract’s document, with what the daemon publishes as the winner', async () => {
  const lab = await openLab({ unrouted: true });
  await prepare(lab);
  const { addresses, winner, rule, reached } = await report(lab);
  expect([winner, rule, reached]).toEqual([STABLE, 'uplink', 'unknown']);
  const stable = addresses.find(({ address }) => address === STABLE);
  expect(stable).toEqual({
    interface: 'wan0',
    address: STABLE,
    prefix_length: 64,
    flags: ['dynamic', 'nodad', 'mngtmpaddr'],
    preferred_s: expect.any(Number),
    valid_s: expect.any(Number),
    published: true,
    reason: null,
  });
  expect(stable?.preferred_s).toBeGreaterThan(3_580);
  expect(stable?.preferred_s).toBeLessThanOrEqual(3_600);
  expect(addresses.find(({ address }) => address === 'fd00:4::a')).toMatchObject({
    preferred_s: null,
    valid_s: null,
    published: false,
    reason: 'unique local (RFC 4193)',
  });
  const present = (await lab.addresses()).map(({ local }) => local);
  expect(addresses.map(({ address }) => address).sort()).toEqual(present.sort());
  expect((await (await lab.run(['once'])).exit).status).toBe(0);
  await lab.says(STABLE);
});

test('addresses: another interface is named → its address is published, the others are not allowed', async () => {
  const lab = await openLab({ unrouted: true });
  await prepare(lab);
  const { addresses, winner } = await report(lab, { IPV6DDNS_INTERFACE: 'dark0' });
  expect(winner).toBe('3ffe:2::a');
  expect(addresses.find(({ address }) => address === STABLE)?.reason).toBe(
    'on an interface that "interface" does not name',
  );
});

test('addresses: none may be published → says so, status 69, also as JSON', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.add('fd00:4::a');
  const { status, stdout } = await shown(lab);
  expect([status, stdout.at(-1)]).toEqual([69, 'No address may be published.']);
  expect((await shown(lab, ['--json'])).status).toBe(69);
  expect(await report(lab)).toMatchObject({ winner: null, rule: null });
});

test('addresses: a terminal, a pipe, NO_COLOR, JSON → colours on the bare terminal alone, the text is the same', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.add(STABLE);
  // The text is compared: no flag may change meanwhile.
  await lab.untilAddress(({ local, tentative }) => local.startsWith('fe80:') && tentative === undefined);
  const onTerminal = async (command: string, environment = {}): Promise<string[]> => {
    const script = ['script', '--quiet', '--return', '--command', `${EXECUTABLE} addresses ${command}`, '/dev/null'];
    const process = lab.start([...script], { ...NO_SETTINGS, ...environment });
    expect((await process.exit).status).toBe(0);
    return process.stdout;
  };
  const files = `--config /dev/null --env-file /dev/null`;
  const coloured = await onTerminal(files);
  const green = `${ESCAPE}[32m`;
  const off = `${ESCAPE}[0m`;
  expect(coloured[1]?.startsWith(`${green}wan0 `) && coloured[1].endsWith(` yes${off}`)).toBe(true);
  const plain = (await shown(lab)).stdout;
  expect(coloured.map((line) => line.replaceAll(COLOUR, ''))).toEqual(plain);
  expect(await onTerminal(files, { NO_COLOR: '1' })).toEqual(plain);
  expect(await onTerminal(files, { NO_COLOR: '' })).toEqual(coloured);
  expect((await onTerminal(`--json ${files}`)).join()).not.toContain(ESCAPE);
});

test('addresses: the daemon’s settings are broken or incomplete → the table is shown all the same', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.add(STABLE);
  const process = await lab.run(['addresses'], {
    config: 'timout = 5\n',
    environment: { CLOUDFLARE_RECORD_NAME: NAME },
  });
  expect((await process.exit).status).toBe(0);
  expect(process.stdout.at(-1)).toBe(`3ffe:1::a is published: the only eligible address; ${UNTOLD}.`);
});
