/** Exit statuses of the contract; 64 and up are those of sysexits(3). */
export const EXIT = {
  ok: 0,
  /** `status`: a record is not what it should be; no daemon runs (LSB's init scripts: 3). */
  notSynced: 1,
  notRunning: 3,
  usage: 64,
  noAddress: 69,
  internal: 70,
  /** The system gives no more memory: said and done by native/ alone. */
  noMemory: 71,
  temporary: 75,
  refused: 76,
  noPermission: 77,
  config: 78,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
