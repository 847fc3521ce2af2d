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

/** CURLE_OPERATION_TIMEDOUT: the host has an address, and something took too long. */
export const TIMED_OUT = 28;
