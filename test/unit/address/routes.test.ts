import { describe, expect, test } from 'vitest';
import { compareUplinks, type Route, Routes, type SourceRule, type Uplink } from '../../../src/core/address/routes.ts';
import { RTN_UNREACHABLE, RTPROT_RA } from '../../../src/core/wire/constants.ts';
import { bytesOf, defaultRoute, hop, prefix } from '../../fakes/routes.ts';

const E0 = 2;
const E1 = 3;
const VPN = 4;
const INSIDE = bytesOf('3ffe:a::1');
const ELSEWHERE = bytesOf('3ffe:b::1');
const P = prefix('3ffe:a::/64');
const GLOBAL_UNICAST = prefix('2000::/3');

const everyLink = (): boolean => true;
const serving = (routes: readonly Route[], address: Uint8Array, ifIndex: number, rules: readonly SourceRule[] = []) =>
  new Routes(routes, rules).serving(address, ifIndex, everyLink);
/** The link of the route that serves INSIDE on e0; null = none. */
const linkFor = (routes: readonly Route[], rules: readonly SourceRule[] = []): number | null =>
  serving(routes, INSIDE, E0, rules)?.ifIndex ?? null;

describe('Routes: which default route serves an address', () => {
  test('Routes: a plain one → serves its own interface alone', () => {
    const routes = [defaultRoute(E0, { metric: 7, preference: 1 })];
    const own = { ifIndex: E0, hasCarrier: true, metric: 7, preference: 1, isOwn: true };
    expect([serving(routes, INSIDE, E0), serving(routes, INSIDE, E1)]).toEqual([own, null]);
  });

  test('Routes: one from a prefix → serves the addresses inside on any interface, others on none', () => {
    const routes = [defaultRoute(E0, { source: P })];
    const far = { ifIndex: E0, hasCarrier: true, metric: 1024, preference: 0, isOwn: false };
    expect(serving(routes, INSIDE, E1)).toEqual(far);
    expect(serving(routes, INSIDE, E0)).toEqual({ ...far, isOwn: true });
    expect(serving(routes, ELSEWHERE, E0)).toBeNull();
  });

  test('Routes: several → the best: carrier, metric, preference, the own interface', () => {
    const from = (ifIndex: number, own: Partial<Route>) => defaultRoute(ifIndex, { source: P, ...own });
    expect(linkFor([from(E0, { metric: 200 }), from(E1, { metric: 100 })])).toBe(E1);
    expect(linkFor([from(E0, { preference: -1 }), from(E1, { preference: 1 })])).toBe(E1);
    expect(linkFor([from(E1, {}), from(E0, {})])).toBe(E0);
    const routes = new Routes([from(E0, { metric: 200 }), from(E1, { metric: 100 })], []);
    expect(routes.serving(INSIDE, E0, (ifIndex) => ifIndex === E0)?.ifIndex).toBe(E0);
    expect(routes.serving(INSIDE, E0, () => false)).toMatchObject({ ifIndex: E1, hasCarrier: false });
  });

  test('Routes: two that are alike → the first', () => {
    const [a, b] = [defaultRoute(E0, { source: P }), defaultRoute(E1, { source: P })];
    expect([serving([a, b], INSIDE, VPN)?.ifIndex, serving([b, a], INSIDE, VPN)?.ifIndex]).toEqual([E0, E1]);
  });

  test('Routes: several ways → each that is not dead serves', () => {
    const routes = [defaultRoute(E0, { hops: [hop(E0, { isDead: true }), hop(E1), hop(VPN)] })];
    expect([E0, E1, VPN].map((ifIndex) => serving(routes, INSIDE, ifIndex)?.ifIndex ?? null)).toEqual([null, E1, VPN]);
  });

  test('Routes: one that refuses → serves nothing, whatever its metric, and hides no other', () => {
    const refusing = defaultRoute(1, { type: RTN_UNREACHABLE, metric: 100 });
    expect(linkFor([refusing])).toBeNull();
    expect(linkFor([refusing, defaultRoute(E0, { metric: 200 })])).toBe(E0);
  });

  test('Routes: of another table, or for less than all destinations → serves nothing', () => {
    expect(linkFor([defaultRoute(E0, { table: 200 })])).toBeNull();
    expect(linkFor([defaultRoute(E0, { destination: prefix('8000::/1') })])).toBeNull();
    expect(linkFor([defaultRoute(E0, { destination: prefix('4000::/3') })])).toBeNull();
    expect(linkFor([defaultRoute(E0, { destination: prefix('2000::/4') })])).toBeNull();
  });
});

