import { shown } from '../text.ts';
import type { EdgeError, ErrorCode } from './errors.ts';
import { describeForeign, LOG_IN_FIRST } from './foreign.ts';
import { type HttpReply, header, rateLimitWaitMs, retryAfterMs, waitMs } from './http.ts';
import { type Asked, noUse, type Remedy, recordRemedy, remedyFor, seeCode } from './remedies.ts';

/** What went wrong with a call, by what has to be done about it. */
export type ApiFailure = Readonly<
  | { kind: 'unreachable'; detail: string; sent: boolean } // sent: a write may have taken effect
  | (Answer & { kind: 'unavailable' }) // the server's own trouble: try again
  | (Answer & { kind: 'throttled' }) // too many requests: wait as told
  | (Answer & { kind: 'denied'; remedy: Remedy; zoneUnknown: boolean; everywhere: boolean }) // nothing of this zone will work
  | (Answer & { kind: 'refused'; remedy: Remedy; passing: boolean; incomplete: boolean }) // this record: the others may work
  | (Answer & { kind: 'outdated' }) // the records are not what we thought: read them again
>;

/** What the server said. */
export interface Answer {
  /** Status and codes, the same for the same trouble. */
  readonly what: string;
  /** Cloudflare's own name for the one request, which its support asks for; null = none given. */
  readonly ray: string | null;
  /** The wait that it imposes, milliseconds, whatever the trouble; null = none. */
  readonly retryAfterMs: number | null;
}

/** Wait after a 429 that names none: as long as Cloudflare's own block lasts. */
export const THROTTLED_MS = 300_000;

/** Response header, `true` or `false`. */
const SHOULD_RETRY = 'x-should-retry';

/** Too many requests, whatever status they come with; 10100 and 10300 are older wordings of 971. */
const THROTTLED_CODES = [971, 10100, 10300];

const OUTDATED_CODES = [81044, 81057, 81058];

/** Codes that concern the token or the zone, not one record, whatever status they come with. */
const DENIED_CODES = [1000, 1001, 1038, 6003, 6111, 7000, 7003, 9103, 9106, 9109, 10000];

/** Of those, the ones that say that the zone's id is none; so does a question that ends in 404. */
const ZONE_UNKNOWN_CODES = [1001, 7000, 7003];

/** Of those, the ones that say that the token is none, whatever is asked for. 9109 and 10000 say so, too, but also of a
 *  token that is good for other zones. */
const TOKEN_REFUSED_CODES = [1000, 6003, 6111, 9103, 9106];

/** Codes that may mean that a change has to name more than what changes: type, name and TTL are missing or bad. */
const INCOMPLETE_CODES = [9000, 9001, 9002, 9020, 9021, 9207];

/** What the API's envelope says. */
export interface Verdict {
  readonly success: boolean;
  /** Every code at any depth. */
  readonly codes: readonly ErrorCode[];
}

/** Whether the reply is a failure, and which. `x-should-retry` overrides what the status says of a retry, but for too
 *  many requests, which has its own wait. A body that is no envelope is no verdict of the API's, whatever its status: it
 *  comes from the edge or from a proxy, and passes.
 *  @param verdict null = the body is no envelope */
export function classify(reply: HttpReply, verdict: Verdict | null, asked: Asked): ApiFailure | null {
  const { status } = reply;
  if (verdict?.success && status < 300) return null;
  const answer = answerOf(reply, describeReply(reply, verdict?.codes ?? []));
  if (status === 429 || hasCode(verdict, THROTTLED_CODES)) return throttled(reply, answer);
  if (verdict === null && status === LOG_IN_FIRST) return unreadable(reply, describeForeign(reply));
  if (status >= 500 || status === 408 || status === 409) {
    if (header(reply, SHOULD_RETRY) !== 'false') return { kind: 'unavailable', ...answer };
    return { kind: 'denied', ...answer, remedy: noUse, zoneUnknown: false, everywhere: false };
  }
  if (verdict === null) return unreadable(reply, describeForeign(reply));
  return refusal(reply, verdict, answer, asked);
}

