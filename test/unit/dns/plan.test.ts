import { describe, expect, test } from 'vitest';
import type { MultiRecord } from '../../../src/core/config/settings.ts';
import { carriesAddress, carriesAttributes, type Operation, plan, speaking } from '../../../src/core/dns/plan.ts';
import type { AaaaRecord, Changes, Enforced } from '../../../src/core/dns/record.ts';
import { A, address, B, C, D, record } from '../../fakes/samples.ts';

const KEEP: Enforced = { ttlSec: null, proxied: null, comment: null };

const planA = (records: readonly AaaaRecord[], multiRecord: MultiRecord, enforced: Partial<Enforced> = {}) =>
  plan(records, { content: A, enforced: { ...KEEP, ...enforced }, multiRecord });

const done = (...operations: unknown[]) => ({ ok: true, value: operations });
const POLICIES = ['error', 'first', 'all'] as const;

describe('plan: any policy', () => {
  test.each(POLICIES)('plan: no record, multi_record %s → one is created', (policy) => {
    expect(planA([], policy)).toEqual(done({ op: 'create', content: A, enforced: KEEP }));
  });

  test.each(POLICIES)('plan: one record that is right, multi_record %s → nothing', (policy) => {
    expect(planA([record('r1', A)], policy)).toEqual(done());
  });

  test.each(POLICIES)('plan: one record that differs, multi_record %s → its content alone is updated', (policy) => {
    const own = record('r1', B, { ttlSec: 300, proxied: true, comment: "the owner's" });
    expect(planA([own], policy)).toEqual(done({ op: 'update', id: 'r1', was: B, changes: { content: A } }));
  });

  test.each(POLICIES)('plan: one record whose text is no address, multi_record %s → updated', (policy) => {
    expect(planA([record('r1', null)], policy)).toEqual(
      done({ op: 'update', id: 'r1', was: null, changes: { content: A } }),
    );
  });

  test.each(POLICIES)('plan: nothing but a record of another product, multi_record %s → refused', (policy) => {
    expect(planA([record('r1', B, { readOnly: true })], policy)).toEqual({ ok: false, error: { kind: 'readOnly' } });
  });

  test.each(POLICIES)('plan: own record beside one of another product, multi_record %s → only the own', (policy) => {
    expect(planA([record('r1', C, { readOnly: true }), record('r2', B)], policy)).toEqual(
      done({ op: 'update', id: 'r2', was: B, changes: { content: A } }),
    );
  });
});

describe('plan: a record of another product says the address', () => {
  const theirs = record('r1', A, { readOnly: true, ttlSec: 300 });

  test.each(POLICIES)('plan: it alone, multi_record %s → nothing, whatever is enforced', (policy) => {
    expect(planA([theirs], policy, { ttlSec: 60, comment: 'mine' })).toEqual(done());
  });

  test('plan: an own one beside it, multi_record error → refused, with what both say', () => {
    expect(planA([record('r2', B), theirs], 'error')).toEqual({
      ok: false,
      error: { kind: 'severalRecords', contents: [B, A] },
    });
  });

  test('plan: an own one beside it, multi_record first → nothing', () => {
    expect(planA([record('r2', B), theirs], 'first')).toEqual(done());
  });

  test('plan: own ones beside it, multi_record all → they are deleted', () => {
    expect(planA([record('r2', B), theirs, record('r3', C)], 'all')).toEqual(
      done({ op: 'delete', id: 'r2', was: B }, { op: 'delete', id: 'r3', was: C }),
    );
  });
});

describe('plan: several records', () => {
  const several = [record('r1', B), record('r2', C), record('r3', A)];

  test('plan: multi_record error → refused, with what they say', () => {
    expect(planA(several, 'error')).toEqual({ ok: false, error: { kind: 'severalRecords', contents: [B, C, A] } });
  });

  test('plan: multi_record first, another one is right already → nothing', () => {
    expect(planA(several, 'first')).toEqual(done());
  });

  test('plan: multi_record first, none is right → the first listed is updated, the rest stay', () => {
    expect(planA([record('r9', C), record('r1', B)], 'first')).toEqual(
      done({ op: 'update', id: 'r9', was: C, changes: { content: A } }),
    );
  });

  test('plan: multi_record all, one is right → the others are deleted', () => {
    expect(planA(several, 'all')).toEqual(done({ op: 'delete', id: 'r1', was: B }, { op: 'delete', id: 'r2', was: C }));
  });

  test('plan: multi_record all, none is right → one is updated before the others are deleted', () => {
    expect(planA([record('r1', B), record('r2', C)], 'all')).toEqual(
      done({ op: 'update', id: 'r1', was: B, changes: { content: A } }, { op: 'delete', id: 'r2', was: C }),
    );
  });
});

