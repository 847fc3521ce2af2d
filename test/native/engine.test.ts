// What native/quickjs.patch keeps differently than QuickJS does. The sanitizers see what a wrong size or link would do.
import * as std from 'std';
import { describe, expect, test } from 'vitest';

describe('engine', () => {
  test('closures: over variables of a loop → each round has its own, and all share that of the function', () => {
    const rounds: (() => string)[] = [];
    let shared = 'before';
    for (let i = 0; i < 3; i += 1) {
      const twice = i * 2;
      rounds.push(() => `${i} ${twice} ${shared}`);
    }
    shared = 'after';
    expect(rounds.map((round) => round())).toEqual(['0 0 after', '1 2 after', '2 4 after']);
  });

  test('closures: dropped while the function that made them runs, the first, middle and last → the others go on', () => {
    for (const dropped of [0, 1, 2]) {
      let [a, b, c] = ['a', 'b', 'c'];
      const closures: ((() => string) | null)[] = [() => (a += '+'), () => (b += '+'), () => (c += '+')];
      closures[dropped] = null;
      std.gc();
      a += 1;
      b += 1;
      c += 1;
      const said = closures.map((closure) => closure?.() ?? null);
      expect(said).toEqual(['a1+', 'b1+', 'c1+'].map((text, i) => (i === dropped ? null : text)));
      expect([a, b, c].map((text) => text.length)).toEqual([0, 1, 2].map((i) => (i === dropped ? 2 : 3)));
    }
  });

  test('closures: of an async function that waits → see its variables while it waits and when it has ended', async () => {
    const seen: (() => number)[] = [];
    let go = (): void => undefined;
    const waited = new Promise<void>((resolve) => {
      go = resolve;
    });
    const running = (async () => {
      let count = 1;
      seen.push(() => count);
      (() => count)();
      await waited;
      count = 2;
      seen.push(() => count);
    })();
    std.gc();
    expect(seen.map((look) => look())).toEqual([1]);
    go();
    await running;
    std.gc();
    expect(seen.map((look) => look())).toEqual([2, 2]);
  });

  test('closures: of a generator that nobody finishes → collected with it', () => {
    function* numbers(): Generator<() => number> {
      let next = 0;
      for (;;) yield () => (next += 1);
    }
    const kept = numbers().next().value as () => number;
    for (let i = 0; i < 100; i += 1) {
      const cycle: { generator: Generator; value?: unknown } = { generator: numbers() };
      cycle.value = [cycle.generator.next().value, cycle];
    }
    std.gc();
    expect([kept(), kept()]).toEqual([1, 2]);
  });

  test('objects: held weakly by many maps, then by none → freed', () => {
    let key: object | null = {};
    const maps = Array.from({ length: 200 }, (_, i) => new WeakMap([[key as object, i]]));
    expect(maps.every((map, i) => map.get(key as object) === i)).toBe(true);
    key = null;
    std.gc();
  });

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