/** What Cloudflare's edge answered in place of the API: it says itself whether another try can help. */
export function classifyEdge(reply: HttpReply, edge: EdgeError): ApiFailure {
  const title = edge.title === '' ? '' : ` "${shown(edge.title)}"`;
  const answer = answerOf(reply, `HTTP ${reply.status}, error ${edge.code}${title} of Cloudflare's edge`);
  const ownMs = edge.retryAfterSec === null ? null : waitMs(edge.retryAfterSec);
  const told = { ...answer, retryAfterMs: answer.retryAfterMs ?? ownMs };
  if (reply.status === 429) return throttled(reply, told);
  if (edge.retryable) return { kind: 'unavailable', ...told };
  const words = `Cloudflare's edge rejects this machine or its request: see error ${edge.code} in Cloudflare's documentation`;
  return { kind: 'denied', ...told, remedy: { kind: 'words', words }, zoneUnknown: false, everywhere: true };
}

const throttled = (reply: HttpReply, answer: Answer): ApiFailure => ({
  kind: 'throttled',
  ...answer,
  retryAfterMs: answer.retryAfterMs ?? (rateLimitWaitMs(reply) || THROTTLED_MS),
});

const hasCode = (verdict: Verdict | null, wanted: readonly number[]): boolean =>
  verdict?.codes.some(({ code }) => wanted.includes(code)) ?? false;

/** What the API decided about a request that it could read. */
function refusal(reply: HttpReply, verdict: Verdict, answer: Answer, asked: Asked): ApiFailure {
  const { status } = reply;
  if (hasCode(verdict, OUTDATED_CODES)) return { kind: 'outdated', ...answer };
  const passing = header(reply, SHOULD_RETRY) === 'true';
  const denied = denialOf(status, verdict, answer, asked);
  if (denied !== null) return passing ? { kind: 'unavailable', ...answer } : denied;
  // A write that is not found is one of a record that is gone.
  if (status === 404) return { kind: 'outdated', ...answer };
  if (status < 400) return { kind: 'unavailable', ...answer };
  const isKnown = verdict.codes.some(({ code }) => recordRemedy(code) !== undefined);
  const incomplete = !isKnown || hasCode(verdict, INCOMPLETE_CODES);
  return { kind: 'refused', ...answer, remedy: remedyFor(verdict.codes, asked) ?? seeCode, passing, incomplete };
}

/** The refusal as one of token or zone; null = it is about a record. */
function denialOf(status: number, verdict: Verdict, answer: Answer, asked: Asked): ApiFailure | null {
  const isForbidden = status === 401 || status === 403;
  const isNowhere = status === 404 && asked !== 'write';
  if (!isForbidden && !isNowhere && !hasCode(verdict, DENIED_CODES)) return null;
  const zoneUnknown = isNowhere || hasCode(verdict, ZONE_UNKNOWN_CODES);
  const guess: Remedy = isForbidden ? { kind: 'permission', asked } : seeCode;
  const remedy = remedyFor(verdict.codes, asked) ?? (isNowhere ? { kind: 'zone', asked } : guess);
  return { kind: 'denied', ...answer, remedy, zoneUnknown, everywhere: hasCode(verdict, TOKEN_REFUSED_CODES) };
}

/** A reply that is not what the API promises, which passes with time. */
export const unreadable = (reply: HttpReply, problem: string): ApiFailure => ({
  kind: 'unavailable',
  ...answerOf(reply, `HTTP ${reply.status}, ${problem}`),
});

const answerOf = (reply: HttpReply, what: string): Answer => ({
  what,
  ray: rayOf(reply),
  retryAfterMs: retryAfterMs(reply),
});

/** Status and codes with their messages, and where the first of them is explained. */
function describeReply(reply: HttpReply, codes: readonly ErrorCode[]): string {
  const parts = codes.slice(0, 4).map(({ code, message }) => `code ${code} "${shown(message)}"`);
  const page = codes.find((own) => own.page !== null)?.page ?? null;
  return [`HTTP ${reply.status}`, ...parts, ...(page === null ? [] : [`see ${shown(page)}`])].join(', ');
}

const rayOf = (reply: HttpReply): string | null => {
  const value = header(reply, 'cf-ray');
  return value === null ? null : shown(value);
};
