/** An IPv6 address as canonical RFC 5952 text: `===` is equality. Made only by this module. */
export type Address = string & { readonly __brand: 'Address' };

/** Bytes of an IPv6 address. */
export const ADDRESS_BYTES = 16;

/** Longest text of an IPv6 address (RFC 4291 §2.2 form 3, full). */
const MAX_TEXT_LENGTH = 45;

/** Reads any text form of RFC 4291 §2.2; null for everything else, zone ids and prefix lengths included. */
export function parseAddress(text: string): Address | null {
  const groups = text.length > MAX_TEXT_LENGTH ? null : readGroups(text);
  return groups && formatGroups(groups);
}

/** The canonical text of the 16 bytes that start at `at` (RFC 5952). */
export function formatAddress(bytes: ArrayLike<number>, at = 0): Address {
  const groups: number[] = [];
  for (let i = at; i < at + ADDRESS_BYTES; i += 2) groups.push(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  return formatGroups(groups);
}

/** The address's 16 bytes, most significant first. */
export const addressBytes = (address: Address): number[] =>
  (readGroups(address) ?? []).flatMap((group) => [group >> 8, group & 0xff]);

/** The first 64 bits as text that tells networks apart (RFC 4291 §2.5.4). */
export const networkOf = (address: Address): string =>
  (readGroups(address) ?? [])
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':');

/** The eight 16-bit groups, null = the text is no address. */
function readGroups(text: string): number[] | null {
  const gap = text.indexOf('::');
  if (gap < 0) {
    const groups = readSide(text, true);
    return groups?.length === 8 ? groups : null;
  }
  const head = readSide(text.slice(0, gap), false);
  const tail = readSide(text.slice(gap + 2), true);
  if (head === null || tail === null || head.length + tail.length > 7) return null;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** The groups on one side of the gap; four octets in decimal may stand for the last two of the address. */
function readSide(text: string, isEnd: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const octets = isEnd && i === parts.length - 1 ? /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(part) : null;
    if (octets !== null) {
      const [a = 256, b = 256, c = 256, d = 256] = octets.slice(1).map(readOctet);
      if (Math.max(a, b, c, d) > 255) return null;
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/** A leading zero would mean octal to some: it counts as too large. */
const readOctet = (digits: string): number => (/^0./.test(digits) ? 256 : Number(digits));

/** Lower-case digits without leading zeros; `::` for the longest run of zero groups, the first of several, from two on
 *  (RFC 5952 §4). */
function formatGroups(groups: readonly number[]): Address {
  let gap = 0;
  let longest = 1;
  for (let i = 0, run = 0; i < groups.length; i++) {
    run = groups[i] === 0 ? run + 1 : 0;
    if (run <= longest) continue;
    longest = run;
    gap = i + 1 - run;
  }
  const hex = (from: number, to: number): string => {
    let text = '';
    for (let i = from; i < to; i++) text += (i === from ? '' : ':') + (groups[i] ?? 0).toString(16);
    return text;
  };
  return (longest < 2 ? hex(0, 8) : `${hex(0, gap)}::${hex(gap + longest, 8)}`) as Address;
}

/** The leading `prefixLength` bits (0–128) of `address` followed by the low bits of `interfaceId` (16 bytes). */
export function withInterfaceId(address: Address, prefixLength: number, interfaceId: readonly number[]): Address {
  const combine = (byte: number, i: number): number => {
    const mask = prefixMask(prefixLength, i);
    return (byte & mask) | ((interfaceId[i] ?? 0) & ~mask & 0xff);
  };
  return formatAddress(addressBytes(address).map(combine));
}

/** The bits of byte `index` that lie inside a prefix of `prefixLength` bits, as a mask. */
export function prefixMask(prefixLength: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefixLength - 8 * index));
  return (0xff00 >> bits) & 0xff;
}
