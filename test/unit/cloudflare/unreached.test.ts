import { expect, test } from 'vitest';
import { describeTransportFailure } from '../../../src/core/cloudflare/unreached.ts';

test.each([
  [6, /resolv\.conf/],
  [7, /network/],
  [60, /clock/],
  [77, /bundle/],
])('describeTransportFailure: CURLcode %d → libcurl’s words, then what to look at', (code, advice) => {
  const text = describeTransportFailure(code, 'It failed');
  expect(text).toMatch(/^It failed; /);
  expect(text).toMatch(advice);
});

test('describeTransportFailure: any other CURLcode → libcurl’s words alone', () => {
  expect(describeTransportFailure(28, 'Timeout was reached')).toBe('Timeout was reached');
});
