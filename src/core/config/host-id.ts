import { ADDRESS_BYTES, addressBytes, parseAddress, prefixMask } from '../address/address.ts';
import { failed, ok, type Result } from '../result.ts';
import { quote } from './problem.ts';
import type { HostPart } from './settings.ts';

/** The low bits of another host's address, from `"::1"`-like text or the MAC address that its interface id is made of.
 *  @param prefixLength leading bits taken from this machine's address, 1–127
 *  The error is a whole sentence for the user. */
export function hostPart(text: string, prefixLength: number): Result<HostPart, string> {
  // Low bits are hexadecimal groups: a dotted quad here is a mistake.
  const address = text.includes('.') ? null : parseAddress(text);
  const interfaceId = address === null ? modifiedEui64(text) : addressBytes(address);
  if (interfaceId === null) {
    return failed(
      `found ${quote(text)}; allowed are low bits such as "::1" and MAC addresses such as "52:54:00:12:34:56"`,
    );
  }
  if (interfaceId.some((byte, i) => (byte & prefixMask(prefixLength, i)) !== 0)) {
    return failed(
      `found ${quote(text)}, which reaches into the first ${prefixLength} bits; allowed are bits below the prefix`,
    );
  }
  // All zero is the Subnet-Router anycast address (RFC 4291 §2.6.1).
  if (interfaceId.every((byte) => byte === 0))
    return failed(`found ${quote(text)}; allowed are bits other than all zero`);
  return ok({ interfaceId, prefixLength });
}

/** The address bytes of a MAC address's modified EUI-64 (RFC 4291 appendix A); null = not a MAC address. */
function modifiedEui64(text: string): number[] | null {
  if (!/^[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})$/i.test(text)) return null;
  const [first = 0, ...rest] = text.split(/[:-]/).map((octet) => Number.parseInt(octet, 16));
  const universalFlipped = first ^ 0x02;
  const eui64 = [universalFlipped, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return [...Array<number>(ADDRESS_BYTES - eui64.length).fill(0), ...eui64];
}
