import { domainToUnicode } from 'node:url';
import { permittedZone, presentedToken, usableToken, visibleZones, zoneReaders } from './authorization.ts';
import type { Generation } from './errors.ts';
import { Refusal, refusals } from './errors.ts';
import { isProxiable } from './fields.ts';
import { listRecords, listZones, paginate, shadowing } from './listing.ts';
import type { Cloud, DnsRecord, ListManners, Permission, Token, Zone, ZoneProperties } from './state.ts';
import { applyBatch, createRecord, deleteRecord, editRecord, findRecord, overwriteRecord } from './writes.ts';

export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly clientAddress: string;
  readonly receivedAt: Date;
}

export interface ApiReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const BASE_PATH = '/client/v4';
const READERS: readonly Permission[] = ['dns:read', 'dns:write'];
const WRITERS: readonly Permission[] = ['dns:write'];

/** What Cloudflare answers to the request; writes change `cloud`. */
export function answer(cloud: Cloud, request: ApiRequest): ApiReply {
  try {
    return route(cloud, request);
  } catch (error) {
    if (error instanceof Refusal) return refusalReply(error, cloud.generation);
    throw error;
  }
}

/** The envelope of a failed call. */
export const refusalReply = (refusal: Refusal, generation: Generation): ApiReply =>
  json(
    refusal.statusFor(generation),
    { success: false, errors: refusal.issuesFor(generation), messages: [], result: null },
    refusal.variant.headers,
  );

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): ApiReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const success = (result: unknown, extra: object = {}): ApiReply =>
  json(200, { success: true, errors: [], messages: [], result, ...extra });

function route(cloud: Cloud, request: ApiRequest): ApiReply {
  const token = presentedToken(cloud, request.headers);
  const { path } = request;
  if (!path.startsWith(`${BASE_PATH}/`)) throw refusals.noRoute(path);
  const segments = path
    .slice(BASE_PATH.length + 1)
    .replace(/\/$/, '') // ddclient asks for `zones/?name=…`, and is answered
    .split('/');
  const [collection = '', id, ...rest] = segments;
  if (path === `${BASE_PATH}/user/tokens/verify`) return readOnly(request, () => verifyToken(token, 'user'));
  if (collection === 'accounts' && rest.join('/') === 'tokens/verify') {
    return readOnly(request, () => verifyToken(token?.accountId === id ? token : null, 'account'));
  }
  if (collection !== 'zones') throw refusals.noRoute(path);
  const usable = usableToken(token, request.clientAddress);
  if (id === undefined) return readOnly(request, () => findZones(cloud, usable, request));
  if (!isId(id)) throw refusals.noRoute(path.slice(BASE_PATH.length));
  if (rest.length === 0) {
    return readOnly(request, () =>
      success(zoneObject(permittedZone(cloud, usable, id, zoneReaders(cloud)).properties)),
    );
  }
  const [resource, recordId, ...surplus] = rest;
  if (resource !== 'dns_records' || surplus.length > 0) throw refusals.noRoute(path.slice(BASE_PATH.length));
  const permissions = request.method === 'GET' ? READERS : WRITERS;
  return recordCall(permittedZone(cloud, usable, id, permissions), recordId, request, cloud);
}

const isId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

const readOnly = (request: ApiRequest, reply: () => ApiReply): ApiReply =>
  request.method === 'GET' ? reply() : methodNotAllowed();

/** One of the shapes that deviate from the envelope (facts §2). */
const methodNotAllowed = (): ApiReply => json(405, { code: 1001, error: 'method_not_allowed' });

/** An account's token is refused at the user's endpoint, and the other way round (facts §11). */
function verifyToken(token: Token | null, owner: Token['owner']): ApiReply {
  if (token === null || token.owner !== owner) throw refusals.tokenNotValid();
  const valid = { code: 10000, message: 'This API Token is valid and active', type: null };
  return success({ id: token.id, status: token.status }, token.status === 'active' ? { messages: [valid] } : {});
}

function findZones(cloud: Cloud, token: Token, request: ApiRequest): ApiReply {
  if (token.zones !== null && !request.query.has('name')) throw refusals.zoneListForbidden(token.id);
  const zones = listZones(visibleZones(cloud, token), request.query);
  const { result, info } = paginate(zones, request.query, { default: 20, minimum: 5, maximum: 50 }, cloud.lists);
  return success(result.map(zoneObject), { result_info: info });
}

