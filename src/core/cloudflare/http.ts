/** A call of the API, without the token: the client that sends it adds base URL, token and user agent. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query below the base URL. */
  readonly path: string;
  /** JSON; null = none. */
  readonly body: string | null;
}

export interface HttpReply {
  readonly status: number;
  /** Raw header lines, one a line. */
  readonly headers: string;
  readonly body: string;
}

/** The value of the first header of that name (lower case), trimmed; null = not there. */
export const header = (reply: HttpReply, name: string): string | null => headersOf(reply, name)[0] ?? null;

/** The values of all headers of that name. */
const headersOf = ({ headers }: HttpReply, name: string): string[] =>
  headers.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 && line.slice(0, colon).trim().toLowerCase() === name ? line.slice(colon + 1).trim() : [];
  });

/** The wait that `Retry-After` names (RFC 9110 §10.2.3: seconds, or a date, read against the server's own `Date`).
 *  @returns milliseconds from now; null = absent or unreadable */
export function retryAfterMs(reply: HttpReply): number | null {
  const value = header(reply, 'retry-after');
  if (value === null) return null;
  if (/^\d{1,9}(\.\d+)?$/.test(value)) return Math.ceil(Number(value)) * 1000;
  const [until, now] = [httpDateSec(value), serverTimeSec(reply)];
  return until === null || now === null ? null : Math.max(0, until - now) * 1000;
}

/** The server's clock as `Date` tells it, seconds since 1970; null = it does not. */
export const serverTimeSec = (reply: HttpReply): number | null => httpDateSec(header(reply, 'date') ?? '');

/** How long a spent `Ratelimit` (`"default";r=0;t=30`, several items and lines possible) asks to wait; 0 = requests are
 *  left. */
export function rateLimitWaitMs(reply: HttpReply): number {
  const items = headersOf(reply, 'ratelimit').join(',').split(',');
  const spent = items.filter((item) => /;\s*r=0\s*(;|$)/.test(item));
  return Math.max(0, ...spent.map((item) => Number(/;\s*t=(\d{1,6})/.exec(item)?.[1] ?? 0) * 1000));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Seconds since 1970 of an IMF-fixdate (RFC 9110 §5.6.7); null = not one. */
function httpDateSec(text: string): number | null {
  const match = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text);
  const month = MONTHS.indexOf(match?.[2] ?? '');
  if (match === null || month < 0) return null;
  const [day = 0, year = 0, hour = 0, minute = 0, second = 0] = [1, 3, 4, 5, 6].map((group) => Number(match[group]));
  // Days before the year and month of the proleptic Gregorian calendar, with years that begin in March.
  const y = month < 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + day - 1;
  const days = 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719468;
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}
