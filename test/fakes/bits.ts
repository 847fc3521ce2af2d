/** IPv6 addresses as 128-bit integers: an arithmetic of its own to hold the core's byte-wise one to. */

export const ALL_ONES = (1n << 128n) - 1n;

/** The 16 bytes, most significant first. */
export const bytesOf = (bits: bigint): number[] =>
  Array.from({ length: 16 }, (_, i) => Number((bits >> BigInt(8 * (15 - i))) & 0xffn));

/** The eight groups, most significant first. */
export const groupsOf = (bits: bigint): number[] =>
  Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(16 * (7 - i))) & 0xffffn));

export const bitsOf = (groups: readonly number[]): bigint =>
  groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);

/** Strict reader of RFC 4291 §2.2 text; null = it is none. */
export function readBits(text: string): bigint | null {
  const halves = text.split('::');
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(readGroups)));
  const groups = [...left, ...right];
  const missing = 8 - groups.length;
  if (halves.length > 2 || groups.includes(-1) || (halves.length === 2 ? missing < 1 : missing !== 0)) return null;
  return /\..*:/.test(text) ? null : bitsOf([...left, ...Array<number>(missing).fill(0), ...right]);
}

/** One group, two for dotted decimal, -1 for neither. */
function readGroups(part: string): number[] {
  if (/^[0-9a-f]{1,4}$/i.test(part)) return [Number.parseInt(part, 16)];
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(part)) return [-1];
  const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
  return Math.max(a, b, c, d) > 255 ? [-1] : [a * 256 + b, c * 256 + d];
}

/** RFC 5952 §4: lower case, no leading zeros, `::` for the first of the longest runs of at least two zero groups. */
export function canonicalText(bits: bigint): string {
  const groups = groupsOf(bits);
  let run = { at: 0, length: 1 };
  for (let at = 0; at < 8; at++) {
    const end = groups.findIndex((group, i) => i >= at && group !== 0);
    const length = (end < 0 ? 8 : end) - at;
    if (length > run.length) run = { at, length };
  }
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  if (run.length === 1) return text(groups);
  return `${text(groups.slice(0, run.at))}::${text(groups.slice(run.at + run.length))}`;
}

export interface Block {
  readonly first: bigint;
  readonly last: bigint;
}

/** The addresses that `text/length` covers. */
export function blockOf(prefix: string): Block {
  const [text = '', length = ''] = prefix.split('/');
  const first = readBits(text);
  if (first === null) throw new Error(`not a prefix: ${prefix}`);
  return { first, last: first | (ALL_ONES >> BigInt(length)) };
}

export const covers = ({ first, last }: Block, bits: bigint): boolean => first <= bits && bits <= last;
