import type { ApiRequest, HttpReply } from '../../src/core/cloudflare/http.ts';
import { witness } from '../fakes/witness.ts';

export interface ModelRecord {
  readonly id: string;
  readonly name: string;
  readonly content: string;
  readonly ttl: number;
  readonly proxied: boolean;
  readonly comment: string;
  readonly readOnly: boolean;
}

interface ModelZone {
  readonly id: string;
  readonly name: string;
  records: ModelRecord[];
}

/** What a request may do that the contract forbids. */
export class Forbidden extends Error {}

class Refused {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number) {
    this.status = status;
    this.code = code;
  }
}

type Fields = Partial<Omit<ModelRecord, 'readOnly'>>;

interface Batch {
  readonly deletes?: readonly Fields[];
  readonly patches?: readonly Fields[];
  readonly posts?: readonly Fields[];
}

/** Cloudflare's API as far as the explorer needs it, written apart from the fakes and the simulator of the other tests:
 *  zones with AAAA records, pages, batches in one transaction, identical records refused. */
export class Model {
  readonly zones: ModelZone[] = [];
  /** Most records on a page, whatever is asked for. */
  pageSize = 100;
  #ids = 0;

  addZone(name: string): string {
    this.#ids += 1;
    const id = this.#ids.toString(16).padStart(32, '0');
    this.zones.push({ id, name, records: [] });
    return id;
  }

  /** The records of a name, in the order in which they were made. */
  recordsOf(name: string): readonly ModelRecord[] {
    return this.#zoneOf(name).records.filter((record) => record.name === name);
  }

  /** Somebody else adds a record. */
  plant(name: string, content: string, readOnly = false): void {
    const zone = this.#zoneOf(name);
    if (zone.records.some((record) => record.name === name && record.content === content)) return;
    this.#insert(zone, { name, content, ttl: 300, proxied: false, comment: 'planted' }, readOnly);
  }

  /** Somebody else removes a record; read-only ones, too. */
  remove(id: string): void {
    for (const zone of this.zones) zone.records = zone.records.filter((record) => record.id !== id);
  }

  /** Somebody else changes what a record says. */
  overwrite(id: string, content: string): void {
    for (const zone of this.zones)
      zone.records = zone.records.map((record) => (record.id === id ? { ...record, content } : record));
  }

  /** Carries a request out.
   *  @throws Forbidden for what must never be asked */
  answer(request: ApiRequest): HttpReply {
    witness.request(request);
    const reply = this.#answer(request);
    witness.reply(request, reply);
    return reply;
  }