describe('Routes: where the main table has no default route', () => {
  const lone = defaultRoute(E0, { table: 200 });

  test('Routes: 2000::/3 → counts, but not beside a default route', () => {
    const wide = defaultRoute(E0, { destination: GLOBAL_UNICAST });
    expect(linkFor([wide])).toBe(E0);
    expect(linkFor([wide, defaultRoute(1, { type: RTN_UNREACHABLE })])).toBe(E0);
    expect(linkFor([wide, defaultRoute(E1)])).toBeNull();
    expect(linkFor([wide, defaultRoute(E1, { hops: [hop(E1, { isDead: true })] })])).toBe(E0);
  });

  test('Routes: a rule for all packets → its table’s default serves its own interface', () => {
    const rules = [{ table: 200, source: prefix('::/0') }];
    expect([linkFor([lone], rules), serving([lone], INSIDE, E1, rules)]).toEqual([E0, null]);
    expect(linkFor([lone, defaultRoute(E1)], rules)).toBeNull();
  });

  test('Routes: a rule → of its table the default routes, and no table else', () => {
    const rules = [{ table: 200, source: P }];
    expect(linkFor([defaultRoute(E0, { table: 300 })], rules)).toBeNull();
    expect(linkFor([defaultRoute(E0, { table: 200, destination: prefix('8000::/1') })], rules)).toBeNull();
  });

  test('Routes: a rule from a prefix → its table’s default serves the addresses inside', () => {
    const rules = [{ table: 200, source: P }];
    expect(serving([lone], INSIDE, E1, rules)?.ifIndex).toBe(E0);
    expect(serving([lone], ELSEWHERE, E0, rules)).toBeNull();
    const narrow = defaultRoute(E0, { table: 200, source: prefix('3ffe:a:0:0:8000::/65') });
    expect(serving([narrow], INSIDE, E0, rules)).toBeNull();
  });
});

describe('compareUplinks', () => {
  const uplink: Uplink = { ifIndex: E0, hasCarrier: true, metric: 100, preference: 0, isOwn: true };

  test('compareUplinks: uplinks of every kind → carrier, then metric, then preference, then own, none last', () => {
    const ranked = [
      { ...uplink, preference: 1, isOwn: false },
      uplink,
      { ...uplink, isOwn: false },
      { ...uplink, preference: -1 },
      { ...uplink, metric: 101, preference: 1 },
      { ...uplink, hasCarrier: false, metric: 1 },
      null,
    ];
    for (const [i, better] of ranked.entries()) {
      for (const worse of ranked.slice(i + 1)) {
        expect([compareUplinks(better, worse) < 0, compareUplinks(worse, better) > 0]).toEqual([true, true]);
      }
    }
    expect([compareUplinks(uplink, { ...uplink, ifIndex: E1 }), compareUplinks(null, null)]).toEqual([0, 0]);
  });
});

describe('Routes: what routers advertise', () => {
  const onLink = defaultRoute(E0, { destination: P, protocol: RTPROT_RA });

  test('Routes: an on-link route of the protocol RA → its prefix on its link is advertised', () => {
    const routes = new Routes([onLink], []);
    expect(routes.isAdvertised(INSIDE, E0)).toBe(true);
    expect([routes.isAdvertised(ELSEWHERE, E0), routes.isAdvertised(INSIDE, E1)]).toEqual([false, false]);
    const both = new Routes([{ ...onLink, hops: [hop(E0), hop(E1)] }], []);
    expect([E0, E1, VPN].map((ifIndex) => both.isAdvertised(INSIDE, ifIndex))).toEqual([true, true, false]);
    const mixed = new Routes([{ ...onLink, hops: [hop(E0), hop(E1, { gateway: 'a' })] }], []);
    expect(mixed.isAdvertised(INSIDE, E0)).toBe(false);
  });

  test.each<[string, Partial<Route>]>([
    ['of the kernel', { protocol: 2 }],
    ['over a router', { hops: [hop(E0, { gateway: 'fe80' })] }],
    ['that refuses', { type: RTN_UNREACHABLE }],
    ['to everywhere', { destination: prefix('::/0') }],
  ])('Routes: a route %s → nothing is advertised', (_, own) => {
    expect(new Routes([{ ...onLink, ...own }], []).isAdvertised(INSIDE, E0)).toBe(false);
  });
});

