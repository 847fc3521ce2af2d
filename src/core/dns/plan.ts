import type { Address } from '../address/address.ts';
import type { MultiRecord } from '../config/settings.ts';
import { failed, ok, type Result } from '../result.ts';
import { type AaaaRecord, AUTOMATIC_TTL_SEC, type Changes, type Enforced, KEEP_ALL, type Kept } from './record.ts';

/** One step towards the goal; the same list is logged, shown by a dry run and carried out. */
export type Operation =
  | { readonly op: 'create'; readonly content: Address; readonly enforced: Enforced }
  | {
      readonly op: 'update';
      readonly id: string;
      readonly was: Address | null;
      readonly changes: Changes;
      /** What the record keeps, sent along where the provider takes no change by itself. */
      readonly kept?: Kept;
    }
  | { readonly op: 'delete'; readonly id: string; readonly was: Address | null };

/** Why a name is left alone. */
export type PlanRefusal =
  | { readonly kind: 'severalRecords'; readonly contents: readonly (Address | null)[] }
  | { readonly kind: 'readOnly' };

export interface Goal {
  readonly content: Address;
  readonly enforced: Enforced;
  readonly multiRecord: MultiRecord;
  /** The record of a set that is known to be ours, by its id and the address last confirmed; null = none is. */
  readonly own?: OwnRecord | null;
  /** How it is to be written; by default what differs, in one step. */
  readonly manner?: Manner;
}

/** How the provider turned out to want changes. */
export interface Manner {
  /** It refused attributes: while the address is not right, it is written alone. */
  readonly addressFirst: boolean;
  /** It takes no change without type, name, TTL and proxy switch. */
  readonly whole: boolean;
}

export interface OwnRecord {
  readonly id: string | null;
  readonly content: Address;
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
  const kept = recordToKeep(owned, goal);
  if (kept === undefined) {
    if (records.length > 0) return failed({ kind: 'readOnly' });
    const enforced = goal.manner?.addressFirst ? KEEP_ALL : goal.enforced;
    return ok([{ op: 'create', content: goal.content, enforced }]);
  }
  const operations = update(kept, goal);
  if (goal.multiRecord === 'all') operations.push(...owned.filter(({ id }) => id !== kept.id).map(deletion));
  return ok(operations);
}

/** One that says the address already, so that no identical one is made; else the one that is ours, by its id before what
 *  it says; else the first. */
function recordToKeep(owned: readonly AaaaRecord[], { content, own = null }: Goal): AaaaRecord | undefined {
  return (
    owned.find((record) => record.content === content) ??
    owned.find(({ id }) => id === own?.id) ??
    owned.find((record) => record.content === own?.content) ??
    owned[0]
  );
}

/** Whether the operation puts the address right; else it is about attributes alone, or about surplus records. */
export const carriesAddress = (operation: Operation): boolean =>
  operation.op === 'create' || (operation.op === 'update' && operation.changes.content !== undefined);

/** Whether it carries attributes that the settings enforce. */
export function carriesAttributes(operation: Operation): boolean {
  switch (operation.op) {
    case 'create': {
      const { ttlSec, proxied, comment } = operation.enforced;
      return ttlSec !== null || proxied !== null || comment !== null;
    }
    case 'update': {
      const { content: _, ...attributes } = operation.changes;
      return Object.keys(attributes).length > 0;
    }
    case 'delete':
      return false;
  }
}

/** The record of a set that speaks for the name: ours, else the first that is ours to change.
 *  @param own see `Goal` */
export const speaking = (records: readonly AaaaRecord[], own: OwnRecord | null): AaaaRecord | undefined =>
  records.find(({ id }) => id === own?.id) ??
  records.find(({ content }) => content === own?.content) ??
  records.find(({ readOnly }) => !readOnly) ??
  records[0];

function update(kept: AaaaRecord, goal: Goal): Operation[] {
  const { manner } = goal;
  const isAlone = manner?.addressFirst === true && kept.content !== goal.content;
  const changes = difference(kept, isAlone ? { ...goal, enforced: KEEP_ALL } : goal);
  if (Object.keys(changes).length === 0) return [];
  const { id, content, ttlSec, proxied } = kept;
  return [
    { op: 'update', id, was: content, changes, ...(manner?.whole === true && { kept: { content, ttlSec, proxied } }) },
  ];
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
