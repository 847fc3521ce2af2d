import { describe, expect, test } from 'vitest';
import {
  chooseZone,
  comparableName,
  readZoneInfo,
  readZones,
  type ZoneInfo,
} from '../../../src/core/cloudflare/zones.ts';
import { success } from '../../fakes/replies.ts';

const ID = '0123456789abcdef0123456789abcdef';
const wire = { id: ID, name: 'example.com', status: 'active', paused: false, type: 'full', account: { id: 'acc1' } };

describe('readZones', () => {
  test('readZones: zones → all of them, their names comparable', () => {
    const read = readZones(
      success([
        { ...wire, name: 'Example.com.' },
        { id: ID, name: 'bücher.example.com' },
      ]),
    );
    expect(read).toEqual({
      ok: true,
      value: [
        { id: ID, name: 'example.com', status: 'active', paused: false, type: 'full', account: 'acc1' },
        { id: ID, name: 'bücher.example.com', status: '', paused: false, type: '', account: '' },
      ],
    });
  });

  const zones = Array.from({ length: 50 }, (_, i) => ({ ...wire, name: `z${i}.example.com` }));

  test.each<[string, unknown[], object | undefined]>([
    ['as many as a page holds', zones, undefined],
    ['fewer than the total', [wire], { count: 1, total_count: 2 }],
    ['the first of two pages', [wire], { page: 1, total_pages: 2 }],
  ])('readZones: %s → there may be more', (_, result, info) => {
    expect(readZones(success(result, {}, info))).toEqual({ ok: true, value: null });
  });

  test('readZones: one less than a page holds → all of them', () => {
    const read = readZones(success(zones.slice(1)));
    expect(read.ok && read.value?.length).toBe(49);
  });

  test.each<[string, unknown, object?]>([
    ['an id that could lead elsewhere in a path', [{ ...wire, id: '../../user' }]],
    ['no id', [{ name: 'example.com' }]],
    ['no list', wire],
    ['none, but a count of one', [], { count: 1 }],
  ])('readZones: %s → passes with time', (_, result, info) => {
    expect(readZones(success(result, {}, info))).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
  });
});

describe('readZoneInfo', () => {
  test.each([
    ['Example.com', 'example.com'],
    ['example.com.', 'example.com'],
    ['bücher.example', null],
  ])('readZoneInfo: %s → to be compared with names as %j', (name, expected) => {
    const read = readZoneInfo(success({ ...wire, name }));
    expect(read.ok && comparableName(read.value)).toBe(expected);
  });
});

describe('chooseZone', () => {
  const zone = (digit: string, own: Partial<ZoneInfo> = {}): ZoneInfo => ({
    ...{ id: digit.repeat(32), name: 'example.com', status: 'active', paused: false, type: 'full', account: 'acc1' },
    ...own,
  });
  const chosen = (zones: readonly ZoneInfo[], name = 'example.com') => {
    const choice = chooseZone(zones, name);
    return choice.kind === 'zone' ? choice.zone.id.slice(0, 1) : choice.kind;
  };

  test.each<[string, Partial<ZoneInfo>, Partial<ZoneInfo>]>([
    ['active before pending', {}, { status: 'pending' }],
    ['pending before initializing', { status: 'pending' }, { status: 'initializing' }],
    ['running before paused', {}, { paused: true }],
    ['paused and active before running and pending', { paused: true }, { status: 'pending' }],
    ['full before partial', {}, { type: 'partial' }],
    ['running and partial before paused and full', { type: 'partial' }, { paused: true }],
    ['any before moved', { status: 'initializing', paused: true, type: 'partial' }, { status: 'moved' }],
    ['any before deleted', { status: 'initializing' }, { status: 'deleted' }],
    ['any before secondary', { status: 'pending' }, { type: 'secondary' }],
  ])('chooseZone: %s → whatever their order', (_, better, worse) => {
    const [a, b] = [zone('a', better), zone('b', worse)];
    expect([chosen([a, b]), chosen([b, a])]).toEqual(['a', 'a']);
  });

  test.each<[string, Partial<ZoneInfo>[], string]>([
    ['none', [], 'none'],
    ['another name', [{ name: 'notexample.com' }, { name: 'a.example.com' }], 'none'],
    ['moved away', [{ status: 'moved' }], 'none'],
    ['a status that nobody knows', [{ status: 'deactivated' }], 'none'],
    ['nothing but a secondary one', [{ type: 'secondary' }], 'unclear'],
    ['one that tells nothing of itself', [{ status: '', type: '' }], '0'],
  ])('chooseZone: %s → %s', (_, own, expected) => {
    expect(chosen(own.map((one, i) => zone(String(i), one)))).toBe(expected);
  });

  test('chooseZone: two that are equally good → refused with id, account and status of each', () => {
    const choice = chooseZone(
      [zone('a'), zone('b', { account: 'acc2' }), zone('c', { status: 'pending' })],
      'example.com',
    );
    expect(choice).toEqual({
      kind: 'unclear',
      what:
        `there are 2 zones example.com, none better than the other (${'a'.repeat(32)} of account acc1, active; ` +
        `${'b'.repeat(32)} of account acc2, active): set zone_id to the right one`,
    });
  });

  test('chooseZone: a Unicode name, which cannot be compared → the zone of an internationalized name, of no other', () => {
    const zones = [zone('a', { name: 'bücher.example' })];
    expect([chosen(zones, 'xn--bcher-kva.example'), chosen(zones, 'example.com')]).toEqual(['a', 'none']);
  });
});
