import { beforeEach, describe, expect, test } from 'vitest';
import { DefaultRoutes } from '../../../src/core/address/default-routes.ts';
import { WireError } from '../../../src/core/wire/framing.ts';
import { applyRoutes, defaultRouteFilter } from '../../../src/core/wire/routes.ts';
import { captured, viewOf } from '../../fakes/captured.ts';
import { datagram, defaultRouteMessage, doneMessage } from '../../fakes/rtnetlink.ts';

/** port0 of the captures. */
const PORT = 8;
const OTHER = 9;

let routes: DefaultRoutes;
beforeEach(() => {
  routes = new DefaultRoutes();
});

/** Plays a capture. @returns whether the uplinks changed, datagram by datagram */
const play = (name: string): boolean[] => captured(name).map((bytes) => applyRoutes([bytes], routes).changed);
const apply = (...messages: Uint8Array[]) => applyRoutes([datagram(...messages)], routes);
const uplinks = (): number[] => [PORT, OTHER].filter((ifIndex) => routes.isUplink(ifIndex));

describe('applyRoutes: as the kernel sends them', () => {
  test('applyRoutes: a default route appears → its interface is the uplink', () => {
    expect(play('newroute-default')).toEqual([true]);
    expect(uplinks()).toEqual([PORT]);
  });

  test('applyRoutes: a default route is deleted → no uplink', () => {
    play('newroute-default');
    play('newroute-replace');
    expect(play('delroute')).toEqual([true]);
    expect(uplinks()).toEqual([]);
  });

  test('applyRoutes: a replaced route → its deletion later leaves nothing behind', () => {
    play('newroute-default');
    expect(play('newroute-replace')).toEqual([false]);
    play('delroute');
    expect(uplinks()).toEqual([]);
  });

  test('applyRoutes: several next hops → the interface of each is an uplink', () => {
    const [bytes = new Uint8Array()] = captured('newroute-multipath');
    const SECOND_HOP_LINK_AT = 80;
    expect(bytes[SECOND_HOP_LINK_AT]).toBe(PORT);
    bytes[SECOND_HOP_LINK_AT] = OTHER;
    expect(apply(bytes).changed).toBe(true);
    expect(uplinks()).toEqual([PORT, OTHER]);
  });

  test.each(['newroute-prefix', 'newroute-other-table', 'newroute-blackhole'])(
    'applyRoutes: %s → no uplink',
    (name) => {
      expect(play(name)).toEqual([false]);
      expect(uplinks()).toEqual([]);
    },
  );

  test('applyRoutes: only for packets from a prefix (rtm_src_len) → no uplink', () => {
    const [bytes = new Uint8Array()] = captured('newroute-default');
    bytes[18] = 64;
    expect([apply(bytes).changed, uplinks()]).toEqual([false, []]);
  });

  test('applyRoutes: a next hop that reaches past its attribute → WireError', () => {
    const [bytes = new Uint8Array()] = captured('newroute-multipath');
    const SECOND_HOP_AT = 76;
    const HOP_LENGTH = 28;
    const nextLength = viewOf(bytes).getUint16(SECOND_HOP_AT + HOP_LENGTH, true);
    viewOf(bytes).setUint16(SECOND_HOP_AT, HOP_LENGTH + nextLength, true);
    expect(() => apply(bytes)).toThrow(WireError);
  });

  test('applyRoutes: a dump of all tables → the uplink, and the end', () => {
    const ends = captured('dump-routes').map((bytes) => applyRoutes([bytes], routes).ended);
    expect(ends).toEqual([null, { errno: 0 }]);
    expect(uplinks()).toEqual([PORT]);
  });
});

describe('applyRoutes: made by hand', () => {
  test('applyRoutes: two interfaces, one metric → both are uplinks', () => {
    apply(defaultRouteMessage(PORT, 100), defaultRouteMessage(OTHER, 100));
    expect(uplinks()).toEqual([PORT, OTHER]);
  });

  test('applyRoutes: a lower metric → takes over', () => {
    apply(defaultRouteMessage(PORT, 100));
    expect(apply(defaultRouteMessage(OTHER, 99)).changed).toBe(true);
    expect(uplinks()).toEqual([OTHER]);
  });

  test('applyRoutes: a higher metric → changes nothing', () => {
    apply(defaultRouteMessage(PORT, 100));
    expect(apply(defaultRouteMessage(OTHER, 101)).changed).toBe(false);
    expect(uplinks()).toEqual([PORT]);
  });

  test('applyRoutes: the same route again → changes nothing', () => {
    apply(defaultRouteMessage(PORT, 100));
    expect(apply(defaultRouteMessage(PORT, 100)).changed).toBe(false);
  });

  test('applyRoutes: an interrupted dump with an error → told', () => {
    const progress = apply(defaultRouteMessage(PORT, 100, { flags: 0x10 }), doneMessage(1, 4));
    expect(progress).toEqual({ changed: true, ended: { errno: 4 }, interrupted: true });
  });

  test.each<[string, number, number]>([
    ['message shorter than struct rtmsg', 0, 20],
    ['attribute past its message', 28, 0x000400ff],
    ['RTA_OIF of 2 bytes', 28, 0x00040006],
    ['next hops shorter than struct rtnexthop', 28, 0x00090006],
  ])('applyRoutes: %s → WireError', (_, at, word) => {
    const bytes = defaultRouteMessage(PORT, 100);
    viewOf(bytes).setUint32(at, word, true);
    expect(() => apply(bytes)).toThrow(WireError);
  });
});

describe('DefaultRoutes', () => {
  const way = (ifIndex: number, metric: number, gateway = 'a') => ({ ifIndex, metric, gateway });

  test('DefaultRoutes: an unknown route removed → nothing changes', () => {
    routes.add([way(PORT, 100)]);
    expect(routes.remove([way(PORT, 100, 'b')])).toBe(false);
    expect(uplinks()).toEqual([PORT]);
  });

  test('DefaultRoutes: one of two routers of an interface removed → still the uplink', () => {
    routes.add([way(PORT, 100), way(PORT, 100, 'b')]);
    expect(routes.remove([way(PORT, 100)])).toBe(false);
    expect(uplinks()).toEqual([PORT]);
  });

  test('DefaultRoutes: the best removed → the next metric takes over', () => {
    routes.add([way(PORT, 100), way(OTHER, 200)]);
    expect(routes.remove([way(PORT, 100)])).toBe(true);
    expect(uplinks()).toEqual([OTHER]);
  });

  test('DefaultRoutes: replaced → all of that metric and no other are gone', () => {
    routes.add([way(PORT, 100), way(PORT, 100, 'b'), way(OTHER, 200)]);
    expect(routes.replace([way(OTHER, 100)])).toBe(true);
    expect(uplinks()).toEqual([OTHER]);
    expect(routes.remove([way(OTHER, 100)])).toBe(false);
    expect(routes.remove([way(OTHER, 200)])).toBe(true);
    expect(uplinks()).toEqual([]);
  });
});

describe('defaultRouteFilter', () => {
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

  test.each<[string, boolean]>([
    ['newroute-default', true],
    ['newroute-replace', true],
    ['newroute-multipath', true],
    ['newroute-other-table', true],
    ['delroute', true],
    ['newroute-prefix', false],
    ['dump-error', true],
  ])('defaultRouteFilter: %s → let through: %s', (name, isLetThrough) => {
    for (const bytes of captured(name)) expect(run(defaultRouteFilter(), bytes)).toBe(isLetThrough ? 0xffffffff : 0);
  });
});
