import type { Address } from '../address/address.ts';
import type { AaaaRecord } from '../dns/record.ts';
import { slowRetryMs } from './backoff.ts';
import { describeContent, type Notice } from './notices.ts';
import { type Effect, isPending, type NameState, notice, replan, saidBy, troubled } from './zone-state.ts';

/** What follows for a name from what its records turned out to be. */

/** So many verifications in a row that found another's change are a conflict. */
const MOST_DRIFTS = 3;

/** The name whose records were read. */
export function found(
  name: NameState,
  records: readonly AaaaRecord[],
  dryRun: boolean,
  nowMs: number,
  effects: Effect[],
): NameState {
  const published = saidBy(records);
  const kept = name.seen
    ? undefined
    : name.desired?.equallyGood.find((address) => records.some((own) => own.content === address));
  const desired = name.desired !== null && kept !== undefined ? { ...name.desired, address: kept } : name.desired;
  const fresh = replan({ ...name, desired, records, published, seen: true, alone: false });
  const verified = name.confirmed !== null && name.confirmed === desired?.address && name.trouble === null;
  if (verified && fresh.todo.length > 0) return drifted(fresh, records, dryRun, nowMs, effects);
  const settled = verified ? { ...fresh, drifts: 0 } : fresh;
  const how = records.some((own) => !own.readOnly && own.content === desired?.address) ? 'found' : 'foundReadOnly';
  return confirmIfDone(settled, how, name.confirmed, nowMs, effects);
}

/** Somebody else changed a record that was right. It is set back, but not fought over: from the third time in a row on
 *  only at the pace of a lasting refusal. Found again before it was set back, it is no further change. */
function drifted(
  before: NameState,
  records: readonly AaaaRecord[],
  dryRun: boolean,
  nowMs: number,
  effects: Effect[],
): NameState {
  const drifts = before.drifts + (dryRun ? 0 : 1);
  const conflict = drifts - MOST_DRIFTS + 1;
  const contents = records.map(({ content }) => content);
  const desired = before.desired === null ? null : { ...before.desired, sinceMs: nowMs };
  const name = { ...before, desired, drifts, confirmed: null };
  if (conflict < 1) {
    if (desired !== null) {
      const { address } = desired;
      effects.push(notice({ kind: 'drifted', name: name.settings.name, address, found: contents, dryRun }));
    }
    return name;
  }
  const says = contents.length === 0 ? 'it is gone' : `it says ${contents.map(describeContent).join(', ')}`;
  const what = `somebody else changed the record ${drifts} times in a row (now ${says}): stop them, or take the name out here`;
  return troubled(name, { what, permanent: true, ray: null }, nowMs, () => slowRetryMs(conflict), effects);
}

/** The name, confirmed if nothing is left to do. */
export function confirmIfDone(
  name: NameState,
  how: Extract<Notice, { kind: 'synced' }>['how'],
  was: Address | null,
  nowMs: number,
  effects: Effect[],
): NameState {
  if (name.desired === null || isPending(name)) return name;
  const { address, sinceMs } = name.desired;
  if (name.confirmed !== address || !how.startsWith('found') || name.trouble !== null) {
    effects.push(notice({ kind: 'synced', name: name.settings.name, address, was, how, tookMs: nowMs - sinceMs }));
  }
  return {
    ...name,
    confirmed: address,
    confirmedMs: nowMs,
    published: address,
    shown: null,
    outdated: 0,
    trouble: null,
  };
}
