import { expect, describe as group, test } from 'vitest';
import { folderOf, report, type Tried } from './report.ts';
import { foldersOf } from './since.ts';

let nextId = 0;
const mutant = (file: string, original: string, mutated: string, fate: Tried['fate']): Tried => ({
  id: String(nextId++),
  file,
  line: 7,
  original,
  mutated,
  fate,
});

const PLAN = 'src/core/dns/plan.ts';
const killed = mutant(PLAN, 'a < b', 'a <= b', 'killed');
const survived = mutant(PLAN, 'a < b', 'true', 'survived');
const notCovered = mutant(PLAN, "'x'", "''", 'notCovered');
const equivalent = { file: PLAN, original: 'a < b', mutated: 'true', reason: 'b is never reached' };

group('report: scores', () => {
  test('report: one killed, one survived, one not covered → a third, the others listed', () => {
    const { scores, open } = report([killed, survived, notCovered], [], { dns: 33 });
    expect(scores).toEqual([{ folder: 'dns', killed: 1, survived: 1, notCovered: 1, equivalent: 0, score: 33.33 }]);
    expect(open).toEqual([survived, notCovered]);
  });

  test('report: the survivor is listed as equivalent → it does not count', () => {
    const { scores, open, faults } = report([killed, survived], [equivalent], { dns: 100 });
    expect(scores).toEqual([{ folder: 'dns', killed: 1, survived: 0, notCovered: 0, equivalent: 1, score: 100 }]);
    expect([open, faults]).toEqual([[], []]);
  });

  test('report: almost all killed → never rounded up to all', () => {
    const many = Array.from({ length: 20_000 }, () => killed);
    expect(report([...many, survived], [], { dns: 0 }).scores[0]?.score).toBe(99.99);
  });

  test('report: two folders and the shell → one score each', () => {
    const files = [PLAN, 'src/core/wire/reader.ts', 'src/shell/log.ts', 'src/core/time.ts'];
    const tried = files.map((file) => mutant(file, 'a', 'b', 'killed'));
    expect(report(tried, [], {}).scores.map(({ folder }) => folder)).toEqual(['core', 'dns', 'shell', 'wire']);
  });
});

group('report: faults', () => {
  test('report: below the floor → a fault; at the floor → none; no floor → a fault', () => {
    const faults = (floors: Record<string, number>) => report([killed, survived], [], floors).faults;
    expect(faults({ dns: 51 })).toEqual(['dns: 50 % of the mutants are noticed, at least 51 % must be']);
    expect(faults({ dns: 50 })).toEqual([]);
    expect(faults({ wire: 50 })).toEqual(['dns has no floor: write its score, 50, into the list']);
  });

  test('report: a listed mutant is killed, or is gone → a fault; one of a folder that was not tried → none', () => {
    const faults = (file: string, mutated: string) =>
      report([killed, survived], [{ ...equivalent, file, mutated }], { dns: 50 }).faults;
    expect(faults(PLAN, 'a <= b')).toEqual([
      expect.stringMatching(/^no longer equivalent, a test notices it; remove it/),
    ]);
    expect(faults(PLAN, 'a > b')).toEqual([expect.stringMatching(/^no longer equivalent, there is no such mutant/)]);
    expect(faults('src/core/wire/reader.ts', 'a > b')).toEqual([]);
  });
});

test('folderOf: a module of the core, one beside its folders, one of the shell → the name of its score', () => {
  expect([PLAN, 'src/core/time.ts', 'src/shell/log.ts'].map(folderOf)).toEqual(['dns', 'core', 'shell']);
});

test.each<[string, readonly string[], readonly string[]]>([
  ['a module', [PLAN], ['dns']],
  ['a unit test', ['test/unit/wire/reader.test.ts'], ['wire']],
  ['a scenario, which may notice anything', ['test/scenario/address.test.ts'], ['dns', 'shell', 'wire']],
  ['a page, an end-to-end test, C', ['README.md', 'test/e2e/publish.test.ts', 'native/http.c'], []],
  ['a folder without mutants', ['src/host/clock.ts'], []],
])('foldersOf: %s changed → its folders', (_, files, expected) => {
  expect(foldersOf(files, ['dns', 'shell', 'wire'])).toEqual(expected);
});
