import type { ApiRequest, HttpReply } from '../../src/core/cloudflare/http.ts';
import type { AaaaRecord } from '../../src/core/dns/record.ts';
import { failure, pageInfo, success, wireRecord, wireZone } from './replies.ts';
import { address, OTHER_ZONE, record, ZONE } from './samples.ts';
import { witness } from './witness.ts';

export interface HeldRecord extends AaaaRecord {
  readonly name: string;
}

interface HeldZone {
  id: string;
  readonly name: string;
  records: readonly HeldRecord[];
  /** Names that another record type occupies: no AAAA can be created there (81054). */
  readonly occupied: Set<string>;
  /** Names with the type of a record there that is no AAAA. */
  readonly others: Map<string, string>;
}

/** A refusal of the API: a value to throw inside the model. */
class Refusal {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number) {
    this.status = status;
    this.code = code;
  }
}

interface Fields {
  readonly id?: string;
  readonly name?: string;
  readonly content?: string;
  readonly ttl?: number;
  readonly proxied?: boolean;
  readonly comment?: string;
}

interface BatchFields {
  readonly deletes?: readonly Fields[];
  readonly patches?: readonly Fields[];
  readonly posts?: readonly Fields[];
}

/** The part of Cloudflare's API that the program uses, in memory: it holds zones and records and remembers what it was
 *  asked. A batch is one transaction; identical records, missing ids and occupied names are refused.
 *  @throws Error for what must never be asked: names outside the zone, records of other products */
export class FakeCloudflare {
  readonly requests: ApiRequest[] = [];
  /** Most items on a page, whatever is asked for. */
  pageSize = 100;
  /** What zones say of the token's owner. */
  permissions: readonly string[] = ['#dns_records:edit', '#dns_records:read', '#zone:read'];
  readonly #zones: HeldZone[] = [];
  #lastId = 0;

  addZone(id: string, name: string): void {
    this.#zones.push({ id, name, records: [], occupied: new Set(), others: new Map() });
  }

  /** The zone was removed and added again: it has another id. */
  renumber(name: string, id: string): void {
    this.#zoneOf(name).id = id;
  }

  /** The token may no longer see the zone. */
  hide(name: string): void {
    this.#zones.splice(this.#zones.indexOf(this.#zoneOf(name)), 1);
  }

  /** What somebody else does: the name's records are these from now on. */
  put(name: string, ...records: readonly AaaaRecord[]): void {
    const zone = this.#zoneOf(name);
    const others = zone.records.filter((own) => own.name !== name);
    zone.records = [...others, ...records.map((own) => ({ ...own, name }))];
  }

  /** A record of another type has the name. */
  putOther(name: string, type: string): void {
    this.#zoneOf(name).others.set(name, type);
  }

  occupy(name: string, occupied: boolean): void {
    if (occupied) this.#zoneOf(name).occupied.add(name);
    else this.#zoneOf(name).occupied.delete(name);
  }

  recordsOf(name: string): readonly HeldRecord[] {
    return this.#zoneOf(name).records.filter((own) => own.name === name);
  }

  contentsOf(name: string): (string | null)[] {
    return this.recordsOf(name).map(({ content }) => content);
  }

  /** How many of the requests so far would have changed something. */
  get writes(): number {
    return this.requests.filter(({ method }) => method !== 'GET').length;
  }

  answer(request: ApiRequest): HttpReply {
    this.requests.push(request);
    witness.request(request);
    const reply = this.#reply(request);
    witness.reply(request, reply);
    return reply;
  }

