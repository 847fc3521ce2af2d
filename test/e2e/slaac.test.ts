import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';
import type { Process } from './harness/process.ts';

/** DAD, and the first advertisement, take their time. */
const PATIENCE = { timeoutMs: 20_000 };

/** Make a minute. */
const ADVERTISEMENTS = 17;

interface Prefix {
  readonly prefix: string;
  readonly preferredSec: number;
}

/** Where a router advertises, and how much it wants to be the default one. */
interface Link {
  readonly ifName: string;
  readonly preference: 'low' | 'medium' | 'high';
}

const UPLINK: Link = { ifName: 'lan0', preference: 'medium' };

/** radvd(8) on the router's end of a link. */
class Advertiser {
  readonly #file: string;
  readonly #link: Link;
  readonly #process: Process;

  private constructor(file: string, link: Link, process: Process) {
    this.#file = file;
    this.#link = link;
    this.#process = process;
  }

  static async start(lab: Lab, prefixes: readonly Prefix[], link = UPLINK): Promise<Advertiser> {
    await lab.router.sysctl('net/ipv6/conf/all/forwarding', 1);
    const file = join(lab.folder, `radvd-${link.ifName}.conf`);
    await writeFile(file, describe(prefixes, link));
    const parameters = ['--nodaemon', '--config', file, '--pidfile', `${file}.pid`];
    const log = ['--logmethod', 'stderr', '--debug', '1'];
    return new Advertiser(file, link, lab.launch(lab.router, ['radvd', ...parameters, ...log], {}));
  }

  /** Advertises other prefixes from now on, the first time at once. */
  async change(prefixes: readonly Prefix[]): Promise<void> {
    await writeFile(this.#file, describe(prefixes, this.#link));
    this.#process.signal('SIGHUP');
  }
}

const describe = (prefixes: readonly Prefix[], { ifName, preference }: Link): string => {
  const own = prefixes.map(
    ({ prefix, preferredSec }) =>
      `prefix ${prefix}/64 { AdvValidLifetime 7200; AdvPreferredLifetime ${preferredSec}; };`,
  );
  const pace = 'MinRtrAdvInterval 3; MaxRtrAdvInterval 4;';
  return `interface ${ifName} { AdvSendAdvert on; AdvDefaultPreference ${preference}; ${pace} ${own.join(' ')} };\n`;
};

/** The address that the kernel made of the prefix, once it is usable. */
const addressOf = async (lab: Lab, prefix: string): Promise<string> =>
  (await lab.untilAddress(({ local, tentative }) => local.startsWith(prefix) && tentative === undefined)).local;

test('slaac: a router advertises a prefix → the address is published after DAD, and renewals send nothing', async () => {
  const lab = await openLab({ unrouted: true });
  const daemon = await lab.daemon({ parameters: ['--verbose'] });
  await Advertiser.start(lab, [{ prefix: '3ffe:1::', preferredSec: 3600 }]);
  const address = await addressOf(lab, '3ffe:1:');
  await daemon.line(new RegExp(`AAAA ${address}, created`), PATIENCE);
  // A minute of advertisements, 3 to 4 s apart.
  const renewed = lab.launch(lab.host, ['ip', '-6', 'monitor', 'address', 'dev', 'wan0'], {});
  for (let seen = 0, since = 0; seen < ADVERTISEMENTS; seen++) {
    await renewed.line(/3ffe:1:/, { ...PATIENCE, since });
    since = renewed.lines.length;
  }
  expect(await lab.writes()).toEqual([`POST ${address}`]);
}, 150_000);

test('slaac: the prefix is deprecated and a new one comes → the new address, and none in between', async () => {
  const lab = await openLab({ unrouted: true });
  const daemon = await lab.daemon();
  const router = await Advertiser.start(lab, [{ prefix: '3ffe:1::', preferredSec: 3600 }]);
  const before = await addressOf(lab, '3ffe:1:');
  await daemon.line(/ created in /, PATIENCE);
  await router.change([
    { prefix: '3ffe:1::', preferredSec: 0 },
    { prefix: '3ffe:2::', preferredSec: 3600 },
  ]);
  const after = await addressOf(lab, '3ffe:2:');
  await daemon.line(new RegExp(`AAAA ${after} \\(was ${before}\\), updated`), PATIENCE);
  expect(await lab.writes()).toEqual([`POST ${before}`, `PATCH ${after}`]);
});

test('slaac: temporary addresses are on → the stable one alone is sent', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.host.sysctl('net/ipv6/conf/wan0/use_tempaddr', 2);
  const daemon = await lab.daemon();
  await Advertiser.start(lab, [{ prefix: '3ffe:1::', preferredSec: 3600 }]);
  await lab.untilAddress(({ temporary, tentative }) => temporary === true && tentative === undefined);
  const { local } = await lab.untilAddress(
    ({ local, temporary, tentative }) => local.startsWith('3ffe:1:') && !temporary && tentative === undefined,
  );
  await daemon.line(/ created in /, PATIENCE);
  await lab.add('3ffe:9::1');
  await lab.says('3ffe:9::1'); // permanent, so it ranks above; what was known before is settled
  expect(await lab.writes()).toEqual([`POST ${local}`, 'PATCH 3ffe:9::1']);
});

test('slaac: the neighbour has the same address → never sent, the log says why', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.router.ip('addr add 3ffe:1::a/64 dev lan0 nodad');
  const daemon = await lab.daemon();
  await lab.add('3ffe:1::a', '');
  await lab.untilAddress(({ local, dadfailed }) => local === '3ffe:1::a' && dadfailed === true);
  await lab.add('3ffe:1::b', '');
  await daemon.line(/AAAA 3ffe:1::b, created/, PATIENCE);
  expect(await lab.writes()).toEqual(['POST 3ffe:1::b']);
});

test('slaac: the router forgets the old prefix without a word → the one that is still advertised', async () => {
  const lab = await openLab({ unrouted: true });
  const daemon = await lab.daemon();
  const router = await Advertiser.start(lab, [{ prefix: '3ffe:1::', preferredSec: 3600 }]);
  const before = await addressOf(lab, '3ffe:1:');
  await daemon.line(/ created in /, PATIENCE);
  // The default lifetime outlives the change: for the kernel the old address is as good as ever.
  await router.change([{ prefix: '3ffe:2::', preferredSec: 3600 }]);
  const after = await addressOf(lab, '3ffe:2:');
  await daemon.line(new RegExp(`AAAA ${after} \\(was ${before}\\), updated`), { timeoutMs: 30_000 });
  expect((await lab.addresses()).find(({ local }) => local === before)?.deprecated).toBeUndefined();
  expect(await lab.writes()).toEqual([`POST ${before}`, `PATCH ${after}`]);
});

test('slaac: two uplinks, one of a preferred router → the address of that one, as the kernel sends', async () => {
  const lab = await openLab({ unrouted: true });
  await lab.host.link('wan1', lab.router, 'lan1');
  await Advertiser.start(lab, [{ prefix: '3ffe:1::', preferredSec: 3600 }], { ifName: 'lan0', preference: 'low' });
  await Advertiser.start(lab, [{ prefix: '3ffe:2::', preferredSec: 3600 }], { ifName: 'lan1', preference: 'high' });
  await addressOf(lab, '3ffe:1:');
  const preferred = await addressOf(lab, '3ffe:2:');
  await lab.daemon();
  await lab.says(preferred);
  expect(await lab.writes()).toEqual([`POST ${preferred}`]);
});
