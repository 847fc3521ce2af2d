/** Native module: the system calls quickjs-libc lacks (native/system.c). */
declare module 'system' {
  /** timerfd_create(CLOCK_BOOTTIME): time in suspend counts. */
  export function timerOpen(): number;
  /** Arms the timer to run out once, `delayMs` from now (at least 1 ms, at most 68 years); null disarms it. */
  export function timerSet(fd: number, delayMs: number | null): void;
  /** Numbers of signals, which are not the same on every architecture. */
  export const SIGHUP: number;
  export const SIGINT: number;
  export const SIGUSR1: number;
  export const SIGTERM: number;
  /** Blocks `signals` and returns a signalfd that reports them: none is lost between a check and a sleep. */
  export function signalOpen(signals: readonly number[]): number;
  /** Reads one 8-byte (timerfd) or 128-byte (signalfd) report.
   *  @returns the signal's number, or the timer's count; 0 = nothing to read */
  export function timerRead(fd: number): number;
  export function signalRead(fd: number): number;
  /** A timerfd that becomes readable when the wall clock jumps, which a resume from suspend makes it do
   *  (TFD_TIMER_CANCEL_ON_SET, timerfd_create(2)). */
  export function jumpOpen(): number;
  /** Takes the report of a jump and waits for the next one. */
  export function jumpRead(fd: number): void;
  /** CLOCK_BOOTTIME and CLOCK_MONOTONIC in milliseconds, with fractions. */
  export function boottimeMs(): number;
  export function monotonicMs(): number;
  /** Uniform in [0, 1), from getrandom(2). */
  export function random(): number;
  /** Overwrites the variable's value where the kernel shows it (/proc/PID/environ) and unsets it. */
  export function eraseEnvironment(name: string): void;
  /** Makes a new file with this text and mode, whatever the umask; what is there already, be it a link, is an error.
   *  When writing fails the file is removed again. */
  export function createFile(path: string, mode: number, text: string): void;
  /** Opens a file and locks it for this process (fcntl_locking(2)) until the descriptor that is returned is closed, or the
   *  process is gone, however. Closing any other descriptor of the same file unlocks it, too.
   *  @throws HostError EAGAIN, EACCES when another process has locked it; ELOOP for a link */
  export function lockFile(path: string): number;
  /** The process that has locked the file; 0 = one that cannot be seen from here, as in another container; null = none.
   *  Any user may ask who may read the file, and none who may only read it can lock it.
   *  @throws HostError ENOENT */
  export function lockHolder(path: string): number | null;
  /** One datagram to the AF_UNIX address (`@name` = abstract), which never waits for the receiver. sd_notify(3). */
  export function notify(address: string, message: string): void;
  /** Writes the text without waiting longer than `patienceMs` for each 4 KiB of it to be taken.
   *  @returns false = it was not; what could not be written is lost. True also when nobody is there to read it. */
  export function writeWithin(fd: number, text: string, patienceMs: number): boolean;
  /** Name and version of each library in the executable, a line each, as the build took them. */
  export const LIBRARIES: string;
}
