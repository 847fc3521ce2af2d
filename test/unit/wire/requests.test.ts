import { expect, test } from 'vitest';
import { addressDumpRequest, linkDumpRequest, routeDumpRequest } from '../../../src/core/wire/requests.ts';
import { toHex } from '../../../src/core/wire/trace.ts';

const hex = (request: ArrayBuffer): string => toHex(new Uint8Array(request));

test('addressDumpRequest: → RTM_GETADDR with NLM_F_REQUEST | NLM_F_DUMP for AF_INET6', () => {
  expect(hex(addressDumpRequest(0x1234))).toBe(`${'18000000160001033412000000000000'}${'0a00000000000000'}`);
});

test('linkDumpRequest: → RTM_GETLINK that skips statistics (IFLA_EXT_MASK)', () => {
  const ifinfomsg = '00000000000000000000000000000000';
  expect(hex(linkDumpRequest(7))).toBe(`28000000120001030700000000000000${ifinfomsg}08001d0008000000`);
});

test('routeDumpRequest: → RTM_GETROUTE of the main table for AF_INET6', () => {
  expect(hex(routeDumpRequest())).toBe(`${'1c0000001a0001030100000000000000'}${'0a000000fe00000000000000'}`);
});

test('addressDumpRequest: the highest number → unsigned', () => {
  expect(hex(addressDumpRequest(0x7fffffff)).slice(16, 24)).toBe('ffffff7f');
});
