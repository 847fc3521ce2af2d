/** Before the core tests in Node: whatever they ask of a fake, and whatever it gives, is as Cloudflare describes its API. */
import type { ApiRequest } from '../../src/core/cloudflare/http.ts';
import { witness } from '../fakes/witness.ts';
import { type Call, type Judge, loadJudge } from './judge.ts';

/** Loaded when something is to be judged: most test files make no request. */
let loaded: Judge | null = null;
const judge = (): Judge => {
  loaded ??= loadJudge();
  return loaded;
};

/** Tests call records and zones by short names. */
const withFullIds = (path: string): string =>
  path
    .replace(/^(\/zones)\/[^/?]+/, `$1/${'0'.repeat(32)}`)
    .replace(/(\/dns_records)\/(?!batch$)[^/?]+/, `$1/${'0'.repeat(32)}`);

function callOf({ method, path }: ApiRequest): {
  readonly call: Call;
  readonly query: readonly (readonly [string, string])[];
} {
  const [place = '', query = ''] = path.split('?');
  return { call: { method, path: withFullIds(place) }, query: [...new URLSearchParams(query)] };
}

function refuse(what: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`${what} is not as Cloudflare describes it:\n${faults.join('\n')}`);
}

/** Days of a thousand names say the same again and again. */
const heard = new Set<string>();
const MOST_HEARD = 10_000;

function isNews(text: string): boolean {
  if (heard.has(text)) return false;
  if (heard.size < MOST_HEARD) heard.add(text);
  return true;
}

Object.assign(witness, {
  request(request: ApiRequest) {
    const { method, path } = request;
    if (!isNews(`${method} ${path} ${request.body}`)) return;
    const { call, query } = callOf(request);
    const body: unknown = request.body === null ? null : JSON.parse(request.body);
    refuse(`${method} ${path}`, judge().request(call, query, body));
  },
  reply(request, { status, body }) {
    const { method, path } = request;
    if (!isNews(`${status} ${method} ${path} ${body}`)) return;
    refuse(`the reply to ${method} ${path}`, judge().reply(callOf(request).call, status, JSON.parse(body)));
  },
} satisfies typeof witness);
