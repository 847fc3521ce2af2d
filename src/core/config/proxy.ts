import { failed, ok, type Result } from '../result.ts';
import { Secret } from './secret.ts';

/** Kinds of proxy that libcurl here speaks to (CURLOPT_PROXY(3)). One that is spoken to over TLS is none of them: its
 *  certificate would have to be verified, too. */
const SCHEMES = ['http', 'socks4', 'socks4a', 'socks5', 'socks5h'];

const ALLOWED = `allowed are ${SCHEMES.join(', ')} with host and port, such as http://proxy.example.net:3128`;

/** Scheme, user information, host, port. */
const PROXY_URL = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^\s/?#]*@)?(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?\/?$/i;

/** The URL of a proxy, http without a scheme. The error is a whole sentence for the user and repeats at most the scheme. */
export function proxyUrl(text: string): Result<Secret, string> {
  const scheme = /^([a-z][a-z0-9+.-]{0,20}):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && !SCHEMES.includes(scheme)) return failed(`found the scheme "${scheme}"; ${ALLOWED}`);
  const [, , host, port] = PROXY_URL.exec(text) ?? [];
  if (host === undefined) return failed(`found no URL of a proxy (not shown: may hold a password); ${ALLOWED}`);
  if (port !== undefined && (Number(port) === 0 || Number(port) > 0xffff))
    return failed(`found the port ${port}; ${ALLOWED}`);
  return ok(new Secret(text));
}

/** Scheme, host and port of a proxy's URL, without what may be a password. */
export const proxyOrigin = (url: string): string => url.replace(/^(\w+:\/\/)?(?:[^/]*@)?([^/]*).*$/s, '$1$2');

/** Whether the URL must not be shown. */
export const hasCredentials = (url: string): boolean => url.includes('@');
