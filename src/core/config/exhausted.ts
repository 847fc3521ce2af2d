/** Whether the engine ran out of the memory or the stack that reading settings may take. */
export const isExhausted = (error: unknown): boolean => error instanceof Error && error.name === 'InternalError';

/** What a file that needs more than that is told. */
export const TOO_MUCH = 'too large or too deep for settings: shorten it';
