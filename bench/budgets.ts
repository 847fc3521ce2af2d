/** The most that the daemon may need. `make bench` prints each beside the figure measured; `make test` fails beyond
 *  those that do not depend on how fast or busy the machine is. */
export const BUDGETS = {
  executableKiB: 2 * 1024,
  /** For machines other than x86-64 and AArch64. */
  otherExecutableKiB: 2.25 * 1024,
  /** Asleep after syncs with the system's root certificates in use. */
  residentKiB: 1024,
  anonymousKiB: 768,
  /** From the start on. */
  peakKiB: 4 * 1024,
  startMs: 10,
  /** From the kernel's event to the request's first byte at the server, over a new TLS connection. */
  requestMedianMs: 15,
  requestP99Ms: 60,
  /** How often a temporary (privacy) address may be published. */
  temporaryPublished: 0,
  /** In a time in which nothing happens and nothing is due. */
  idleSwitches: 0,
  /** For 10,000 addresses. */
  tableKiB: 6 * 1024,
  /** By 100,000 address events beside those 10,000, once the daemon sleeps again. */
  burstGrowthKiB: 2 * 1024,
  burstEventUs: 60,
  burstWrites: 6,
  /** After a change of the prefix of 1,000 names of one zone. */
  namesRequests: 12,
} as const;
