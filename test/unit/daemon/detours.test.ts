import { expect, test } from 'vitest';
import { concernedBy } from '../../../src/core/daemon/detours.ts';
import { aimed, holding } from '../../../src/core/daemon/name-life.ts';
import { type Call, newZone } from '../../../src/core/daemon/zone-state.ts';
import { A, record, recordSettings, ZONE } from '../../fakes/samples.ts';

/** Of four names the second is known, the others are to be read. */
const zone = newZone(
  ZONE,
  ['a', 'b', 'c', 'd'].map((label) => recordSettings(`${label}.example.com`)),
  false,
  0,
);
const names = zone.names.map((name, i) => {
  const own = aimed(name, { address: A, equallyGood: [], sinceMs: 0 });
  return i === 1 ? holding(own, [record('r1', A)]) : own;
});

const deletion = (index: number) => ({ index, operation: { op: 'delete', id: 'r1', was: A } }) as const;

test.each<[string, Call, number[]]>([
  ['the list of one name', { kind: 'list', index: 1, page: 1 }, [1]],
  ['the list of all', { kind: 'list', index: null, page: 2 }, [0, 2, 3]],
  ['the question for one name’s zone', { kind: 'lookup', index: 1, candidate: 'example.com' }, [1]],
  ['the question for a domain’s zones', { kind: 'lookup', index: 0, candidate: '.example.com' }, [0, 2, 3]],
  ['the question what the zone is called', { kind: 'identify', index: 2 }, [2]],
  ['a write', { kind: 'write', steps: [deletion(3), deletion(3), deletion(1)] }, [3, 1]],
])('concernedBy: %s → the names that are to be read, or that it names', (_, call, expected) => {
  expect(concernedBy({ ...zone, names }, call)).toEqual(expected);
});
