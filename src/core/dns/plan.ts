import type { Address } from '../address/address.ts';
import type { MultiRecord } from '../config/settings.ts';
import { failed, ok, type Result } from '../result.ts';
import { type AaaaRecord, AUTOMATIC_TTL_SEC, type Changes, type Enforced } from './record.ts';

/** One step towards the goal; the same list is logged, shown by a dry run and carried out. */
export type Operation =
  | { readonly op: 'create'; readonly content: Address; readonly enforced: Enforced }
  | { readonly op: 'update'; readonly id: string; readonly was: Address | null; readonly changes: Changes }
  | { readonly op: 'delete'; readonly id: string; readonly was: Address | null };

/** Why a name is left alone. */
export type PlanRefusal =
  | { readonly kind: 'severalRecords'; readonly contents: readonly (Address | null)[] }
  | { readonly kind: 'readOnly' };

export interface Goal {
  readonly content: Address;
  readonly enforced: Enforced;
  readonly multiRecord: MultiRecord;
}

/** The operations after which `records`, all AAAA records of one name in the provider's order, say `goal`.
 *  Updates come before deletions: an interrupted run leaves too many addresses, never none. Where a read-only record says
 *  it, nothing is made to say it a second time: the provider refuses identical records. */
export function plan(records: readonly AaaaRecord[], goal: Goal): Result<readonly Operation[], PlanRefusal> {
  const owned = records.filter((record) => !record.readOnly);
  const answered = records.some((record) => record.readOnly && record.content === goal.content);
  if (goal.multiRecord === 'error' && owned.length > (answered ? 0 : 1)) {
    return failed({ kind: 'severalRecords', contents: records.map(({ content }) => content) });
  }
  if (answered) return ok(goal.multiRecord === 'all' ? owned.map(deletion) : []);
  const kept = owned.find(({ content }) => content === goal.content) ?? owned[0];
  if (kept === undefined) {
    if (records.length > 0) return failed({ kind: 'readOnly' });
    return ok([{ op: 'create', content: goal.content, enforced: goal.enforced }]);
  }
  const operations: Operation[] = [];
  const changes = difference(kept, goal);
  if (Object.keys(changes).length > 0) operations.push({ op: 'update', id: kept.id, was: kept.content, changes });
  if (goal.multiRecord === 'all') operations.push(...owned.filter(({ id }) => id !== kept.id).map(deletion));
  return ok(operations);
}

const deletion = ({ id, content }: AaaaRecord): Operation => ({ op: 'delete', id, was: content });

function difference(record: AaaaRecord, { content, enforced }: Goal): Changes {
  const proxied = enforced.proxied ?? record.proxied;
  // Asking for anything else may be refused.
  const ttlSec = proxied ? AUTOMATIC_TTL_SEC : (enforced.ttlSec ?? record.ttlSec);
  return missing(record, { content, ttlSec, proxied, comment: enforced.comment ?? record.comment });
}

/** Those of the changes that the record does not show. What a proxied one is said to have for a TTL is left alone: the
 *  provider chooses it, and enforcing another would never end. */
export function missing(record: AaaaRecord, { content, ttlSec, proxied, comment }: Changes): Changes {
  const isChosen = record.proxied && proxied !== false;
  return {
    ...(content !== undefined && record.content !== content && { content }),
    ...(ttlSec !== undefined && !isChosen && record.ttlSec !== ttlSec && { ttlSec }),
    ...(proxied !== undefined && record.proxied !== proxied && { proxied }),
    ...(comment !== undefined && record.comment !== comment && { comment }),
  };
}
