import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Lab } from './harness/lab.ts';
import { openLab } from './harness/open.ts';

/** Numerically above every temporary address of its prefix: the order of the numbers does not decide for it. */
const STABLE = '3ffe:1::ffff:ffff:ffff:a';
const NEXT = '3ffe:1::b';

/** What happens on the machine, in any order. All but STABLE is not to be published. */
const ARRIVALS: Readonly<Record<string, (lab: Lab) => Promise<unknown>>> = {
  // The kernel makes a temporary address of its prefix at once.
  'stable and temporary': (lab) => lab.add(STABLE, 'valid_lft 7200 preferred_lft 3600 mngtmpaddr nodad'),
  // Without a carrier duplicate address detection does not end.
  tentative: (lab) => lab.add('3ffe:2::a', '', 'dark0'),
  deprecated: (lab) => lab.add('3ffe:3::a', 'valid_lft 7200 preferred_lft 0 nodad'),
  'unique local': (lab) => lab.add('fd00:4::a'),
  'link-local': (lab) => lab.add('fe80::a'),
  documentation: (lab) => lab.add('2001:db8::a'),
  'the daemon': (lab) => lab.daemon(),
};

const seed = Number(process.env['E2E_SEED'] ?? randomInt(2 ** 31));
const names = Object.keys(ARRIVALS);
/** The daemon sees each of the others alone before the stable one comes. */
const stableLast = [...names].reverse();
const orders = [
  stableLast,
  ...fc.sample(fc.shuffledSubarray(names, { minLength: names.length }), { numRuns: 5, seed }),
];

async function prepare(lab: Lab): Promise<void> {
  await lab.host.ip('link add dark0 type veth peer name dark1');
  await lab.host.ip('link set dark0 up');
  await lab.host.sysctl('net/ipv6/conf/wan0/use_tempaddr', 2);
  await lab.host.sysctl('net/ipv6/conf/wan0/dad_transmits', 0);
}

describe(`among addresses of every kind (E2E_SEED=${seed})`, () => {
  test.each(orders.map((order) => [order.join(', '), order] as const))(
    'daemon: %s → the stable one alone is sent',
    async (_, order) => {
      const lab = await openLab();
      await prepare(lab);
      for (const name of order) await ARRIVALS[name]?.(lab);
      await lab.says(STABLE);
      await lab.untilAddress(({ temporary, tentative }) => temporary === true && tentative === undefined);
      const present = (await lab.addresses()).map(({ local }) => local);
      expect(present).toEqual(
        expect.arrayContaining(['3ffe:2::a', '3ffe:3::a', 'fd00:4::a', 'fe80::a', '2001:db8::a']),
      );
      // With a record that says none of them, the choice is free again.
      const [record] = await lab.api.records(lab.zone.id);
      await lab.api.changeRecord(lab.zone.id, record?.id ?? '', { content: '3ffe:9::1' });
      expect((await (await lab.run(['once'])).exit).status).toBe(0);
      await lab.says(STABLE);
      // What comes next was preceded by the events of all others.
      await lab.remove(STABLE);
      await lab.add(NEXT);
      await lab.says(NEXT);
      expect(await lab.writes()).toEqual([`POST ${STABLE}`, `PATCH ${STABLE}`, `PATCH ${NEXT}`]);
    },
  );
});

test('daemon: nothing eligible → says of every address why not, and sends nothing', async () => {
  const lab = await openLab();
  await prepare(lab);
  await lab.host.sysctl('net/ipv6/conf/wan0/addr_gen_mode', 1);
  for (const name of ['tentative', 'deprecated', 'unique local', 'documentation']) await ARRIVALS[name]?.(lab);
  const daemon = await lab.daemon();
  const { text } = await daemon.line(/ no address to publish /);
  for (const reason of [
    /3ffe:2::a on dark0: tentative/,
    /3ffe:3::a on wan0: deprecated/,
    /fd00:4::a on wan0: unique local/,
    /2001:db8::a on wan0: documentation/,
    /::1 on lo: loopback/,
    /The records stay as they are\.$/,
  ]) {
    expect(text).toMatch(reason);
  }
  expect(await lab.sent()).toEqual([]);
});
