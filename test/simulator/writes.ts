import * as v from 'valibot';
import { invalid, refusals } from './errors.ts';
import type { Fields } from './fields.ts';
import { DEFAULTS, parseFields, settle } from './fields.ts';
import type { DnsRecord, RecordType, Zone } from './state.ts';
import { limitsOf, newId } from './state.ts';

/** @throws Refusal: the fields, the zone's quota, or a record that stands in the way */
export function createRecord(zone: Zone, body: unknown, now: Date): DnsRecord {
  const fields = parseFields(body);
  if (fields.ttl === undefined) throw invalid(9021, 'Invalid TTL.'); // since 2020-01-21 (facts §5)
  if (zone.records.size >= limitsOf(zone.properties).records) throw refusals.quotaExceeded();
  const time = now.toISOString();
  return store(zone, {
    ...settle(fields, DEFAULTS, zone.properties),
    id: newId(),
    meta: {},
    created_on: time,
    modified_on: time,
  });
}

/** PATCH: what the call leaves out stays. */
export function editRecord(zone: Zone, id: string, body: unknown, now: Date): DnsRecord {
  const present = writable(zone, id);
  return replace(zone, present, parseFields(body), present, now);
}

/** PUT: what the call leaves out falls back to its default. */
export function overwriteRecord(zone: Zone, id: string, body: unknown, now: Date): DnsRecord {
  return replace(zone, writable(zone, id), parseFields(body), DEFAULTS, now);
}

export function deleteRecord(zone: Zone, id: string): DnsRecord {
  const record = writable(zone, id);
  zone.records.delete(id);
  return record;
}

export function findRecord(zone: Zone, id: string): DnsRecord {
  const record = zone.records.get(id);
  if (record === undefined) throw refusals.recordUnknown();
  return record;
}

const Item = v.looseObject({ id: v.string() });
const BatchSchema = v.object({
  deletes: v.optional(v.array(Item), []),
  patches: v.optional(v.array(Item), []),
  puts: v.optional(v.array(Item), []),
  posts: v.optional(v.array(v.looseObject({})), []),
});

/** Deletes, patches, puts, posts, in this order and in one transaction (facts §4.6).
 *  @throws Refusal of the first item that fails; nothing is applied then */
export function applyBatch(
  zone: Zone,
  body: unknown,
  now: Date,
): Record<keyof v.InferOutput<typeof BatchSchema>, DnsRecord[]> {
  const parsed = v.safeParse(BatchSchema, body);
  if (!parsed.success) throw refusals.bodyUnreadable();
  const { deletes, patches, puts, posts } = parsed.output;
  const { batchRecords } = limitsOf(zone.properties);
  if (deletes.length + patches.length + puts.length + posts.length > batchRecords) {
    throw refusals.batchTooLong(batchRecords);
  }
  const draft: Zone = { properties: zone.properties, records: new Map(zone.records) };
  const result = {
    deletes: deletes.map((item) => deleteRecord(draft, item.id)),
    patches: patches.map((item) => editRecord(draft, item.id, item, now)),
    puts: puts.map((item) => overwriteRecord(draft, item.id, item, now)),
    posts: posts.map((item) => createRecord(draft, item, now)),
  };
  zone.records = draft.records;
  return result;
}

function writable(zone: Zone, id: string): DnsRecord {
  const record = findRecord(zone, id);
  if (record.meta['read_only'] === true) throw refusals.recordReadOnly();
  return record;
}

function replace(zone: Zone, present: DnsRecord, fields: Fields, base: Partial<DnsRecord>, now: Date): DnsRecord {
  if (fields.type !== undefined && fields.type !== present.type) {
    throw invalid(9001, 'The type of a DNS record cannot be changed.'); // [inferred], facts §3
  }
  const settled = settle(fields, base, zone.properties);
  const { id, meta, created_on } = present;
  return store(zone, { ...settled, id, meta, created_on, modified_on: now.toISOString() });
}

function store(zone: Zone, record: DnsRecord): DnsRecord {
  checkConflicts(zone, record);
  zone.records.set(record.id, record);
  return record;
}

const ADDRESS_OR_ALIAS: readonly RecordType[] = ['A', 'AAAA', 'CNAME'];

/** Which record types cannot stand on one name (facts §7, 81053–81058). The zone's own NS records hinder nothing. */
function checkConflicts(zone: Zone, record: DnsRecord): void {
  const isApex = record.name === zone.properties.name;
  for (const other of zone.records.values()) {
    if (other.id === record.id || other.name !== record.name) continue;
    if (other.type === record.type && other.content === record.content) throw refusals.identical();
    if (record.type === 'TXT' || other.type === 'TXT') continue;
    if (other.type === 'NS' && record.type !== 'NS' && !isApex) throw refusals.hostIsDelegated();
    if (other.type === 'CNAME') throw record.type === 'CNAME' ? refusals.hostTaken() : refusals.hostIsAlias();
    const claimsHost = record.type === 'CNAME' || (record.type === 'NS' && !isApex);
    if (claimsHost && ADDRESS_OR_ALIAS.includes(other.type)) throw refusals.hostTaken();
  }
}
