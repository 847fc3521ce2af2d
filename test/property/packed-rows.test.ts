import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIELD, PackedRows } from '../../src/core/address/packed-rows.ts';
import { bytesOf } from '../fakes/bits.ts';

const bytesAt = (address: number): Uint8Array => Uint8Array.from(bytesOf(BigInt(address)));

test('PackedRows: any history of additions and removals → what a Map would hold, rows dense, capacity bounded', () => {
  const steps = fc.array(
    fc.record({
      add: fc.boolean(),
      ifIndex: fc.integer({ min: 1, max: 2 }),
      address: fc.nat(40),
      flags: fc.integer({ min: 0, max: 0xffffffff }),
    }),
    { maxLength: 200, size: 'max' },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const rows = new PackedRows();
      const model = new Map<string, number>();
      for (const { add, ifIndex, address, flags } of all) {
        const key = `${ifIndex}/${address}`;
        const found = rows.find(ifIndex, bytesAt(address), 0);
        expect(found >= 0 ? rows.get(found, FIELD.flags) : undefined).toBe(model.get(key));
        if (add) {
          const row = found >= 0 ? found : rows.add(ifIndex, bytesAt(address), 0);
          if (found < 0) expect([row, rows.get(row, FIELD.flags)]).toEqual([model.size, 0]);
          rows.set(row, FIELD.flags, flags);
          model.set(key, flags);
        } else if (found >= 0) {
          const last = rows.count - 1;
          expect(rows.remove(found)).toBe(found === last ? -1 : last);
          model.delete(key);
        }
        expect(rows.count).toBe(model.size);
        expect(rows.bytes.length).toBeLessThanOrEqual(16 * Math.max(64, 4 * rows.count));
      }
    }),
  );
});

test('PackedRows: 10,000 rows → all found; all but one removed → the memory is given back', () => {
  const rows = new PackedRows();
  for (let i = 0; i < 10_000; i++) rows.set(rows.add(i % 7, bytesAt(i), 0), FIELD.flags, i);
  const wrong = Array.from({ length: 10_000 }, (_, i) => i).filter(
    (i) => rows.get(rows.find(i % 7, bytesAt(i), 0), FIELD.flags) !== i,
  );
  expect(wrong).toEqual([]);
  for (let i = 1; i < 10_000; i++) rows.remove(rows.find(i % 7, bytesAt(i), 0));
  expect([rows.count, rows.find(0, bytesAt(0), 0), rows.find(1, bytesAt(1), 0)]).toEqual([1, 0, -1]);
  expect(rows.bytes.length).toBeLessThanOrEqual(16 * 64);
});

test('PackedRows: bytes in the middle of a datagram → the address of those 16', () => {
  const rows = new PackedRows();
  const datagram = new Uint8Array(40);
  datagram.set(bytesAt(5), 20);
  rows.add(1, datagram, 20);
  expect([rows.find(1, bytesAt(5), 0), rows.find(2, bytesAt(5), 0), rows.find(1, bytesAt(6), 0)]).toEqual([0, -1, -1]);
});
