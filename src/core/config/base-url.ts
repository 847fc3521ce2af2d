import { parseAddress } from '../address/address.ts';
import { failed, ok, type Result } from '../result.ts';
import { quote } from './problem.ts';

/** Scheme, host, port, path; anything else (user, query, fragment) does not match. */
const BASE_URL = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?((?:\/[\w.~%!$&'()*+,;=:-]+)*)\/*$/i;

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?=.)|$)){4}$/;

/** The API's base URL without a final slash. The error is a whole sentence for the user and never shows user information.
 *  Plain http carries the token in clear text: it is for a test server on this machine. */
export function baseUrl(text: string): Result<string, string> {
  const [, scheme = '', host = '', port, path = ''] = BASE_URL.exec(text) ?? [];
  if (host === '' || Number(port ?? 443) > 0xffff || port === '0') {
    const found = text.includes('@') ? 'a URL with user information' : quote(text);
    return failed(
      `found ${found}; allowed are scheme, host, port and path, such as https://api.cloudflare.com/client/v4`,
    );
  }
  if (scheme.toLowerCase() === 'http' && !isLoopback(host.toLowerCase())) {
    return failed(`found http to ${quote(host)}; allowed is https, and http to a loopback address only`);
  }
  return ok(`${scheme.toLowerCase()}://${host.toLowerCase()}${port === undefined ? '' : `:${port}`}${path}`);
}

const isLoopback = (host: string): boolean => reach(host) === 'loopback';

/** How far a packet to `host` (lower case, IPv6 in brackets) may go. `loopback`: 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1
 *  (RFC 4291 §2.5.3), localhost (RFC 6761 §6.3). `site`: private, link-local and unique-local addresses (RFC 1918,
 *  RFC 3927, RFC 4291 §2.5.6, RFC 4193). Any other name may lead anywhere. */
export function reach(host: string): 'loopback' | 'site' | 'anywhere' {
  const address = host.startsWith('[') ? parseAddress(host.slice(1, -1)) : null;
  if (host === 'localhost' || address === '::1') return 'loopback';
  if (address !== null) return /^(?:f[cd]|fe[89ab])..:/.test(address) ? 'site' : 'anywhere';
  if (!IPV4.test(host)) return 'anywhere';
  if (host.startsWith('127.')) return 'loopback';
  return /^(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168|169\.254)\./.test(host) ? 'site' : 'anywhere';
}
