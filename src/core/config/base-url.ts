import { parseAddress } from '../address/address.ts';
import { failed, ok, type Result } from '../result.ts';
import { quote } from './problem.ts';

/** Scheme, host, port, path; anything else (user, query, fragment) does not match. */
const BASE_URL = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?((?:\/[\w.~%!$&'()*+,;=:-]+)*)\/*$/i;

const LOOPBACK_IPV4 = /^127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

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

/** 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3), localhost (RFC 6761 §6.3). */
function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return LOOPBACK_IPV4.test(host) || parseAddress(host.replace(/^\[|\]$/g, '')) === '::1';
}