  #reply(request: ApiRequest): HttpReply {
    try {
      const result = this.#carryOut(request);
      const query = request.path.split('?')[1] ?? '';
      return Array.isArray(result) ? pageOf(result, query, this.pageSize) : success(result);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return failure(error.status, [{ code: error.code, message: `refused with ${error.code}` }]);
    }
  }

  #zoneOf(name: string): HeldZone {
    const zone = this.#zones.find((own) => name === own.name || name.endsWith(`.${own.name}`));
    if (zone === undefined) throw new Error(`no zone for ${name}`);
    return zone;
  }

  #carryOut({ method, path, body }: ApiRequest): unknown {
    const [place = '', query = ''] = path.split('?');
    const [, zones, zoneId, records, id] = place.split('/');
    if (zones !== 'zones') throw new Refusal(404, 7000);
    if (zoneId === undefined) return this.#find(parameter(query, 'name'));
    const zone = this.#zones.find((own) => own.id === zoneId);
    if (zone === undefined) throw new Refusal(404, 7003);
    if (records === undefined) return wireZone(zone.id, zone.name, { permissions: this.permissions });
    if (method === 'GET') return this.#list(zone, query);
    const fields: Fields & BatchFields = body === null ? {} : JSON.parse(body);
    if (id === 'batch') return this.#batch(zone, fields);
    if (method === 'POST') return this.#create(zone, fields);
    if (method === 'PATCH') return this.#update(zone, { ...fields, id: id ?? '' });
    return { id: this.#delete(zone, id ?? '').id };
  }

  #find(name: string): unknown {
    const [, ending] = /^ends_with:(.*)$/.exec(name) ?? [];
    const isWanted = (own: string) => (ending === undefined ? name === '' || own === name : own.endsWith(ending));
    const found = this.#zones.filter((own) => isWanted(own.name));
    return found.map((own) => wireZone(own.id, own.name, { permissions: this.permissions }));
  }

  #list(zone: HeldZone, query: string): unknown {
    const name = parameter(query, 'name');
    const held = zone.records.filter((own) => name === '' || own.name === name).map((own) => wireRecord(own.name, own));
    const others = [...zone.others].filter(([own]) => own === name).map(([, type]) => otherRecord(name, type));
    return parameter(query, 'type') === 'AAAA' ? held : [...held, ...others];
  }

  #batch(zone: HeldZone, { deletes = [], patches = [], posts = [] }: BatchFields): unknown {
    if (deletes.length + patches.length + posts.length > 200) throw new Refusal(400, 9207);
    const before = zone.records;
    try {
      return {
        deletes: deletes.map(({ id = '' }) => this.#delete(zone, id)),
        patches: patches.map((fields) => this.#update(zone, fields)),
        puts: [],
        posts: posts.map((fields) => this.#create(zone, fields)),
      };
    } catch (error) {
      zone.records = before;
      throw error;
    }
  }

  #create(zone: HeldZone, { name = '', content = '', ttl, proxied, comment }: Fields): unknown {
    if (ttl === undefined) throw new Refusal(400, 9021);
    if (name !== zone.name && !name.endsWith(`.${zone.name}`)) throw new Error(`${name} would become another name`);
    if (zone.occupied.has(name)) throw new Refusal(400, 81054);
    this.#lastId += 1;
    const held = record(`c${this.#lastId}`, address(content), {
      ttlSec: ttl,
      proxied: proxied ?? false,
      comment: comment ?? '',
    });
    refuseTwin(zone, { ...held, name });
    zone.records = [...zone.records, { ...held, name }];
    return wireRecord(name, held);
  }

  #update(zone: HeldZone, { id, content, ttl, proxied, comment }: Fields): unknown {
    const before = zone.records.find((own) => own.id === id);
    if (before === undefined) throw new Refusal(404, 81044);
    if (before.readOnly) throw new Error('a record of another product is touched');
    const after = {
      ...before,
      content: content === undefined ? before.content : address(content),
      ttlSec: ttl ?? before.ttlSec,
      proxied: proxied ?? before.proxied,
      comment: comment ?? before.comment,
    };
    refuseTwin(zone, after);
    zone.records = zone.records.map((own) => (own === before ? after : own));
    return wireRecord(after.name, after);
  }

  #delete(zone: HeldZone, id: string): ReturnType<typeof wireRecord> {
    const before = zone.records.find((own) => own.id === id);
    if (before === undefined) throw new Refusal(404, 81044);
    if (before.readOnly) throw new Error('a record of another product is touched');
    zone.records = zone.records.filter((own) => own.id !== id);
    return wireRecord(before.name, before);
  }
}

/** The provider with the zones example.com (`ZONE`) and example.org (`OTHER_ZONE`), both empty. */
export function twoZones(): FakeCloudflare {
  const cloudflare = new FakeCloudflare();
  cloudflare.addZone(ZONE, 'example.com');
  cloudflare.addZone(OTHER_ZONE, 'example.org');
  return cloudflare;
}

/** A record that is no AAAA. */
const otherRecord = (name: string, type: string) => ({
  ...wireRecord(name, record('other', null)),
  type,
  content: type === 'A' ? '192.0.2.1' : 'elsewhere.example.net',
});

const refuseTwin = (zone: HeldZone, { id, name, content }: HeldRecord): void => {
  const twin = zone.records.find((own) => own.name === name && own.id !== id && own.content === content);
  if (twin !== undefined) throw new Refusal(400, 81058);
};

function pageOf(items: readonly unknown[], query: string, most: number): HttpReply {
  const size = Math.min(most, Number(parameter(query, 'per_page') || 20));
  const page = Number(parameter(query, 'page') || 1);
  const shown = items.slice((page - 1) * size, page * size);
  return success(shown, {}, pageInfo(shown.length, items.length, page, size));
}

function parameter(query: string, name: string): string {
  const value = query
    .split('&')
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);
  return decodeURIComponent(value ?? '');
}
