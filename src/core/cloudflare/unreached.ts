import { hostAndPort } from '../url.ts';
import { type Certificate, describeCertificateFault } from './certificates.ts';

/** How a transfer failed, as types/http.d.ts describes it. */
export interface TransportFailure {
  /** CURLcode, not 0. */
  readonly code: number;
  /** libcurl's words. */
  readonly detail: string;
  /** Name of the error of connect(2), '' = none. */
  readonly errno: string;
  readonly isConnected: boolean;
  readonly isSecured: boolean;
  /** HTTP status that a proxy refused with, 0 = none. */
  readonly proxyStatus: number;
  readonly fault: Certificate | null;
}

/** Where it was to lead. */
export interface Target {
  readonly url: string;
  /** Scheme, host and port of the proxy between; null = none. */
  readonly proxy: string | null;
  /** The bundle or folders of roots that count. */
  readonly roots: string;
  /** This machine's time, ISO 8601. */
  readonly now: string;
}

/** curl/curl.h */
const COULDNT_RESOLVE_PROXY = 5;
const COULDNT_RESOLVE_HOST = 6;
const COULDNT_CONNECT = 7;
const OPERATION_TIMEDOUT = 28;
const SSL_CONNECT_ERROR = 35;
const GOT_NOTHING = 52;
const SEND_ERROR = 55;
const RECV_ERROR = 56;
const PEER_FAILED_VERIFICATION = 60;
const SSL_CACERT_BADFILE = 77;
const PROXY = 97;
const TOO_LARGE = 100;

/** What a failed transfer is to be called in the log: the step that failed, and what to do. */
export function describeTransportFailure(failure: TransportFailure, target: Target): string {
  const { code, fault, proxyStatus } = failure;
  const { host, port } = hostAndPort(target.url);
  const end = `${host} port ${port}`;
  const words = failure.detail.trim() || `libcurl error ${code}`;
  if (target.proxy !== null && proxyStatus >= 300) return describeProxyRefusal(target.proxy, proxyStatus, host);
  const next = target.proxy === null ? end : `the proxy ${target.proxy}`;
  switch (code) {
    case COULDNT_RESOLVE_PROXY:
      return `${words}; is the name in HTTPS_PROXY right, and does the resolver in /etc/resolv.conf answer?`;
    case COULDNT_RESOLVE_HOST:
      return describeUnresolved(words, host);
    case COULDNT_CONNECT:
      return describeUnconnected(failure.errno, words, next);
    case OPERATION_TIMEDOUT:
      return describeSilence(failure, next, end);
    case SSL_CONNECT_ERROR:
      return describeHandshake(words, end);
    case PEER_FAILED_VERIFICATION:
      return fault === null ? words : describeCertificateFault(fault, host, target.roots, target.now);
    case SSL_CACERT_BADFILE:
      return `${words}; the bundle of root certificates cannot be read`;
    case GOT_NOTHING:
    case SEND_ERROR:
    case RECV_ERROR:
      return `${next} closed the connection (${words}): try again later`;
    case TOO_LARGE:
      return `${end} sent a line of the head that is too long: something other than the API may answer there; try again later`;
    case PROXY:
      return `${next} did not connect to ${end} (${words}): see its settings and HTTPS_PROXY`;
    default:
      return words;
  }
}

/** The resolver's words are in libcurl's where it tells them. */
function describeUnresolved(words: string, host: string): string {
  if (/not found|no data|nxdomain/i.test(words)) {
    return `${words}; the resolver knows no address of ${host}: is the network's DNS right, or does it want a log-in first?`;
  }
  return `${words}; is the network up, and does the resolver in /etc/resolv.conf answer?`;
}

function describeUnconnected(errno: string, words: string, next: string): string {
  switch (errno) {
    case 'ECONNREFUSED':
      return `${next} refused the connection: nothing listens there, or a firewall refuses it`;
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return `no route to ${next}: is the network up?`;
    case 'EACCES':
    case 'EPERM':
      return `the connection to ${next} is forbidden here: a firewall of this machine or a sandbox refuses it`;
    case 'ETIMEDOUT':
      return `no answer from ${next}, timed out: a firewall may block it`;
    case 'ECONNRESET':
      return `${next} reset the connection: a firewall may block it`;
    default:
      return `${words}; is the network up?`;
  }
}

/** @param next what was to be connected to
 *  @param end what lies behind it */
function describeSilence({ detail, isConnected, isSecured }: TransportFailure, next: string, end: string): string {
  const afterMs = / after (\d+) m/.exec(detail)?.[1];
  const time = `, timed out${afterMs === undefined ? '' : ` after ${Math.round(Number(afterMs) / 1000)} s`}`;
  if (!isConnected) return `no answer from ${next}${time}: a firewall may block it`;
  if (!isSecured)
    return `${next} took the connection and did not finish the TLS handshake${time}: a firewall, a tunnel with a small MTU or a proxy may be in the way`;
  return `no complete reply from ${end}${time}: try again later`;
}

/** mbedtls/ssl.h, x509.h: the errors of a handshake, which libcurl writes as numbers. */
function describeHandshake(words: string, end: string): string {
  const number = /\(-0x([0-9A-F]{4})\)/.exec(words)?.[1];
  const error = number === undefined ? 0 : Number.parseInt(number, 16);
  if (error === 0x7200 || error === 0x7300) {
    return `what answers at ${end} does not speak TLS: plain HTTP, a captive portal or a proxy`;
  }
  if (error === 0x7280 || error === 0x50)
    return `${end} closed the connection within the TLS handshake: a firewall or a proxy may be in the way`;
  if (error === 0x7780 || error === 0x6e80 || error === 0x6e00) {
    return `${end} and ipv6ddns have no TLS version and cipher in common (TLS 1.2 or 1.3 is needed): a proxy may be in the way`;
  }
  if ((error >= 0x2080 && error <= 0x2fff) || (error >= 0x3a00 && error <= 0x3fff)) {
    return `the server's certificate cannot be read (0x${number}), made with a method that is out of date or uncommon: the server needs another one`;
  }
  return words;
}

function describeProxyRefusal(proxy: string, status: number, host: string): string {
  const refused = `the proxy ${proxy} refused to connect to ${host} (HTTP ${status})`;
  if (status === 407)
    return `${refused}: put the user's name and password into HTTPS_PROXY, http://USER:PASSWORD@HOST:PORT`;
  if (status === 403) return `${refused}: allow it there, or go without the proxy (NO_PROXY)`;
  return `${refused}: see the proxy's log`;
}
