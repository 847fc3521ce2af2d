import type { AddressKind } from '../address/kinds.ts';
import type { Secret } from './secret.ts';

/** What to do when a name has several AAAA records. */
export type MultiRecord = 'error' | 'first' | 'all';

/** One name to keep right: the top-level keys with those of its `[[record]]` table laid over them. */
export interface RecordSettings {
  /** Lower-case A-labels without the final dot; `*` may be the first label. */
  readonly name: string;
  /** 32 hexadecimal digits; null = looked up from the name. */
  readonly zoneId: string | null;
  /** Interfaces whose addresses may be published (`allows` in core/address/interfaces.ts); null = any but loopback. */
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

/** What receives a notification: any program that takes JSON, healthchecks.io, a push monitor of Uptime Kuma. */
export type NotifyFormat = 'json' | 'healthchecks' | 'uptime-kuma';

/** Whom to tell of changes, errors that last, and recoveries. */
export interface NotifySettings {
  readonly hook: HookSettings | null;
  /** Absolute path of a command and its arguments; null = none. */
  readonly exec: readonly string[] | null;
  /** How long an error has to last before it is told; 0 = it is told at once. */
  readonly errorAfterMs: number;
}

export interface HookSettings {
  readonly format: NotifyFormat;
  /** Scheme, host and port: what a log may show. */
  readonly origin: string;
  /** Where good and where bad news go; what follows the URL is the format's business. */
  readonly good: Secret;
  readonly bad: Secret;
  /** Longest time without a request; null = none is needed. */
  readonly heartbeatMs: number | null;
}

/** Which addresses may be published, and which of them come first. */
export interface AddressRules extends Pick<RecordSettings, 'interfaces'>, Pick<Settings, 'prefer' | 'exclude'> {}

/** Validated settings of the daemon; nothing below the composition root reads files or the environment. */
export interface Settings {
  readonly apiToken: Secret;
  /** Without a final slash. */
  readonly baseUrl: string;
  readonly records: readonly RecordSettings[];
  /** The kinds of address that come before others, the best first. */
  readonly prefer: readonly AddressKind[];
  /** The kinds of address that are never published. */
  readonly exclude: readonly AddressKind[];
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
  /** null = never. */
  readonly verifyIntervalMs: number | null;
  readonly verbose: boolean;
  readonly statusFile: FilePlace;
  /** Ends in ".prom"; null = none. */
  readonly metricsFile: FilePlace | null;
  /** CA bundle and folders, separated by colons, named by the user (`SSL_CERT_FILE`, `SSL_CERT_DIR`); null = search the
   *  system's places. */
  readonly caFile: string | null;
  readonly caPath: string | null;
  /** `https_proxy`, else `all_proxy` (may hold a password), and `no_proxy`, in either case, for libcurl. */
  readonly httpsProxy: Secret | null;
  readonly noProxy: string | null;
  /** null = nobody is to be told. */
  readonly notify: NotifySettings | null;
}
