import { beforeEach, describe, expect, test } from 'vitest';
import type { HttpReply } from '../../../src/core/cloudflare/http.ts';
import { Secret } from '../../../src/core/config/secret.ts';
import { hostWithA } from '../../fakes/host.ts';
import { failure, success, textReply } from '../../fakes/replies.ts';
import { A, HOME, record, recordSettings, ZONE } from '../../fakes/samples.ts';
import { checking } from './checking.ts';

let { cloudflare, host } = hostWithA();

beforeEach(() => {
  ({ cloudflare, host } = hostWithA());
});

const { checked, lines } = checking(() => host);

const UNTOLD = 'only a change can show whether the token may change its records';

describe('check', () => {
  test('check: zone looked up → its id is shown once for all its names', async () => {
    const names = [HOME, 'www.example.com'].map((name) => recordSettings(name, { zoneId: null }));
    expect(await checked(names)).toBe(0);
    expect(lines().filter((line) => line.includes('zone'))).toEqual([`ok zone example.com ${ZONE}`]);
  });

  test('check: the token sees no zone → what to do, 76', async () => {
    expect(await checked([recordSettings('home.example.net', { zoneId: null })])).toBe(76);
    expect(lines()).toContain(
      'FAIL zone of home.example.net the token sees no zone for this name (asked for home.example.net, example.net): ' +
        'check the name, give the token Zone → Zone → Read, or set zone_id',
    );
  });

  test('check: a name outside the zone of zone_id → not promised to be created, 76', async () => {
    expect(await checked([recordSettings('home.example.net')])).toBe(76);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      'FAIL record home.example.net no AAAA record: ' +
        'the name is not in the zone example.com of zone_id: correct the name or zone_id',
    ]);
  });

  test('check: the token may not know the zone’s name → said of the zone, the token stays good, 0', async () => {
    cloudflare.put(HOME, record('r1', A));
    const reply = failure(403, [{ code: 9109, message: 'Unauthorized' }]);
    expect(await checked([recordSettings(HOME)], [null, reply])).toBe(0);
    expect(lines()).toContain(`ok zone ${ZONE} the token may read its records, but not its name; ${UNTOLD}`);
    expect(lines()).toContain('ok token accepted');
  });

  test.each<[string, object, string, number]>([
    [
      'pending',
      { status: 'pending' },
      `FAIL zone example.com ${ZONE}: its status is "pending", so Cloudflare does not`,
      76,
    ],
    [
      'secondary',
      { type: 'secondary' },
      `FAIL zone of ${HOME} the zone example.com (${ZONE}, active) is a secondary zone: Cloudflare copies its records from another server`,
      76,
    ],
    ['paused', { paused: true }, `ok zone example.com ${ZONE}; it is paused`, 0],
    [
      'moved',
      { status: 'moved' },
      `FAIL zone of ${HOME} the token sees no zone for this name (asked for ${HOME}, example.com; example.com is no longer served by Cloudflare: ${ZONE}, moved)`,
      76,
    ],
  ])('check: the zone is %s → said of it', async (_, own, line, status) => {
    const zone = { id: ZONE, name: 'example.com', status: 'active', ...own };
    expect(await checked([recordSettings(HOME, { zoneId: null })], [success([]), success([zone])])).toBe(status);
    expect(lines().some((own) => own.startsWith(line))).toBe(true);
  });

  const READ_ONLY = ['#dns_records:read', '#zone:read'];

  test.each<[string, string | null]>([
    ['zone_id is set', ZONE],
    ['the zone is looked up', null],
  ])('check: the zone says that the token may read alone, %s → which permission it needs, 76', async (_, zoneId) => {
    cloudflare.permissions = READ_ONLY;
    expect(await checked([recordSettings(HOME, { zoneId })])).toBe(76);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      `FAIL zone example.com ${ZONE}; the token may read its records, but not change them: ` +
        `give the token the permission Zone → DNS → Edit for this zone${zoneId === null ? '' : ', and check zone_id'}`,
    ]);
  });

  test.each<[string, readonly string[], string]>([
    ['no permissions', [], 'Abcdefghij0123456789'],
    ['none that is about records', ['#zone:read'], 'Abcdefghij0123456789'],
    ['reading alone, to the token of an account', READ_ONLY, `cfat_${'a'.repeat(48)}`],
  ])(
    'check: the zone tells %s → the token is not called bad, nor good for writing, 0',
    async (_, permissions, token) => {
      cloudflare.permissions = permissions;
      expect(await checked([recordSettings(HOME)], [], false, { apiToken: new Secret(token) })).toBe(0);
      expect(lines()).toContain(`ok zone example.com ${ZONE}; ${UNTOLD}`);
    },
  );

  const many = Array.from({ length: 12 }, (_, i) => `host${i}.example.com`);

  test('check: many names without zone_id → three questions for all of them', async () => {
    for (const [i, name] of many.entries()) cloudflare.put(name, record(`r${i}`, A));
    expect(await checked(many.map((name) => recordSettings(name, { zoneId: null })))).toBe(0);
    expect(lines().filter((line) => line.endsWith(`AAAA ${A}, right`))).toHaveLength(12);
    expect(cloudflare.requests).toHaveLength(3);
  });

  test('check: many names, and both questions for all are refused to a good token → asked one by one, 0', async () => {
    const refused = failure(403, [{ code: 9109, message: 'Unauthorized' }]);
    const names = many.map((name) => recordSettings(name, { zoneId: null }));
    // The first name finds the zone with two questions, each other one with its own.
    const each = Array.from({ length: 13 }, () => null);
    expect(await checked(names, [refused, ...each, failure(400, [{ code: 9207, message: 'no' }])])).toBe(0);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([]);
    expect(lines().filter((line) => line.includes(' token '))).toEqual(['ok token accepted']);
  });

  test('check: the API has trouble that it calls lasting → not the token’s, 76', async () => {
    const reply = failure(500, [{ code: 10013, message: 'internal' }], { 'x-should-retry': 'false' });
    expect(await checked([recordSettings(HOME)], [reply])).toBe(76);
    expect(lines().some((line) => line.includes(' token '))).toBe(false);
  });

  test('check: the token is refused → said so, 76', async () => {
    const reply = failure(403, [{ code: 9109, message: 'Invalid access token' }]);
    expect(await checked([recordSettings(HOME)], [reply])).toBe(76);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      'FAIL token HTTP 403, code 9109 "Invalid access token": the token is unknown, expired or revoked: make a new one',
    ]);
  });

  test('check: zone_id is none → not the token’s fault, 76', async () => {
    expect(await checked([recordSettings(HOME, { zoneId: 'f'.repeat(32) })])).toBe(76);
    expect(lines().filter((line) => line.includes(' token '))).toEqual(['ok token accepted']);
    expect(lines().filter((line) => line.startsWith('FAIL'))).toEqual([
      expect.stringMatching(new RegExp(`^FAIL records of ${HOME} HTTP 404, code 7003 .*zone_id is not a zone`)),
    ]);
  });

  test.each<[string, HttpReply]>([
    ['an HTML page', textReply(502, '<html></html>')],
    ['429', failure(429, [{ code: 971, message: 'slow down' }])],
  ])('check: the first answer is %s → the token is neither accepted nor refused, 75', async (_, reply) => {
    expect(await checked([recordSettings(HOME)], [reply])).toBe(75);
    expect(lines().some((line) => line.includes(' token '))).toBe(false);
  });
});
