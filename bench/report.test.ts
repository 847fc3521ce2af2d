import { describe, expect, test } from 'vitest';
import { BUDGETS } from './budgets.ts';
import { ours } from './parts.ts';
import type { Report } from './report.ts';
import { makeRows } from './rows.ts';
import { summarize } from './statistics.ts';
import { formatPage, formatTable } from './table.ts';

const reportOf = (...measurements: Parameters<typeof makeRows>[0]): Report => ({
  date: '2026-11-24T05:00:00.000Z',
  versions: { ipv6ddns: '0.1.0', inadyn: '2.10.0' },
  commit: 'abc1234',
  machine: 'a machine',
  kernel: '6.1',
  rows: makeRows(measurements),
});

describe('samples', () => {
  test('summary: 1 to 101 in any order → least, median, 99th percentile, most', () => {
    const samples = Array.from({ length: 101 }, (_, i) => ((i * 37) % 101) + 1);
    expect(summarize(samples)).toEqual({ samples: 101, least: 1, median: 51, p99: 100, most: 101 });
  });

  test('summary: an even number of samples → the median lies between the two in the middle', () => {
    expect(summarize([4, 1, 2, 10]).median).toBe(3);
  });

  test.each([[[]], [[1, Number.NaN]]])('summary: %j → refused', (samples) => {
    expect(() => summarize(samples)).toThrow(RangeError);
  });
});

describe('rows', () => {
  test('row: a value equal to its budget → met; above → missed', () => {
    const met = (value: number) => makeRows([ours('resident', value)]).map((row) => row.met);
    expect([met(BUDGETS.residentKiB), met(BUDGETS.residentKiB + 1)]).toEqual([[true], [false]]);
  });

  test('row: only another program was measured → no verdict', () => {
    const [row] = makeRows([{ figure: 'resident', program: 'inadyn', samples: [9000] }]);
    expect(row).toMatchObject({ met: null, values: { inadyn: 9000 } });
  });

  test('row: three samples → a median, no 99th percentile', () => {
    expect(makeRows([ours('request', 1, 2, 3)]).map(({ id }) => id)).toEqual(['request']);
  });

  test('row: samples of three runs → their median', () => {
    const [row] = makeRows([ours('peak', 5, 900, 7)]);
    expect(row?.values.ipv6ddns).toBe(7);
  });
});

describe('report', () => {
  const report = reportOf(ours('resident', 1500), { figure: 'resident', program: 'inadyn', samples: [13_460] });

  test('table: a missed budget → shown beside both values', () => {
    expect(formatTable(report, null)).toMatch(/^resident memory, asleep +KiB +1,024 +1,500 +13,460 +MISSED$/m);
  });

  test('table: an earlier report → how much ours has changed', () => {
    expect(formatTable(report, reportOf(ours('resident', 1000)))).toMatch(/ 1,000 → 1,500 \(\+50\.0 %\)$/m);
  });

  test('page: → versions, machine, kernel, the table and how it was measured', () => {
    const page = formatPage(report);
    expect(page).toContain('ipv6ddns 0.1.0, inadyn 2.10.0; commit abc1234; a machine, Linux 6.1; 2026-11-24 05:00 UTC');
    expect(page).toMatch(/^\| resident memory, asleep \| KiB \| 1,024 \| 1,500 \| 13,460 \| {2}\| MISSED \| Rss in /m);
  });
});
