/** Native module: runs a command, by way of a helper (native/spawn.c, helper.c, runner.c).
 *
 *  A process that has confined itself (no_new_privs, Landlock, a seccomp filter without execve) hands all of that down to
 *  its children, which most programs would not survive. So the command is the child of a helper that is started before:
 *  this executable anew, with an empty environment, no descriptor of ours and none of our memory. The daemon itself
 *  needs neither fork nor execve once `open` has returned: only sendto and recvfrom on the descriptor. With these it can
 *  have that one command run, and give it variables of known names; whatever else it sends is refused. */
declare module 'spawn' {
  /** Starts the helper of one command, before any confinement. It ends when the descriptor is closed, and with us.
   *  @param command absolute path and arguments
   *  @param variables `NAME=value`, that every run gets
   *  @returns a non-blocking, close-on-exec socket; readable when a command has ended, or the helper
   *  @throws HostError E2BIG: all of it has to fit into 128 KiB, with at most 256 arguments and as many variables */
  export function open(command: readonly string[], variables: readonly string[]): number;
  /** Has the command run: nothing on its standard input, no variables but these and those of `open`, in a session of its
   *  own, killed with its whole process group after `limitMs`. Requests that come while one is running wait for it.
   *  @param variables `NAME=value`, of the names that native/runner.c lists
   *  @throws HostError E2BIG: all of it has to fit into 128 KiB; EPIPE: the helper has ended */
  export function request(fd: number, variables: readonly string[], limitMs: number): void;

  export interface Ended {
    /** Why it could not be started, in the system's words; null = it was. */
    readonly error: string | null;
    readonly status: number;
    /** That ended it; 0 = none. */
    readonly signal: number;
    readonly timedOut: boolean;
    /** The process that ran it died, and the command with it. Another one serves what is requested from now on. */
    readonly lost: boolean;
    /** The first 1024 bytes that it printed to standard output and standard error. */
    readonly output: string;
  }

  /** How the oldest request ended; null = it has not yet.
   *  @throws HostError EPIPE: the helper has ended */
  export function result(fd: number): Ended | null;
}
