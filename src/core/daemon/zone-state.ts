import type { Address } from '../address/address.ts';
import type { ApiFailure } from '../cloudflare/failure.ts';
import type { HttpReply } from '../cloudflare/http.ts';
import type { NamedRecord, ZoneInfo } from '../cloudflare/replies.ts';
import type { RecordSettings } from '../config/settings.ts';
import { type Operation, type PlanRefusal, plan } from '../dns/plan.ts';
import type { AaaaRecord } from '../dns/record.ts';
import { slowRetryMs } from './backoff.ts';
import { type Bucket, fullBucket } from './bucket.ts';
import type { Notice } from './notices.ts';

/** How far a record is, in the words of the log and the status file. */
export type RecordState = 'unknown' | 'detected' | 'synced' | 'error';

/** The address that a name is to say. */
export interface Desired {
  readonly address: Address;
  /** As good as `address`: should the record turn out to say one of them at the first look, then that one stays. */
  readonly equallyGood: readonly Address[];
  /** When it was chosen, milliseconds on CLOCK_BOOTTIME. */
  readonly sinceMs: number;
}

/** What keeps a name or a whole zone from its goal, and when it is tried again. */
export interface Trouble {
  /** What happened, why, what to do; for people. */
  readonly what: string;
  /** Something must change before a retry can help. */
  readonly permanent: boolean;
  /** Consecutive failures, at least 1. */
  readonly failures: number;
  readonly retryAtMs: number;
  /** See `Answer` of the API's failures: what a person has to quote, different every time. */
  readonly ray: string | null;
}

/** That the question for a zone was refused. */
export type Denial = Pick<Trouble, 'what' | 'ray'>;

export interface NameState {
  readonly settings: RecordSettings;
  /** null = there is no address to publish: the records may be read, but not written. */
  readonly desired: Desired | null;
  /** It was told an address, or that there is none for now: its records are to be known. */
  readonly asked: boolean;
  /** All AAAA records of the name; null = to be read before anything is written. */
  readonly records: readonly AaaaRecord[] | null;
  /** What is left to do, given `records` and `desired`; a refusal by the policy is in `trouble`. */
  readonly todo: readonly Operation[];
  /** Why the plan is empty although the goal is not reached. */
  readonly refusal: PlanRefusal | null;
  /** The address the provider last confirmed; null = none yet. */
  readonly confirmed: Address | null;
  /** When it did so last, milliseconds on CLOCK_BOOTTIME; null = not yet. */
  readonly confirmedMs: number | null;
  /** What the record said when it was last read or written. */
  readonly published: Address | null;
  /** It was read at least once since the start. */
  readonly seen: boolean;
  /** To be listed by itself: the list of the whole zone does not tell enough of it, or costs too much. */
  readonly alone: boolean;
  /** What a dry run last showed of it, as JSON; null = nothing since it was right. */
  readonly shown: string | null;
  /** Verifications in a row that found the record changed by somebody else. */
  readonly drifts: number;
  /** Times in a row that the records were not as we thought. */
  readonly outdated: number;
  readonly trouble: Trouble | null;
}

/** A request of the zone's, in flight. */
export type Call =
  | { readonly kind: 'lookup'; readonly index: number; readonly candidate: string }
  | { readonly kind: 'identify'; readonly index: number } // for the name that is to be created
  | { readonly kind: 'list'; readonly index: number | null; readonly page: number } // see Reading
  | { readonly kind: 'write'; readonly steps: readonly Step[] };

/** A list of records on its way, which may take several pages. */
export interface Reading {
  /** The name it is about; null = every name of the zone. */
  readonly index: number | null;
  /** How many names the zone had when it began. */
  readonly names: number;
  /** The page to read, from 1, and the last one that is worth it. */
  readonly page: number;
  readonly lastPage: number;
  /** The records of our names on the pages before; how many those pages had altogether, and were said to have. */
  readonly found: readonly NamedRecord[];
  readonly count: number;
  readonly totalCount: number | null;
}

/** One operation for the name at `index`. */
export interface Step {
  readonly index: number;
  readonly operation: Operation;
}

export type Effect = Readonly<
  | { kind: 'call'; call: Call }
  | { kind: 'notice'; notice: Notice }
  | { kind: 'ended'; failure: ApiFailure['kind'] | null } // a request; null = it succeeded
  | { kind: 'resolved'; names: readonly NameState[]; zoneId: string; zoneName: string } // they left: they belong there
  | { kind: 'zoneLost' } // the id may be no zone's any more: the names' zones are to be looked up again
>;

export const notice = (content: Notice): Effect => ({ kind: 'notice', notice: content });

/** How a request ended. Times are milliseconds on CLOCK_BOOTTIME, `draw` is uniform in [0, 1). */
export type Outcome = Readonly<
  | { kind: 'replied'; nowMs: number; draw: number; reply: HttpReply }
  | { kind: 'unreachable'; nowMs: number; draw: number; detail: string; sent: boolean }
>;

