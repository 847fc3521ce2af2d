import type { Secret } from '../config/secret.ts';
import type { Result } from '../result.ts';
import type { Service } from './service.ts';

export const TOKEN_FILE = '/etc/ipv6ddns/token';

/** What the dialogue knows before it begins. */
export interface Facts {
  /** Nobody is asked: what the command line does not say is taken as it is, and what is missing ends it. */
  readonly unattended: boolean;
  /** What others set may be replaced without a question. */
  readonly force: boolean;
  /** From the command line; null = not given. The token's error is a sentence. */
  readonly given: { readonly token: Result<Secret, string> | null; readonly name: string | null };
  readonly held: Held;
  /** Given for this run alone, so to be written; null = none. */
  readonly zoneId: string | null;
  readonly hostName: string;
  /** Which address would be published and why, or why there is none. */
  readonly address: readonly string[];
  /** null = nothing that this program knows how to start. */
  readonly service: Service | null;
}

/** What is there already. */
export interface Held {
  /** What the token's file holds; null = no such file, or an empty one. The error is a sentence. */
  readonly token: Result<Secret, string> | null;
  /** The names that the settings have. */
  readonly names: readonly string[];
  /** Those of them that stand in `[[record]]` tables. */
  readonly tabled: readonly string[];
  /** Settings that come before what is written here, in words: they would have to go. */
  readonly beforeToken: readonly string[];
  readonly beforeName: readonly string[];
}
