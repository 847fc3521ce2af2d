import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  aimed,
  holding,
  inManner,
  isAddressDue,
  type NameState,
  newName,
  ownRecord,
  readAnew,
  readByItself,
  recordsOf,
  rehearsed,
  todoOf,
  unread,
  withTodo,
} from '../../../src/core/daemon/name-life.ts';
import type { AaaaRecord } from '../../../src/core/dns/record.ts';
import { A, B, C, HOME, record, recordSettings } from '../../fakes/samples.ts';

const SETS: readonly (readonly AaaaRecord[])[] = [
  [],
  [record('r1', A)],
  [record('r1', B)],
  [record('r1', A), record('r2', B)],
  [record('r1', A, { comment: 'mine' })],
  [record('r1', A, { readOnly: true })],
  [record('r1', A, { readOnly: true }), record('r2', B)],
];

const goal = (address: typeof A) => ({ address, equallyGood: [], sinceMs: 0 });

/** Every transition, with everything that may go with it. */
const TRANSITIONS: Readonly<Record<string, readonly ((name: NameState) => NameState)[]>> = {
  aimed: [...[A, B, C].map(goal), null].map((desired) => (name: NameState) => aimed(name, desired)),
  unread: [unread],
  readByItself: [readByItself],
  readAnew: [readAnew],
  holding: SETS.map((records) => (name) => holding(name, records)),
  inManner: [true, false].map((addressFirst) => (name) => inManner(name, { addressFirst })),
  withTodo: [(name) => withTodo(name, [], [{ op: 'delete', id: 'r1', was: A }])],
  rehearsed: [rehearsed],
};

/** Nothing is read or written for a name that nobody asked for yet. */
const isLegal = (transition: string, { life }: NameState): boolean =>
  life.kind !== 'fresh' || !['holding', 'withTodo', 'readByItself'].includes(transition);

/** Every edge that any sequence of transitions leads along, and by which of them. */
function explore(): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  const seen = new Set<string>();
  const left = [newName(recordSettings(HOME)), newName(recordSettings(HOME, { comment: 'mine' }))];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const key = JSON.stringify(name);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const [transition, variants] of Object.entries(TRANSITIONS)) {
      if (!isLegal(transition, name)) continue;
      for (const change of variants) {
        const next = change(name);
        if (next.life.kind !== name.life.kind) {
          const edge = `${name.life.kind} --> ${next.life.kind}`;
          edges.set(edge, (edges.get(edge) ?? new Set()).add(transition));
        }
        left.push(next);
      }
    }
  }
  return edges;
}

test('life of a name: every transition that the code can make → is in the picture, and no other', () => {
  const page = readFileSync('docs/life-of-a-name.md', 'utf8');
  const drawn = [...page.matchAll(/^ {4}(\w+ --> \w+) : (.*)$/gm)].map(([, edge = '', by = '']) => [edge, by]);
  const made = [...explore()].map(([edge, by]) => [edge, [...by].sort().join(', ')]);
  expect(Object.fromEntries(made)).toEqual(
    Object.fromEntries(drawn.map(([edge, by = '']) => [edge, by.split(', ').sort().join(', ')])),
  );
});

test('life of a name: its states → each is explained', () => {
  const page = readFileSync('docs/life-of-a-name.md', 'utf8');
  const kinds = new Set([...explore().keys()].flatMap((edge) => edge.split(' --> ')));
  const explained = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, own = '']) => own);
  expect(explained).toEqual(expect.arrayContaining([...kinds]));
  expect(explained).toEqual(expect.arrayContaining(Object.keys(TRANSITIONS)));
});

describe('life of a name: step by step', () => {
  const fresh = newName(recordSettings(HOME, { multiRecord: 'all' }));
  const known = (...records: readonly AaaaRecord[]): NameState => holding(aimed(fresh, goal(A)), records);

  test('recordsOf, todoOf: nobody asked for it, or it is to be read → nothing is known, nothing to do', () => {
    for (const name of [fresh, aimed(fresh, goal(A))]) expect([recordsOf(name), todoOf(name)]).toEqual([null, []]);
    expect(inManner(fresh, { whole: true })).toEqual({ ...fresh, whole: true });
  });

  test('todoOf: its records are right → nothing to do', () => {
    const done = known(record('r1', A));
    expect([done.life.kind, recordsOf(done), todoOf(done)]).toEqual(['done', [record('r1', A)], []]);
  });

  test('isAddressDue: the address is wrong, whatever else → due; surplus records alone → not', () => {
    expect(isAddressDue(known(record('r1', B), record('r2', C)))).toBe(true);
    expect(isAddressDue(known(record('r1', A), record('r2', C)))).toBe(false);
    expect(isAddressDue(aimed(fresh, goal(A)))).toBe(true);
  });

  test('ownRecord: none was confirmed → none; one was → that one', () => {
    expect(ownRecord(fresh)).toBeNull();
    expect(ownRecord({ ...fresh, confirmed: A, confirmedId: 'r1' })).toEqual({ id: 'r1', content: A });
  });

  test('unread: it is to be read by itself → it stays so; it was read → to be read', () => {
    const apart = readByItself(aimed(fresh, goal(A)));
    expect(unread(apart)).toBe(apart);
    expect(unread(known(record('r1', A))).life).toEqual({ kind: 'unread', byItself: false });
    expect(unread(fresh)).toBe(fresh);
  });

  test('readAnew: whatever failed before → nothing of it counts any more', () => {
    const trouble = { what: 'no', permanent: true, ray: null, scope: 'name', failures: 3, retryAtMs: 9 } as const;
    const failed = { ...known(record('r1', B)), trouble, addressFirst: true, whole: true };
    expect(readAnew(failed)).toMatchObject({
      life: { kind: 'unread' },
      trouble: null,
      addressFirst: false,
      whole: false,
    });
  });

  test('rehearsed: what was left to do is shown → done; nothing was → as it was', () => {
    expect(rehearsed(known(record('r1', B))).life).toEqual({ kind: 'done', records: [record('r1', B)] });
    const reading = aimed(fresh, goal(A));
    expect(rehearsed(reading)).toBe(reading);
  });
});
