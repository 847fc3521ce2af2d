import { PROGRAMS, type Unit } from './figures.ts';
import type { Report, Row } from './report.ts';

const HEAD = ['what', 'unit', 'budget', ...PROGRAMS, ''];

/** The report as a table for a terminal.
 *  @param earlier adds a column: how much ours has changed since */
export function formatTable(report: Report, earlier: Report | null): string {
  const head = earlier === null ? HEAD : [...HEAD, `since ${earlier.commit}`];
  const rows = report.rows.map((row) => [...cells(row), ...(earlier === null ? [] : [change(row, earlier)])]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) =>
        i < 2 || i > PROGRAMS.length + 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const title = `ipv6ddns ${report.version} (${report.commit}) on ${report.machine}, Linux ${report.kernel}, ${report.date}`;
  const methods = report.rows.map(({ what, how }) => `  ${what}: ${how}`);
  return `${[title, '', line(head), ...rows.map(line), '', 'How it is measured:', ...methods].join('\n')}\n`;
}

/** As `HEAD` says. */
export function cells({ what, unit, budget, values, met }: Row): string[] {
  const shown = [budget, ...PROGRAMS.map((program) => values[program])].map((value) => format(value ?? null, unit));
  return [what, unit === 'count' ? '' : unit, ...shown, verdict(met)];
}

function verdict(met: boolean | null): string {
  if (met === null) return '';
  return met ? 'met' : 'MISSED';
}

function format(value: number | null, unit: Unit): string {
  if (value === null) return '';
  const fraction = (unit === 'ms' || unit === 'µs') && value < 100 ? 1 : 0;
  return value.toFixed(fraction).replace(/\B(?=(\d{3})+(?!\d))/g, fraction === 0 ? ',' : '');
}

function change(row: Row, earlier: Report): string {
  const before = earlier.rows.find(({ id }) => id === row.id)?.values.ipv6ddns;
  const now = row.values.ipv6ddns;
  if (before === undefined || now === undefined) return '';
  const percent = before === 0 ? '' : ` (${now < before ? '' : '+'}${(((now - before) / before) * 100).toFixed(1)} %)`;
  return `${format(before, row.unit)} → ${format(now, row.unit)}${percent}`;
}
