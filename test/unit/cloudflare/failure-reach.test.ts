import { describe, expect, test } from 'vitest';
import type { ApiFailure } from '../../../src/core/cloudflare/failure.ts';
import { describeRemedy } from '../../../src/core/cloudflare/remedies.ts';
import { readBatch, readDone, readNamePage, readRecord } from '../../../src/core/cloudflare/replies.ts';
import { readZoneInfo, readZones } from '../../../src/core/cloudflare/zones.ts';
import type { Result } from '../../../src/core/result.ts';
import { chain, failure, textReply } from '../../fakes/replies.ts';

const errorOf = (read: Result<unknown, ApiFailure>): ApiFailure | null => (read.ok ? null : read.error);

describe('failure: how far it reaches', () => {
  test.each<[number, boolean, boolean]>([
    [1000, false, true],
    [6003, false, true],
    [6111, false, true],
    [9103, false, true],
    [9106, false, true],
    [1001, true, false],
    [7000, true, false],
    [7003, true, false],
    [1038, false, false],
    [9109, false, false],
    [10000, false, false],
  ])('failure: code %d → the zone is unknown: %j, no zone will work: %j', (code, zoneUnknown, everywhere) => {
    const error = { kind: 'denied', zoneUnknown, everywhere };
    expect(errorOf(readRecord(failure(400, [chain(code)])))).toMatchObject(error);
  });

  test.each([
    ['an envelope', failure(500, [chain(1)], { 'X-Should-Retry': 'false' })],
    ['a page', textReply(500, '<html>', { 'X-Should-Retry': 'false' })],
  ])('failure: HTTP 500 with %s and x-should-retry: false → this zone alone', (_, reply) => {
    const error = errorOf(readRecord(reply));
    expect(error).toMatchObject({ kind: 'denied', zoneUnknown: false, everywhere: false });
    expect(error?.kind === 'denied' && describeRemedy(error.remedy, true)).toBe(
      'Cloudflare says that a retry does not help: see the API on its status page',
    );
  });

  test('failure: a refusal → the remedy knows what was asked', () => {
    const forbidden = failure(403, [chain(10000)]);
    const asked = (read: Result<unknown, ApiFailure>) => {
      const error = errorOf(read);
      return error !== null && 'remedy' in error && error.remedy.kind !== 'words' ? error.remedy.asked : null;
    };
    expect(asked(readNamePage(forbidden, 'home.example.com'))).toBe('records');
    expect(asked(readRecord(forbidden))).toBe('write');
    expect(asked(readBatch(forbidden))).toBe('write');
    expect(asked(readDone(forbidden))).toBe('write');
    expect(asked(readZones(forbidden))).toBe('zones');
    expect(asked(readZoneInfo(forbidden))).toBe('zone');
  });
});
