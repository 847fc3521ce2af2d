import type { HttpReply } from '../../src/core/cloudflare/http.ts';
import type { AaaaRecord } from '../../src/core/dns/record.ts';

/** Header lines as they arrive, the status line first. */
export const headerLines = (status: number, headers: Readonly<Record<string, string>> = {}): string =>
  [`HTTP/1.1 ${status} X`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), ''].join('\r\n');

export const textReply = (status: number, body: string, headers?: Readonly<Record<string, string>>): HttpReply => ({
  status,
  headers: headerLines(status, headers),
  body,
  arrivedMs: 0,
});

export const jsonReply = (status: number, body: unknown, headers?: Readonly<Record<string, string>>): HttpReply =>
  textReply(status, JSON.stringify(body), headers);

/** The envelope of a success; of a list, with its `result_info`. */
export const success = (result: unknown, headers?: Readonly<Record<string, string>>, info?: object): HttpReply =>
  jsonReply(200, { success: true, errors: [], messages: [], result, ...(info && { result_info: info }) }, headers);

/** An error and those nested in it. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly error_chain?: readonly WireError[];
}

/** Errors nested in one another, the outermost code first. */
export function chain(code: number, ...inner: readonly number[]): WireError {
  const [next, ...rest] = inner;
  const message = `message ${code}`;
  return next === undefined ? { code, message } : { code, message, error_chain: [chain(next, ...rest)] };
}

/** The envelope of a failure. */
export const failure = (
  status: number,
  errors: readonly WireError[],
  headers?: Readonly<Record<string, string>>,
): HttpReply => jsonReply(status, { success: false, errors, messages: [], result: null }, headers);

/** A record as the API shows it, fields included that the program does not know. */
export const wireRecord = (name: string, { id, content, ttlSec, proxied, comment, readOnly }: AaaaRecord) => ({
  id,
  type: 'AAAA',
  name,
  content: content ?? 'not an address',
  ttl: ttlSec,
  proxied,
  proxiable: true,
  comment: comment === '' ? null : comment,
  tags: [],
  settings: {},
  meta: readOnly ? { read_only: true } : {},
  created_on: '2026-01-01T00:00:00Z',
  modified_on: '2026-01-01T00:00:00Z',
});

/** A zone as the API shows it. */
export const wireZone = (id: string, name: string, own: object = {}) => ({
  id,
  name,
  status: 'active',
  paused: false,
  type: 'full',
  permissions: [],
  account: { id: '0'.repeat(32), name: 'An account' },
  owner: {},
  meta: {},
  development_mode: 0,
  name_servers: [],
  original_dnshost: null,
  original_name_servers: null,
  original_registrar: null,
  plan: {},
  activated_on: null,
  created_on: '2026-01-01T00:00:00Z',
  modified_on: '2026-01-01T00:00:00Z',
  ...own,
});

/** What a page says of the list. */
export const pageInfo = (count: number, totalCount = count, page = 1, size = 100) => ({
  page,
  per_page: size,
  count,
  total_count: totalCount,
  total_pages: Math.ceil(totalCount / size),
});
