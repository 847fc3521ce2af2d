/** Native module: libcurl's multi interface (native/http.c), driven by the caller's event loop (curl_multi_socket_action(3)). */
declare module 'http' {
  /** What the loop is to watch on `fd`: a bit mask, 1 readable, 2 writable; 0 = stop watching. */
  export type OnSocket = (fd: number, interest: number) => void;
  /** Call `act(multi, -1, 0)` after `delayMs`; -1 = no call is due any more. */
  export type OnTimer = (delayMs: number) => void;

  const multi: unique symbol;
  /** A multi handle. Closed by `close`, or by the collector when nothing refers to it any more. */
  export type Multi = { readonly [multi]: true };

  export interface TransferOptions {
    /** Any but HEAD. */
    readonly method: string;
    readonly url: string;
    /** Whole header lines, `Name: value`. */
    readonly headers: readonly string[];
    /** Sent as it is, also when empty; null = none. */
    readonly body: string | null;
    /** Do not use a kept connection. libcurl silently repeats whatever got no reply on one (Curl_retry_request), and what
     *  is sent once more than asked for must be safe to repeat. */
    readonly newConnection: boolean;
    /** For the whole transfer. */
    readonly timeoutMs: number;
    readonly connectTimeoutMs: number;
    /** Data that the peer does not acknowledge for so long ends the connection (TCP_USER_TIMEOUT); 0 = as the kernel has it. */
    readonly lostAfterMs: number;
    /** A longer reply, or a head over 64 KiB, ends the transfer: CURLE_WRITE_ERROR, and `detail` says which. */
    readonly maxBodyBytes: number;
    /** A PEM bundle, and folders of such files, separated by colons; null = none. Of files that are none, and of what
     *  comes after 16 MiB, nothing is read. */
    readonly caFile: string | null;
    readonly caPath: string | null;
    /** URL of a proxy, and the hosts that do without (CURLOPT_PROXY, CURLOPT_NOPROXY); '' = none, null = as the
     *  environment says. */
    readonly proxy: string | null;
    readonly noProxy: string | null;
    /** The own address that the connection leaves from (CURLOPT_INTERFACE), of the family that is connected to; null = as the
     *  kernel chooses. Kept connections are no matter of it: say `newConnection`. */
    readonly from: string | null;
    /** What is asked for and connected to: 4 = IPv4 alone, 6 = IPv6 alone, 0 = both. */
    readonly family: 0 | 4 | 6;
    /** Numeric addresses that are not connected to; when there is no other: CURLE_COULDNT_CONNECT. */
    readonly avoid: readonly string[];
    /** Only to connect, without a request, and to close (CURLOPT_CONNECT_ONLY). */
    readonly connectOnly: boolean;
    /** Entries `host:port:address,…` as in CURLOPT_RESOLVE, used instead of asking the resolver. */
    readonly resolve: readonly string[];
  }

  export interface Completed {
    readonly id: number;
    /** CURLcode; 0 = a whole reply arrived, or the connection that was asked for. A time-out in which no address was found is CURLE_COULDNT_RESOLVE_HOST. */
    readonly code: number;
    /** Words for a failure, libcurl's or our own; '' for none. */
    readonly detail: string;
    /** HTTP status, 0 = no status line arrived. */
    readonly status: number;
    /** Status line and header lines of the last reply, each ending in \n; names in any case. */
    readonly headers: string;
    readonly body: string;
    /** Bytes of the request that went out: 0 = the server cannot have acted on it. */
    readonly sentBytes: number;
    /** Numeric address of the server that was connected to, '' = none. */
    readonly remoteAddress: string;
    /** Name of the error of the last connect(2) that failed, '' = none did, or it is an uncommon one. */
    readonly errno: string;
    /** Whether TCP was connected, to the proxy if there is one, and whether the handshake of TLS was over. */
    readonly isConnected: boolean;
    readonly isSecured: boolean;
    /** HTTP status of a proxy's answer to CONNECT, 0 = none. */
    readonly proxyStatus: number;
    /** Such as `TLSv1.3`, '' = none. */
    readonly tlsVersion: string;
    /** The server's certificate, and the one that is bad, the nearest to the server's if there are several; null = none, or
     *  the handshake was an earlier transfer's. */
    readonly server: Certificate | null;
    readonly fault: Certificate | null;
  }

  export interface Certificate {
    /** 0 = the server's own, above that its issuers. */
    readonly depth: number;
    /** What is wrong with it: MBEDTLS_X509_BADCERT_… and those of native/verify.h. */
    readonly flags: number;
    /** As `C=US, O=Name, CN=Name`, with backslashes as in RFC 4514; up to 255 bytes. */
    readonly subject: string;
    readonly issuer: string;
    /** Host names and addresses that it is for, separated by ", "; up to 511 bytes. Anything may be in them. */
    readonly names: string;
    /** ISO 8601, in UTC. */
    readonly from: string;
    readonly until: string;
  }

  /** Opens a multi handle: connections are kept between its transfers. There may be several. An exception of a
   *  callback ends the process. Inside of a callback every function below but `open` throws. */
  export function open(onSocket: OnSocket, onTimer: OnTimer): Multi;
  /** Starts a transfer; the callbacks may run before this returns. @returns its id */
  export function start(multi: Multi, options: TransferOptions): number;
  /** curl_multi_socket_action: `fd` is ready as `events` says (1 readable, 2 writable, 4 error); fd -1 = the timer ran out. */
  export function act(multi: Multi, fd: number, events: number): void;
  /** The next transfer that ended, removed from the handle; null = none. */
  export function completed(multi: Multi): Completed | null;
  /** Drops a transfer at once, whatever it waits for. Unknown ids are ignored. */
  export function cancel(multi: Multi, id: number): void;
  /** Closes all connections and gives the memory back; the callbacks run for what they still watch. Again: does nothing. */
  export function close(multi: Multi): void;
  /** How many different certificates a bundle and folders hold that can be read; at most `most` are looked for. */
  export function countRoots(caFile: string | null, caPath: string | null, most: number): number;
}
