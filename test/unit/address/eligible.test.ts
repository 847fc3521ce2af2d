import { beforeEach, describe, expect, test } from 'vitest';
import { describeRefusal, eligible, type Refusal, refused, refuseLink } from '../../../src/core/address/eligible.ts';
import { AddressTable, type Link } from '../../../src/core/address/table.ts';
import { IFF_LOOPBACK, IFF_UP, INFINITE_LIFETIME_SEC } from '../../../src/core/wire/constants.ts';
import { tell } from '../../fakes/table-model.ts';

const UP: Link = { ifIndex: 2, ifName: 'eth2', flags: IFF_UP };
const LOOPBACK: Link = { ifIndex: 1, ifName: 'lo', flags: IFF_UP | IFF_LOOPBACK };

describe('refuseLink', () => {
  test.each<[string, Link | undefined, readonly string[] | null, Refusal['kind'] | null]>([
    ['up, any allowed', UP, null, null],
    ['up and named', UP, ['eth3', 'eth2'], null],
    ['up and not named', UP, ['eth3'], 'interfaceNotAllowed'],
    ['up, none allowed', UP, [], 'interfaceNotAllowed'],
    ['named by the start of its name', UP, ['eth', 'eth22'], 'interfaceNotAllowed'],
    ['down', { ...UP, flags: 0 }, null, 'interfaceDown'],
    ['down and named', { ...UP, flags: 0 }, ['eth2'], 'interfaceDown'],
    ['unknown', undefined, null, 'interfaceDown'],
    ['unknown, some named', undefined, ['eth2'], 'interfaceDown'],
    ['loopback', LOOPBACK, null, 'loopback'],
    ['loopback and named', LOOPBACK, ['lo'], null],
    ['loopback, another named', LOOPBACK, ['eth2'], 'interfaceNotAllowed'],
    ['loopback, down and named', { ...LOOPBACK, flags: IFF_LOOPBACK }, ['lo'], 'interfaceDown'],
  ])('refuseLink: %s → %s', (_, link, interfaces, kind) => {
    expect(refuseLink(link, interfaces)).toEqual(kind === null ? null : { kind });
  });
});

describe('eligible, refused', () => {
  let table: AddressTable;
  beforeEach(() => {
    table = new AddressTable();
    for (const link of [UP, LOOPBACK, { ifIndex: 3, ifName: 'eth3', flags: 0 }]) {
      table.applyLink({ removed: false, ...link });
    }
    for (const [ifIndex, text, flags] of [
      [1, '3ffe:1::1', 0x80],
      [2, '3ffe:1::2', 0x80],
      [3, '3ffe:1::3', 0x80],
      [4, '3ffe:1::4', 0x80],
      [2, '3ffe:1::5', 0x01],
      [3, 'fd00::6', 0x80],
    ] as const) {
      const common = { protocol: 0, scope: 0, lifetimeSec: INFINITE_LIFETIME_SEC, renewedStamp: 1 };
      tell(table, { ifIndex, text, flags, ...common }, false, 0);
    }
  });

  test('eligible: no interface named → sound addresses of links that are up, but loopback', () => {
    expect(eligible(table, null).map(({ address }) => address)).toEqual(['3ffe:1::2']);
  });

  test('eligible: loopback named → its addresses, and no others', () => {
    expect(eligible(table, ['lo']).map(({ address }) => address)).toEqual(['3ffe:1::1']);
  });

  test('refused: every other address → with the first reason, its own flaw before its link’s', () => {
    const reasons = new Map(refused(table, null, 0).map(({ row, refusal }) => [row.address as string, refusal.kind]));
    expect(reasons).toEqual(
      new Map([
        ['3ffe:1::1', 'loopback'],
        ['3ffe:1::3', 'interfaceDown'],
        ['3ffe:1::4', 'interfaceDown'],
        ['3ffe:1::5', 'temporary'],
        ['fd00::6', 'range'],
      ]),
    );
  });
});

test.each<[Refusal, string]>([
  [{ kind: 'temporary' }, 'temporary (privacy address, RFC 8981)'],
  [{ kind: 'tentative' }, 'tentative (duplicate address detection is not over)'],
  [{ kind: 'dadFailed' }, 'duplicate address detection failed (another host has it)'],
  [{ kind: 'deprecated' }, 'deprecated (its preferred lifetime is over)'],
  [{ kind: 'scope' }, 'not of global scope'],
  [{ kind: 'range', name: 'unique local (RFC 4193)' }, 'unique local (RFC 4193)'],
  [{ kind: 'interfaceDown' }, 'interface is down'],
  [{ kind: 'loopback' }, 'on the loopback interface, which "interface" does not name'],
  [{ kind: 'interfaceNotAllowed' }, 'on an interface that "interface" does not name'],
])('describeRefusal: %o → a reason in words', (refusal, words) => {
  expect(describeRefusal(refusal)).toBe(words);
});
