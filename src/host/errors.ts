/** What an exception of a native module says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
