import { PROGRAMS, type Unit } from './figures.ts';
import type { Report } from './report.ts';
import type { Row } from './rows.ts';

const HEAD = ['what', 'unit', 'budget', ...PROGRAMS, ''];
const isText = (column: number): boolean => column < 2 || column > PROGRAMS.length + 2;

/** The report for a terminal.
 *  @param earlier adds a column: how much ours has changed since */
export function formatTable(report: Report, earlier: Report | null): string {
  const head = earlier === null ? HEAD : [...HEAD, `ours since ${earlier.commit}`];
  const rows = report.rows.map((row) => [...cells(row), ...(earlier === null ? [] : [change(row, earlier)])]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]): string => {
    const padded = row.map((cell, i) => (isText(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)));
    return padded.join('  ').trimEnd();
  };
  return `${[describeRun(report), '', line(head), ...rows.map(line)].join('\n')}\n`;
}

/** The report as a page of docs/. */
export function formatPage(report: Report): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = [...HEAD, 'how it is measured'];
  const rule = row(head.map((_, i) => (isText(i) ? '---' : '---:')));
  return `# Benchmarks

Read when: you want to know what the daemon needs, or whether a change has made it need more. \`make bench\` measures
all of this in some minutes; \`make bench-doc\` writes what it found last to this page.

![Bars: ours beside the others, and beside its budgets](benchmarks.svg)

${describeRun(report)}

${[row(head), rule, ...report.rows.map((own) => row([...cells(own), own.how]))].join('\n')}

Each value is the median of its samples unless the row says otherwise. The programs run in network namespaces, the API
is the simulator of the tests, reached over TLS on the loopback. inadyn and ddclient do the same work in the same run:
one name, the address of one interface, looked at every 60 s, which is the least that ddclient allows.
`;
}

function describeRun({ versions, commit, machine, kernel, date }: Report): string {
  const programs = Object.entries(versions).map((program) => program.join(' '));
  return `${programs.join(', ')}; commit ${commit}; ${machine}, Linux ${kernel}; ${date.slice(0, 16).replace('T', ' ')} UTC`;
}

/** As `HEAD` says. */
function cells({ what, unit, budget, values, met }: Row): string[] {
  const shown = [budget, ...PROGRAMS.map((program) => values[program])].map((value) => format(value ?? null, unit));
  return [what, unit === 'count' ? '' : unit, ...shown, verdict(met)];
}

function verdict(met: boolean | null): string {
  if (met === null) return '';
  return met ? 'met' : 'MISSED';
}

function format(value: number | null, unit: Unit): string {
  if (value === null) return '';
  const digits = (unit === 'ms' || unit === 'µs') && value < 100 ? 1 : 0;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A value with its unit, as short as a person wants it. */
export function formatForPeople(value: number, unit: Unit): string {
  if (unit === 'KiB') return `${(value / 1024).toFixed(1)} MiB`;
  if (unit === 'ms' && value >= 1000) return `${format(Math.round(value / 1000), 'count')} s`;
  return `${format(Math.round(value), 'count')}${unit === 'count' ? '' : ` ${unit}`}`;
}

function change(row: Row, earlier: Report): string {
  const before = earlier.rows.find(({ id }) => id === row.id)?.values.ipv6ddns;
  const now = row.values.ipv6ddns;
  if (before === undefined || now === undefined) return '';
  const percent = before === 0 ? '' : ` (${now < before ? '' : '+'}${(((now - before) / before) * 100).toFixed(1)} %)`;
  return `${format(before, row.unit)} → ${format(now, row.unit)}${percent}`;
}
