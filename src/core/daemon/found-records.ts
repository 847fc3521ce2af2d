import type { Address } from '../address/address.ts';
import type { AaaaRecord } from '../dns/record.ts';
import { slowRetryMs } from './backoff.ts';
import { type Desired, holding, isPending, type NameState, recordsOf } from './name-life.ts';
import { describeContent, type Notice } from './notices.ts';
import { type Effect, failName, notice } from './zone-state.ts';

/** What follows for a name from what its records turned out to be. */

/** So many verifications in a row that found another's change are a conflict. */
const MOST_OVERWRITTEN = 3;

/** The name whose records were read. */
export function found(
  before: NameState,
  records: readonly AaaaRecord[],
  dryRun: boolean,
  nowMs: number,
  effects: Effect[],
): NameState {
  const name = holding(adopting(before, records), records);
  const { desired, trouble } = name;
  // Nothing is to be written: it was read, and that is all.
  if (desired === null) return { ...name, trouble: null };
  const verified = name.confirmed === desired.address && !trouble?.permanent;
  if (verified && name.life.kind === 'behind') return overwritten(name, desired, records, dryRun, nowMs, effects);
  const settled = verified ? { ...name, overwritten: 0 } : name;
  const how = records.some((own) => !own.readOnly && own.content === desired.address) ? 'found' : 'foundReadOnly';
  return confirmIfDone(settled, how, name.confirmed, nowMs, effects);
}

/** The name that is to say what its record says, if that is as good as what was chosen and is seen for the first time. */
function adopting(name: NameState, records: readonly AaaaRecord[]): NameState {
  const { desired, seen } = name;
  if (seen || desired === null) return name;
  const kept = desired.equallyGood.find((address) => records.some((own) => own.content === address));
  return kept === undefined ? name : { ...name, desired: { ...desired, address: kept } };
}

/** Somebody else changed a record that was right. It is set back, but not fought over: from the third time in a row on
 *  only at the pace of a lasting refusal. Found again before it was set back, it is no further change. */
function overwritten(
  before: NameState,
  { address, equallyGood }: Desired,
  records: readonly AaaaRecord[],
  dryRun: boolean,
  nowMs: number,
  effects: Effect[],
): NameState {
  const times = before.overwritten + (dryRun ? 0 : 1);
  const conflict = times - MOST_OVERWRITTEN + 1;
  const contents = records.map(({ content }) => content);
  const desired = { address, equallyGood, sinceMs: nowMs };
  const name = { ...before, desired, overwritten: times, confirmed: null };
  if (conflict < 1) {
    effects.push(notice({ kind: 'drifted', name: name.settings.name, address, found: contents, dryRun }));
    return name;
  }
  const says = contents.length === 0 ? 'it is gone' : `it says ${contents.map(describeContent).join(', ')}`;
  const what = `somebody else changed the record ${times} times in a row (now ${says}): stop them, or take the name out here`;
  const cause = { what, permanent: true, ray: null, scope: 'name' as const };
  return failName(name, cause, nowMs, () => slowRetryMs(conflict), effects);
}

/** The name, confirmed if nothing is left to do: the one end of its failures. */
export function confirmIfDone(
  name: NameState,
  how: Extract<Notice, { kind: 'synced' }>['how'],
  was: Address | null,
  nowMs: number,
  effects: Effect[],
): NameState {
  if (name.desired === null || isPending(name)) return name;
  const { address, sinceMs } = name.desired;
  // What the whole zone suffered was said once, and so is its end.
  const hadTrouble = name.trouble !== null && name.trouble.scope !== 'zone';
  if (name.confirmed !== address || !how.startsWith('found') || hadTrouble) {
    effects.push(notice({ kind: 'synced', name: name.settings.name, address, was, how, tookMs: nowMs - sinceMs }));
  }
  return {
    ...name,
    trouble: null,
    confirmed: address,
    confirmedId: idOf(name, address),
    confirmedMs: nowMs,
    published: address,
    addressFirst: false,
    shown: null,
  };
}

/** The id of the record that says the address. */
function idOf(name: NameState, address: Address): string | null {
  const said = recordsOf(name)?.filter(({ content }) => content === address) ?? [];
  return (said.find(({ readOnly }) => !readOnly) ?? said[0])?.id ?? null;
}
