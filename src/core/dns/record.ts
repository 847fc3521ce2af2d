import type { Address } from '../address/address.ts';

/** The provider chooses how long resolvers may cache. */
export const AUTOMATIC_TTL_SEC = 1;

/** One AAAA record as the provider holds it. */
export interface AaaaRecord {
  readonly id: string;
  /** null = text that is no IPv6 address; the provider should never send it. */
  readonly content: Address | null;
  /** Seconds a resolver may cache it; 1 = automatic. */
  readonly ttlSec: number;
  /** Traffic goes through the provider's edge. */
  readonly proxied: boolean;
  /** '' = none. */
  readonly comment: string;
  /** Belongs to another product of the provider: never to be touched. */
  readonly readOnly: boolean;
}

/** Attributes that the settings enforce; null = the owner's value stays. */
export interface Enforced {
  readonly ttlSec: number | null;
  readonly proxied: boolean | null;
  readonly comment: string | null;
}

/** Enforces nothing. */
export const KEEP_ALL: Enforced = { ttlSec: null, proxied: null, comment: null };

/** What a whole record names beside what changes. */
export type Kept = Pick<AaaaRecord, 'content' | 'ttlSec' | 'proxied'>;

/** What is to be sent: the attributes that differ, and nothing else. */
export interface Changes {
  readonly content?: Address;
  readonly ttlSec?: number;
  readonly proxied?: boolean;
  readonly comment?: string;
}
