import { beforeEach, describe, expect, test } from 'vitest';
import { Routes } from '../../src/core/address/routes.ts';
import {
  IFA_F_PERMANENT,
  IFF_LOWER_UP,
  IFF_UP,
  INFINITE_LIFETIME_SEC,
  RTN_UNREACHABLE,
  RTPROT_RA,
} from '../../src/core/wire/constants.ts';
import { FakeCloudflare } from '../fakes/cloudflare.ts';
import { DrivenPublisher } from '../fakes/driven-publisher.ts';
import { defaultRoute, hop, prefix } from '../fakes/routes.ts';
import { HOME, record, recordSettings, WWW, ZONE } from '../fakes/samples.ts';
import { type Row, tell, tellLink } from '../fakes/told-table.ts';

const NOPREFIXROUTE = 0x200;
const HOUR = 3600;

let cloudflare: FakeCloudflare;
let home: Home;

beforeEach(() => {
  cloudflare = new FakeCloudflare();
  cloudflare.addZone(ZONE, 'example.com');
  home = new Home();
});

/** A machine with the link e0 (number 2), which has the default route, and others; its record says what it is told. */
class Home {
  driven = new DrivenPublisher(cloudflare, [recordSettings(HOME)]);

  constructor() {
    this.link(2);
    this.routes(defaultRoute(2));
  }

  get table() {
    return this.driven.machine.table;
  }

  get says(): (string | null)[] {
    return cloudflare.contentsOf(HOME);
  }

  link(ifIndex: number, flags = IFF_UP | IFF_LOWER_UP): void {
    tellLink(this.table, ifIndex, `e${ifIndex - 2}`, flags);
  }

  routes(...routes: readonly ReturnType<typeof defaultRoute>[]): void {
    this.table.routes = new Routes(routes, []);
  }

