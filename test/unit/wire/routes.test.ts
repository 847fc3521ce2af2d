import { describe, expect, test } from 'vitest';
import type { Route, RoutingEvent } from '../../../src/core/address/routes.ts';
import { NLM_F_DUMP_INTR, RTM_F_CLONED, RTN_UNREACHABLE } from '../../../src/core/wire/constants.ts';
import { WireError } from '../../../src/core/wire/framing.ts';
import { RoutingDump, readRoutingEvents, routingFilter } from '../../../src/core/wire/routes.ts';
import { captured, viewOf } from '../../fakes/captured.ts';
import { defaultRoute, hop, prefix } from '../../fakes/routes.ts';
import {
  addressMessage,
  datagram,
  doneMessage,
  type RouteContent,
  routeMessage,
  ruleMessage,
} from '../../fakes/rtnetlink.ts';
import { A } from '../../fakes/samples.ts';

/** The links of the captures. */
const PORT = 8;
const NEW_PORT = 2;
const ROUTER = 'fe800000000000000000000000000001';
const SECOND = 'fe800000000000000000000000000002';
const THIRD = 'fe800000000000000000000000000003';

const events = (name: string): RoutingEvent[] => readRoutingEvents(captured(name));
const over = (gateway: string, ifIndex = PORT) => [hop(ifIndex, { gateway })];
const there = (route: Route, replaces = false): RoutingEvent => ({ kind: 'there', route, replaces });

describe('readRoutingEvents: as the kernel sends them', () => {
  test.each<[string, RoutingEvent]>([
    ['newroute-default', there(defaultRoute(PORT, { metric: 100, hops: over(ROUTER) }))],
    ['newroute-replace', there(defaultRoute(PORT, { metric: 100, hops: over(SECOND) }), true)],
    ['newroute-other-table', there(defaultRoute(PORT, { table: 100, hops: over(SECOND) }))],
    ['newroute-blackhole', there(defaultRoute(1, { type: 6, metric: 5 }))],
    ['newroute-multipath', there(defaultRoute(PORT, { metric: 200, hops: [...over(SECOND), ...over(THIRD)] }))],
    [
      'newroute-from',
      there(
        defaultRoute(PORT, {
          source: prefix('3ffe:1::/64'),
          metric: 512,
          preference: 1,
          hops: over(SECOND, NEW_PORT),
        }),
      ),
    ],
    [
      'newroute-on-link',
      there(defaultRoute(NEW_PORT, { destination: prefix('3ffe:3::/64'), protocol: 9, metric: 100 })),
    ],
    ['delroute', { kind: 'gone', route: defaultRoute(PORT, { metric: 100, hops: over(SECOND) }) }],
    ['newrule-from', { kind: 'rule' }],
  ])('readRoutingEvents: %s → all that counts of it', (name, event) => {
    expect(events(name)).toEqual([event]);
  });

  test.each<[string, Uint8Array, RoutingEvent[]]>([
    ['a rule goes', ruleMessage({ removed: true }), [{ kind: 'rule' }]],
    ['a route to one prefix goes', routeMessage({ destination: prefix('3ffe::/64'), removed: true }), []],
    ['an address', addressMessage(A), []],
    ['a message of unknown type', doneMessage(1), []],
  ])('readRoutingEvents: %s → %j', (_, bytes, expected) => {
    expect(readRoutingEvents([bytes])).toEqual(expected);
  });

  test('readRoutingEvents: several datagrams → what each has', () => {
    expect(readRoutingEvents([ruleMessage(), addressMessage(A), ruleMessage()])).toHaveLength(2);
  });

  test('readRoutingEvents: one of several ways is dead → told of that one', () => {
    const [bytes = new Uint8Array()] = captured('newroute-multipath').map((own) => own.slice());
    const SECOND_HOP_FLAGS_AT = 78;
    bytes[SECOND_HOP_FLAGS_AT] = 1;
    const hops = [...over(SECOND), hop(PORT, { gateway: THIRD, isDead: true })];
    expect(readRoutingEvents([bytes])).toEqual([there(defaultRoute(PORT, { metric: 200, hops }))]);
  });

  test('readRoutingEvents: a route to one prefix → nothing', () => {
    expect(events('newroute-prefix')).toEqual([]);
  });

  test('readRoutingEvents: a next hop that reaches past its attribute → WireError', () => {
    const [bytes = new Uint8Array()] = captured('newroute-multipath');
    const SECOND_HOP_AT = 76;
    const HOP_LENGTH = 28;
    const nextLength = viewOf(bytes).getUint16(SECOND_HOP_AT + HOP_LENGTH, true);
    viewOf(bytes).setUint16(SECOND_HOP_AT, HOP_LENGTH + nextLength, true);
    expect(() => readRoutingEvents([bytes])).toThrow(new WireError('struct rtnexthop at byte 76 has 28 of 64 bytes'));
  });
});

