import type { ApiFailure } from '../../src/core/cloudflare/failure.ts';
import type { HttpReply } from '../../src/core/cloudflare/http.ts';
import { describeRemedy } from '../../src/core/cloudflare/remedies.ts';
import { readRecord } from '../../src/core/cloudflare/replies.ts';
import type { Result } from '../../src/core/result.ts';

/** How the reply to a write is taken. @throws Error when it counts as a success */
export function failureOf(reply: HttpReply): ApiFailure {
  const read = readRecord(reply);
  if (read.ok) throw new Error('the reply counts as a success');
  return read.error;
}

export const errorOf = (read: Result<unknown, ApiFailure>): ApiFailure | null => (read.ok ? null : read.error);

/** What is to be done about it; '' = nothing is. */
export const remedyOf = (error: ApiFailure | null, zoneIdSet = true): string =>
  error !== null && 'remedy' in error ? describeRemedy(error.remedy, zoneIdSet) : '';
