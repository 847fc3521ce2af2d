/** Native module: the system calls that only `ipv6ddns setup` makes (native/setup.c). It is there once the part `setup`
 *  is loaded. */
declare module 'setup' {
  /** From now on the terminal shows nothing of what is typed (tcsetattr(3) without ECHO), and cannot suspend or quit the
   *  process. `show`, or the end of the process by exit(3), undoes it.
   *  @throws HostError when the descriptor is no terminal */
  export function hide(fd: number): void;
  /** Undoes `hide`; without it nothing. */
  export function show(): void;
  /** What there is to read, of a terminal a line at most; waits for it. '' = the end.
   *  @throws HostError when the terminal is gone */
  export function read(fd: number): string;
  /** geteuid(). */
  export function user(): number;
  /** Makes a folder with this mode, whatever the umask. @throws HostError EEXIST */
  export function makeFolder(path: string, mode: number): void;
  /** lchown(path, user, group). */
  export function give(path: string, user: number, group: number): void;
}