describe('plan: enforced attributes', () => {
  test.each<[string, Partial<AaaaRecord>, Partial<Enforced>, object]>([
    ['ttl differs', { ttlSec: 300 }, { ttlSec: 60 }, { ttlSec: 60 }],
    ['proxied differs', { proxied: false }, { proxied: true }, { proxied: true }],
    ['comment differs', { comment: 'old' }, { comment: 'new' }, { comment: 'new' }],
    ['comment is to be empty', { comment: 'old' }, { comment: '' }, { comment: '' }],
    ['proxied off and ttl set', { proxied: true }, { proxied: false, ttlSec: 60 }, { proxied: false, ttlSec: 60 }],
    ['proxied on, the record has a ttl', { ttlSec: 300 }, { proxied: true }, { proxied: true, ttlSec: 1 }],
  ])('plan: address right, %s → that attribute alone is updated', (_, own, enforced, changes) => {
    expect(planA([record('r1', A, own)], 'error', enforced)).toEqual(done({ op: 'update', id: 'r1', was: A, changes }));
  });

  test('plan: ttl enforced on a proxied record, which is always automatic → nothing, however often it is asked', () => {
    expect(planA([record('r1', A, { proxied: true, ttlSec: 1 })], 'error', { ttlSec: 120 })).toEqual(done());
    expect(planA([record('r1', A, { proxied: true, ttlSec: 300 })], 'error', { proxied: true })).toEqual(done());
  });

  test('plan: no record → it is created with what is enforced', () => {
    const enforced = { ttlSec: 120, proxied: false, comment: 'mine' };
    expect(planA([], 'all', enforced)).toEqual(done({ op: 'create', content: A, enforced }));
  });

  test('plan: multi_record first, the right one is not the first → enforced on the right one', () => {
    expect(planA([record('r1', B), record('r2', A)], 'first', { comment: 'mine' })).toEqual(
      done({ op: 'update', id: 'r2', was: A, changes: { comment: 'mine' } }),
    );
  });
});

describe('what an operation carries', () => {
  const deletion: Operation = { op: 'delete', id: 'r1', was: B };
  const create = (enforced: Partial<Enforced>): Operation => ({
    op: 'create',
    content: A,
    enforced: { ...KEEP, ...enforced },
  });
  const update = (changes: Changes): Operation => ({ op: 'update', id: 'r1', was: B, changes });

  test.each<[string, Operation, boolean, boolean]>([
    ['a deletion', deletion, false, false],
    ['a new record with nothing enforced', create({}), true, false],
    ['a new record with a TTL', create({ ttlSec: 60 }), true, true],
    ['a new record with the proxy off', create({ proxied: false }), true, true],
    ['a new record with an empty comment', create({ comment: '' }), true, true],
    ['an update of the address', update({ content: A }), true, false],
    ['an update of the comment', update({ comment: '' }), false, true],
    ['an update of address and TTL', update({ content: A, ttlSec: 60 }), true, true],
  ])('operation: %s → carries the address %s, attributes %s', (_, operation, withAddress, withAttributes) => {
    expect(carriesAddress(operation)).toBe(withAddress);
    expect(carriesAttributes(operation)).toBe(withAttributes);
  });
});

describe('speaking', () => {
  const theirs = record('r0', C, { readOnly: true });
  const set = [theirs, record('r1', B), record('r2', D), record('r3', A)];

  test.each<[string, readonly AaaaRecord[], Parameters<typeof speaking>[1], string | undefined]>([
    ['no record', [], { id: 'r1', content: A }, undefined],
    ['ours is known by its id, another says what it said', set, { id: 'r2', content: A }, 'r2'],
    ['ours is gone, another says what it said', set, { id: 'r9', content: A }, 'r3'],
    ['ours has no known id', set, { id: null, content: D }, 'r2'],
    ['none is known to be ours', set, null, 'r1'],
    ['none of them is ours', set, { id: 'r9', content: address('2001:db8::9') }, 'r1'],
    ['all belong to another product', [theirs], null, 'r0'],
  ])('speaking: %s → the record', (_, records, own, id) => {
    expect(speaking(records, own)?.id).toBe(id);
  });
});
