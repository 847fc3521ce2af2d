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
  /** When it arrived, milliseconds since 1970 on our wall clock, which may be wrong. */
  readonly arrivedMs: number;
}

/** The value of the first header of that name (lower case), trimmed; null = not there. */
export const header = (reply: HttpReply, name: string): string | null => headersOf(reply, name)[0] ?? null;

/** The values of all headers of that name. */
const headersOf = ({ headers }: HttpReply, name: string): string[] =>
  headers.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 && line.slice(0, colon).trim().toLowerCase() === name ? line.slice(colon + 1).trim() : [];
  });

/** Longest wait that is kept: an absurd number would keep the records as they are for days. */
const LONGEST_WAIT_SEC = 3_600;

/** The wait that a server names, in milliseconds, an hour at most. */
export const waitMs = (seconds: number): number => Math.min(seconds, LONGEST_WAIT_SEC) * 1000;

/** The wait that `Retry-After` names (RFC 9110 §10.2.3: seconds, or a date, read against the server's own `Date`, without
 *  one against our clock).
 *  @returns milliseconds from now, an hour at most; null = absent or unreadable */
export function retryAfterMs(reply: HttpReply): number | null {
  const value = header(reply, 'retry-after');
  if (value === null) return null;
  const ownSec = Math.floor(reply.arrivedMs / 1000);
  const untilSec = httpDateSec(value, ownSec);
  let waitSec = /^\d+(\.\d+)?$/.test(value) ? Math.ceil(Number(value)) : null;
  if (untilSec !== null) waitSec = Math.max(0, untilSec - (serverTimeSec(reply) ?? ownSec));
  return waitSec === null ? null : waitMs(waitSec);
}

/** The server's clock as `Date` tells it, seconds since 1970; null = it does not. */
export const serverTimeSec = (reply: HttpReply): number | null =>
  httpDateSec(header(reply, 'date') ?? '', reply.arrivedMs / 1000);

/** How long a spent `Ratelimit` (`"default";r=0;t=30`, several items and lines possible) asks to wait, an hour at most;
 *  0 = requests are left. */
export function rateLimitWaitMs(reply: HttpReply): number {
  const items = headersOf(reply, 'ratelimit').join(',').split(',');
  const spent = items.filter((item) => /;\s*r=0\s*(;|$)/.test(item));
  return Math.max(0, ...spent.map((item) => waitMs(Number(/;\s*t=(\d+)/.exec(item)?.[1] ?? 0))));
}

/** On average. */
const YEAR_SEC = 31_556_952;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** IMF-fixdate, its obsolete form with dashes and a year of two digits (RFC 850), and asctime(3)'s. */
const HTTP_DATE =
  /^\w+,? (?:(\d\d)[ -](\w{3})[ -](\d{4}|\d\d)|(\w{3}) ([ \d]\d)) (\d\d):(\d\d):(\d\d) (?:GMT|(\d{4}))$/;

/** Seconds since 1970 of a date in any of the forms that a recipient has to understand (RFC 9110 §5.6.7); null = none.
 *  @param nowSec tells the century of a year of two digits: at most 50 years ahead */
function httpDateSec(text: string, nowSec: number): number | null {
  const match = HTTP_DATE.exec(text);
  if (match === null) return null;
  const month = MONTHS.indexOf(match[2] ?? match[4] ?? '');
  const years = match[3] ?? match[9];
  if (month < 0 || years === undefined) return null;
  const [day = 0, hour = 0, minute = 0, second = 0] = [match[1] ?? match[5], match[6], match[7], match[8]].map(Number);
  const earliest = Math.floor(nowSec / YEAR_SEC) + 1970 - 49;
  const year = years.length > 2 ? Number(years) : earliest + ((Number(years) - (earliest % 100) + 100) % 100);
  // Days before the year and month of the proleptic Gregorian calendar, with years that begin in March.
  const y = month < 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + day - 1;
  const days = 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719468;
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}
