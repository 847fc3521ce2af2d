import { describe, expect, test } from 'vitest';
import {
  describeTransportFailure,
  type Target,
  type TransportFailure,
} from '../../../src/core/cloudflare/unreached.ts';
import { certificate } from '../../fakes/certificates.ts';

const TARGET: Target = {
  url: 'https://api.example.com/client/v4/zones?name=x',
  proxy: null,
  roots: '/etc/ca.pem',
  now: '2026-11-28T20:00:00Z',
};
const PROXY = 'http://proxy.example.net:3128';

function describeFailure(failure: Partial<TransportFailure>, target: Partial<Target> = {}): string {
  const nothing = { code: 7, detail: 'It failed', errno: '', isConnected: false, isSecured: false, proxyStatus: 0 };
  return describeTransportFailure({ ...nothing, fault: null, ...failure }, { ...TARGET, ...target });
}

const END = 'api.example.com port 443';

const NO_ROUTE = `no route to ${END}: is the network up?`;
const FORBIDDEN = `the connection to ${END} is forbidden here: a firewall of this machine or a sandbox refuses it`;

describe('describeTransportFailure: before a connection', () => {
  test.each([
    ['ECONNREFUSED', `${END} refused the connection: nothing listens there, or a firewall refuses it`],
    ['ENETUNREACH', NO_ROUTE],
    ['EHOSTUNREACH', NO_ROUTE],
    ['ENETDOWN', NO_ROUTE],
    ['EADDRNOTAVAIL', NO_ROUTE],
    ['EACCES', FORBIDDEN],
    ['EPERM', FORBIDDEN],
    ['ETIMEDOUT', `no answer from ${END}, timed out: a firewall may block it`],
    ['ECONNRESET', `${END} reset the connection: a firewall may block it`],
    ['EINVAL', 'It failed; is the network up?'],
    ['', 'It failed; is the network up?'],
  ])('describeTransportFailure: connect(2) fails with "%s" → what it means, and what to do', (errno, words) => {
    expect(describeFailure({ errno })).toBe(words);
  });

  test.each(['Domain name not found', 'DNS server returned answer with no data', 'NXDOMAIN'])(
    'describeTransportFailure: the resolver says "%s" → it knows no address of the host',
    (said) => {
      expect(describeFailure({ code: 6, detail: `Could not resolve host: x (${said})` })).toBe(
        `Could not resolve host: x (${said}); the resolver knows no address of api.example.com: ` +
          "is the network's DNS right, or does it want a log-in first?",
      );
    },
  );

  test('describeTransportFailure: the resolver says nothing → is it there', () => {
    expect(describeFailure({ code: 6, detail: 'Could not resolve host: x' })).toBe(
      'Could not resolve host: x; is the network up, and does the resolver in /etc/resolv.conf answer?',
    );
  });
});

describe('describeTransportFailure: silence', () => {
  const IN_TLS = `${END} took the connection and did not finish the TLS handshake`;
  const IN_THE_WAY = 'a firewall, a tunnel with a small MTU or a proxy may be in the way';
  const connected = { isConnected: true };
  const secured = { isConnected: true, isSecured: true };

  test.each([
    [
      'of the host',
      {},
      'Connection timed out after 10001 milliseconds',
      `no answer from ${END}, timed out after 10 s: a firewall may block it`,
    ],
    ['of the host, no time', {}, 'Timeout was reached', `no answer from ${END}, timed out: a firewall may block it`],
    ['in TLS', connected, 'SSL connection timed out after 6500 ms', `${IN_TLS}, timed out after 7 s: ${IN_THE_WAY}`],
    ['in TLS, no time', connected, 'SSL connection timeout', `${IN_TLS}, timed out: ${IN_THE_WAY}`],
    [
      'of the server',
      secured,
      'Operation timed out after 30000 milliseconds with 0 bytes received',
      `no complete reply from ${END}, timed out after 30 s: try again later`,
    ],
  ])('describeTransportFailure: silence %s → where it began', (_what, how, detail, words) => {
    expect(describeFailure({ code: 28, detail, ...how })).toBe(words);
  });
});

describe('describeTransportFailure: a handshake of TLS', () => {
  const NO_TLS = `what answers at ${END} does not speak TLS: plain HTTP, a captive portal or a proxy`;
  const CLOSED = `${END} closed the connection within the TLS handshake: a firewall or a proxy may be in the way`;
  const NOTHING_IN_COMMON = `${END} and ipv6ddns have no TLS version and cipher in common (TLS 1.2 or 1.3 is needed): a proxy may be in the way`;
  const unreadable = (number: string): string =>
    `the server's certificate cannot be read (0x${number}), made with a method that is out of date or uncommon: ` +
    'the server needs another one';

  test.each([
    ['7200', NO_TLS],
    ['7300', NO_TLS],
    ['7280', CLOSED],
    ['0050', CLOSED],
    ['7780', NOTHING_IN_COMMON],
    ['6E80', NOTHING_IN_COMMON],
    ['6E00', NOTHING_IN_COMMON],
    ...['2080', '262E', '2FFF', '3A00', '3B00', '3FFF'].map((number) => [number, unreadable(number)]),
    ...['207F', '3000', '39FF', '4000', '6C00'].map((number) => [number, `ssl_handshake returned: (-0x${number})`]),
  ])('describeTransportFailure: the error -0x%s → %s', (number = '', words = '') => {
    expect(describeFailure({ code: 35, detail: `ssl_handshake returned: (-0x${number}) ` })).toBe(words);
  });

  test('describeTransportFailure: no number → its words', () => {
    expect(describeFailure({ code: 35, detail: 'It went wrong' })).toBe('It went wrong');
  });
});

