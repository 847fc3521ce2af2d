import type { ApiRequest } from '../../src/core/cloudflare/http.ts';
import type { HttpOutcome } from '../../src/core/ports.ts';
import type { FakeCloudflare } from './cloudflare.ts';
import { failure, success, textReply } from './replies.ts';

/** Ways in which a request ends badly. `done`: the provider carried it out all the same. */
export const FAULTS = [
  'notSent',
  'lost',
  'lost, done',
  '502',
  '502, done',
  'cut',
  'cut, done',
  'another shape',
  '200 without success',
  '400',
  '403',
  '404',
  '429',
  '429 for 20 s',
  '503 for 20 s',
  'spent limit',
] as const;

export type Fault = (typeof FAULTS)[number];

const replied = (reply: Extract<HttpOutcome, { kind: 'replied' }>['reply']): HttpOutcome => ({
  kind: 'replied',
  reply,
});
const unreachable = (sent: boolean): HttpOutcome => ({ kind: 'unreachable', detail: 'It timed out', sent });
const refused = (status: number, code: number, wait?: string): HttpOutcome =>
  replied(failure(status, [{ code, message: 'refused' }], wait === undefined ? {} : { 'Retry-After': wait }));

/** How the request ends with that fault. */
export function suffer(fault: Fault, request: ApiRequest, cloudflare: FakeCloudflare): HttpOutcome {
  switch (fault) {
    case 'notSent':
      return unreachable(false);
    case 'lost':
      return unreachable(true);
    case 'lost, done':
      cloudflare.answer(request);
      return unreachable(true);
    case '502':
      return replied(textReply(502, '<html>Bad gateway</html>'));
    case '502, done':
      cloudflare.answer(request);
      return replied(textReply(502, '<html>Bad gateway</html>'));
    case 'cut':
      return replied(textReply(200, '{"success":true,"res'));
    case 'cut, done':
      return replied(textReply(200, cloudflare.answer(request).body.slice(0, -9)));
    case 'another shape':
      return replied(success({ unexpected: true }));
    case '200 without success':
      return replied(failure(200, []));
    case '400':
      return refused(400, 9207);
    case '403':
      return refused(403, 10000);
    case '404':
      return refused(404, 81044);
    case '429':
      return refused(429, 971);
    case '429 for 20 s':
      return refused(429, 971, '20');
    case '503 for 20 s':
      return refused(503, 10013, '20');
    case 'spent limit': {
      const reply = cloudflare.answer(request);
      return replied({ ...reply, headers: `${reply.headers}Ratelimit: "default";r=0;t=15\r\n` });
    }
  }
}
