import type { ProbeVerdict } from '../ports.ts';
import { assertNever } from '../result.ts';

/** How long an answer may take: time for the handshake's first repetition after 1 s, and for a way around the world. */
export const PROBE_LIMIT_MS = 3_000;

/** CURLcodes (curl/curl.h). */
const CURLE_OK = 0;
const CURLE_COULDNT_CONNECT = 7;
const CURLE_OPERATION_TIMEDOUT = 28;

/** What to connect to without TLS: the handshake of TCP proves the way back, and nothing needs to be sent for it.
 *  @param baseUrl of the API
 *  @returns null = its host is an IPv4 address */
export function probeUrl(baseUrl: string): string | null {
  const [, scheme, host = '', port] = /^(https?):\/\/(\[[^\]]*\]|[^/:]*)(?::(\d+))?/.exec(baseUrl) ?? [];
  if (/^[\d.]+$/.test(host)) return null;
  return `http://${host}:${port ?? (scheme === 'https' ? 443 : 80)}/`;
}

/** What a connection proves that left from an address of this machine.
 *  A refusal counts as silence: the API listens, so whoever refuses stands between, mostly this network's own router, which
 *  knows that the prefix was given up (RFC 7084 L-14). Should the API itself refuse, it refuses every address.
 *  @param code CURLcode
 *  @param isOwn whether the server's address is this machine's */
export function probeVerdict(code: number, isOwn: boolean): ProbeVerdict {
  if (code === CURLE_OK) return isOwn ? 'unknown' : 'reached';
  return code === CURLE_COULDNT_CONNECT || code === CURLE_OPERATION_TIMEDOUT ? 'silent' : 'unknown';
}

/** What is to be said of an address. */
export function describeVerdict(verdict: ProbeVerdict): string {
  switch (verdict) {
    case 'reached':
      return 'reached from the API';
    case 'silent':
      return 'not reached: answers of the API do not come back to it';
    case 'unknown':
      return 'no way to tell whether it is reached';
    default:
      return assertNever(verdict);
  }
}
