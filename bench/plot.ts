import { PROGRAMS, type Program } from './figures.ts';
import type { Report } from './report.ts';
import type { Row } from './rows.ts';
import { formatForPeople } from './table.ts';

/** Figures that the others have as well, with a heading for the plot. */
const COMPARED: readonly (readonly [id: string, heading: string])[] = [
  ['request', 'A new address is on its way to Cloudflare after'],
  ['resident', 'Memory while nothing happens'],
  ['size', 'Executable and libraries'],
  ['idle-switches', 'Wake-ups in a minute in which nothing happens'],
];

/** Pixels. */
const WIDTH = 760;
const MARGIN = 16;
const LABELS = 430;
const LONGEST_BAR = 240;
const BAR = 12;
const ROW = 18;
const HEADING = 20;
const GAP = 14;

/** The longest bar of a budget: what needs more is cut off. */
const LONGEST_SHARE = 1.25;

const STYLE = `text{font:12px system-ui,sans-serif;fill:#1f2328}.head{font-weight:bold}.label{text-anchor:end}.ours{fill:#1a7f37}.other{fill:#8c959f}.over{fill:#cf222e}.budget{stroke:#59636e}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ours{fill:#3fb950}.other{fill:#6e7681}.over{fill:#f85149}.budget{stroke:#9198a1}}`;

/** The report as a picture (SVG): ours beside the others, and how much of each budget ours needs. */
export function formatPlot(report: Report): string {
  const compared = COMPARED.flatMap(([id, heading]): Section[] => {
    const row = report.rows.find((own) => own.id === id);
    return row === undefined ? [] : [{ heading, bars: barsOf(row), budgetAt: null }];
  });
  const shares = { heading: 'What ipv6ddns needs of its budgets', bars: sharesOf(report), budgetAt: 1 / LONGEST_SHARE };
  const drawn = [];
  let y = MARGIN;
  for (const section of [...compared, shares]) {
    drawn.push(drawSection(section, y));
    y += heightOf(section);
  }
  const height = y + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>What ipv6ddns needs, beside other programs and its budgets</title>
<style>${STYLE}</style>
${drawn.join('\n')}
</svg>
`;
}

interface Section {
  readonly heading: string;
  readonly bars: readonly Bar[];
  /** Where a line marks the budget, as a share of the longest bar; null = nowhere. */
  readonly budgetAt: number | null;
}

interface Bar {
  readonly label: string;
  /** Of the longest bar, from 0. */
  readonly share: number;
  readonly value: string;
  readonly look: 'ours' | 'other' | 'over';
}

/** A bar for each program that was measured, the largest value the longest. */
function barsOf({ values, unit }: Row): Bar[] {
  const measured = PROGRAMS.flatMap((program): [Program, number][] => {
    const value = values[program];
    return value === undefined ? [] : [[program, value]];
  });
  const most = Math.max(...measured.map(([, value]) => value), Number.MIN_VALUE);
  return measured.map(([program, value]) => ({
    label: program,
    share: value / most,
    value: formatForPeople(value, unit),
    look: program === 'ipv6ddns' ? 'ours' : 'other',
  }));
}

/** What ours needs of each budget. A budget of nothing has no share. */
function sharesOf({ rows }: Report): Bar[] {
  return rows.flatMap(({ budget, values, met }, i): Bar[] => {
    const value = values.ipv6ddns;
    if (value === undefined || budget === null || budget === 0) return [];
    const part = value / budget;
    const share = Math.min(part / LONGEST_SHARE, 1);
    return [{ label: nameOf(rows, i), share, value: `${Math.round(part * 100)} %`, look: met ? 'ours' : 'over' }];
  });
}

/** A row that begins with `…` goes on where the first one above it that does not has its comma or colon. */
function nameOf(rows: readonly Row[], at: number): string {
  const what = rows[at]?.what ?? '';
  if (!what.startsWith('…')) return what;
  const whole = rows.slice(0, at).findLast((row) => !row.what.startsWith('…'))?.what ?? '';
  return `${whole.replace(/(:|, ).*/, '')}:${what.slice(1)}`;
}

const heightOf = ({ bars }: Section): number => HEADING + bars.length * ROW + GAP;

function drawSection({ heading, bars, budgetAt }: Section, top: number): string {
  const from = top + HEADING;
  const valueAt = budgetAt === null ? null : LONGEST_BAR;
  const drawn = bars.map((bar, i) => drawBar(bar, from + i * ROW, valueAt));
  if (budgetAt !== null) {
    const x = LABELS + budgetAt * LONGEST_BAR;
    drawn.push(`<line class="budget" x1="${x}" x2="${x}" y1="${from}" y2="${from + bars.length * ROW}"/>`);
  }
  return [`<text class="head" x="${MARGIN}" y="${top + BAR}">${escaped(heading)}</text>`, ...drawn].join('\n');
}

/** @param valueAt where the value stands, from the bar's beginning; null = at its end */
function drawBar({ label, share, value, look }: Bar, top: number, valueAt: number | null): string {
  const width = Math.round(share * LONGEST_BAR * 10) / 10;
  const baseline = top + BAR - 2;
  return [
    `<text class="label" x="${LABELS - 8}" y="${baseline}">${escaped(label)}</text>`,
    `<rect class="${look}" x="${LABELS}" y="${top}" width="${width}" height="${BAR}"/>`,
    `<text x="${LABELS + (valueAt ?? width) + 8}" y="${baseline}">${value}</text>`,
  ].join('');
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
