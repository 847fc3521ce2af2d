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

  test.each(['id', 'name', 'status', 'type'])('readZones: a zone whose %s is longer than any name → refused', (key) => {
    const read = readZones(success([{ ...wire, [key]: 'x'.repeat(254) }]));
    expect(read).toMatchObject({
      ok: false,
      error: { what: expect.stringContaining(`unexpected shape of the reply at "${key}"`) },
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

  const oddAt = (where: string): string => `unexpected shape of the reply at "${where}"`;

  test.each<[string, unknown, string, object?]>([
    ['an id that could lead elsewhere in a path', [{ ...wire, id: '../../user' }], 'the zone has no usable id'],
    ['an id that is too long', [{ ...wire, id: `${ID}0` }], 'the zone has no usable id'],
    ['an id behind something else', [{ ...wire, id: `/${ID}` }], 'the zone has no usable id'],
    ['no id', [{ name: 'example.com' }], oddAt('id')],
    ['no list', wire, oddAt('result')],
    ['none, but a count of one', [], oddAt('result_info.count'), { count: 1 }],
  ])('readZones: %s → passes with time, and says why', (_, result, why, info) => {
    const error = { kind: 'unavailable', what: `HTTP 200, ${why}` };
    expect(readZones(success(result, {}, info))).toMatchObject({ ok: false, error });
  });

  test.each([[{}], [{ id: null }], [null]])('readZones: the account %j → not told', (account) => {
    expect(readZones(success([{ ...wire, account }]))).toMatchObject({ ok: true, value: [{ account: '' }] });
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
    ['one that does not tell its type, and a full one', [{ type: '' }, { type: 'full' }], 'unclear'],
    ['a partial one, and one that does not tell its type', [{ type: 'partial' }, { type: '' }], '1'],
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
        `there are 2 zones example.com, and none is the better choice (${'a'.repeat(32)} of account acc1, active; ` +
        `${'b'.repeat(32)} of account acc2, active): set zone_id to the right one`,
    });
  });

  test('chooseZone: nothing but secondary ones → refused with each of them, and what to do', () => {
    const zones = [zone('a', { type: 'secondary' }), zone('b', { type: 'secondary', status: '', account: '' })];
    expect(chooseZone(zones, 'example.com')).toEqual({
      kind: 'unclear',
      what:
        `the zone example.com (${'a'.repeat(32)} of account acc1, active; ${'b'.repeat(32)}, status unknown) ` +
        'is a secondary zone: Cloudflare copies its records from another server: change them there, or choose a name of another zone',
    });
  });

  test('chooseZone: a Unicode name, which cannot be compared → the zone of an internationalized name, of no other', () => {
    const zones = [zone('a', { name: 'bücher.example' })];
    expect([chosen(zones, 'xn--bcher-kva.example'), chosen(zones, 'example.com')]).toEqual(['a', 'none']);
  });
});
