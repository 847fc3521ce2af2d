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
 *  Updates come before deletions: an interrupted run leaves too many addresses, never none. */
export function plan(records: readonly AaaaRecord[], goal: Goal): Result<readonly Operation[], PlanRefusal> {
  const owned = records.filter((record) => !record.readOnly);
  if (owned.length > 1 && goal.multiRecord === 'error') {
    return failed({ kind: 'severalRecords', contents: owned.map(({ content }) => content) });
  }
  const kept = owned.find(({ content }) => content === goal.content) ?? owned[0];
  if (kept === undefined) {
    if (records.length > 0) return failed({ kind: 'readOnly' });
    return ok([{ op: 'create', content: goal.content, enforced: goal.enforced }]);
  }
  const operations: Operation[] = [];
  const changes = difference(kept, goal);
  if (Object.keys(changes).length > 0) operations.push({ op: 'update', id: kept.id, was: kept.content, changes });
  if (goal.multiRecord === 'all') {
    for (const { id, content } of owned) if (id !== kept.id) operations.push({ op: 'delete', id, was: content });
  }
  return ok(operations);
}

function difference(record: AaaaRecord, { content, enforced }: Goal): Changes {
  const proxied = enforced.proxied ?? record.proxied;
  const ttlSec = proxied ? proxiedTtl(record) : (enforced.ttlSec ?? record.ttlSec);
  const comment = enforced.comment ?? record.comment;
  return {
    ...(record.content !== content && { content }),
    ...(record.ttlSec !== ttlSec && { ttlSec }),
    ...(record.proxied !== proxied && { proxied }),
    ...(record.comment !== comment && { comment }),
  };
}

/** A proxied record is always automatic, and asking for anything else may be refused. What a proxied one is said to have
 *  is left alone: enforcing another would never end. */
const proxiedTtl = ({ proxied, ttlSec }: AaaaRecord): number => (proxied ? ttlSec : AUTOMATIC_TTL_SEC);
