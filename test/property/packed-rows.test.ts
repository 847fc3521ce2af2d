import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FLAGS, PackedRows, ROW_WORDS } from '../../src/core/address/packed-rows.ts';
import { bytesOf } from '../fakes/bits.ts';
import { wordsOf } from '../fakes/captured.ts';

const wordsAt = (address: number): Int32Array => wordsOf(Uint8Array.from(bytesOf(BigInt(address))));

const step = fc.record({
  act: fc.constantFrom('set', 'set', 'remove', 'file sound', 'file unsound'),
  ifIndex: fc.integer({ min: 1, max: 2 }),
  address: fc.nat(40),
  flags: fc.integer({ min: 0, max: 0xffffffff }),
});

test('PackedRows: any history of additions, removals and filing → what a Map would hold, the sound first, capacity bounded', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (all) => {
      const rows = new PackedRows();
      const model = new Map<string, { flags: number; isSound: boolean }>();
      const held = (key: string): unknown => {
        const [ifIndex = 0, address = 0] = key.split('/').map(Number);
        const row = rows.find(ifIndex, wordsAt(address), 0);
        if (row < 0) return undefined;
        expect([row % ROW_WORDS, row < rows.end]).toEqual([0, true]);
        expect([...rows.addressOf(row)]).toEqual([...bytesOf(BigInt(address))]);
        return { flags: rows.words[row + FLAGS], isSound: row < rows.soundEnd };
      };
      for (const { act, ifIndex, address, flags } of all) {
        const key = `${ifIndex}/${address}`;
        const known = model.get(key);
        const found = rows.find(ifIndex, wordsAt(address), 0);
        expect(held(key)).toEqual(known);
        if (act === 'set') {
          const row = known ? found : rows.add(ifIndex, wordsAt(address), 0);
          if (!known) expect([row, rows.words[row + FLAGS]]).toEqual([model.size * ROW_WORDS, 0]);
          rows.words[row + FLAGS] = flags;
          model.set(key, { flags, isSound: known?.isSound ?? false });
        } else if (known && act === 'remove') {
          rows.remove(found);
          model.delete(key);
        } else if (known) {
          const isSound = act === 'file sound';
          const row = rows.file(found, isSound);
          expect(row).toBe(rows.find(ifIndex, wordsAt(address), 0));
          model.set(key, { ...known, isSound });
        }
        expect(rows.count).toBe(model.size);
        expect(rows.soundEnd / ROW_WORDS).toBe([...model.values()].filter(({ isSound }) => isSound).length);
        expect(rows.words.length).toBeLessThanOrEqual(ROW_WORDS * Math.max(64, 4 * rows.count));
      }
      for (const [key, known] of model) expect(held(key)).toEqual(known);
    }),
  );
});

test('PackedRows: 10,000 rows → all found; all but one removed → the memory is given back', () => {
  const rows = new PackedRows();
  for (let i = 0; i < 10_000; i++) {
    const row = rows.add(i % 7, wordsAt(i), 0);
    rows.words[row + FLAGS] = i;
    rows.file(row, i % 3 === 0);
  }
  const numbers = Array.from({ length: 10_000 }, (_, i) => i);
  expect(numbers.filter((i) => rows.words[rows.find(i % 7, wordsAt(i), 0) + FLAGS] !== i)).toEqual([]);
  for (let i = 1; i < 10_000; i++) rows.remove(rows.find(i % 7, wordsAt(i), 0));
  expect([rows.count, rows.find(0, wordsAt(0), 0), rows.find(1, wordsAt(1), 0)]).toEqual([1, 0, -1]);
  expect(rows.words.length).toBeLessThanOrEqual(ROW_WORDS * 64);
});

test('PackedRows: words in the middle of a datagram → the address of those four', () => {
  const rows = new PackedRows();
  const datagram = new Int32Array(10);
  datagram.set(wordsAt(5), 5);
  rows.add(1, datagram, 5);
  expect([rows.find(1, wordsAt(5), 0), rows.find(2, wordsAt(5), 0), rows.find(1, wordsAt(6), 0)]).toEqual([0, -1, -1]);
});