describe('describeTransportFailure: behind the handshake', () => {
  test.each<[string, Partial<TransportFailure>, string]>([
    ...[52, 55, 56].map((code): [string, Partial<TransportFailure>, string] => [
      `closed (libcurl error ${code})`,
      { code, detail: 'Empty reply from server' },
      `${END} closed the connection (Empty reply from server): try again later`,
    ]),
    [
      'a line that does not end (libcurl error 100)',
      { code: 100, detail: 'Error' },
      `${END} sent a line of the head that is too long: something other than the API may answer there; try again later`,
    ],
    [
      'a bundle that cannot be read',
      { code: 77, detail: '/x: Permission denied' },
      '/x: Permission denied; the bundle of root certificates cannot be read',
    ],
    [
      'a certificate',
      { code: 60, fault: certificate('CN=x', { flags: 0x4000 }) },
      "the server's certificate is signed with a broken hash, SHA-1 or older: the server needs another certificate",
    ],
    ['a certificate that nothing is known of', { code: 60 }, 'It failed'],
    ['what has no words', { code: 43, detail: ' ' }, 'libcurl error 43'],
  ])('describeTransportFailure: %s → the step, and what to do', (_what, failure, words) => {
    expect(describeFailure(failure)).toBe(words);
  });
});

describe('describeTransportFailure: a proxy', () => {
  const refused = (status: number) => `the proxy ${PROXY} refused to connect to api.example.com (HTTP ${status})`;

  test.each<[string, Partial<TransportFailure>, string]>([
    [
      'refuses',
      { errno: 'ECONNREFUSED' },
      `the proxy ${PROXY} refused the connection: nothing listens there, or a firewall refuses it`,
    ],
    ['is silent', { code: 28, detail: '' }, `no answer from the proxy ${PROXY}, timed out: a firewall may block it`],
    [
      'has no name',
      { code: 5, detail: 'Could not resolve proxy: x' },
      'Could not resolve proxy: x; is the name in HTTPS_PROXY right, and does the resolver in /etc/resolv.conf answer?',
    ],
    [
      'wants a password',
      { code: 56, proxyStatus: 407 },
      `${refused(407)}: put the user's name and password into HTTPS_PROXY, http://USER:PASSWORD@HOST:PORT`,
    ],
    [
      'forbids it',
      { code: 56, proxyStatus: 403 },
      `${refused(403)}: allow it there, or go without the proxy (NO_PROXY)`,
    ],
    ['has trouble', { code: 56, proxyStatus: 502 }, `${refused(502)}: see the proxy's log`],
    ['leads elsewhere', { code: 56, proxyStatus: 300 }, `${refused(300)}: see the proxy's log`],
    [
      'refuses by SOCKS',
      { code: 97 },
      `the proxy ${PROXY} did not connect to ${END} (It failed): see its settings and HTTPS_PROXY`,
    ],
    [
      'lets through what closes',
      { code: 56, proxyStatus: 299 },
      `the proxy ${PROXY} closed the connection (It failed): try again later`,
    ],
    [
      'lets through what fails',
      { code: 60, proxyStatus: 200, fault: certificate('CN=x', { flags: 0x4 }) },
      "the server's certificate is for api.example.com, *.example.net, not for api.example.com: " +
        'a captive portal, a proxy or wrong DNS leads elsewhere',
    ],
  ])('describeTransportFailure: the proxy %s → says so', (_what, failure, words) => {
    expect(describeFailure(failure, { proxy: PROXY })).toBe(words);
  });

  test('describeTransportFailure: a status of a proxy, and none is set → the step that failed', () => {
    const words = `${END} closed the connection (It failed): try again later`;
    expect(describeFailure({ code: 56, proxyStatus: 502 })).toBe(words);
  });
});

describe('describeTransportFailure: names of hosts', () => {
  test.each([
    ['https://[::1]:8443/x', '::1 port 8443'],
    ['http://127.0.0.1/x', '127.0.0.1 port 80'],
    ['https://user:secret@kuma.example.net/x', 'kuma.example.net port 443'],
    ['HTTPS://api.example.com', END],
  ])('describeTransportFailure: to %s → names %s', (url, end) => {
    expect(describeFailure({ errno: 'ENETUNREACH' }, { url })).toBe(`no route to ${end}: is the network up?`);
  });
});
