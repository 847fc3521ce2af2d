import { expect, test } from 'vitest';
import { RT_TABLE_MAIN } from '../../../src/core/wire/constants.ts';
import {
  addressDumpRequest,
  linkDumpRequest,
  routeDumpRequest,
  ruleDumpRequest,
} from '../../../src/core/wire/requests.ts';
import { toHex } from '../../../src/core/wire/trace.ts';

const hex = (request: ArrayBuffer): string => toHex(new Uint8Array(request));

test('addressDumpRequest: its bytes → RTM_GETADDR with NLM_F_REQUEST | NLM_F_DUMP for AF_INET6', () => {
  expect(hex(addressDumpRequest(0x1234))).toBe(`${'18000000160001033412000000000000'}${'0a00000000000000'}`);
});

test('linkDumpRequest: its bytes → RTM_GETLINK that skips statistics (IFLA_EXT_MASK)', () => {
  const ifinfomsg = '00000000000000000000000000000000';
  expect(hex(linkDumpRequest(7))).toBe(`28000000120001030700000000000000${ifinfomsg}08001d0008000000`);
});

test('routeDumpRequest: the main table → RTM_GETROUTE of that table for AF_INET6', () => {
  expect(hex(routeDumpRequest(1, RT_TABLE_MAIN))).toBe(
    `${'1c0000001a0001030100000000000000'}${'0a000000fe00000000000000'}`,
  );
});

test('ruleDumpRequest: its bytes → RTM_GETRULE for AF_INET6', () => {
  expect(hex(ruleDumpRequest(2))).toBe(`${'1c000000220001030200000000000000'}${'0a0000000000000000000000'}`);
});

test('addressDumpRequest: the highest number → unsigned', () => {
  expect(hex(addressDumpRequest(0x7fffffff)).slice(16, 24)).toBe('ffffff7f');
});