  /** An address of e0, by default one that a router's advertisement made, as the kernel makes it. */
  add(text: string, own: Partial<Row> = {}): void {
    tell(this.table, this.#row(text, own), false, this.driven.nowMs / 1000);
  }

  remove(text: string, own: Partial<Row> = {}): void {
    tell(this.table, this.#row(text, own), true, this.driven.nowMs / 1000);
  }

  /** Made at `createdStamp`, then renewed at each of the stamps. */
  renew(text: string, createdStamp: number, ...stamps: readonly number[]): void {
    for (const renewedStamp of stamps) this.add(text, { createdStamp, renewedStamp });
  }

  addStatic(text: string, ifIndex: number, createdStamp = 1): void {
    const lifetimeSec = INFINITE_LIFETIME_SEC;
    this.add(text, {
      ifIndex,
      flags: IFA_F_PERMANENT,
      protocol: 0,
      lifetimeSec,
      createdStamp,
      renewedStamp: createdStamp,
    });
  }

  /** The daemon looks, and everything it asks is answered. */
  look(): void {
    this.driven.look();
    this.driven.answerAll();
  }

  /** The first look, with a record that says that already. */
  start(said: string | null): void {
    if (said !== null) cloudflare.put(HOME, record('r1', said as never));
    this.look();
    cloudflare.requests.length = 0;
  }

  #row(text: string, own: Partial<Row>): Row {
    const usual = { ifIndex: 2, flags: 0x100, protocol: 2, scope: 0, lifetimeSec: 12 * HOUR };
    return { ...usual, text, createdStamp: 100, renewedStamp: own.createdStamp ?? 100, ...own };
  }
}

const LEASE = { prefixLength: 128, flags: NOPREFIXROUTE, protocol: 0 };

describe('address: a prefix is given up', () => {
  test.each<[string, Partial<Row>]>([
    ['the kernel’s', {}],
    ['networkd’s and dhcpcd’s', { flags: 0x300, protocol: 0 }],
    ['NetworkManager’s', { flags: NOPREFIXROUTE, protocol: 0 }],
  ])('address: a lease, and its sibling, %s, is deprecated → the new prefix at once', (_, sibling) => {
    home.add('3ffe:1::f4a', LEASE);
    home.add('3ffe:1::5:6:7:8', sibling);
    home.start('3ffe:1::f4a');
    home.add('3ffe:1::5:6:7:8', { ...sibling, lifetimeSec: 0, renewedStamp: 400 });
    home.look();
    expect(home.says).toEqual(['3ffe:1::f4a']);
    home.add('3ffe:2::5:6:7:8', { ...sibling, createdStamp: 500 });
    home.look();
    expect(home.says).toEqual(['3ffe:2::5:6:7:8']);
    expect(home.driven.probes).toEqual([]);
  });

  test('address: a privacy address beside it is still preferred → withdrawn all the same', () => {
    home.add('3ffe:1::f4a', LEASE);
    home.add('3ffe:1::5:6:7:8');
    home.start('3ffe:1::f4a');
    home.add('3ffe:1::aaaa', { flags: 0x01, protocol: 0 });
    home.add('3ffe:1::5:6:7:8', { lifetimeSec: 0, renewedStamp: 400 });
    home.add('3ffe:2::5:6:7:8', { createdStamp: 500 });
    home.look();
    expect(home.says).toEqual(['3ffe:2::5:6:7:8']);
  });

  test('address: the administrator’s address in a prefix that is given up → stays', () => {
    home.addStatic('3ffe:1::1', 2);
    home.add('3ffe:1::5:6:7:8');
    home.start('3ffe:1::1');
    home.add('3ffe:1::5:6:7:8', { lifetimeSec: 0, renewedStamp: 400 });
    home.add('3ffe:2::5:6:7:8', { createdStamp: 500 });
    home.look();
    expect(home.says).toEqual(['3ffe:1::1']);
  });

  test('address: infinite lifetimes, but an on-link route of a router over it → made by the router, given up', () => {
    const onLink = defaultRoute(2, { destination: prefix('3ffe:1::/64'), protocol: RTPROT_RA, hops: [hop(2)] });
    home.routes(defaultRoute(2), onLink);
    const flags = IFA_F_PERMANENT | NOPREFIXROUTE;
    home.add('3ffe:1::1', { flags, protocol: 0, lifetimeSec: INFINITE_LIFETIME_SEC });
    home.start('3ffe:1::1');
    home.renew('3ffe:2::1', 500, 500, 600, 700, 800);
    home.look();
    expect(home.says).toEqual(['3ffe:2::1']);
  });
});

describe('address: flash renumbering', () => {
  test.each<[string, Partial<Row>]>([
    ['the kernel’s', {}],
    ['NetworkManager’s with privacy off', { flags: NOPREFIXROUTE, protocol: 0 }],
  ])(
    'address: %s new prefix is advertised, the old one is not → the new one with the third advertisement',
    (_, own) => {
      home.add('3ffe:1::1', own);
      home.start('3ffe:1::1');
      for (const renewedStamp of [500, 1000]) {
        home.driven.nowMs = 10 * renewedStamp;
        home.add('3ffe:2::1', { ...own, createdStamp: 500, renewedStamp });
        home.look();
        expect(home.says).toEqual(['3ffe:1::1']);
      }
      home.driven.nowMs = 15_000;
      home.add('3ffe:2::1', { ...own, createdStamp: 500, renewedStamp: 1500 });
      home.look();
      expect(home.says).toEqual(['3ffe:2::1']);
    },
  );

  test('address: NetworkManager sets the old one again with what is left of its lifetime → the new one all the same', () => {
    const own = { flags: NOPREFIXROUTE, protocol: 0 };
    home.add('3ffe:1::1', own);
    home.start('3ffe:1::1');
    for (const renewedStamp of [500, 1000, 1500, 2000]) {
      home.driven.nowMs = 10 * renewedStamp;
      home.add('3ffe:2::1', { ...own, createdStamp: 500, renewedStamp });
      home.add('3ffe:1::1', { ...own, renewedStamp: renewedStamp + 1, lifetimeSec: 12 * HOUR - renewedStamp / 100 });
      home.look();
    }
    expect(home.says).toEqual(['3ffe:2::1']);
  });

  test('address: both are renewed in turn → no change, nothing is probed', () => {
    home.add('3ffe:1::1');
    home.start('3ffe:1::1');
    for (let stamp = 500; stamp < 2_000; stamp += 100) {
      home.renew('3ffe:2::1', 500, stamp);
      home.look();
      home.renew('3ffe:1::1', 100, stamp);
      home.look();
    }
    expect([home.says, home.driven.probes, cloudflare.requests]).toEqual([['3ffe:1::1'], [], []]);
  });

  test('address: a start after it → one dump tells, the record is set right at once', () => {
    home.renew('3ffe:1::1', 100, 300);
    home.renew('3ffe:2::1', 500, 900);
    home.start('3ffe:1::1');
    expect(home.says).toEqual(['3ffe:2::1']);
  });

  test('address: a start, and the old prefix was renewed since the new one was made → no change', () => {
    home.renew('3ffe:1::1', 100, 700);
    home.renew('3ffe:2::1', 500, 900);
    home.start('3ffe:1::1');
    expect([home.says, home.driven.probes]).toEqual([['3ffe:1::1'], []]);
  });

  test('address: its own interval was longer than the time it is silent → no change where there is no way to tell', () => {
    home.add('3ffe:1::1');
    home.renew('3ffe:1::1', 100, 1_100);
    home.start('3ffe:1::1');
    home.renew('3ffe:2::1', 1_200, 1_200, 1_300, 1_400, 1_500, 2_599);
    home.look();
    expect(home.says).toEqual(['3ffe:1::1']);
    home.renew('3ffe:2::1', 1_200, 2_600);
    home.look();
    expect(home.says).toEqual(['3ffe:2::1']);
  });

  test('address: a lease without a sibling is not renewed → never silent by the clock', () => {
    home.add('3ffe:1::f4a', LEASE);
    home.start('3ffe:1::f4a');
    for (let stamp = 500; stamp < 90_000; stamp += 5_000) home.renew('3ffe:2::1', 500, stamp);
    home.look();
    expect(home.says).toEqual(['3ffe:1::f4a']);
  });
});

describe('address: proof by use', () => {
  /** A second router renews another prefix three times while the first one is silent. */
  function doubt(): void {
    home.add('3ffe:1::1');
    home.start('3ffe:1::1');
    home.renew('3ffe:2::1', 500, 500, 600, 700, 800);
    home.look();
  }

  test('address: two living routers on one link → the first one’s address is reached, and stays', () => {
    home.driven.verdictOn = () => 'reached';
    doubt();
    expect([home.says, home.driven.probes]).toEqual([['3ffe:1::1'], ['3ffe:1::1']]);
  });

  test('address: the old one is silent, the new one reached → the new one, also of a lease', () => {
    home.driven.verdictOn = (address) => (address === '3ffe:2::1' ? 'reached' : 'silent');
    home.add('3ffe:1::f4a', LEASE);
    home.start('3ffe:1::f4a');
    home.renew('3ffe:2::1', 500, 500, 600, 700, 800);
    home.look();
    expect([home.says, home.driven.probes]).toEqual([['3ffe:2::1'], ['3ffe:1::f4a', '3ffe:2::1']]);
    for (const renewedStamp of [900, 1_000]) {
      home.renew('3ffe:2::1', 500, renewedStamp);
      home.driven.pass(2 * HOUR * 1000);
      home.look();
    }
    expect([home.says, home.driven.probes.length]).toEqual([['3ffe:2::1'], 2]);
  });

  test('address: neither is reached → the signs decide', () => {
    home.driven.verdictOn = () => 'silent';
    doubt();
    expect([home.says, home.driven.probes]).toEqual([['3ffe:2::1'], ['3ffe:1::1', '3ffe:2::1']]);
  });

  test('address: no answer yet → the record stays', () => {
    home.add('3ffe:1::1');
    home.start('3ffe:1::1');
    home.renew('3ffe:2::1', 500, 500, 600, 700, 800);
    home.driven.look();
    expect([home.driven.inFlight, home.driven.publisher.isIdle(0)]).toEqual([[], false]);
  });

  test('address: the doubt stands → asked again after 60 s, then after twice as long, an hour at most', () => {
    home.driven.verdictOn = () => 'reached';
    doubt();
    const times: number[] = [];
    for (let asked = 1; times.length < 8; ) {
      home.driven.pass((home.driven.publisher.dueMs() ?? Number.NaN) - home.driven.nowMs);
      if (home.driven.probes.length > asked) times.push(home.driven.nowMs / 1000);
      asked = home.driven.probes.length;
    }
    expect(times.map((sec, i) => sec - (times[i - 1] ?? 0))).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600]);
  });

