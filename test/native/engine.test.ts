// What native/quickjs.patch keeps differently than QuickJS does. The sanitizers see what a wrong size or link would do.
import { describe, expect, test } from 'vitest';

describe('engine', () => {
  test('objects: that lost all their properties → take new ones', () => {
    const object: Record<string, number> = {};
    for (const names of ['abcdefghijkl', 'm', 'nopqrst']) {
      for (const name of names) object[name] = name.charCodeAt(0);
      expect(Object.keys(object).join('')).toBe(names);
      for (const name of names) delete object[name];
      expect(Object.keys(object)).toEqual([]);
    }
  });

  test('arrays: of a class of our own → keep their length, the first and the next', () => {
    class Row extends Array<number> {}
    expect([Row.of(1, 2), Row.of(3)].map(({ length }) => length)).toEqual([2, 1]);
  });
});
