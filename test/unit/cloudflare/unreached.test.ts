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

describe('describeTransportFailure', () => {
  test.each<[string, Partial<TransportFailure>, string | RegExp]>([
    [
      'refused',
      { errno: 'ECONNREFUSED' },
      `${END} refused the connection: nothing listens there, or a firewall refuses it`,
    ],
    ['no route', { errno: 'ENETUNREACH' }, `no route to ${END}: is the network up?`],
    ['no neighbour', { errno: 'EHOSTUNREACH' }, `no route to ${END}: is the network up?`],
    ['forbidden', { errno: 'EACCES' }, /^the connection to api\.example\.com port 443 is forbidden here: a firewall/],
    ['given up by the kernel', { errno: 'ETIMEDOUT' }, `no answer from ${END}, timed out: a firewall may block it`],
    ['another error', { errno: '' }, 'It failed; is the network up?'],
    [
      'silence',
      { code: 28, detail: 'Connection timed out after 10001 milliseconds' },
      `no answer from ${END}, timed out after 10 s: a firewall may block it`,
    ],
    [
      'silence in TLS',
      { code: 28, isConnected: true, detail: 'SSL connection timeout' },
      /^api\.example\.com port 443 took the connection and did not finish the TLS handshake, timed out: .*MTU/,
    ],
    [
      'silence of the server',
      {
        code: 28,
        isConnected: true,
        isSecured: true,
        detail: 'Operation timed out after 30000 milliseconds with 0 bytes received',
      },
      `no whole reply from ${END}, timed out after 30 s: try again later`,
    ],
    [
      'no name',
      { code: 6, detail: 'Could not resolve host: x (Domain name not found)' },
      /^Could not resolve .*; the resolver knows no address of api\.example\.com: is the network's DNS right/,
    ],
    [
      'no resolver',
      { code: 6, detail: 'Could not resolve host: x' },
      /; is the network up, and does the resolver in \/etc\/resolv\.conf answer\?$/,
    ],
    [
      'no TLS there',
      { code: 35, detail: 'ssl_handshake returned: (-0x7200) ' },
      /^what answers at api\.example\.com port 443 does not speak TLS: plain HTTP, a captive portal/,
    ],
    [
      'closed within TLS',
      { code: 35, detail: 'ssl_handshake returned: (-0x7280) ' },
      /closed the connection within the TLS handshake/,
    ],
    [
      'an alert',
      { code: 35, detail: 'ssl_handshake returned: (-0x7780) ' },
      /no way of TLS in common \(TLS 1\.2 or 1\.3 is needed\)/,
    ],
    [
      'an unreadable certificate',
      { code: 35, detail: 'ssl_handshake returned: (-0x262E) ' },
      /^the server's certificate cannot be read \(0x262E\)/,
    ],
    [
      'anything of TLS',
      { code: 35, detail: 'ssl_handshake returned: (-0x6C00) ' },
      'ssl_handshake returned: (-0x6C00)',
    ],
    [
      'closed',
      { code: 52, detail: 'Empty reply from server' },
      `${END} closed the connection (Empty reply from server): try again later`,
    ],
    [
      'a bundle that cannot be read',
      { code: 77, detail: '/x: Permission denied' },
      '/x: Permission denied; the bundle of root certificates cannot be read',
    ],
    [
      'a certificate',
      { code: 60, fault: certificate('CN=x', { flags: 0x1 }) },
      /^the server's certificate ended on 2026-11-12/,
    ],
    ['a certificate that nothing is known of', { code: 60 }, 'It failed'],
    ['what has no words', { code: 43, detail: ' ' }, 'libcurl error 43'],
    ['escape characters in the words', { code: 43, detail: 'a\u001b[31mb' }, 'a?[31mb'],
  ])('describeTransportFailure: %s → the step, and what to do', (_what, failure, words) => {
    if (typeof words === 'string') expect(describeFailure(failure)).toBe(words);
    else expect(describeFailure(failure)).toMatch(words);
  });

  test.each<[string, Partial<TransportFailure>, RegExp]>([
    ['refuses', { errno: 'ECONNREFUSED' }, /^the proxy http:\/\/proxy\.example\.net:3128 refused the connection/],
    ['is silent', { code: 28, detail: '' }, /^no answer from the proxy http:.*, timed out: /],
    ['has no name', { code: 5, detail: 'Could not resolve proxy: x' }, /is the name in HTTPS_PROXY right/],
    [
      'wants a password',
      { code: 56, proxyStatus: 407 },
      /refused to connect to api\.example\.com \(HTTP 407\): put the user's name and password/,
    ],
    [
      'forbids it',
      { code: 56, proxyStatus: 403 },
      /\(HTTP 403\): allow it there, or go without the proxy \(NO_PROXY\)$/,
    ],
    ['has trouble', { code: 56, proxyStatus: 502 }, /\(HTTP 502\): see the proxy's log$/],
    ['refuses by SOCKS', { code: 97 }, /did not connect to api\.example\.com port 443 \(It failed\)/],
    [
      'lets through what fails',
      { code: 60, proxyStatus: 200, fault: certificate('CN=x', { flags: 0x4 }) },
      /not for api\.example\.com/,
    ],
  ])('describeTransportFailure: the proxy %s → says so', (_what, failure, words) => {
    expect(describeFailure(failure, { proxy: PROXY })).toMatch(words);
  });

  test.each([
    ['https://[::1]:8443/x', '::1 port 8443'],
    ['http://127.0.0.1/x', '127.0.0.1 port 80'],
    ['https://user:secret@kuma.example.net/x', 'kuma.example.net port 443'],
    ['HTTPS://api.example.com', END],
  ])('describeTransportFailure: to %s → names %s', (url, end) => {
    expect(describeFailure({ errno: 'ENETUNREACH' }, { url })).toBe(`no route to ${end}: is the network up?`);
  });
});
