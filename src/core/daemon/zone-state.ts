import type { ApiFailure } from '../cloudflare/failure.ts';
import type { HttpReply } from '../cloudflare/http.ts';
import type { NamedRecord } from '../cloudflare/replies.ts';
import type { RecordSettings } from '../config/settings.ts';
import type { Operation } from '../dns/plan.ts';
import { slowRetryMs } from './backoff.ts';
import { type Bucket, fullBucket } from './bucket.ts';
import type { Answers } from './lookup.ts';
import { isPending, type NameState, newName } from './name-life.ts';
import type { Notice } from './notices.ts';
import { type Cause, failedAgain, type Trouble } from './trouble.ts';

/** How far a record is, in the words of the log and the status file. */
export type RecordState = 'unknown' | 'detected' | 'synced' | 'error';

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
  /** The records of our names on the pages before, and the names with one that cannot be read. */
  readonly found: readonly NamedRecord[];
  readonly odd: readonly string[];
  /** How many records those pages had altogether, and were said to have. */
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

/** When a request ended, what chance gave for it, and whether an address came while it was in flight: then no wait of ours
 *  follows. */
export type Moment = Pick<Outcome, 'nowMs' | 'draw'> & { readonly overtaken: boolean };

/** Names of one zone. One request is in flight at a time; what is next follows from the state. */
export interface ZoneState {
  /** null = the names' zones are yet to be looked up. */
  readonly zoneId: string | null;
  /** Its name, which new names have to end in; undefined = not asked for yet, null = the token may not know. */
  readonly zoneName: string | null | undefined;
  /** What lookups brought so far. */
  readonly answers: Answers;
  readonly names: readonly NameState[];
  readonly reading: Reading | null;
  readonly inFlight: Call | null;
  /** An address arrived while the request was in flight. */
  readonly overtaken: boolean;
  readonly trouble: Trouble | null;
  /** Until when the server asked for silence, which nothing shortens: its limits are those of the token's user; 0 = it did
   *  not. */
  readonly heldUntilMs: number;
  readonly bucket: Bucket;
  readonly bucketReported: boolean;
  /** Operations in one batch: halved when one is refused, to find out which; doubled after a success. */
  readonly batchLimit: number;
  /** The batch call was denied, and single calls are made for a while; null = it was not. */
  readonly batchTrouble: Trouble | null;
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
    overtaken: false,
    trouble: null,
    heldUntilMs: 0,
    bucket: fullBucket(nowMs),
    bucketReported: false,
    batchLimit: MAX_BATCH,
    batchTrouble: null,
    dryRun,
  };
}

/** What is to be said of the name's failures: its own, else the zone's. */
export const troubleOf = (zone: ZoneState, name: NameState): Trouble | null => name.trouble ?? zone.trouble;

export function recordState(zone: ZoneState, name: NameState): RecordState {
  if (name.desired === null) return 'unknown';
  if (isPending(name) && troubleOf(zone, name) !== null) return 'error';
  return name.confirmed === name.desired.address && name.life.kind !== 'behind' ? 'synced' : 'detected';
}

/** The name at an index that a call has. */
export const nameAt = ({ names }: ZoneState, index: number): string => names[index]?.settings.name ?? '';

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

/** The name with one more failure of its own, reported.
 *  @param waitMs the wait after so many failures in a row */
export function failName(
  name: NameState,
  cause: Cause,
  nowMs: number,
  waitMs: (failures: number) => number,
  effects: Effect[],
): NameState {
  const trouble = failedAgain(name.trouble, cause, nowMs, waitMs);
  const repeated = name.trouble?.what === cause.what;
  effects.push(
    notice({ kind: 'nameTrouble', name: name.settings.name, trouble, published: name.published, nowMs, repeated }),
  );
  return { ...name, trouble };
}

/** The name that our own policy or the lack of a zone keeps from its goal, until a person has put it right. */
export const stopName = (name: NameState, what: string, nowMs: number, effects: Effect[]): NameState =>
  failName(name, { what, permanent: true, ray: null, scope: 'name' }, nowMs, slowRetryMs, effects);
