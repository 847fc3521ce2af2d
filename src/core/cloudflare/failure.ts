import { printable } from '../text.ts';
import { type HttpReply, header, rateLimitWaitMs, retryAfterMs } from './http.ts';
import { MISSING_PERMISSION, NO_USE, remedyFor, SEE_CODE, UNKNOWN_ZONE } from './remedies.ts';

export interface ErrorCode {
  readonly code: number;
  readonly message: string;
}

/** What went wrong with a call, by what has to be done about it. */
export type ApiFailure = Readonly<
  | { kind: 'unreachable'; detail: string; sent: boolean } // sent: a write may have taken effect
  | (Answer & { kind: 'unavailable' }) // the server's own trouble: try again
  | (Answer & { kind: 'throttled' }) // too many requests: wait as told
  | (Answer & { kind: 'denied'; remedy: string; zoneUnknown: boolean; tokenRefused: boolean }) // nothing of this zone will work
  | (Answer & { kind: 'refused'; remedy: string; passing: boolean }) // this record: the others may work
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

const OUTDATED_CODES = [81044, 81057, 81058];

/** Codes that concern the token or the zone, not one record, whatever status they come with. */
const DENIED_CODES = [1000, 1001, 1038, 6003, 6111, 7000, 7003, 9103, 9106, 9109, 10000];

/** Of those, the ones that say that the zone's id is none; so does a question that ends in 404. */
const ZONE_UNKNOWN_CODES = [1001, 7000, 7003];

/** Of those, the ones that say that the token is none, whatever is asked for. 9109 and 10000 say so, too, but also of a
 *  token that is good for other zones. */
const TOKEN_REFUSED_CODES = [1000, 6003, 6111, 9103, 9106];

/** Whether the reply is a failure, and which. `x-should-retry` overrides what the status says of a retry, but for 429,
 *  which names its own wait. A body that is no envelope is no verdict of the API's, whatever its status: it comes from the
 *  edge or from a proxy, and passes.
 *  @param codes every code of its envelope at any depth; null = the body is no envelope
 *  @param success what the envelope says of itself
 *  @param isWrite the request was about records, which may be gone; else what is not found is the zone */
export function classify(
  reply: HttpReply,
  codes: readonly ErrorCode[] | null,
  success: boolean,
  isWrite: boolean,
): ApiFailure | null {
  const { status } = reply;
  const answer = answerOf(reply, describeReply(reply, codes ?? []));
  if (status === 429) {
    const waitMs = answer.retryAfterMs ?? (rateLimitWaitMs(reply) || THROTTLED_MS);
    return { kind: 'throttled', ...answer, retryAfterMs: waitMs };
  }
  if (status >= 500 || status === 408 || status === 409) {
    if (header(reply, SHOULD_RETRY) !== 'false') return { kind: 'unavailable', ...answer };
    return { kind: 'denied', ...answer, remedy: NO_USE, zoneUnknown: false, tokenRefused: false };
  }
  if (codes === null) return unreadable(reply, `the body is not the JSON that the API promises${excerpt(reply)}`);
  return success && status < 300 ? null : verdict(reply, codes, answer, isWrite);
}

/** What the API decided about a request that it could read. */
function verdict(reply: HttpReply, codes: readonly ErrorCode[], answer: Answer, isWrite: boolean): ApiFailure {
  const { status } = reply;
  const has = (wanted: readonly number[]): boolean => codes.some(({ code }) => wanted.includes(code));
  if (has(OUTDATED_CODES)) return { kind: 'outdated', ...answer };
  const passing = header(reply, SHOULD_RETRY) === 'true';
  const isForbidden = status === 401 || status === 403;
  const isNowhere = status === 404 && !isWrite;
  const hint = isForbidden ? MISSING_PERMISSION : SEE_CODE;
  const remedy = remedyFor(codes) ?? (isNowhere ? UNKNOWN_ZONE : hint);
  if (isForbidden || isNowhere || has(DENIED_CODES)) {
    if (passing) return { kind: 'unavailable', ...answer };
    const zoneUnknown = isNowhere || has(ZONE_UNKNOWN_CODES);
    return { kind: 'denied', ...answer, remedy, zoneUnknown, tokenRefused: has(TOKEN_REFUSED_CODES) };
  }
  if (status === 404) return { kind: 'outdated', ...answer };
  return status >= 400 ? { kind: 'refused', ...answer, remedy, passing } : { kind: 'unavailable', ...answer };
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

/** Status and codes with their messages. */
function describeReply(reply: HttpReply, codes: readonly ErrorCode[]): string {
  const parts = codes.slice(0, 4).map(({ code, message }) => `code ${code} "${shown(message)}"`);
  return [`HTTP ${reply.status}`, ...parts].join(', ');
}

const rayOf = (reply: HttpReply): string | null => {
  const value = header(reply, 'cf-ray');
  return value === null ? null : shown(value);
};

/** Longest part of the server's text that is repeated, in UTF-16 units. */
const MAX_SHOWN = 200;

/** The beginning of what is no envelope, without markup: a block page and a proxy say there what they want. */
function excerpt({ status, body }: HttpReply): string {
  const text =
    status < 300
      ? ''
      : cut(body, 4096)
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim();
  return text === '' ? '' : `: "${shown(text)}"`;
}

/** Text of the server's that is safe on a terminal and bounded. */
const shown = (text: string): string => printable(cut(text, MAX_SHOWN));

/** Cut between words: half a token, should the server echo ours, would escape the log's redaction. */
const cut = (text: string, most: number): string =>
  text.length > most ? text.slice(0, most).replace(/\S*$/, '…') : text;
