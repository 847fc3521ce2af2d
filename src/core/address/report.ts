import { describeVerdict } from '../cloudflare/probe.ts';
import type { AddressRules } from '../config/settings.ts';
import type { LineStyle, ProbeVerdict } from '../ports.ts';
import { formatDuration } from '../time.ts';
import { IFA_F_PERMANENT, IFA_FLAG_NAMES } from '../wire/constants.ts';
import type { Address } from './address.ts';
import { candidatesOf } from './candidates.ts';
import { describeRefusal, type Refusal, refuse } from './eligible.ts';
import type { IfAddr } from './row.ts';
import { explain, type Rule } from './select.ts';
import { type AddressTable, linkName } from './table.ts';

/** One address of this machine and what became of it. */
export interface AddressLine {
  readonly interface: string;
  readonly address: Address;
  readonly prefix_length: number;
  readonly flags: readonly string[];
  /** Seconds left; null = for ever. */
  readonly preferred_s: number | null;
  readonly valid_s: number | null;
  readonly published: boolean;
  /** The one reason why it is not published; null = it is. */
  readonly reason: string | null;
}

/** What `ipv6ddns addresses --json` prints. */
export interface AddressReport {
  readonly addresses: readonly AddressLine[];
  /** null = no address may be published. */
  readonly winner: Address | null;
  /** The rule that told the winner from the others; `running` = the daemon that runs has chosen it, for reasons that one
   *  look does not show. null = no winner. */
  readonly rule: Rule | 'running' | null;
}

/** Every address of the machine, the published first, then by interface.
 *  @param running what a running daemon publishes, of this machine or of others; none = none runs, and the report shows
 *  what a start would choose
 *  @param nowSec CLOCK_BOOTTIME */
export function reportAddresses(
  table: AddressTable,
  rules: AddressRules,
  running: readonly string[],
  nowSec: number,
): AddressReport {
  const candidates = candidatesOf(table, rules, nowSec);
  const own = candidates.find(({ row }) => running.includes(row.address)) ?? null;
  const { selection, droppedBy } = explain(candidates, own?.row.address ?? null);
  const winner = own ?? selection?.winner ?? null;
  const rule = own === null || own === selection?.winner ? (selection?.rule ?? null) : 'running';
  const dropped = new Map([...droppedBy].map(([{ row }, by]) => [row, by]));
  const lines = [...table.rows()].map((row): AddressLine => {
    const published = row === winner?.row;
    const refusal = refuse(table, row, rules, nowSec);
    return {
      interface: linkName(table.links, row.ifIndex),
      address: row.address,
      prefix_length: row.prefixLength,
      flags: flagNames(row),
      preferred_s: secondsLeft(row.preferredUntilSec, nowSec),
      valid_s: secondsLeft(row.validUntilSec, nowSec),
      published,
      reason: published ? null : describe(refusal, dropped.get(row) ?? 'running'),
    };
  });
  return { addresses: lines.sort(byImportance), winner: winner?.row.address ?? null, rule };
}

const describe = (refusal: Refusal | null, dropped: Rule | 'running'): string =>
  refusal === null ? OUTRANKED[dropped] : describeRefusal(refusal);

/** Why an address is not published that may be, by the rule that dropped it. */
const OUTRANKED = {
  only: 'another one is the only eligible one',
  reached: 'outranked: the network does not reach it',
  uplink: 'outranked: another one has the better default route',
  livingPrefix: 'outranked: its prefix was given up by the router',
  prefer: 'outranked: "prefer" puts another one before it',
  static: 'outranked: another one is the administrator’s',
  published: 'outranked: another one is published already',
  preferredLifetime: 'outranked: another one is preferred for longer',
  hostBits: 'outranked: its host bits are all zero, as of a router’s anycast address',
  lowest: 'outranked: another one is numerically lower',
  running: 'the running daemon publishes another one',
} as const satisfies Record<Rule | 'running', string>;

/** Why the winner is published. */
const WON = {
  only: 'the only eligible address',
  reached: 'the network reaches it',
  uplink: 'it has the best default route',
  livingPrefix: 'its prefix is alive',
  prefer: '"prefer" puts it first',
  static: 'it is the administrator’s',
  published: 'it is published already',
  preferredLifetime: 'it is preferred for the longest time',
  hostBits: 'its host bits are not all zero',
  lowest: 'it is the numerically lowest of equally good ones',
  running: 'the running daemon has chosen it',
} as const satisfies Record<Rule | 'running', string>;

/** A line for people. */
export interface ReportLine {
  readonly text: string;
  /** null = of no kind that colours tell. */
  readonly style: LineStyle | null;
}

/** The report as an aligned table, and a sentence.
 *  @param reached whether the published address is reached; null = nobody tried */
export function formatReport(report: AddressReport, reached: ProbeVerdict | null = null): ReportLine[] {
  const heads = ['INTERFACE', 'ADDRESS', 'FLAGS', 'PREFERRED', 'VALID', 'PUBLISHED'];
  const rows = report.addresses.map((line) => [
    line.interface,
    `${line.address}/${line.prefix_length}`,
    line.flags.join(' '),
    formatDuration(line.preferred_s),
    formatDuration(line.valid_s),
    line.published ? 'yes' : `no, ${line.reason}`,
  ]);
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const format = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ');
  const body = rows.map((row, i): ReportLine => {
    return { text: format(row), style: report.addresses[i]?.published ? 'published' : 'refused' };
  });
  const summary =
    report.winner === null || report.rule === null
      ? 'No address may be published.'
      : `${report.winner} is published: ${WON[report.rule]}${reached === null ? '' : `; ${describeVerdict(reached)}`}.`;
  return [
    { text: format(heads), style: 'heading' },
    ...body,
    { text: '', style: null },
    { text: summary, style: null },
  ];
}

const byImportance = (a: AddressLine, b: AddressLine): number =>
  Number(b.published) - Number(a.published) || compare(a.interface, b.interface) || compare(a.address, b.address);

const compare = (a: string, b: string): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** Names as ip-address(8) prints them. */
function flagNames({ flags }: IfAddr): string[] {
  const names = IFA_FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return flags & IFA_F_PERMANENT ? names : ['dynamic', ...names];
}

/** Rounded down, as points in time are rounded up: never more than the kernel says. */
const secondsLeft = (untilSec: number, nowSec: number): number | null =>
  untilSec === Number.POSITIVE_INFINITY ? null : Math.max(0, Math.floor(untilSec - nowSec));
