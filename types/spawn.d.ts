/** Native module: runs commands, by way of a helper process (native/spawn.c, native/helper.c).
 *
 *  A process that has confined itself (no_new_privs, Landlock, a seccomp filter without execve) hands all of that down to
 *  its children, which most programs would not survive. So commands are the children of a helper that is started before:
 *  this executable anew, with an empty environment, no descriptor of ours and none of our memory. The daemon itself
 *  needs neither fork nor execve once `open` has returned: only sendto and recvfrom on the descriptor. */
declare module 'spawn' {
  /** Starts the helper, before any confinement. It ends when the descriptor is closed, and with us.
   *  @returns a non-blocking, close-on-exec socket; readable when a command has ended, or the helper */
  export function open(): number;
  /** Has a command run: nothing on its standard input, no variables but these, in a session of its own, killed with its
   *  whole process group after `limitMs`. Requests that come while one is running wait for it.
   *  @param command absolute path and arguments
   *  @param variables `NAME=value`
   *  @throws HostError E2BIG: all of it has to fit into 128 KiB; EPIPE: the helper has ended */
  export function request(fd: number, command: readonly string[], variables: readonly string[], limitMs: number): void;

  export interface Ended {
    /** Why it could not be started, in the system's words; null = it was. */
    readonly error: string | null;
    readonly status: number;
    /** That ended it; 0 = none. */
    readonly signal: number;
    readonly timedOut: boolean;
    /** The first 1024 bytes that it printed to standard output and standard error. */
    readonly output: string;
  }

  /** How the oldest request ended; null = it has not yet.
   *  @throws HostError EPIPE: the helper has ended */
  export function result(fd: number): Ended | null;
}
