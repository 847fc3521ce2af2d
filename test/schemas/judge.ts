import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';

/** Made by `make` out of the official SDK's types, see shapes.ts. */
export const SCHEMAS = 'build/cloudflare-schemas.json';

export interface Call {
  readonly method: string;
  /** Below the API's base path, as in `/zones/ID/dns_records`, without the query. */
  readonly path: string;
}

/** Says what of requests and replies is not as Cloudflare describes its API. */
export interface Judge {
  /** @param body parsed JSON, null = none
   *  @returns a line a fault; none = it is as described */
  request(call: Call, query: Iterable<readonly [string, string]>, body: unknown): string[];
  /** @param body parsed JSON */
  reply(call: Call, status: number, body: unknown): string[];
}

interface Shapes {
  readonly query?: string;
  readonly body?: string;
  readonly reply: string;
}

/** What a call takes and gives, by method and by path with ids as `ID`. */
const CALLS: Readonly<Record<string, Shapes>> = {
  'GET /zones': { query: 'ZoneQuery', reply: 'ZonePage' },
  'GET /zones/ID': { reply: 'ZoneReply' },
  'GET /zones/ID/dns_records': { query: 'RecordQuery', reply: 'RecordPage' },
  'POST /zones/ID/dns_records': { body: 'CreateBody', reply: 'RecordReply' },
  'GET /zones/ID/dns_records/ID': { reply: 'RecordReply' },
  'PATCH /zones/ID/dns_records/ID': { body: 'EditBody', reply: 'RecordReply' },
  'DELETE /zones/ID/dns_records/ID': { reply: 'DeleteReply' },
  'POST /zones/ID/dns_records/batch': { body: 'BatchBody', reply: 'BatchReply' },
};

const shapesOf = ({ method, path }: Call): Shapes | undefined =>
  CALLS[`${method} ${path.replace(/\/[0-9a-f]{32}(?=\/|$)/g, '/ID')}`];

/** @throws Error where `make` has not made the schemas */
export function loadJudge(file: string = SCHEMAS): Judge {
  const schemas: { readonly definitions: Readonly<Record<string, { properties?: object }>> } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });

  ajv.addSchema(schemas, 'cloudflare');
  const faultsOf = (shape: string, value: unknown): string[] => {
    const validate = ajv.getSchema(`cloudflare#/definitions/${shape}`);
    if (validate === undefined) throw new Error(`${file} has no ${shape}`);
    return validate(value) ? [] : (validate.errors ?? []).map((error) => describe(shape, error));
  };
  return {
    request(call, query, body) {
      const shapes = shapesOf(call);
      if (shapes === undefined) return [`${call.method} ${call.path}: no such call`];
      const parameters = schemas.definitions[shapes.query ?? '']?.properties ?? {};
      const unknown = [...query].filter(([name]) => !Object.hasOwn(parameters, name.split('.', 1)[0] ?? ''));
      return [
        ...unknown.map(([name]) => `${call.method} ${call.path}: no such parameter: ${name}`),
        ...(shapes.body !== undefined ? faultsOf(shapes.body, body) : []),
        ...(shapes.body === undefined && body !== null ? [`${call.method} ${call.path}: takes no body`] : []),
      ];
    },
    reply(call, status, body) {
      if (status >= 300) return faultsOf(isBare(body) ? 'BareFailureReply' : 'FailureReply', body);
      const shapes = shapesOf(call);
      return shapes === undefined ? [] : faultsOf(shapes.reply, body);
    },
  };
}

const isBare = (body: unknown): boolean => typeof body === 'object' && body !== null && 'error' in body;

const describe = (shape: string, { instancePath, message, params }: ErrorObject): string =>
  `${shape}${instancePath}: ${message} (${JSON.stringify(params)})`;
