import { beforeEach, describe, expect, test } from 'vitest';
import { IFF_UP, RTN_UNREACHABLE } from '../../src/core/wire/constants.ts';
import { DrivenPublisher } from '../fakes/driven-publisher.ts';
import { Home } from '../fakes/home.ts';
import { defaultRoute, prefix } from '../fakes/routes.ts';
import { HOME, record, recordSettings, WWW } from '../fakes/samples.ts';

const HOUR = 3600;

let home: Home;

beforeEach(() => {
  home = new Home();
});

describe('address: the uplink', () => {
  test('address: a VPN with a unique-local address takes the default route → nothing changes', () => {
    home.link(3);
    home.link(4);
    home.add('3ffe:1::1');
    home.addStatic('3ffe:9::1', 4);
    home.start('3ffe:1::1');
    home.add('fd00::1', { ifIndex: 3, prefixLength: 128 });
    home.routes(defaultRoute(3, { metric: 50 }), defaultRoute(2));
    home.look();
    home.driven.pass(120_000);
    expect([home.says, home.cloudflare.requests]).toEqual([['3ffe:1::1'], []]);
  });

  test('address: a start, and only another interface has an address → the record waits for the uplink’s', () => {
    home.link(3);
    home.routes();
    home.addStatic('3ffe:9::1', 3);
    home.start('3ffe:1::1');
    home.driven.pass(6_000);
    expect([home.says, home.driven.publisher.isPatient()]).toEqual([['3ffe:1::1'], true]);
    home.add('3ffe:1::1');
    home.routes(defaultRoute(2));
    home.look();
    expect([home.says, home.driven.publisher.isPatient(), home.cloudflare.writes]).toEqual([['3ffe:1::1'], false, 0]);
  });

  test('address: the same, and the uplink’s does not come → after 60 s, once the network was asked', () => {
    home.link(3);
    home.addStatic('3ffe:9::1', 3);
    home.start('3ffe:1::1');
    home.driven.pass(59_999);
    expect([home.says, home.driven.probes]).toEqual([['3ffe:1::1'], []]);
    home.driven.pass(1);
    expect([home.says, home.driven.probes]).toEqual([['3ffe:9::1'], ['3ffe:9::1']]);
  });

  test('address: a start, and no record yet → filled at once by what no default route serves', () => {
    home.link(3);
    home.addStatic('3ffe:9::1', 3);
    home.start(null);
    expect(home.says).toEqual(['3ffe:9::1']);
  });

  test('address: two names, one of them empty → that one is filled at once, the other waits', () => {
    home.driven = new DrivenPublisher(home.cloudflare, [recordSettings(HOME), recordSettings(WWW)]);
    home.link(3);
    home.routes(defaultRoute(2));
    home.addStatic('3ffe:9::1', 3);
    home.start('3ffe:1::1');
    expect([home.says, home.cloudflare.contentsOf(WWW)]).toEqual([['3ffe:1::1'], ['3ffe:9::1']]);
  });

  test('address: an outage of 8 s, another interface keeps its address → no write', () => {
    home.link(3);
    home.add('3ffe:1::1');
    home.addStatic('3ffe:9::1', 3);
    home.start('3ffe:1::1');
    home.remove('3ffe:1::1');
    home.routes();
    home.look();
    home.driven.pass(8_000);
    home.add('3ffe:1::1', { createdStamp: 900 });
    home.look();
    home.routes(defaultRoute(2));
    home.look();
    expect([home.says, home.cloudflare.writes]).toEqual([['3ffe:1::1'], 0]);
  });

  test('address: the default routes of OpenWrt, each for a prefix → the lower metric’s', () => {
    home.link(3);
    const from = (text: string, ifIndex: number, metric: number) =>
      defaultRoute(ifIndex, { source: prefix(text), metric });
    home.routes(from('3ffe:b::/64', 3, 512), from('3ffe:a::/64', 2, 1024));
    home.add('3ffe:a::1');
    home.add('3ffe:b::1', { ifIndex: 3 });
    home.start(null);
    expect(home.says).toEqual(['3ffe:b::1']);
  });

  test('address: two static uplinks, the cable of the first is out → the second after 3 s, and back at once', () => {
    home.link(3);
    home.routes(defaultRoute(2, { metric: 100 }), defaultRoute(3, { metric: 200 }));
    home.addStatic('3ffe:1::1', 2);
    home.addStatic('3ffe:2::1', 3);
    home.start('3ffe:1::1');
    home.link(2, IFF_UP);
    home.look();
    home.driven.pass(2_999);
    expect(home.says).toEqual(['3ffe:1::1']);
    home.driven.pass(1);
    expect(home.says).toEqual(['3ffe:2::1']);
    home.link(2);
    home.look();
    expect(home.says).toEqual(['3ffe:1::1']);
  });

  test('address: two uplinks of equal metric, router preferences low and high → the high one’s', () => {
    home.link(3);
    home.routes(defaultRoute(2, { preference: -1 }), defaultRoute(3, { preference: 1 }));
    home.add('3ffe:1::1');
    home.add('3ffe:2::1', { ifIndex: 3 });
    home.start(null);
    expect(home.says).toEqual(['3ffe:2::1']);
  });

  test('address: an unreachable route takes the place of the uplink’s → the other uplink after 3 s', () => {
    home.link(3);
    home.routes(defaultRoute(2, { metric: 100 }), defaultRoute(3, { metric: 200 }));
    home.add('3ffe:1::1');
    home.add('3ffe:2::1', { ifIndex: 3 });
    home.start('3ffe:1::1');
    home.routes(defaultRoute(1, { type: RTN_UNREACHABLE, metric: 100 }), defaultRoute(3, { metric: 200 }));
    home.look();
    home.driven.pass(3_000);
    expect(home.says).toEqual(['3ffe:2::1']);
  });
});

