/** An outcome that the caller has to weigh. Faults of our own are exceptions instead. */
export type Result<T, E> = Readonly<{ ok: true; value: T } | { ok: false; error: E }>;

export const ok = <T>(value: T): Readonly<{ ok: true; value: T }> => ({ ok: true, value });
export const failed = <E>(error: E): Readonly<{ ok: false; error: E }> => ({ ok: false, error });

/** Makes a `switch` over a union complete: a new member does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