  #answer(request: ApiRequest): HttpReply {
    try {
      return this.#route(request);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return failureReply(error.status, error.code);
    }
  }

  #zoneOf(name: string): ModelZone {
    const zone = this.zones.find((held) => name === held.name || name.endsWith(`.${held.name}`));
    if (zone === undefined) throw new Forbidden(`no zone holds ${name}`);
    return zone;
  }

  #route({ method, path, body }: ApiRequest): HttpReply {
    const [place = '', query = ''] = path.split('?');
    const parameters = new Map(query.split('&').map((pair) => split(pair)));
    const [, zones, zoneId, records, recordId] = place.split('/');
    if (zones !== 'zones') throw new Forbidden(`unknown path ${path}`);
    if (zoneId === undefined) return this.#findZones(parameters);
    const zone = this.zones.find(({ id }) => id === zoneId);
    if (zone === undefined) throw new Refused(404, 7003);
    if (records === undefined) return reply(zoneObject(zone));
    if (method === 'GET') return this.#list(zone, parameters);
    const fields: Fields & Batch = JSON.parse(body ?? '{}');
    if (recordId === 'batch') return this.#batch(zone, fields);
    if (method === 'POST') return reply(shown(this.#create(zone, fields)));
    if (method === 'PATCH') return reply(shown(this.#edit(zone, recordId ?? '', fields)));
    if (method === 'DELETE') return reply({ id: this.#delete(zone, recordId ?? '').id });
    throw new Forbidden(`${method} is never to be used`);
  }

  #findZones(parameters: ReadonlyMap<string, string>): HttpReply {
    const name = parameters.get('name') ?? '';
    const ending = name.startsWith('ends_with:') ? name.slice('ends_with:'.length) : null;
    const found = this.zones.filter((zone) => (ending === null ? zone.name === name : zone.name.endsWith(ending)));
    return pageOf(found.map(zoneObject), parameters, 50);
  }

  #list(zone: ModelZone, parameters: ReadonlyMap<string, string>): HttpReply {
    const name = parameters.get('name') ?? parameters.get('name.exact');
    const found = zone.records.filter((record) => name === undefined || record.name === name);
    return pageOf(found.map(shown), parameters, this.pageSize);
  }

  #batch(zone: ModelZone, { deletes = [], patches = [], posts = [] }: Batch): HttpReply {
    if (deletes.length + patches.length + posts.length > 200) throw new Refused(400, 9207);
    const before = zone.records;
    try {
      return reply({
        deletes: deletes.map(({ id = '' }) => shown(this.#delete(zone, id))),
        patches: patches.map((fields) => shown(this.#edit(zone, fields.id ?? '', fields))),
        puts: [],
        posts: posts.map((fields) => shown(this.#create(zone, fields))),
      });
    } catch (error) {
      zone.records = before;
      throw error;
    }
  }

  #create(zone: ModelZone, { name = '', content = '', ttl, proxied = false, comment = '' }: Fields): ModelRecord {
    if (ttl === undefined) throw new Refused(400, 9021);
    if (name !== zone.name && !name.endsWith(`.${zone.name}`)) throw new Forbidden(`${name} is outside ${zone.name}`);
    if (zone.records.some((record) => record.name === name && record.content === content))
      throw new Refused(400, 81058);
    return this.#insert(zone, { name, content, ttl, proxied, comment }, false);
  }

  #insert(zone: ModelZone, fields: Omit<ModelRecord, 'id' | 'readOnly'>, readOnly: boolean): ModelRecord {
    this.#ids += 1;
    const record = { ...fields, id: this.#ids.toString(16).padStart(32, 'f'), readOnly };
    zone.records = [...zone.records, record];
    return record;
  }

  #edit(zone: ModelZone, id: string, { content, ttl, proxied, comment }: Fields): ModelRecord {
    const before = this.#touchable(zone, id);
    const after: ModelRecord = {
      ...before,
      content: content ?? before.content,
      ttl: ttl ?? before.ttl,
      proxied: proxied ?? before.proxied,
      comment: comment ?? before.comment,
    };
    const twin = zone.records.find((other) => other.id !== id && other.name === after.name);
    if (twin?.content === after.content) throw new Refused(400, 81058);
    zone.records = zone.records.map((record) => (record.id === id ? after : record));
    return after;
  }

  #delete(zone: ModelZone, id: string): ModelRecord {
    const record = this.#touchable(zone, id);
    zone.records = zone.records.filter((other) => other !== record);
    return record;
  }

  #touchable(zone: ModelZone, id: string): ModelRecord {
    const record = zone.records.find((held) => held.id === id);
    if (record === undefined) throw new Refused(404, 81044);
    if (record.readOnly) throw new Forbidden(`the record ${id} belongs to another product`);
    return record;
  }
}

const split = (pair: string): [string, string] => {
  const [name = '', value = ''] = pair.split('=');
  return [name, decodeURIComponent(value)];
};

const zoneObject = ({ id, name }: ModelZone): object => ({
  id,
  name,
  status: 'active',
  paused: false,
  type: 'full',
  account: { id: '0'.repeat(32), name: 'Model' },
  owner: {},
  plan: {},
  meta: {},
  development_mode: 0,
  name_servers: [],
  original_dnshost: null,
  original_name_servers: null,
  original_registrar: null,
  activated_on: null,
  created_on: '2026-01-01T00:00:00Z',
  modified_on: '2026-01-01T00:00:00Z',
  permissions: ['#dns_records:edit', '#dns_records:read', '#zone:read'],
});

const shown = ({ readOnly, ...record }: ModelRecord): object => ({
  ...record,
  type: 'AAAA',
  proxiable: true,
  tags: [],
  settings: {},
  meta: readOnly ? { read_only: true } : {},
  created_on: '2026-01-01T00:00:00Z',
  modified_on: '2026-01-01T00:00:00Z',
});

function pageOf(items: readonly object[], parameters: ReadonlyMap<string, string>, most: number): HttpReply {
  const size = Math.min(most, Number(parameters.get('per_page') ?? 20));
  const page = Number(parameters.get('page') ?? 1);
  const result = items.slice((page - 1) * size, page * size);
  const total_pages = Math.ceil(items.length / size);
  return reply(result, { page, per_page: size, count: result.length, total_count: items.length, total_pages });
}

const http = (status: number, body: string, headers = ''): HttpReply => ({
  status,
  headers: `HTTP/1.1 ${status} X\r\n${headers}`,
  body,
  arrivedMs: 0,
});

const reply = (result: unknown, info?: object): HttpReply =>
  http(200, JSON.stringify({ success: true, errors: [], messages: [], result, ...(info && { result_info: info }) }));

export function failureReply(status: number, code: number, headers = ''): HttpReply {
  const errors = [{ code, message: `refused with ${code}` }];
  return http(status, JSON.stringify({ success: false, errors, messages: [], result: null }), headers);
}

/** What the edge answers in place of the API. */
export const edgeReply = (status: number, headers = ''): HttpReply =>
  http(status, `<html><title>${status}</title></html>`, headers);