  test('address: many prefixes → at most eight are asked', () => {
    home.driven.verdictOn = () => 'silent';
    home.add('3ffe:1::1');
    for (let i = 2; i < 20; i++) home.add(`3ffe:${i}::1`, { createdStamp: 500 });
    home.start('3ffe:1::1');
    for (let i = 2; i < 20; i++) home.renew(`3ffe:${i}::1`, 500, 600, 700, 800);
    home.look();
    expect(home.driven.probes).toHaveLength(8);
  });

  test('address: the first one is renewed again → no doubt is left, nothing is due', () => {
    home.driven.verdictOn = () => 'reached';
    doubt();
    home.renew('3ffe:1::1', 100, 900);
    home.look();
    expect([home.says, home.driven.publisher.dueMs()]).toEqual([['3ffe:1::1'], null]);
  });

  test('address: requests fail while another prefix is there, from which the API is reached → written from it', () => {
    home.link(3);
    home.routes(defaultRoute(2), defaultRoute(3, { metric: 2048 }));
    home.addStatic('3ffe:1::1', 2);
    home.addStatic('3ffe:2::1', 3);
    home.start('3ffe:1::1');
    home.driven.verdictOn = (address) => (address === '3ffe:2::1' ? 'reached' : 'silent');
    home.driven.verify();
    home.driven.end({ kind: 'unreachable', detail: 'it timed out', sent: false });
    home.driven.answerAll();
    home.driven.due();
    expect(home.driven.probes).toEqual(['3ffe:1::1', '3ffe:2::1']);
    home.driven.pass(1_000);
    expect(home.says).toEqual(['3ffe:2::1']);
  });

