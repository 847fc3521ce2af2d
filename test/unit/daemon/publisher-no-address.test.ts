import { beforeEach, describe, expect, test } from 'vitest';
import type { RecordSettings } from '../../../src/core/config/settings.ts';
import { IFA_F_DEPRECATED, IFA_F_TEMPORARY } from '../../../src/core/wire/constants.ts';
import { type FakeCloudflare, twoZones } from '../../fakes/cloudflare.ts';
import { DrivenPublisher } from '../../fakes/driven-publisher.ts';
import { A, address, HOME, recordSettings } from '../../fakes/samples.ts';

let cloudflare: FakeCloudflare;

beforeEach(() => {
  cloudflare = twoZones();
});

const publish = (records: readonly RecordSettings[]) => new DrivenPublisher(cloudflare, records);

describe('Publisher: no address', () => {
  test('Publisher: nothing eligible for 10 s → one line with every address and why, no request', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A, { flags: IFA_F_TEMPORARY });
    driven.machine.add(address('fd00::1'));
    driven.look();
    driven.pass(9_999);
    expect(driven.log).toEqual([]);
    driven.pass(60_000);
    driven.look();
    expect([driven.inFlight, driven.log]).toEqual([
      [],
      [
        `no address to publish (${A} on eth2: temporary (privacy address, RFC 8981); ` +
          'fd00::1 on eth2: unique local (RFC 4193)). The records stay as they are.',
      ],
    ]);
    expect(driven.publisher.hasAddresses()).toBe(false);
  });

  test('Publisher: no address at all, and nobody waits → said so at once', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.look();
    expect(driven.publisher.whyNoAddress(0).map(({ msg }) => msg)).toEqual([
      'no address to publish (this machine has no IPv6 address). The records stay as they are.',
    ]);
  });

  test('Publisher: all are lost → the record stays, the line says at what; said again only after a gain', () => {
    const driven = publish([recordSettings(HOME)]);
    driven.machine.add(A);
    driven.look();
    driven.answerAll();
    driven.log.length = 0;
    driven.machine.add(A, { flags: IFA_F_DEPRECATED });
    driven.look();
    driven.pass(60_000);
    expect(cloudflare.contentsOf(HOME)).toEqual([A]);
    expect(driven.log).toEqual([
      `no address to publish (${A} on eth2: deprecated (its preferred lifetime is over)). The records stay at ${A}.`,
    ]);
    driven.machine.add(A);
    driven.look();
    driven.machine.add(A, { flags: IFA_F_DEPRECATED });
    driven.look();
    driven.pass(10_000);
    expect(driven.log.map((line) => line.slice(0, 21))).toEqual([
      'no address to publish',
      'there is an address t',
      'no address to publish',
    ]);
  });

  test('Publisher: "interface" names one that is not there → said once, with those there are', () => {
    const driven = publish([recordSettings(HOME, { interfaces: ['eth2', 'wlan0'] })]);
    driven.machine.add(A);
    driven.look();
    driven.look();
    const own = '"interface" names "wlan0", but no interface has that name now; there are eth2';
    expect(driven.log.filter((line) => line.startsWith('"interface"'))).toEqual([own]);
  });
});
