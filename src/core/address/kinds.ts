import { assertNever, failed, ok, type Result } from '../result.ts';
import { ADDRESS_BYTES, type Address, addressBytes, formatAddress, parseAddress } from './address.ts';
import { isInside, type Prefix, prefixOf } from './prefix.ts';

const ORIGINS = ['static', 'slaac', 'dhcpv6'] as const;

/** Who made an address: the administrator, this host from a router's advertisement, a DHCPv6 server. */
export type Origin = (typeof ORIGINS)[number];

/** A kind of address, as the settings `prefer` and `exclude` name it. */
export type AddressKind =
  | { readonly kind: 'prefix'; readonly prefix: Prefix }
  /** 16 bytes; the first half is 0. */
  | { readonly kind: 'host'; readonly interfaceId: readonly number[] }
  | { readonly kind: 'origin'; readonly origin: Origin };

/** Where the host part starts, in bytes: what lies before is the network's (RFC 4291 §2.5.1). */
const HOST_AT = 8;

/** Whether an address is of the kind. */
export function matches(
  kind: AddressKind,
  { bytes, origin }: { readonly bytes: ArrayLike<number>; readonly origin: Origin },
): boolean {
  switch (kind.kind) {
    case 'prefix':
      return isInside(bytes, kind.prefix);
    case 'host':
      return kind.interfaceId.every((byte, i) => i < HOST_AT || byte === bytes[i]);
    case 'origin':
      return kind.origin === origin;
    default:
      return assertNever(kind);
  }
}

/** As it is written in the settings. */
export function describeKind(kind: AddressKind): string {
  switch (kind.kind) {
    case 'prefix':
      return `${formatAddress(kind.prefix.bytes)}/${kind.prefix.length}`;
    case 'host':
      return formatAddress(kind.interfaceId);
    case 'origin':
      return kind.origin;
    default:
      return assertNever(kind);
  }
}

/** Reads a kind. The error is a whole sentence for the user, but for what it found. */
export function addressKind(text: string): Result<AddressKind, string> {
  const [before = '', length, ...more] = text.split('/');
  const address = parseAddress(before.trim());
  if (address !== null && more.length === 0) {
    return length === undefined ? hostKind(address) : prefixKind(address, length);
  }
  const origin = ORIGINS.find((known) => known === text.toLowerCase());
  if (origin !== undefined) return ok({ kind: 'origin', origin });
  if (/^dhcp/i.test(text)) return failed('write "dhcpv6"');
  if (/^(manual|permanent|fixed)$/i.test(text)) return failed('write "static"');
  if (/^(auto|autoconf|ra|eui-?64)$/i.test(text)) return failed('write "slaac"');
  return failed(
    'allowed are a prefix ("2a01:db8::/32"), a host part ("::7", the low 64 bits), "static", "slaac" and "dhcpv6"',
  );
}

function prefixKind(address: Address, digits: string): Result<AddressKind, string> {
  const length = /^\s*\d{1,3}\s*$/.test(digits) ? Number(digits) : 0;
  if (length < 1 || length > 8 * ADDRESS_BYTES) return failed('allowed are prefix lengths from 1 to 128');
  const bytes = addressBytes(address);
  const prefix = prefixOf(bytes, length);
  if (bytes.every((byte, i) => byte === prefix.bytes[i])) return ok({ kind: 'prefix', prefix });
  if (isHostPart(bytes)) return failed(`write a host part without a length: "${address}"`);
  return failed(`bits are set behind the prefix; write "${formatAddress(prefix.bytes)}/${length}"`);
}

function hostKind(address: Address): Result<AddressKind, string> {
  const interfaceId = addressBytes(address);
  if (isHostPart(interfaceId)) return ok({ kind: 'host', interfaceId });
  return failed(`write "${address}/128" for one address, or its prefix with a length, such as "${networkOf(address)}"`);
}

const isHostPart = (bytes: readonly number[]): boolean => bytes.slice(0, HOST_AT).every((byte) => byte === 0);

const networkOf = (address: Address): string => `${formatAddress(prefixOf(addressBytes(address), 64).bytes)}/64`;
