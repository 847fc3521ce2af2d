import type { Secret } from './secret.ts';

/** What to do when a name has several AAAA records. */
export type MultiRecord = 'error' | 'first' | 'all';

/** One name to keep right: the top-level keys with those of its `[[record]]` table laid over them. */
export interface RecordSettings {
  /** Lower-case A-labels without the final dot; `*` may be the first label. */
  readonly name: string;
  /** 32 hexadecimal digits; null = looked up from the name. */
  readonly zoneId: string | null;
  /** Names of the interfaces whose addresses may be published; null = any but loopback. */
  readonly interfaces: readonly string[] | null;
  readonly multiRecord: MultiRecord;
  /** null = keep what the record has. 1 = automatic, else 30–86400 seconds. */
  readonly ttlSec: number | null;
  readonly proxied: boolean | null;
  readonly comment: string | null;
  /** The low bits to put under this machine's prefix, for another host of the network; null = this machine itself. */
  readonly host: HostPart | null;
}

/** The fixed low bits of another host's address (RFC 4291 §2.5.1). */
export interface HostPart {
  /** 16 bytes; those inside the prefix are 0. */
  readonly interfaceId: readonly number[];
  /** Leading bits taken from this machine's address, 1–127. */
  readonly prefixLength: number;
}

/** Where the daemon writes a file that others read. */
export interface FilePlace {
  readonly path: string;
  /** Nobody asked for it: where it cannot be written, there is none. */
  readonly optional: boolean;
}

/** Validated settings of the daemon; nothing below the composition root reads files or the environment. */
export interface Settings {
  readonly apiToken: Secret;
  /** Without a final slash. */
  readonly baseUrl: string;
  readonly records: readonly RecordSettings[];
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
  /** null = never. */
  readonly verifyIntervalMs: number | null;
  readonly verbose: boolean;
  readonly statusFile: FilePlace;
  /** Ends in ".prom"; null = none. */
  readonly metricsFile: FilePlace | null;
  /** CA bundle and folder named by the user (`SSL_CERT_FILE`, `SSL_CERT_DIR`); null = search the system's places. */
  readonly caFile: string | null;
  readonly caPath: string | null;
  /** `HTTPS_PROXY` (may hold a password) and `NO_PROXY`, for libcurl, which reads them from the process's environment:
   *  an environment file's values have to be put there. */
  readonly httpsProxy: Secret | null;
  readonly noProxy: string | null;
}
