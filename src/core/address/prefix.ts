import { ADDRESS_BYTES, prefixMask } from './address.ts';

/** The leading bits that addresses share (RFC 4291 §2.3). */
export interface Prefix {
  /** 16 bytes; those behind the prefix are 0. */
  readonly bytes: readonly number[];
  /** In bits, 0–128. */
  readonly length: number;
}

/** Whether the address, 16 bytes, starts with the prefix. */
export function isInside(address: ArrayLike<number>, { bytes, length }: Prefix): boolean {
  for (let i = 0; 8 * i < length; i++) {
    if (((address[i] ?? 0) ^ (bytes[i] ?? 0)) & prefixMask(length, i)) return false;
  }
  return true;
}

/** The prefix of that length which the address lies in. */
export const prefixOf = (address: ArrayLike<number>, length: number): Prefix => ({
  bytes: Array.from({ length: ADDRESS_BYTES }, (_, i) => (address[i] ?? 0) & prefixMask(length, i)),
  length,
});