describe('address: none to publish', () => {
  const rivals = '3ffe:77::1';

  test('address: the last one goes, somebody fails the name over → nothing is written, whatever happens', () => {
    home.add('3ffe:1::1');
    home.start('3ffe:1::1');
    home.remove('3ffe:1::1');
    home.look();
    const before = home.cloudflare.writes;
    home.cloudflare.put(HOME, record('r1', rivals as never));
    home.driven.verify();
    home.driven.answerAll();
    home.driven.reload([recordSettings(HOME)]);
    home.driven.answerAll();
    home.driven.pass(2 * HOUR * 1000);
    expect([home.says, home.cloudflare.writes - before]).toEqual([[rivals], 0]);
    home.cloudflare.put(HOME);
    home.driven.verify();
    home.driven.answerAll();
    expect([home.says, home.cloudflare.writes - before]).toEqual([[], 0]);
  });

  test('address: the same, then an address comes → the record says it', () => {
    home.add('3ffe:1::1');
    home.start('3ffe:1::1');
    home.remove('3ffe:1::1');
    home.look();
    home.cloudflare.put(HOME, record('r1', rivals as never));
    home.add('3ffe:1::2', { createdStamp: 900 });
    home.look();
    home.driven.verify();
    home.driven.answerAll();
    expect(home.says).toEqual(['3ffe:1::2']);
  });

  test('address: every address is made anew, or a cable is out for 3 s → not a word', () => {
    home.add('3ffe:1::1');
    home.start('3ffe:1::1');
    home.driven.log.length = 0;
    home.remove('3ffe:1::1');
    home.look();
    home.driven.pass(9_999);
    home.add('3ffe:1::1', { createdStamp: 900 });
    home.look();
    home.driven.pass(60_000);
    expect([home.driven.log, home.cloudflare.writes]).toEqual([[], 0]);
  });

  test('address: none for 10 s → said why, and said when that is over', () => {
    home.add('3ffe:1::1');
    home.start('3ffe:1::1');
    home.driven.log.length = 0;
    home.remove('3ffe:1::1');
    home.look();
    home.driven.pass(10_000);
    expect(home.driven.log).toEqual([
      'no address to publish (this machine has no IPv6 address). The records stay at 3ffe:1::1.',
    ]);
    home.driven.pass(20_000);
    home.add('3ffe:1::1', { createdStamp: 900 });
    home.look();
    expect(home.driven.log[1]).toBe('there is an address to publish again, after 30 s');
  });
});
