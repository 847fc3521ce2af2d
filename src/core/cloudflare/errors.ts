import type { HttpReply } from './http.ts';
import { isObject, parseJson } from './json.ts';

/** One error of a reply. */
export interface ErrorCode {
  readonly code: number;
  readonly message: string;
  /** Where Cloudflare explains it; null = not told. */
  readonly page: string | null;
}

/** An error that Cloudflare's edge answers with before a request reaches the API (error 1xxx), as JSON. */
export interface EdgeError {
  readonly code: number;
  readonly title: string;
  readonly retryable: boolean;
  /** Seconds; null = not told. */
  readonly retryAfterSec: number | null;
}

/** Codes of one reply that are looked at. */
const MOST_CODES = 64;

/** The errors of an envelope at any depth, the outermost first. They are read member by member: an odd one does not hide
 *  what the others say.
 *  @param errors what stands in `errors`: a list, or one of them by itself */
export function readErrors(errors: unknown): ErrorCode[] {
  const codes: ErrorCode[] = [];
  const next = (nested: unknown): unknown[] => listOf(nested).slice(0, MOST_CODES).reverse();
  const left = next(errors);
  while (left.length > 0 && codes.length < MOST_CODES) {
    const error = left.pop();
    if (typeof error === 'string') codes.push({ code: 0, message: error, page: null });
    if (!isObject(error)) continue;
    const { code, message, documentation_url, error_chain } = error;
    codes.push({
      code: Number.isSafeInteger(Number(code)) ? Number(code) : 0,
      message: typeof message === 'string' ? message : '',
      page: typeof documentation_url === 'string' && /^https?:\/\//.test(documentation_url) ? documentation_url : null,
    });
    left.push(...next(error_chain));
  }
  return codes;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** The error of the edge that a body is; null = it is none. */
export function readEdgeError(body: unknown): EdgeError | null {
  if (!isObject(body) || 'success' in body) return null;
  const { error_code, title, retryable, retry_after } = body;
  const code = Number(error_code);
  if (!Number.isSafeInteger(code)) return null;
  const seconds = Number(retry_after ?? Number.NaN);
  return {
    code,
    title: typeof title === 'string' ? title : '',
    retryable: retryable !== false,
    retryAfterSec: seconds >= 0 ? Math.ceil(seconds) : null,
  };
}

/** Top-level domains that were free are turned away in a form of its own, `{"error":…}`, which later got this code. */
const UNSERVED_DOMAIN = /^You cannot use this API for domains with/;

/** The code of a refusal that is no envelope; null = it is none of the API's. */
export function bareErrors({ status, body }: HttpReply): ErrorCode[] | null {
  if (status < 400) return null;
  const parsed = parseJson(body);
  const error = isObject(parsed) ? parsed['error'] : undefined;
  return typeof error === 'string' && UNSERVED_DOMAIN.test(error) ? [{ code: 1038, message: error, page: null }] : null;
}