/** Names of one zone. One request is in flight at a time; what is next follows from the state. */
export interface ZoneState {
  /** null = the names' zones are yet to be looked up. */
  readonly zoneId: string | null;
  /** Its name, which new names have to end in; undefined = not asked for yet, null = the token may not know. */
  readonly zoneName: string | null | undefined;
  /** What lookups brought, by the zone's name, in the order of the questions; null = the token sees no such zone.
   *  `.example.com` is there once all zones that end so were asked for. */
  readonly answers: ReadonlyMap<string, ZoneInfo | Denial | null>;
  readonly names: readonly NameState[];
  readonly reading: Reading | null;
  readonly inFlight: Call | null;
  /** An address arrived while a request was in flight: it does not wait for our own back-off. */
  readonly hurry: boolean;
  readonly trouble: Trouble | null;
  /** Until when the server asked for silence, which nothing shortens: its limits are those of the token's user; 0 = it did
   *  not. */
  readonly heldUntilMs: number;
  readonly bucket: Bucket;
  readonly bucketReported: boolean;
  /** Operations in one batch: halved when one is refused, to find out which; doubled after a success. 0 = batches are
   *  denied, and single calls are not: that stays until a single call is denied, too, or the settings are read again. */
  readonly batchLimit: number;
  /** Print what would be written instead of writing it. */
  readonly dryRun: boolean;
}

/** Records in one batch on the Free plan; the larger plans' 3,500 would save little. */
export const MAX_BATCH = 200;

export function newZone(
  zoneId: string | null,
  settings: readonly RecordSettings[],
  dryRun: boolean,
  nowMs: number,
): ZoneState {
  return {
    zoneId,
    zoneName: undefined,
    answers: new Map(),
    names: settings.map(newName),
    reading: null,
    inFlight: null,
    hurry: false,
    trouble: null,
    heldUntilMs: 0,
    bucket: fullBucket(nowMs),
    bucketReported: false,
    batchLimit: MAX_BATCH,
    dryRun,
  };
}

const newName = (settings: RecordSettings): NameState => ({
  settings,
  desired: null,
  asked: false,
  records: null,
  todo: [],
  refusal: null,
  confirmed: null,
  confirmedMs: null,
  published: null,
  seen: false,
  alone: false,
  shown: null,
  drifts: 0,
  outdated: 0,
  trouble: null,
});

/** The name with the plan that follows from its records and its goal. */
export function replan(name: NameState): NameState {
  if (name.records === null || name.desired === null) return { ...name, todo: [], refusal: null };
  const { settings, desired, records } = name;
  const planned = plan(records, { content: desired.address, enforced: settings, multiRecord: settings.multiRecord });
  return planned.ok ? { ...name, todo: planned.value, refusal: null } : { ...name, todo: [], refusal: planned.error };
}

/** Whether there is anything left to do before the name is known to say what it should. */
export const isPending = (name: NameState): boolean =>
  name.asked && (name.records === null || name.todo.length > 0 || name.refusal !== null);

export function recordState(zone: ZoneState, name: NameState): RecordState {
  const trouble = name.trouble ?? zone.trouble;
  if (trouble !== null && isPending(name)) return 'error';
  if (name.desired === null) return 'unknown';
  return name.confirmed === name.desired.address && name.todo.length === 0 ? 'synced' : 'detected';
}

/** What the records say: the first that is ours to change. */
export const saidBy = (records: readonly AaaaRecord[]): Address | null =>
  (records.find(({ readOnly }) => !readOnly) ?? records[0])?.content ?? null;

/** The name when nothing is known of its records any more. */
export const unread = (name: NameState): NameState => ({ ...name, records: null, todo: [], refusal: null });

/** `names` with the one at `index` changed. */
export const withName = (
  names: readonly NameState[],
  index: number,
  change: (name: NameState) => NameState,
): readonly NameState[] => {
  const copy = [...names];
  const name = names[index];
  if (name !== undefined) copy[index] = change(name);
  return copy;
};

/** The name with one more failure, reported.
 *  @param waitMs the wait after so many consecutive failures */
export function troubled(
  name: NameState,
  cause: Pick<Trouble, 'what' | 'permanent' | 'ray'>,
  nowMs: number,
  waitMs: (failures: number) => number,
  effects: Effect[],
): NameState {
  const failures = (name.trouble?.failures ?? 0) + 1;
  const trouble: Trouble = { ...cause, failures, retryAtMs: nowMs + waitMs(failures) };
  const repeated = name.trouble?.what === cause.what;
  effects.push(
    notice({ kind: 'nameTrouble', name: name.settings.name, trouble, published: name.published, nowMs, repeated }),
  );
  return { ...name, trouble };
}

/** The name that our own policy or the lack of a zone keeps from its goal, until a person has put it right. */
export const refusedByUs = (name: NameState, what: string, nowMs: number, effects: Effect[]): NameState =>
  troubled(name, { what, permanent: true, ray: null }, nowMs, slowRetryMs, effects);
