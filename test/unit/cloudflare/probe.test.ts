import { expect, test } from 'vitest';
import { describeVerdict, probeUrl, probeVerdict } from '../../../src/core/cloudflare/probe.ts';

test.each([
  ['https://api.cloudflare.com/client/v4', 'http://api.cloudflare.com:443/'],
  ['https://example.com:8443', 'http://example.com:8443/'],
  ['https://[3ffe::1]:8443/v4', 'http://[3ffe::1]:8443/'],
  ['http://[::1]/v4', 'http://[::1]:80/'],
  ['https://10.example.com', 'http://10.example.com:443/'],
  ['https://example.10', 'http://example.10:443/'],
  ['http://127.0.0.1:8080/v4', null],
  ['https://1.1.1.1', null],
])('probeUrl: %s → %s', (baseUrl, url) => {
  expect(probeUrl(baseUrl)).toBe(url);
});

test.each([
  ['connected', 0, false, 'reached'],
  ['connected to this very machine', 0, true, 'unknown'],
  ['timed out', 28, false, 'silent'],
  ['no way out, or refused', 7, false, 'silent'],
  ['the resolver knows no IPv6 address', 6, false, 'unknown'],
  ['the own address is gone (CURLE_INTERFACE_FAILED)', 45, false, 'unknown'],
  ['out of memory', 27, false, 'unknown'],
] as const)('probeVerdict: %s → as listed', (_, code, isOwn, verdict) => {
  expect(probeVerdict(code, isOwn)).toBe(verdict);
});

test.each([
  ['reached', 'reached from the API'],
  ['silent', 'not reached: answers of the API do not come back to it'],
  ['unknown', 'no way to tell whether it is reached'],
] as const)('describeVerdict: %s → "%s"', (verdict, words) => {
  expect(describeVerdict(verdict)).toBe(words);
});
