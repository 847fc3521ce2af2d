import type { Address } from '../address/address.ts';
import type { RecordSettings } from '../config/settings.ts';
import { carriesAddress, type Operation, type OwnRecord, type PlanRefusal, plan, speaking } from '../dns/plan.ts';
import type { AaaaRecord } from '../dns/record.ts';
import type { Trouble } from './trouble.ts';

/** The life of a name: what is known of its records, and what is left to do with them. docs/life-of-a-name.md has the
 *  picture; a test holds it against the functions below, which make every transition there is. */
export type Life = Readonly<
  /** Nobody asked for it yet. */
  | { kind: 'fresh' }
  /** Its records are to be read before anything is written.
   *  `byItself`: the list of the whole zone does not tell enough of it, or costs too much. */
  | { kind: 'unread'; byItself: boolean }
  /** No address is to be published: its records may be read, and nothing is written. */
  | { kind: 'readOnly'; records: readonly AaaaRecord[] }
  /** Its records are not what they should be. */
  | { kind: 'behind'; records: readonly AaaaRecord[]; todo: readonly Operation[] }
  /** They are not, and the policy forbids to change them. */
  | { kind: 'barred'; records: readonly AaaaRecord[]; why: PlanRefusal }
  /** They are, or a dry run has shown what it would do. */
  | { kind: 'done'; records: readonly AaaaRecord[] }
>;

/** The address that a name is to say. */
export interface Desired {
  readonly address: Address;
  /** As good as `address`: should the record turn out to say one of them at the first look, then that one stays. */
  readonly equallyGood: readonly Address[];
  /** When it was chosen, milliseconds on CLOCK_BOOTTIME. */
  readonly sinceMs: number;
}

export interface NameState {
  readonly settings: RecordSettings;
  /** null = there is no address to publish: the records may be read, but not written. */
  readonly desired: Desired | null;
  readonly life: Life;
  /** Failures in a row, until the name is known to be right. */
  readonly trouble: Trouble | null;
  /** The address the provider last confirmed, in the record of that id; null = none yet. */
  readonly confirmed: Address | null;
  readonly confirmedId: string | null;
  /** When it did so last, milliseconds on CLOCK_BOOTTIME; null = not yet. */
  readonly confirmedMs: number | null;
  /** What the record said when it was last read or written. */
  readonly published: Address | null;
  /** It was read at least once since the start. */
  readonly seen: boolean;
  /** Verifications in a row that found the record changed by somebody else: a contest, not a failure. */
  readonly overwritten: number;
  /** Cloudflare refused attributes with the address: it is written before them. */
  readonly addressFirst: boolean;
  /** Cloudflare refused a change by itself: it goes with what else the record has. */
  readonly whole: boolean;
  /** What a dry run last showed of it, as JSON; null = nothing since it was right. */
  readonly shown: string | null;
}

export const newName = (settings: RecordSettings): NameState => ({
  settings,
  desired: null,
  life: { kind: 'fresh' },
  trouble: null,
  confirmed: null,
  confirmedId: null,
  confirmedMs: null,
  published: null,
  seen: false,
  overwritten: 0,
  addressFirst: false,
  whole: false,
  shown: null,
});

/** Whether there is anything left to do: to read the records, or to change them. */
export const isPending = ({ life }: NameState): boolean =>
  life.kind === 'unread' || life.kind === 'behind' || life.kind === 'barred';

/** The operations that are left. */
export const todoOf = ({ life }: NameState): readonly Operation[] => (life.kind === 'behind' ? life.todo : []);

/** All AAAA records of the name; null = not known. */
export const recordsOf = ({ life }: NameState): readonly AaaaRecord[] | null =>
  life.kind === 'fresh' || life.kind === 'unread' ? null : life.records;

/** Whether its address may be wrong, and not its attributes alone. */
export const isAddressDue = (name: NameState): boolean =>
  name.life.kind !== 'behind' || name.life.todo.some(carriesAddress);

/** The record of a set that is known to be this machine's. */
export const ownRecord = ({ confirmed, confirmedId }: NameState): OwnRecord | null =>
  confirmed === null ? null : { id: confirmedId, content: confirmed };

const UNREAD: Life = { kind: 'unread', byItself: false };
const UNREAD_BY_ITSELF: Life = { kind: 'unread', byItself: true };

/** The name when its records are to be read anew, if anybody asked for it. */
export const unread = (name: NameState): NameState =>
  name.life.kind === 'unread' || name.life.kind === 'fresh' ? name : { ...name, life: UNREAD };

/** The name when a person had its settings read again: its records are to be read, and nothing that failed counts any
 *  more. That others keep changing them is no less true for it. */
export const readAnew = (name: NameState): NameState => ({
  ...name,
  life: name.life.kind === 'fresh' ? name.life : UNREAD,
  trouble: null,
  addressFirst: false,
  whole: false,
});

/** The name that is to be read in a list of its own, or no longer is. */
export const readByItself = (name: NameState, byItself = true): NameState => ({
  ...name,
  life: byItself ? UNREAD_BY_ITSELF : UNREAD,
});

/** The name with another goal. */
export const aimed = (name: NameState, desired: Desired | null): NameState =>
  name.life.kind === 'fresh' ? { ...name, desired, life: UNREAD } : planned({ ...name, desired }, recordsOf(name));

/** The name whose records are known to be these. */
export const holding = (name: NameState, records: readonly AaaaRecord[]): NameState =>
  planned({ ...name, published: speaking(records, ownRecord(name))?.content ?? null, seen: true }, records);

/** The name after a dry run has shown what is left to do. It counts as done until its records or its goal change. */
export const rehearsed = (name: NameState): NameState =>
  name.life.kind === 'behind' ? { ...name, life: { kind: 'done', records: name.life.records } } : name;

/** The name that is written in another manner from now on. */
export const inManner = (name: NameState, manner: Partial<Pick<NameState, 'addressFirst' | 'whole'>>): NameState =>
  planned({ ...name, ...manner }, recordsOf(name));

/** The name for which something else has to be done than the plan says. */
export const withTodo = (name: NameState, records: readonly AaaaRecord[], todo: readonly Operation[]): NameState => ({
  ...name,
  life: { kind: 'behind', records, todo },
});

/** The name with what follows from its records and its goal; without records it stays as it is. */
function planned(name: NameState, records: readonly AaaaRecord[] | null): NameState {
  if (records === null) return name;
  const { settings, desired, addressFirst, whole } = name;
  if (desired === null) return { ...name, life: { kind: 'readOnly', records } };
  const goal = {
    content: desired.address,
    enforced: settings,
    multiRecord: settings.multiRecord,
    own: ownRecord(name),
    manner: { addressFirst, whole },
  };
  const result = plan(records, goal);
  if (!result.ok) return { ...name, life: { kind: 'barred', records, why: result.error } };
  const todo = result.value;
  return { ...name, life: todo.length === 0 ? { kind: 'done', records } : { kind: 'behind', records, todo } };
}
