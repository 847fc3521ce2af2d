/** Before the core tests in Node: whatever they ask of a fake, and whatever it gives, is as Cloudflare describes its API. */
import type { ApiRequest } from '../../src/core/cloudflare/http.ts';
import { witness } from '../fakes/witness.ts';
import { type Call, loadJudge } from './judge.ts';

const judge = loadJudge();

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

Object.assign(witness, {
  request(request: ApiRequest) {
    const { call, query } = callOf(request);
    const body: unknown = request.body === null ? null : JSON.parse(request.body);
    refuse(`${request.method} ${request.path}`, judge.request(call, query, body));
  },
  reply(request, { status, body }) {
    refuse(
      `the reply to ${request.method} ${request.path}`,
      judge.reply(callOf(request).call, status, JSON.parse(body)),
    );
  },
} satisfies typeof witness);
