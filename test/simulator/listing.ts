import { refusals } from './errors.ts';
import type { DnsRecord, ListManners, ZoneProperties } from './state.ts';

export interface ResultInfo {
  readonly page: number;
  readonly per_page: number;
  readonly count: number;
  readonly total_count: number;
  readonly total_pages: number;
}

export interface PageSize {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** @throws Refusal for a page or a page size that is no number of the allowed range */
export function paginate<T>(
  items: readonly T[],
  query: URLSearchParams,
  size: PageSize,
  manners: ListManners,
): { result: T[]; info: Partial<ResultInfo> } {
  const page = integer(query, 'page', 1, 1, Number.MAX_SAFE_INTEGER);
  const asked = integer(query, 'per_page', size.default, size.minimum, size.maximum);
  const perPage = Math.min(asked, manners.mostPerPage ?? asked);
  const result = items.slice((page - 1) * perPage, page * perPage);
  const info = {
    page,
    per_page: perPage,
    count: result.length,
    total_count: items.length,
    total_pages: Math.ceil(items.length / perPage),
  };
  const told = Object.entries({ ...info, ...manners.told }).filter(([, value]) => value !== null);
  return { result, info: Object.fromEntries(told) };
}

function integer(query: URLSearchParams, name: string, fallback: number, minimum: number, maximum: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= minimum && value <= maximum)) throw refusals.pageInvalid(name);
  return value;
}

type Predicate<T> = (item: T) => boolean;

const COMPARISONS: Readonly<Record<string, (text: string, wanted: string) => boolean>> = {
  exact: (text, wanted) => text === wanted,
  contains: (text, wanted) => text.includes(wanted),
  startswith: (text, wanted) => text.startsWith(wanted),
  endswith: (text, wanted) => text.endsWith(wanted),
};

/** The NS records that take `name` out of the zone: at the name or above it, the zone's own apart. */
export const shadowing = (records: readonly DnsRecord[], name: string, zoneName: string): DnsRecord[] =>
  records.filter(
    (own) => own.type === 'NS' && own.name !== zoneName && (name === own.name || name.endsWith(`.${own.name}`)),
  );

/** Filters, order of facts §4.2. All text is compared without regard to case; unknown parameters are ignored. */
export function listRecords(records: Iterable<DnsRecord>, query: URLSearchParams): DnsRecord[] {
  const predicates = [...query].flatMap(([key, value]) => recordPredicate(key, value.toLowerCase()) ?? []);
  const any = query.get('match') === 'any' && predicates.length > 0;
  const hits = [...records].filter((record) =>
    any ? predicates.some((holds) => holds(record)) : predicates.every((holds) => holds(record)),
  );
  return sorted(hits, query);
}

/** Without `order` the records stay in the order in which they were made. */
function sorted(records: DnsRecord[], query: URLSearchParams): DnsRecord[] {
  const field = SORTABLE.find((known) => known === query.get('order'));
  if (field !== undefined) records.sort((a, b) => compare(a[field], b[field]));
  return query.get('direction') === 'desc' ? records.reverse() : records;
}

const SORTABLE = ['type', 'name', 'content', 'ttl', 'proxied'] as const;

function compare(a: string | number | boolean, b: string | number | boolean): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function recordPredicate(key: string, wanted: string): Predicate<DnsRecord> | null {
  const [field, operator = 'exact'] = key.split('.');
  switch (field) {
    case 'type':
      return (record) => record.type.toLowerCase() === wanted;
    case 'proxied':
      return (record) => String(record.proxied) === wanted;
    case 'name':
    case 'content':
      return textPredicate((record) => [record[field]], operator, wanted);
    case 'comment':
      return textPredicate((record) => (record.comment === null ? [] : [record.comment]), operator, wanted);
    case 'tag':
      return textPredicate((record) => record.tags, operator, wanted);
    case 'search':
      return textPredicate(
        (record) => [record.name, record.content, record.comment ?? '', ...record.tags],
        'contains',
        wanted,
      );
    default:
      return null;
  }
}

/** `present` and `absent` take a tag's name as their value; a comment's value is ignored. */
function textPredicate(
  texts: (record: DnsRecord) => readonly string[],
  operator: string,
  wanted: string,
): Predicate<DnsRecord> | null {
  const lowered = (record: DnsRecord): string[] => texts(record).map((text) => text.toLowerCase());
  const isPresent: Predicate<DnsRecord> = (record) =>
    lowered(record).some((text) => wanted === '' || wanted === 'true' || text.split(':')[0] === wanted);
  if (operator === 'present') return isPresent;
  if (operator === 'absent') return (record) => !isPresent(record);
  const comparison = COMPARISONS[operator];
  return comparison === undefined ? null : (record) => lowered(record).some((text) => comparison(text, wanted));
}

/** `name` may start with an operator, as in `contains:example` (facts §4.1). */
export function listZones(zones: readonly ZoneProperties[], query: URLSearchParams): ZoneProperties[] {
  const name = query.get('name')?.toLowerCase();
  const status = query.get('status');
  const accountId = query.get('account.id');
  return zones.filter(
    (zone) =>
      (name === undefined || zoneNameMatches(zone.name, name)) &&
      (status === null || zone.status === status) &&
      (accountId === null || zone.accountId === accountId) &&
      zone.type !== 'internal',
  );
}

function zoneNameMatches(name: string, wanted: string): boolean {
  const [, operator = 'equal', text = ''] = /^(?:([a-z_]+):)?(.*)$/.exec(wanted) ?? [];
  switch (operator) {
    case 'not_equal':
      return name !== text;
    case 'starts_with':
      return name.startsWith(text);
    case 'ends_with':
      return name.endsWith(text);
    case 'contains':
      return name.includes(text);
    default:
      return name === text;
  }
}