/** What a zone has besides, the same for each. */
const WITHOUT_MEANING = {
  activated_on: '2026-01-01T00:00:00Z',
  created_on: '2026-01-01T00:00:00Z',
  modified_on: '2026-01-01T00:00:00Z',
  development_mode: 0,
  meta: { step: 4, custom_certificate_quota: 0, page_rule_quota: 3, phishing_detected: false },
  name_servers: ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'],
  original_dnshost: null,
  original_name_servers: null,
  original_registrar: null,
  owner: { id: '1feeeeeeeeeeeeeeeeeeeeeeeeeeeeee', type: 'user', name: 'Simulated owner' },
  plan: {
    id: '0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
    name: 'Free Website',
    price: 0,
    currency: 'USD',
    is_subscribed: false,
  },
};

/** The members in the API's own order: inadyn takes the first `id` of the text, whatever it is the id of. */
const zoneObject = (zone: ZoneProperties): object => ({
  id: zone.id,
  name: domainToUnicode(zone.name),
  status: zone.status,
  paused: zone.paused,
  type: zone.type,
  ...WITHOUT_MEANING,
  account: { id: zone.accountId, name: 'Simulated account' },
  permissions: ['#dns_records:edit', '#dns_records:read', '#zone:read'],
});

function recordCall(zone: Zone, id: string | undefined, request: ApiRequest, cloud: Cloud): ApiReply {
  const { generation } = cloud;
  const show = (record: DnsRecord): object => recordObject(record, zone.properties, generation);
  const { method, receivedAt } = request;
  if (method !== 'GET' && zone.properties.type === 'secondary') throw refusals.zoneReadOnly();
  if (id === undefined) {
    if (method === 'GET') return pageOfRecords(zone, request.query, show, cloud.lists);
    return method === 'POST' ? success(show(createRecord(zone, jsonBody(request), receivedAt))) : methodNotAllowed();
  }
  if (id === 'batch') {
    if (method !== 'POST') return methodNotAllowed();
    const lists = Object.entries(applyBatch(zone, jsonBody(request), receivedAt));
    return success(Object.fromEntries(lists.map(([list, records]) => [list, records.map(show)])));
  }
  if (!isId(id)) throw refusals.noRoute(`/zones/${zone.properties.id}/dns_records/${id}`);
  switch (method) {
    case 'GET':
      return success(show(findRecord(zone, id)));
    case 'PATCH':
      return success(show(editRecord(zone, id, jsonBody(request), receivedAt)));
    case 'PUT':
      return success(show(overwriteRecord(zone, id, jsonBody(request), receivedAt)));
    case 'DELETE':
      return success({ id: deleteRecord(zone, id).id });
    default:
      return methodNotAllowed();
  }
}

function pageOfRecords(
  zone: Zone,
  query: URLSearchParams,
  show: (record: DnsRecord) => object,
  manners: ListManners,
): ApiReply {
  const shadowed = query.get('shadowing_name');
  const listed = listRecords(zone.records.values(), query);
  const hits = shadowed === null ? listed : shadowing(listed, shadowed, zone.properties.name);
  const { result, info } = paginate(hits, query, { default: 100, minimum: 1, maximum: 5_000_000 }, manners);
  return success(result.map(show), { result_info: info });
}

/** @throws Refusal 9207 or 6007 */
function jsonBody(request: ApiRequest): unknown {
  const [mediaType = ''] = (request.headers['content-type'] ?? '').split(';');
  if (mediaType.trim().toLowerCase() !== 'application/json') throw refusals.contentType();
  try {
    return JSON.parse(request.body);
  } catch {
    throw refusals.jsonMalformed();
  }
}

/** `zone_id`, `zone_name` and `locked` used to be part of a record (facts §3). */
function recordObject(record: DnsRecord, zone: ZoneProperties, generation: Generation): object {
  const former = generation === 'classic' ? { zone_id: zone.id, zone_name: zone.name, locked: false } : {};
  return { ...record, proxiable: isProxiable(record.type), ...former };
}
