import type { RecordBatchParams, RecordCreateParams, RecordEditParams } from 'cloudflare/resources/dns/records';
import type { Operation } from '../dns/plan.ts';
import { AUTOMATIC_TTL_SEC } from '../dns/record.ts';
import type { ApiRequest } from './http.ts';

/** The SDK's types name the zone among the body's parameters; it travels in the path. */
type Body<T> = Omit<T, 'zone_id'>;
type CreateBody = Body<RecordCreateParams.AAAARecord>;
type EditBody = { [Part in keyof Body<RecordEditParams.AAAARecord>]?: RecordEditParams.AAAARecord[Part] | undefined };
type BatchBody = Body<RecordBatchParams>;

/** As many as the API gives at once. */
export const ZONES_PER_PAGE = 50;

/** Some 50 kB of reply: it is held in memory, and parsed, as a whole. */
export const RECORDS_PER_PAGE = 100;

const recordsPath = (zoneId: string): string => `/zones/${zoneId}/dns_records`;

/** The zone of exactly that name, if the token may see it. */
export function findZone(name: string): ApiRequest {
  return { method: 'GET', path: `/zones?name=${encodeURIComponent(name)}`, body: null };
}

/** The zones that the token may see whose names end in `domain`: itself, those below it, and others that end so. */
export function findZonesEnding(domain: string): ApiRequest {
  const query = `name=${encodeURIComponent(`ends_with:${domain}`)}&per_page=${ZONES_PER_PAGE}`;
  return { method: 'GET', path: `/zones?${query}`, body: null };
}

/** What the zone is called; needs the permission Zone → Zone → Read. */
export function describeZone(zoneId: string): ApiRequest {
  return { method: 'GET', path: `/zones/${zoneId}`, body: null };
}

/** The AAAA records of exactly `name`; null = of the whole zone.
 *  @param page from 1 */
export function listRecords(zoneId: string, name: string | null, page = 1): ApiRequest {
  const query = [
    'type=AAAA',
    ...(name === null ? [] : [`name=${encodeURIComponent(name)}`]),
    `per_page=${RECORDS_PER_PAGE}`,
    ...(page === 1 ? [] : [`page=${page}`]),
  ];
  return { method: 'GET', path: `${recordsPath(zoneId)}?${query.join('&')}`, body: null };
}

/** One operation as a call of its own. */
export function writeRecord(zoneId: string, name: string, operation: Operation): ApiRequest {
  const path = recordsPath(zoneId);
  switch (operation.op) {
    case 'create':
      return { method: 'POST', path, body: JSON.stringify(createBody(name, operation)) };
    case 'update':
      return {
        method: 'PATCH',
        path: `${path}/${operation.id}`,
        body: JSON.stringify(updateBody(name, operation)),
      };
    case 'delete':
      return { method: 'DELETE', path: `${path}/${operation.id}`, body: null };
  }
}

/** Several operations in one transaction; Cloudflare carries out deletions, then updates, then creations. */
export function batch(zoneId: string, steps: readonly { name: string; operation: Operation }[]): ApiRequest {
  const deletes: { id: string }[] = [];
  const patches: ({ id: string } & ReturnType<typeof updateBody>)[] = [];
  const posts: CreateBody[] = [];
  for (const { name, operation } of steps) {
    if (operation.op === 'create') posts.push(createBody(name, operation));
    else if (operation.op === 'update') patches.push({ id: operation.id, ...updateBody(name, operation) });
    else deletes.push({ id: operation.id });
  }
  const body = {
    ...(deletes.length > 0 && { deletes }),
    ...(patches.length > 0 && { patches }),
    ...(posts.length > 0 && { posts }),
  } satisfies { [Part in keyof BatchBody]: unknown };
  return { method: 'POST', path: `${recordsPath(zoneId)}/batch`, body: JSON.stringify(body) };
}

function createBody(name: string, { content, enforced }: Extract<Operation, { op: 'create' }>): CreateBody {
  return {
    type: 'AAAA',
    name,
    content,
    // An old API generation refused bodies without a TTL, so a new record always names one.
    ttl: enforced.ttlSec ?? AUTOMATIC_TTL_SEC,
    proxied: enforced.proxied ?? false,
    ...(enforced.comment !== null && { comment: enforced.comment }),
  };
}

/** Names only what differs: PATCH keeps every attribute that it does not name, the owner's included. Where the provider
 *  takes no change by itself, it goes with what the record keeps. */
function updateBody(name: string, { changes, kept }: Extract<Operation, { op: 'update' }>) {
  const { content = kept?.content ?? undefined, ttlSec = kept?.ttlSec, proxied = kept?.proxied, comment } = changes;
  return {
    ...(kept !== undefined && { type: 'AAAA' as const, name }),
    // JSON leaves out what is undefined.
    content,
    ttl: ttlSec,
    proxied,
    comment,
  } satisfies EditBody;
}
