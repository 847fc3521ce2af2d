import { PROGRAMS, type Program } from './figures.ts';
import type { Report } from './report.ts';
import type { Row } from './rows.ts';
import { formatForPeople } from './table.ts';

const BEGIN = '<!-- from docs/benchmarks.md, by make bench-doc -->';
const END = '<!-- end -->';

/** What the README tells of the figures. */
const FACTS: readonly (readonly [id: string, what: string])[] = [
  ['request', 'A new address is on its way to Cloudflare after'],
  ['temporary', 'Three starts beside a temporary (privacy) address: it was published'],
  ['resident', 'Memory while nothing happens'],
];

/** The README with the report's facts between its two marks.
 *  @throws Error when a mark or a fact is missing */
export function withFacts(readme: string, report: Report): string {
  const [before, rest] = readme.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined) throw new Error(`the README has no part from ${BEGIN} to ${END}`);
  return `${before}${BEGIN}\n\n${formatFacts(report)}\n\n${END}${after}`;
}

function formatFacts({ rows, versions }: Report): string {
  const measured = PROGRAMS.filter((program) => versions[program] !== undefined);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = measured.map((program) => (program === 'ipv6ddns' ? program : `${program} ${versions[program]}`));
  const facts = FACTS.map(([id, what]) => {
    const row = rows.find((own) => own.id === id);
    if (row === undefined) throw new Error(`"${id}" was not measured`);
    return line([what, ...measured.map((program) => cellOf(row, program))]);
  });
  return [line(['', ...head]), line(['---', ...measured.map(() => '---:')]), ...facts].join('\n');
}

function cellOf({ id, values, unit }: Row, program: Program): string {
  const value = values[program];
  if (value === undefined) return '';
  if (id === 'temporary') return value === 0 ? 'never' : `${value} times`;
  return formatForPeople(value, unit);
}
