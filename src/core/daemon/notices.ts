import type { Address } from '../address/address.ts';
import { describeRefusal, type Refusal } from '../address/eligible.ts';
import type { IfAddr } from '../address/row.ts';
import { type Link, linkName } from '../address/table.ts';
import type { Operation, PlanRefusal } from '../dns/plan.ts';
import { assertNever } from '../result.ts';
import type { Trouble } from './trouble.ts';

/** Something a person may want to know of a record. */
export type Notice = Readonly<
  | { kind: 'detected'; name: string; address: Address; was: Address | null }
  | {
      kind: 'synced';
      name: string;
      address: Address;
      was: Address | null;
      how: Operation['op'] | 'found' | 'foundReadOnly'; // read-only: in another product's record
      tookMs: number;
    }
  | { kind: 'drifted'; name: string; address: Address; found: readonly (Address | null)[]; dryRun: boolean }
  | { kind: 'rehearsed'; name: string; operation: Operation }
  | { kind: 'nameTrouble'; name: string; trouble: Trouble; published: Address | null; nowMs: number; repeated: boolean }
  | {
      kind: 'zoneTrouble';
      names: readonly string[];
      trouble: Trouble;
      published: Address | null;
      nowMs: number;
      repeated: boolean;
      unsure: boolean; // the next try is to read what became of a write
    }
  | { kind: 'bucketEmpty'; waitMs: number }
  | { kind: 'held'; waitMs: number } // the server asked for silence
  | { kind: 'oddZone'; zone: string; what: string }
>;

export type Level = 'error' | 'warning' | 'notice' | 'info' | 'debug';

/** A line of the log before it is written: `fields` go beside the text where the format has room for them. */
export interface LogEntry {
  readonly level: Level;
  readonly msg: string;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
}

/** How many addresses or names a line names before it only counts. */
const MOST_NAMED = 12;

/** Says that nothing can be published, and why not each address.
 *  @param kept the address that the records stay at; null = none was chosen yet */
export function describeNoAddress(
  refusals: readonly { readonly row: IfAddr; readonly refusal: Refusal }[],
  links: ReadonlyMap<number, Link>,
  kept: Address | null,
): LogEntry {
  const named = refusals
    .slice(0, MOST_NAMED)
    .map(({ row, refusal }) => `${row.address} on ${linkName(links, row.ifIndex)}: ${describeRefusal(refusal)}`);
  const more = refusals.length > MOST_NAMED ? `; and ${refusals.length - MOST_NAMED} more` : '';
  const seen = named.length === 0 ? 'this machine has no IPv6 address' : `${named.join('; ')}${more}`;
  const meanwhile = kept === null ? 'The records stay as they are.' : `The records stay at ${kept}.`;
  return { level: 'warning', msg: `no address to publish (${seen}). ${meanwhile}`, fields: { seen: refusals.length } };
}

/** Says that the settings name interfaces that are not there: a slip, or they are yet to come. */
export function describeUnknownInterfaces(patterns: readonly string[], links: ReadonlyMap<number, Link>): LogEntry {
  const named = patterns.map((pattern) => `"${pattern}"`).join(', ');
  const there = listNames([...links.values()].map(({ ifName }) => ifName));
  const msg = `"interface" names ${named}, but no interface has that name now; there are ${there || 'none'}`;
  return { level: 'warning', msg, fields: { interface: patterns.join(',') } };
}

/** Says that what `describeNoAddress` told of is over. */
export const describeAddressAgain = (afterMs: number): LogEntry => ({
  level: 'notice',
  msg: `there is an address to publish again, after ${seconds(afterMs)}`,
  fields: {},
});

/** @param isOnce nothing is tried a second time */
export function describeNotice(notice: Notice, isOnce = false): LogEntry {
  switch (notice.kind) {
    case 'detected': {
      const { name, address, was } = notice;
      const before = was === null || was === address ? '' : ` (record says ${was})`;
      return {
        level: 'info',
        msg: `${name}: detected ${address}${before}`,
        fields: { name, address, state: 'detected' },
      };
    }
    case 'synced': {
      const { name, address } = notice;
      return { level: 'info', msg: `${name}: ${describeSync(notice)}`, fields: { name, address, state: 'synced' } };
    }
    case 'drifted': {
      const { name, address, found } = notice;
      return {
        level: 'warning',
        msg: `${name}: ${describeDrift(address, found)} by somebody else${notice.dryRun ? '' : '; setting it back'}`,
        fields: { name, address },
      };
    }
    case 'rehearsed':
      return {
        level: 'info',
        msg: `${notice.name}: would ${describeOperation(notice.operation)}`,
        fields: { name: notice.name },
      };
    case 'nameTrouble':
      return describeTrouble([notice.name], notice, false, isOnce);
    case 'zoneTrouble':
      return describeTrouble(notice.names, notice, notice.unsure, isOnce);
    case 'bucketEmpty': {
      const msg = `the address changes too often: next write in ${seconds(notice.waitMs)}, with the newest address`;
      return { level: 'warning', msg, fields: {} };
    }
    case 'held': {
      const msg = `Cloudflare asks for a pause: next request in ${seconds(notice.waitMs)}`;
      return { level: 'notice', msg, fields: {} };
    }
    case 'oddZone':
      return { level: 'warning', msg: `zone ${notice.zone}: ${notice.what}`, fields: { zone: notice.zone } };
    default:
      return assertNever(notice);
  }
}

