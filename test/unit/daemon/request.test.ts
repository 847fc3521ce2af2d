import { describe, expect, test } from 'vitest';
import { requestFor } from '../../../src/core/daemon/request.ts';
import { type Call, newZone } from '../../../src/core/daemon/zone-state.ts';
import { A, B, HOME, recordSettings, WWW, ZONE } from '../../fakes/samples.ts';

const names = [HOME, WWW].map((name) => recordSettings(name));
const found = newZone(ZONE, names, false, 0);
const unknown = newZone(null, names, false, 0);

const pathOf = (call: Call, zone = found): string => decodeURIComponent(requestFor(zone, call).path);

describe('requestFor', () => {
  test('requestFor: a zone is looked up → by its name; all zones of a domain → by their end, without a dot before it', () => {
    expect(pathOf({ kind: 'lookup', index: 0, candidate: 'example.com' }, unknown)).toBe('/zones?name=example.com');
    expect(pathOf({ kind: 'lookup', index: 0, candidate: '.example.com' }, unknown)).toMatch(
      /^\/zones\?name=ends_with:example\.com(&|$)/,
    );
  });

  test('requestFor: the zone is to tell its name → the zone itself', () => {
    expect(pathOf({ kind: 'identify', index: 1 })).toBe(`/zones/${ZONE}`);
  });

  test('requestFor: the list of one name → its name is asked for; of all names → none is', () => {
    const records = `/zones/${ZONE}/dns_records?type=AAAA`;
    expect(pathOf({ kind: 'list', index: 1, page: 1 })).toBe(`${records}&name=${WWW}&per_page=100`);
    expect(pathOf({ kind: 'list', index: 0, page: 2 })).toBe(`${records}&name=${HOME}&per_page=100&page=2`);
    expect(pathOf({ kind: 'list', index: null, page: 3 })).toBe(`${records}&per_page=100&page=3`);
  });

  test('requestFor: one operation → a call of its own, about its name; several → a batch', () => {
    const update = { op: 'update', id: '7'.repeat(32), was: A, changes: { content: B } } as const;
    const create = { op: 'create', content: B, enforced: { ttlSec: null, proxied: null, comment: null } } as const;
    const single = requestFor(found, { kind: 'write', steps: [{ index: 1, operation: create }] });
    expect([single.method, single.path]).toEqual(['POST', `/zones/${ZONE}/dns_records`]);
    expect(JSON.parse(single.body ?? '')).toMatchObject({ name: WWW, content: B });
    const both = requestFor(found, {
      kind: 'write',
      steps: [
        { index: 0, operation: update },
        { index: 1, operation: create },
      ],
    });
    expect([both.method, both.path]).toEqual(['POST', `/zones/${ZONE}/dns_records/batch`]);
    expect(JSON.parse(both.body ?? '')).toMatchObject({ patches: [{ id: update.id }], posts: [{ name: WWW }] });
  });
});
