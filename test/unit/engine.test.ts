import { expect, test } from 'vitest';

test('engine: an object held weakly by more maps than its counter counts to → all of them find it', () => {
  const key = {};
  const maps = Array.from({ length: 300 }, (_, i) => new WeakMap([[key, i]]));
  for (const map of maps.slice(0, 150)) map.delete(key);
  expect(maps.map((map) => map.get(key))).toEqual(maps.map((_, i) => (i < 150 ? undefined : i)));
});
