import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Goal, type Operation, plan } from '../../src/core/dns/plan.ts';
import type { AaaaRecord } from '../../src/core/dns/record.ts';
import { A, address, B, C, D, record } from '../fakes/samples.ts';

const ours = fc.constantFrom(A, B, C, D);
const attributes = {
  ttlSec: fc.constantFrom(1, 60, 300),
  proxied: fc.boolean(),
  comment: fc.constantFrom('', 'mine', "the owner's"),
};

/** Records of other products, which may say our address, too. */
const foreign = fc.record({
  ...attributes,
  content: fc.constantFrom(address('2606:4700::1'), address('2606:4700::2'), A, B),
  readOnly: fc.constant(true),
});
const own = fc.record({ ...attributes, content: fc.option(ours), readOnly: fc.constant(false) });

/** Cloudflare holds no two identical records of one name. */
const recordSet = fc
  .uniqueArray(fc.oneof({ weight: 3, arbitrary: own }, foreign), { maxLength: 6, selector: ({ content }) => content })
  .map((records) => records.map(({ content, ...rest }, i) => record(`r${i}`, content, rest)));

const goals: fc.Arbitrary<Goal> = fc.record({
  content: ours,
  enforced: fc.record({
    ttlSec: fc.option(attributes.ttlSec),
    proxied: fc.option(attributes.proxied),
    comment: fc.option(attributes.comment),
  }),
  multiRecord: fc.constantFrom('error', 'first', 'all'),
});

/** What the provider holds after one operation; it refuses two identical records (81058). */
function applied(records: readonly AaaaRecord[], operation: Operation): AaaaRecord[] {
  const refuseTwin = (content: unknown, id: string) => {
    if (records.some((other) => other.id !== id && other.content === content)) throw new Error('81058');
  };
  switch (operation.op) {
    case 'create': {
      refuseTwin(operation.content, 'new');
      const { ttlSec, proxied, comment } = operation.enforced;
      const attributes = { ttlSec: ttlSec ?? 1, proxied: proxied ?? false, comment: comment ?? '' };
      return [...records, record('new', operation.content, attributes)];
    }
    case 'update':
      if (operation.changes.content !== undefined) refuseTwin(operation.changes.content, operation.id);
      return records.map((old) => (old.id === operation.id ? { ...old, ...operation.changes } : old));
    case 'delete':
      return records.filter(({ id }) => id !== operation.id);
  }
}

const planned = (records: readonly AaaaRecord[], goal: Goal): readonly Operation[] => {
  const result = plan(records, goal);
  return result.ok ? result.value : [];
};

test('plan: any records and goal → applying the plan reaches the goal, and planning again gives nothing', () => {
  fc.assert(
    fc.property(recordSet, goals, (records, goal) => {
      const result = plan(records, goal);
      fc.pre(result.ok);
      const after = planned(records, goal).reduce(applied, records);
      const changeable = after.filter(({ readOnly }) => !readOnly);
      const right = after.filter(({ content }) => content === goal.content);
      expect(right).toHaveLength(1);
      if (goal.multiRecord !== 'first') expect(changeable).toHaveLength(right[0]?.readOnly ? 0 : 1);
      expect(plan(after, goal)).toEqual({ ok: true, value: [] });
    }),
    { numRuns: 500 },
  );
});

test('plan: any records and goal → what is enforced holds, what is not stays the owner’s', () => {
  fc.assert(
    fc.property(recordSet, goals, (records, goal) => {
      fc.pre(plan(records, goal).ok);
      const after = planned(records, goal).reduce(applied, records);
      const right = after.find(({ content }) => content === goal.content);
      fc.pre(right?.readOnly === false);
      const before = records.find(({ id }) => id === right?.id);
      const { ttlSec, proxied, comment } = goal.enforced;
      expect(right?.proxied).toBe(proxied ?? before?.proxied ?? false);
      expect(right?.comment).toBe(comment ?? before?.comment ?? '');
      if (right?.proxied === false) expect(right.ttlSec).toBe(ttlSec ?? before?.ttlSec ?? 1);
    }),
    { numRuns: 500 },
  );
});

test('plan: records of other products → never in an operation; an update names only what differs', () => {
  fc.assert(
    fc.property(recordSet, goals, (records, goal) => {
      for (const operation of planned(records, goal)) {
        if (operation.op === 'create') continue;
        const target = records.find(({ id }) => id === operation.id);
        expect(target?.readOnly).toBe(false);
        if (operation.op !== 'update') continue;
        expect(Object.keys(operation.changes)).not.toHaveLength(0);
        expect({ ...target, ...operation.changes }).not.toEqual(target);
        for (const [key, value] of Object.entries(operation.changes)) {
          expect(target?.[key as keyof AaaaRecord]).not.toEqual(value);
        }
      }
    }),
  );
});

test('plan: carried out half-way → the name has no fewer right records than before, and never none', () => {
  fc.assert(
    fc.property(recordSet, goals, (records, goal) => {
      const right = (set: readonly AaaaRecord[]) => set.filter(({ content }) => content === goal.content).length;
      let now: readonly AaaaRecord[] = records;
      for (const operation of planned(records, goal)) {
        const next = applied(now, operation);
        expect(right(next)).toBeGreaterThanOrEqual(right(now));
        expect(next.length).toBeGreaterThan(0);
        now = next;
      }
    }),
  );
});

test('plan: refused → only several records under "error", or none but other products’ that are not right', () => {
  fc.assert(
    fc.property(recordSet, goals, (records, goal) => {
      const owned = records.filter(({ readOnly }) => !readOnly).length;
      const answered = records.some(({ readOnly, content }) => readOnly && content === goal.content);
      const several = owned > 1 || (owned === 1 && answered);
      const hopeless = owned === 0 && records.length > 0 && !answered;
      expect(plan(records, goal).ok).toBe(!((goal.multiRecord === 'error' && several) || hopeless));
    }),
  );
});