  test('address: requests fail and there is no other prefix → nothing is probed', () => {
    home.add('3ffe:1::1');
    home.add('3ffe:1::2');
    home.start('3ffe:1::1');
    home.driven.verify();
    home.driven.end({ kind: 'unreachable', detail: 'it timed out', sent: false });
    home.driven.pass(10_000);
    expect(home.driven.probes).toEqual([]);
  });

  test('address: a day of renewals, a reload and verifications without a doubt → no probe, no other wake-up', () => {
    home.add('3ffe:1::1');
    home.start('3ffe:1::1');
    for (let stamp = 200; stamp < 10_000; stamp += 100) {
      home.renew('3ffe:1::1', 100, stamp);
      home.look();
    }
    home.driven.reload([recordSettings(HOME)]);
    home.driven.answerAll();
    home.driven.verify();
    home.driven.answerAll();
    expect([home.driven.probes, home.driven.publisher.dueMs()]).toEqual([[], null]);
  });
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
    expect([home.says, cloudflare.requests]).toEqual([['3ffe:1::1'], []]);
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
    expect([home.says, home.driven.publisher.isPatient(), cloudflare.writes]).toEqual([['3ffe:1::1'], false, 0]);
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
    home.driven = new DrivenPublisher(cloudflare, [recordSettings(HOME), recordSettings(WWW)]);
    home.link(3);
    home.routes(defaultRoute(2));
    home.addStatic('3ffe:9::1', 3);
    home.start('3ffe:1::1');
    expect([home.says, cloudflare.contentsOf(WWW)]).toEqual([['3ffe:1::1'], ['3ffe:9::1']]);
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
    expect([home.says, cloudflare.writes]).toEqual([['3ffe:1::1'], 0]);
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
    const before = cloudflare.writes;
    cloudflare.put(HOME, record('r1', rivals as never));
    home.driven.verify();
    home.driven.answerAll();
    home.driven.reload([recordSettings(HOME)]);
    home.driven.answerAll();
    home.driven.pass(2 * HOUR * 1000);
    expect([home.says, cloudflare.writes - before]).toEqual([[rivals], 0]);
    cloudflare.put(HOME);
    home.driven.verify();
    home.driven.answerAll();
    expect([home.says, cloudflare.writes - before]).toEqual([[], 0]);
  });

  test('address: the same, then an address comes → the record says it', () => {
    home.add('3ffe:1::1');
    home.start('3ffe:1::1');
    home.remove('3ffe:1::1');
    home.look();
    cloudflare.put(HOME, record('r1', rivals as never));
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
    expect([home.driven.log, cloudflare.writes]).toEqual([[], 0]);
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
