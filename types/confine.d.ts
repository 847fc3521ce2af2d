/** Native module: what the process gives up for good (native/confine.c). Every function is one step and throws
 *  HostError where the kernel, or the service manager's own filter, refuses it. */
declare module 'confine' {
  /** prctl(option, argument): PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS. */
  export function prctl(option: number, argument: number): void;
  /** setrlimit(RLIMIT_CORE): no core dump, ever again. */
  export function limitCore(): void;
  /** The version of Landlock's interface, from 1; 0 = the kernel has none, or it is switched off. */
  export function landlockAbi(): number;
  /** A ruleset that refuses whatever is in these bit masks (struct landlock_ruleset_attr) and not allowed by a rule.
   *  @returns its descriptor, for the caller to close
   *  @throws HostError ENOSYS, EOPNOTSUPP without Landlock; EINVAL for bits that the kernel does not know */
  export function landlockCreate(fs: number, net: number, scoped: number): number;
  /** Allows `rights` on the folder and all that is below it: LANDLOCK_ACCESS_FS_ bits that the ruleset handles. */
  export function landlockAllow(ruleset: number, folder: string, rights: number): void;
  /** Allows `rights` on a port of TCP, 0 = one of the kernel's choice: LANDLOCK_ACCESS_NET_ bits that the ruleset handles. */
  export function landlockAllowPort(ruleset: number, port: number, rights: number): void;
  /** Puts the ruleset into force. Needs PR_SET_NO_NEW_PRIVS. */
  export function landlockRestrict(ruleset: number): void;
  /** Gives up every capability, of all five sets (capabilities(7)). */
  export function dropCapabilities(): void;
  /** Puts the list of native/syscalls.list into force. Needs PR_SET_NO_NEW_PRIVS. What it refuses is
   *  in the kernel's audit log.
   *  @throws HostError ENOTSUP where there is no list for the architecture, and on i686 before Linux 4.3 */
  export function filterSyscalls(): void;
}