describe('Routes: which events are news', () => {
  const [first, second] = [defaultRoute(E0), defaultRoute(E0, { hops: [hop(E0, { gateway: 'b' })] })];
  const routes = new Routes([first, defaultRoute(E1, { metric: 7 })], []);

  test('Routes: a route that is known → none, though it replaced itself', () => {
    expect(routes.isNews({ kind: 'there', route: first, replaces: false })).toBe(false);
    expect(routes.isNews({ kind: 'there', route: first, replaces: true })).toBe(false);
  });

  test('Routes: a known one that replaced one of several → news', () => {
    const both = new Routes([first, second], []);
    expect(both.isNews({ kind: 'there', route: first, replaces: true })).toBe(true);
    expect(
      both.isNews({ kind: 'there', route: { ...first, hops: [...first.hops, ...second.hops] }, replaces: false }),
    ).toBe(false);
  });

  test.each<[string, Partial<Route>]>([
    ['metric', { metric: 8 }],
    ['type', { type: RTN_UNREACHABLE }],
    ['preference', { preference: 1 }],
    ['protocol', { protocol: RTPROT_RA }],
    ['source', { source: P }],
    ['destination', { destination: P }],
    ['way', { hops: [hop(E0, { gateway: 'a' })] }],
    ['further way', { hops: [hop(E0), hop(E1)] }],
    ['state', { hops: [hop(E0, { isDead: true })] }],
  ])('Routes: another %s → news', (_, own) => {
    expect(routes.isNews({ kind: 'there', route: { ...first, ...own }, replaces: false })).toBe(true);
  });

  test.each([
    ['longer', '3ffe:a::/65', '3ffe:a::/64'],
    ['shorter', '3ffe:a::/64', '3ffe:a::/65'],
    ['different', '3ffe:a::/64', '3ffe:b::/64'],
  ])('Routes: a destination or source that is %s than the known one → news', (_, known, told) => {
    for (const of of ['destination', 'source'] as const) {
      const own = new Routes([defaultRoute(E0, { [of]: prefix(known) })], []);
      const route = defaultRoute(E0, { [of]: prefix(told) });
      expect(own.isNews({ kind: 'there', route, replaces: false })).toBe(true);
    }
  });

  test('Routes: the same in another table that a rule leads to → news', () => {
    const own = new Routes([first], [{ table: 200, source: P }]);
    expect(own.isNews({ kind: 'there', route: { ...first, table: 200 }, replaces: false })).toBe(true);
  });

  test('Routes: one of several ways of a known route is there → none; it is gone, with another → news', () => {
    const several = new Routes([defaultRoute(E0, { hops: [hop(E0), hop(E1)] })], []);
    expect(several.isNews({ kind: 'there', route: defaultRoute(E1), replaces: false })).toBe(false);
    const route = defaultRoute(E0, { hops: [hop(VPN), hop(E1)] });
    expect(several.isNews({ kind: 'gone', route })).toBe(true);
  });

  test('Routes: the links → those of the tables that count', () => {
    const all = [first, defaultRoute(E1, { table: 200 }), defaultRoute(VPN, { table: 300 })];
    expect([...new Routes(all, [{ table: 200, source: P }]).links]).toEqual([E0, E1]);
    expect([...new Routes([], []).links]).toEqual([]);
  });

  test('Routes: a known one is gone → news; another one → none', () => {
    expect(routes.isNews({ kind: 'gone', route: first })).toBe(true);
    expect(routes.isNews({ kind: 'gone', route: second })).toBe(false);
  });

  test('Routes: of another table → news only if a rule leads there', () => {
    const event = { kind: 'there', route: defaultRoute(E0, { table: 200 }), replaces: false } as const;
    expect(routes.isNews(event)).toBe(false);
    expect(new Routes([], [{ table: 200, source: P }]).isNews(event)).toBe(true);
  });

  test('Routes: rules changed → news only while the main table has no default route', () => {
    expect([routes.isNews({ kind: 'rule' }), new Routes([], []).isNews({ kind: 'rule' })]).toEqual([false, true]);
  });
});
