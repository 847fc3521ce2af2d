import { formatDuration } from '../time.ts';
import { IFA_F_PERMANENT, IFA_FLAG_NAMES } from '../wire/constants.ts';
import type { Address } from './address.ts';
import { describeRefusal, judged } from './eligible.ts';
import { explain, type Rule } from './select.ts';
import { type AddressTable, type IfAddr, linkName } from './table.ts';

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
  /** The rule that told the winner from the others; null = no winner. */
  readonly rule: Rule | null;
}

/** Every address of the machine, the published first, then by interface.
 *  @param interfaces what the settings allow; null = every interface but loopback
 *  @param nowSec CLOCK_BOOTTIME */
export function reportAddresses(
  table: AddressTable,
  interfaces: readonly string[] | null,
  nowSec: number,
): AddressReport {
  const rows = judged(table, interfaces, nowSec);
  const candidates = rows.flatMap(({ row, refusal }) => (refusal === null ? row : []));
  const { selection, droppedBy } = explain(candidates, { published: null });
  const lines = rows.map(({ row, refusal }): AddressLine => {
    const published = row === selection?.winner;
    const dropped = droppedBy.get(row);
    const outranked = dropped === undefined ? null : `outranked: ${RANKED[dropped]}`;
    return {
      interface: linkName(table.links, row.ifIndex),
      address: row.address,
      prefix_length: row.prefixLength,
      flags: flagNames(row),
      preferred_s: secondsLeft(row.preferredUntilSec, nowSec),
      valid_s: secondsLeft(row.validUntilSec, nowSec),
      published,
      reason: refusal === null ? outranked : describeRefusal(refusal),
    };
  });
  return {
    addresses: lines.sort(byImportance),
    winner: selection?.winner.address ?? null,
    rule: selection?.rule ?? null,
  };
}

/** Why the winner is better than the address that the rule dropped. */
const RANKED = {
  only: 'it is the only one',
  defaultRoute: 'its interface does not hold the default route',
  advertised: 'its router no longer advertises the prefix',
  permanent: 'another one is permanent',
  published: 'another one is published already',
  preferredLifetime: 'another one is preferred for longer',
  lowest: 'another one is numerically lower',
} as const satisfies Record<Rule, string>;

/** The same from the winner's side. */
const WON = {
  only: 'the only eligible address',
  defaultRoute: 'its interface holds the default route',
  advertised: 'its router still advertises the prefix',
  permanent: 'it is permanent',
  published: 'it is published already',
  preferredLifetime: 'it is preferred for the longest time',
  lowest: 'it is the numerically lowest of equally good ones',
} as const satisfies Record<Rule, string>;

/** The report as an aligned table. `paint` marks the published line and the headings where the output has colours. */
export function formatReport(
  report: AddressReport,
  paint: (text: string, as: 'heading' | 'published' | 'refused') => string,
): string[] {
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
  const body = rows.map((row, i) => paint(format(row), report.addresses[i]?.published ? 'published' : 'refused'));
  const summary =
    report.winner === null || report.rule === null
      ? 'No address may be published.'
      : `${report.winner} is published: ${WON[report.rule]}.`;
  return [paint(format(heads), 'heading'), ...body, '', summary];
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
