/** Where distributions keep the bundle of root certificates, the most common first. */
export const CA_FILES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Arch, Gentoo, OpenWrt
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, RHEL
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // RHEL 10
  '/etc/ssl/cert.pem', // Alpine
] as const;

/** A reply longer than this is none of the API's: the longest list of one name is a few KiB. */
export const MAX_REPLY_BYTES = 1024 * 1024;

export const NO_CA_BUNDLE =
  `no bundle of root certificates found (looked for ${CA_FILES.join(', ')}): ` +
  'install the package ca-certificates, or name a bundle in SSL_CERT_FILE';

/** CURLE_COULDNT_RESOLVE_HOST: the resolver knows no address, or is silent. */
export const RESOLVER_FAILED = 6;

/** For the resolver's answer, the connection and the TLS handshake together: well below the default for the whole
 *  request, so that other addresses can still be tried. */
export const CONNECT_LIMIT_MS = 10_000;

/** How many of the API's addresses are remembered for the time when the resolver is down. */
const REMEMBERED = 4;

/** `known` with the address that just answered in front. */
export const remember = (known: readonly string[], address: string): readonly string[] =>
  address === '' ? known : [address, ...known.filter((own) => own !== address)].slice(0, REMEMBERED);

/** What libcurl is to take for the host of `url` in place of asking the resolver (CURLOPT_RESOLVE). */
export function resolveAs(url: string, addresses: readonly string[]): string | null {
  const [, scheme, host, port] = /^(https?):\/\/([^/:[\]]+)(?::(\d+))?(?:\/|$)/.exec(url) ?? [];
  if (host === undefined || addresses.length === 0) return null;
  const bracketed = addresses.map((address) => (address.includes(':') ? `[${address}]` : address));
  return `${host}:${port ?? (scheme === 'https' ? 443 : 80)}:${bracketed.join(',')}`;
}
