import { describe, expect, test } from 'vitest';
import { BUDGETS } from './budgets.ts';
import { withFacts } from './facts.ts';
import { ours } from './parts.ts';
import { formatPlot } from './plot.ts';
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

describe('plot', () => {
  const widths = (svg: string, look: string) =>
    [...svg.matchAll(new RegExp(`class="${look}"[^>]* width="([\\d.]+)"`, 'g'))].map(([, width]) => Number(width));

  test('plot: two programs → bars as long as their values, the largest the longest', () => {
    const svg = formatPlot(reportOf(ours('size', 500), { figure: 'size', program: 'inadyn', samples: [2000] }));
    expect(widths(svg, 'other')).toEqual([240]);
    expect(widths(svg, 'ours')[0]).toBe(60);
    expect(svg).toContain('>2.0 MiB</text>');
  });

  test('plot: budgets → the share of each, with the name of the row it belongs to; red beyond', () => {
    const svg = formatPlot(
      reportOf(ours('resident', BUDGETS.residentKiB / 2), ours('anonymous', BUDGETS.anonymousKiB * 3)),
    );
    expect(svg).toContain('>50 %</text>');
    expect(svg).toContain('>resident memory: of it anonymous</text>');
    expect(svg).toContain('>300 %</text>');
    expect(widths(svg, 'over')).toEqual([240]);
  });

  test('plot: a budget of nothing, no budget → no share', () => {
    expect(formatPlot(reportOf(ours('idle-switches', 0), ours('connect', 2)))).not.toContain(' %</text>');
  });
});

describe('facts of the README', () => {
  const README = 'a\n<!-- from docs/benchmarks.md, by make bench-doc -->\nold\n<!-- end -->\nb\n';
  const of = (figure: string, ...values: [number, number]) => [
    ours(figure, values[0]),
    { figure, program: 'inadyn' as const, samples: [values[1]] },
  ];

  test('facts: a report → rows in words, what stands around the marks stays', () => {
    const measured = [...of('request', 13, 30_074), ...of('temporary', 0, 3), ...of('resident', 922, 13_340)];
    expect(withFacts(README, reportOf(...measured))).toBe(`a
<!-- from docs/benchmarks.md, by make bench-doc -->

|  | ipv6ddns | inadyn 2.10.0 |
| --- | ---: | ---: |
| A new address is on its way to Cloudflare after | 13 ms | 30 s |
| Three starts beside a temporary (privacy) address: it was published | never | 3 times |
| Memory while nothing happens | 0.9 MiB | 13.0 MiB |

<!-- end -->
b
`);
  });

  test('facts: one was not measured, no marks → refused', () => {
    expect(() => withFacts(README, reportOf(ours('request', 13)))).toThrow('"temporary" was not measured');
    expect(() => withFacts('a', reportOf())).toThrow('has no part');
  });
});
