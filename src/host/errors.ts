/** What an exception of a native module says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether it says that a path is not there. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