describe('RoutingDump', () => {
  const take = (...messages: Uint8Array[]): RoutingDump => {
    const dump = new RoutingDump();
    dump.take([datagram(...messages)]);
    return dump;
  };

  test('RoutingDump: of routes, as the kernel sends it → those that may count, and the end', () => {
    const dump = new RoutingDump();
    const ends = captured('dump-routes').map((bytes) => {
      dump.take([bytes]);
      return dump.errno;
    });
    expect([ends, dump.isInterrupted]).toEqual([[null, 0], false]);
    const hops = over(SECOND);
    expect(dump.routes).toEqual([
      defaultRoute(PORT, { table: 100, hops }),
      defaultRoute(1, { type: 6, metric: 5 }),
      defaultRoute(PORT, { metric: 100, hops }),
      defaultRoute(PORT, { metric: 200, hops: [...hops, ...over(THIRD)] }),
    ]);
  });

  test('RoutingDump: interrupted, with an error → told', () => {
    const dump = take(routeMessage({ flags: NLM_F_DUMP_INTR }), doneMessage(1, 4));
    expect([dump.isInterrupted, dump.errno, dump.routes.length]).toEqual([true, 4, 1]);
  });

  test.each<[string, RouteContent]>([
    ['made for one destination', { routeFlags: RTM_F_CLONED }],
    ['expired', { expires: -1 }],
  ])('RoutingDump: a route that is %s → passed over', (_, content) => {
    expect(take(routeMessage(content)).routes).toEqual([]);
  });

  test.each<[string, RouteContent, Partial<Route>]>([
    ['a table above 255', { table: 1000 }, { table: 1000 }],
    ['low preference', { preference: 3 }, { preference: -1 }],
    ['reserved preference', { preference: 2 }, { preference: 0 }],
    ['time to live', { expires: 100 }, {}],
    ['a dead way', { routeFlags: 1 }, { hops: [hop(2, { isDead: true })] }],
    ['refusal', { type: RTN_UNREACHABLE }, { type: RTN_UNREACHABLE }],
    ['all of global unicast', { destination: prefix('2000::/3') }, { destination: prefix('2000::/3') }],
  ])('RoutingDump: a route with %s → read', (_, content, own) => {
    expect(take(routeMessage({ protocol: 3, ...content })).routes).toEqual([defaultRoute(2, own)]);
  });

  test('RoutingDump: a route without RTA_TABLE, RTA_PRIORITY and RTA_OIF → table of the header, 0, no link', () => {
    const bytes = routeMessage({ table: 100 }).slice(0, 28);
    viewOf(bytes).setUint32(0, 28, true);
    expect(take(bytes).routes).toEqual([defaultRoute(0, { table: 100, metric: 0, protocol: 0 })]);
  });

  test('RoutingDump: an IPv4 route → passed over', () => {
    const bytes = routeMessage();
    bytes[16] = 2;
    expect(take(bytes).routes).toEqual([]);
  });

  test('RoutingDump: the last moment of a route → still read', () => {
    expect(take(routeMessage({ protocol: 3, expires: 1 })).routes).toHaveLength(1);
  });

  test.each<[string, number, number, string]>([
    ['message shorter than struct rtmsg', 0, 20, 'struct rtmsg at byte 16 has 4 of 12 bytes'],
    ['attribute past its message', 28, 0x000400ff, 'attribute 4 of length 255 at byte 28, 68 bytes left'],
    ['RTA_OIF of 2 bytes', 28, 0x00040006, 'attribute 4 of length 6 at byte 28'],
    ['RTA_PRIORITY of 3 bytes', 28, 0x00060007, 'attribute 6 of length 7 at byte 28'],
    ['RTA_CACHEINFO of 8 bytes', 28, 0x000c000c, 'attribute 12 of length 12 at byte 28'],
    ['RTA_TABLE of 3 bytes', 28, 0x000f0007, 'attribute 15 of length 7 at byte 28'],
    ['RTA_PREF of no bytes', 28, 0x00140004, 'attribute 20 of length 4 at byte 28'],
    ['next hops shorter than struct rtnexthop', 28, 0x00090006, 'struct rtnexthop at byte 32 has 2 of 8 bytes'],
  ])('RoutingDump: %s → WireError', (_, at, word, message) => {
    const bytes = routeMessage();
    viewOf(bytes).setUint32(at, word, true);
    expect(() => take(bytes)).toThrow(new WireError(message));
  });
});

describe('routingFilter', () => {
  /** Runs classic BPF (bpf(4), Linux Documentation/networking/filter.rst): its return value. */
  function run(program: ArrayBuffer, packet: Uint8Array): number {
    const [code, data] = [new DataView(program), viewOf(packet)];
    let accumulator = 0;
    for (let at = 0; ; at += 8) {
      const k = code.getUint32(at + 4, true);
      switch (code.getUint16(at, true)) {
        case 0x28:
          accumulator = data.getUint16(k);
          break;
        case 0x30:
          accumulator = data.getUint8(k);
          break;
        case 0x15:
          at += 8 * code.getUint8(at + (accumulator === k ? 2 : 3));
          break;
        case 0x06:
          return k;
        default:
          throw new Error(`unknown instruction at byte ${at}`);
      }
    }
  }
  const isLetThrough = (bytes: Uint8Array): boolean => run(routingFilter(), bytes) === 0xffffffff;

  test.each<[string, boolean]>([
    ['newroute-default', true],
    ['newroute-replace', true],
    ['newroute-multipath', true],
    ['newroute-other-table', true],
    ['newroute-on-link', true],
    ['newrule-from', true],
    ['delroute', true],
    ['newroute-prefix', false],
    ['dump-error', true],
  ])('routingFilter: %s → let through: %s', (name, expected) => {
    for (const bytes of captured(name)) expect(isLetThrough(bytes)).toBe(expected);
  });

  test('routingFilter: messages of every type → lets through just what is read', () => {
    for (const destination of ['::/0', '2000::/3', '::/1', '3ffe::/64'].map(prefix)) {
      for (const protocol of [2, 3, 9, 16]) {
        const bytes = routeMessage({ destination, protocol });
        expect(isLetThrough(bytes)).toBe(readRoutingEvents([bytes]).length === 1);
      }
    }
  });
});
