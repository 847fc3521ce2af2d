import type { ApiRequest, HttpReply } from '../../src/core/cloudflare/http.ts';
import type { HttpOutcome } from '../../src/core/ports.ts';
import { edgeReply, failureReply, type Model } from './model.ts';
import type { Random } from './random.ts';

export interface InFlight {
  readonly zone: number;
  readonly request: ApiRequest;
  /** What the API did with it already; null = it has not arrived there. */
  reply: HttpReply | null;
}

/** How a request ends that something happens to on its way, or to its answer.
 *  @param arrive lets it reach the API, unless it has already, and returns the answer */
export function faultyOutcome(random: Random, chosen: InFlight, arrive: () => HttpReply): HttpOutcome {
  if (random.chance(0.4)) arrive(); // it took effect, whatever is heard of it
  const wait = random.pick(['', '', 'Retry-After: 20\r\n', 'Retry-After: 99999\r\n']);
  switch (random.below(8)) {
    case 0:
      return { kind: 'unreachable', detail: 'timed out', sent: chosen.reply !== null };
    case 1:
      return { kind: 'unreachable', detail: 'reset', sent: true };
    case 2:
      return { kind: 'replied', reply: edgeReply(random.pick([500, 502, 503, 524]), wait) };
    case 3:
      return { kind: 'replied', reply: failureReply(429, 971, wait) };
    case 4:
      return {
        kind: 'replied',
        reply: failureReply(random.pick([400, 403, 404]), random.pick([9207, 10000, 7003]), wait),
      };
    case 5: {
      const reply = arrive();
      return { kind: 'replied', reply: { ...reply, body: reply.body.slice(0, reply.body.length / 2) } };
    }
    case 6: {
      const reply = arrive();
      return { kind: 'replied', reply: { ...reply, headers: `${reply.headers}Ratelimit: "default";r=0;t=30\r\n` } };
    }
    default:
      return { kind: 'replied', reply: edgeReply(200) };
  }
}

/** Whether a request is about that name alone, or writes it. */
export function concerns(model: Model, { method, path, body }: ApiRequest, name: string): boolean {
  if (path.includes(`name=${name}&`) || path.endsWith(`name=${name}`) || path.includes(`name.exact=${name}`))
    return true;
  if (method === 'GET') return false;
  const ids = model.recordsOf(name).map(({ id }) => id);
  return ids.some((id) => path.endsWith(id) || body?.includes(id)) || (body?.includes(`"${name}"`) ?? false);
}