function describeDrift(address: Address, found: readonly (Address | null)[]): string {
  if (found.length === 0) return 'the record was deleted';
  if (found.length === 1 && found[0] === address) return 'an attribute that the settings enforce was changed';
  return `the record was changed to ${found.map(describeContent).join(', ')}`;
}

function describeTrouble(
  names: readonly string[],
  { trouble, published, nowMs, repeated }: Extract<Notice, { kind: 'nameTrouble' | 'zoneTrouble' }>,
  unsure: boolean,
  isOnce: boolean,
): LogEntry {
  const meanwhile = published === null ? '' : ` AAAA ${published} when last seen.`;
  const next = unsure ? 'Reading the records back' : 'Next try';
  const retry = isOnce ? null : `${next} in ${seconds(trouble.retryAtMs - nowMs)}`;
  const count = isOnce ? null : `failure ${trouble.failures}`;
  const marks = [count, trouble.ray === null ? null : `cf-ray ${trouble.ray}`].filter((mark) => mark !== null);
  const end = [retry, marks.length === 0 ? null : `(${marks.join(', ')})`].filter((part) => part !== null);
  return {
    level: troubleLevel(trouble, repeated),
    msg: `${describeNames(names)}: ${sentence(trouble.what)}${meanwhile}${end.length === 0 ? '' : ` ${end.join(' ')}.`}`,
    fields: { name: names.slice(0, MOST_NAMED).join(','), state: 'error', failures: trouble.failures },
  };
}

const sentence = (text: string): string => (/[.?]$/.test(text) ? text : `${text}.`);

const troubleLevel = (trouble: Trouble, repeated: boolean): Level => {
  if (repeated && trouble.permanent) return 'debug';
  return trouble.permanent ? 'error' : 'warning';
};

function describeSync({ address, was, how, tookMs }: Extract<Notice, { kind: 'synced' }>): string {
  const before = was === null || was === address ? '' : ` (was ${was})`;
  const took = `in ${Math.max(0, Math.round(tookMs))} ms`;
  switch (how) {
    case 'found':
      return `AAAA ${address}${before}, already right`;
    case 'foundReadOnly':
      return `AAAA ${address}${before}, already right in a record of another product of Cloudflare`;
    case 'create':
      return `AAAA ${address}${before}, created ${took}`;
    case 'update':
    case 'delete':
      return `AAAA ${address}${before}, updated ${took}`;
    default:
      return assertNever(how);
  }
}

/** The operation in words that follow "would". */
export function describeOperation(operation: Operation): string {
  switch (operation.op) {
    case 'create':
      return `create AAAA ${operation.content}`;
    case 'delete':
      return `delete AAAA ${describeContent(operation.was)}`;
    case 'update': {
      const { content, ttlSec, proxied, comment } = operation.changes;
      const parts = [
        content === undefined ? null : `to ${content}`,
        ttlSec === undefined ? null : `with ttl ${ttlSec}`,
        proxied === undefined ? null : `with proxied ${proxied}`,
        comment === undefined ? null : `with comment "${comment}"`,
      ];
      return `update AAAA ${describeContent(operation.was)} ${parts.filter((part) => part !== null).join(', ')}`;
    }
    default:
      return assertNever(operation);
  }
}

export function describePlanRefusal(refusal: PlanRefusal, wanted: Address | null): string {
  switch (refusal.kind) {
    case 'severalRecords': {
      const list = refusal.contents.map(describeContent).join(', ');
      return (
        `the name has ${refusal.contents.length} AAAA records (${list}) and multi_record is "error": ` +
        `delete the surplus ones, or set multi_record to "first" or "all"`
      );
    }
    case 'readOnly':
      return `its record belongs to another product of Cloudflare and cannot be set to ${wanted ?? 'an address'}: use another name`;
    default:
      return assertNever(refusal);
  }
}

/** A record's content in words. */
export const describeContent = (content: Address | null): string => content ?? '(no IPv6 address)';

/** The names, as many of them as fit a line. */
export const listNames = (names: readonly string[]): string =>
  names.length <= MOST_NAMED
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`;

const describeNames = (names: readonly string[]): string => {
  const [first = 'no name'] = names;
  return names.length <= 1 ? first : `${first} and ${names.length - 1} more`;
};

const seconds = (ms: number): string => {
  if (ms >= 120_000) return `${Math.round(ms / 60_000)} min`;
  return ms >= 10_000 ? `${Math.round(ms / 1000)} s` : `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
};
