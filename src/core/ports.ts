import type { Address } from './address/address.ts';
import type { Certificate } from './cloudflare/certificates.ts';
import type { ApiRequest, HttpReply } from './cloudflare/http.ts';
import type { ReadFile } from './config/files.ts';
import type { HookSettings, Settings } from './config/settings.ts';
import type { Hook } from './notify/message.ts';
import type { Result } from './result.ts';

/** What the shell needs of the machine, in the core's words. */

export interface Clock {
  /** Milliseconds on CLOCK_BOOTTIME: time in suspend counts. */
  nowMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Uniform in [0, 1). */
  draw(): number;
  /** Calls `listener` once when `nowMs` reaches `atMs`; replaces the alarm set before; null = none. */
  setAlarm(atMs: number | null): void;
  onAlarm(listener: () => void): void;
  /** Calls `listener` after the machine woke from suspend, or its clock was set. */
  onJump(listener: () => void): void;
}

export type SignalName = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGUSR1';

export interface Signals {
  onSignal(listener: (signal: SignalName) => void): void;
}

export interface KernelSocket {
  /** Carries a request to the kernel. */
  send(request: ArrayBuffer): Result<null, string>;
  /** The next datagrams, each at a multiple of 4 of its buffer, to be read before the next call; none = nothing to read
   *  now; an error: messages were lost. */
  receive(): Result<readonly ArrayBufferView[], { readonly kind: 'overrun' | 'broken'; readonly detail: string }>;
  close(): void;
}

export interface KernelSocketOptions {
  /** RTNLGRP_ numbers of the events to hear. */
  readonly groups: readonly number[];
  /** Classic BPF program that picks the messages to hear; null = all. */
  readonly filter: ArrayBuffer | null;
  /** Runs whenever there is something to receive. */
  readonly onReadable: () => void;
}

export interface Kernel {
  /** Opens an rtnetlink socket. The error is for people. */
  open(options: KernelSocketOptions): Result<KernelSocket, string>;
}

/** What a handshake of TLS showed. */
export interface Handshake {
  /** Such as `TLSv1.3`. */
  readonly version: string;
  readonly server: Certificate;
}

/** How a call of the API ended, without time and chance, which the caller adds. */
export type HttpOutcome = Readonly<
  | { kind: 'replied'; reply: HttpReply; tls?: Handshake }
  | { kind: 'unreachable'; detail: string; sent: boolean; unresolved?: true } // unresolved: the host has no address
>;

/** How to get to a server, and how long that may take. */
export type ConnectionSettings = Pick<Settings, 'timeoutMs' | 'caFile' | 'caPath' | 'httpsProxy' | 'noProxy'>;

/** What the API's client needs to know of the settings. */
export type ApiSettings = ConnectionSettings & Pick<Settings, 'apiToken' | 'baseUrl'>;

/** What became of a connection to the API that left from one address of this machine: `reached` = the answer came back, so
 *  the world routes to that address; `silent` = none came; `unknown` = there is no way to tell, because a proxy stands
 *  between, the API has no IPv6 address or is this very machine, or the address is gone. Only beside another address that
 *  is reached does `silent` mean that the address is to blame: the API may be down. */
export type ProbeVerdict = 'reached' | 'silent' | 'unknown';

/** How the API is to be reached by a probe. */
export interface ProbeSettings {
  readonly baseUrl: string;
  /** A proxy stands between: there is no way to tell. */
  readonly isProxied: boolean;
}

export interface Prober {
  /** Opens a connection to the API from an address, sends nothing on it and closes it at once; `done` runs once, after
   *  3 s at the latest, whatever is called meanwhile, never before this returns. */
  probe(from: Address, done: (verdict: ProbeVerdict) => void): void;
}

export interface ApiClient extends Prober {
  /** Sends a request; `done` runs once, never before this returns.
   *  @param from the own address that the connection leaves from, over IPv6 alone; null = as the kernel chooses */
  send(request: ApiRequest, done: (outcome: HttpOutcome) => void, from?: Address | null): void;
  /** Where the root certificates are that servers have to show; null = there are none. */
  readonly certificates: string | null;
  /** How many of them can be read. */
  countRoots(): number;
  /** Closes all connections and gives their memory back, as when nothing more is to be sent for now. What is in flight is
   *  dropped without a word. */
  closeConnections(): void;
  /** From now on these settings count; what is in flight is dropped. */
  configure(settings: ApiSettings): void;
}

export interface HookClient {
  /** Sends a notification; `done` runs once, never before this returns. */
  send(to: HookSettings, hook: Hook, done: (outcome: HttpOutcome) => void): void;
  /** What is sent from now on follows these settings. */
  configure(settings: ConnectionSettings): void;
}

/** How a command ended: `failure` is for people, null = with status 0; `output` is the beginning of what it printed. */
export interface CommandEnd {
  readonly failure: string | null;
  readonly output: string;
}

export interface CommandRunner {
  /** Absolute path and arguments of the one command that it runs. */
  readonly command: readonly string[];
  /** Runs it, with these variables beside those of the start, and kills it after `limitMs`; `done` runs once, never
   *  before this returns. One run at a time, the others wait. */
  run(variables: Readonly<Record<string, string>>, limitMs: number, done: (end: CommandEnd) => void): void;
}

/** Text files of the machine. */
export interface Files {
  /** The file's text. */
  readonly read: ReadFile;
}

/** A file of the settings, to be written. */
export interface SettingsFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** The owner and mode of the file that is there already stay. */
  readonly keepsAccess: boolean;
}

export interface SettingsFiles {
  /** Puts these files in place of what is there, all of them or none; missing folders are made.
   *  @returns what went wrong, null = nothing */
  replaceAll(files: readonly SettingsFile[]): string | null;
}

/** Where a person answers. */
export interface Terminal {
  /** Whether anybody can be asked. */
  readonly isThere: boolean;
  /** Shows the prompt and hands the next line to `done`, without its end; null = there will be none.
   *  @param hidden what is typed is not shown */
  ask(prompt: string, hidden: boolean, done: (line: string | null) => void): void;
  /** Ends what `ask` began, without an answer: the terminal is as it was. */
  leave(): void;
}

/** Why a file was not replaced, so that what was there still is. */
export type StateFileProblem = Readonly<
  | { kind: 'kept'; pid: number } // by another process that lives; 0 = by one that cannot be seen from here
  | { kind: 'failed'; detail: string }
>;

/** Files that others read while they are written. Each has one process at a time that keeps it, until that ends. */
export interface StateFiles {
  /** Puts a file with this text in place of what is there, in one step: nobody sees half of it. Mode 0644. From then on
   *  it is kept by this process. */
  replace(path: string, text: string): Result<null, StateFileProblem>;
  /** Removes the file if this process keeps it. */
  remove(path: string): void;
}

/** The way to the service manager, sd_notify(3). */
export interface ServiceManagerSocket {
  /** One datagram of assignments, a line each. The error is for people. */
  send(message: string): Result<null, string>;
  /** Milliseconds on CLOCK_MONOTONIC, the service manager's clock. */
  monotonicMs(): number;
}

/** What a line is, where colours tell it from others. */
export type LineStyle = 'heading' | 'published' | 'refused';

/** Where lines go, without their final newline. What does more than to be read, should a line have it, is not printed. */
export interface Output {
  stdout(line: string, style?: LineStyle | null): void;
  /** @returns false = it was lost, because whoever reads there does not keep up */
  stderr(line: string): boolean;
}
