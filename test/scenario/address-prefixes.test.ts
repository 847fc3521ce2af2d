import { beforeEach, describe, expect, test } from 'vitest';
import { IFA_F_PERMANENT, INFINITE_LIFETIME_SEC, RTPROT_RA } from '../../src/core/wire/constants.ts';
import { Home } from '../fakes/home.ts';
import { defaultRoute, hop, prefix } from '../fakes/routes.ts';
import { HOME, recordSettings } from '../fakes/samples.ts';
import type { Row } from '../fakes/told-table.ts';

const NOPREFIXROUTE = 0x200;
const HOUR = 3600;

let home: Home;

beforeEach(() => {
  home = new Home();
});

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
    expect([home.says, home.driven.probes, home.cloudflare.requests]).toEqual([['3ffe:1::1'], [], []]);
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
