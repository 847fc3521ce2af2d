import { beforeEach, describe, expect, test } from 'vitest';
import { describeRefusal, eligible, type Refusal, refuse, refused } from '../../../src/core/address/eligible.ts';
import { type AddressKind, addressKind } from '../../../src/core/address/kinds.ts';
import { AddressTable } from '../../../src/core/address/table.ts';
import { IFF_LOOPBACK, IFF_UP, INFINITE_LIFETIME_SEC } from '../../../src/core/wire/constants.ts';
import { A, ifAddr } from '../../fakes/samples.ts';
import { tell, tellLink } from '../../fakes/told-table.ts';

const rulesFor = (interfaces: readonly string[] | null, exclude: readonly AddressKind[] = []) => ({
  interfaces,
  prefer: [],
  exclude,
});

const kind = (text: string): AddressKind => {
  const read = addressKind(text);
  if (!read.ok) throw new Error(read.error);
  return read.value;
};

describe('refuse: the link', () => {
  test.each<[string, string, number | null, readonly string[] | null, Refusal['kind'] | null]>([
    ['up, any allowed', 'eth2', IFF_UP, null, null],
    ['up and named', 'eth2', IFF_UP, ['eth3', 'eth2'], null],
    ['up and matched', 'eth2', IFF_UP, ['eth*'], null],
    ['up and left out', 'eth2', IFF_UP, ['!eth2'], 'interfaceNotAllowed'],
    ['up and not named', 'eth2', IFF_UP, ['eth3'], 'interfaceNotAllowed'],
    ['named by the start of its name', 'eth2', IFF_UP, ['eth', 'eth22'], 'interfaceNotAllowed'],
    ['down', 'eth2', 0, null, 'interfaceDown'],
    ['down and named', 'eth2', 0, ['eth2'], 'interfaceDown'],
    ['unknown', 'eth2', null, null, 'interfaceDown'],
    ['unknown, some named', 'eth2', null, ['eth2'], 'interfaceDown'],
    ['loopback', 'lo', IFF_UP | IFF_LOOPBACK, null, 'loopback'],
    ['loopback, matched', 'lo', IFF_UP | IFF_LOOPBACK, ['*'], 'loopback'],
    ['loopback and named', 'lo', IFF_UP | IFF_LOOPBACK, ['lo'], null],
    ['loopback, down and named', 'lo', IFF_LOOPBACK, ['lo'], 'interfaceDown'],
  ])('refuse: %s → %s', (_, ifName, flags, interfaces, reason) => {
    const table = new AddressTable();
    if (flags !== null) tellLink(table, 2, ifName, flags);
    expect(refuse(table, ifAddr(A, 1), rulesFor(interfaces), 0)?.kind ?? null).toBe(reason);
  });
});

describe('refuse: exclude', () => {
  test.each<[string, boolean]>([
    ['2a01:db8::/32', true],
    ['2a01:db9::/32', false],
    ['::a', true],
    ['::b', false],
    ['slaac', true],
    ['dhcpv6', false],
    ['static', false],
  ])('refuse: an advertised 2a01:db8::a, exclude has %s → refused: %s', (text, isRefused) => {
    const table = new AddressTable();
    tellLink(table, 2);
    const refusal = refuse(table, ifAddr(A, 1), rulesFor(null, [kind('fd00::/8'), kind(text)]), 0);
    expect(refusal).toEqual(isRefused ? { kind: 'excluded', as: kind(text) } : null);
  });
});

describe('eligible, refused', () => {
  let table: AddressTable;
  beforeEach(() => {
    table = new AddressTable();
    tellLink(table, 1, 'lo', IFF_UP | IFF_LOOPBACK);
    tellLink(table, 2);
    tellLink(table, 3, 'eth3', 0);
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
    expect(eligible(table, rulesFor(null), 0).map(({ address }) => address)).toEqual(['3ffe:1::2']);
  });

  test('eligible: loopback named → its addresses, and no others', () => {
    expect(eligible(table, rulesFor(['lo']), 0).map(({ address }) => address)).toEqual(['3ffe:1::1']);
  });

  test('refused: every other address → with the first reason, its own flaw before its link’s', () => {
    const reasons = new Map(
      refused(table, rulesFor(null), 0).map(({ row, refusal }) => [row.address as string, refusal.kind]),
    );
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
  [{ kind: 'excluded', as: kind('2a01:db8::/32') }, '"exclude" has 2a01:db8::/32'],
])('describeRefusal: %o → a reason in words', (refusal, words) => {
  expect(describeRefusal(refusal)).toBe(words);
});
