import type { Address } from '../address/address.ts';
import { type Candidate, isGivenUp } from '../address/candidates.ts';
import { compareUplinks, type Uplink } from '../address/routes.ts';
import { equallyGood, select } from '../address/select.ts';
import { isLater } from '../address/stamps.ts';

/** How long an address that was passed over has to wait after a loss: a replacement usually follows 1.6 s behind, and
 *  links flap. */
export const GRACE_MS = 3_000;

/** How long an address that no default route serves has to wait before it replaces one that was served: after a start and
 *  in an outage the uplink's own address is on its way. */
export const PATIENCE_MS = 60_000;

/** The address that was chosen, as it was when last looked at. */
export interface Chosen {
  readonly address: Address;
  readonly ifIndex: number;
  readonly createdStamp: number | null;
  readonly uplink: Uplink | null;
  readonly isGivenUp: boolean;
  /** Since when no default route serves it any more, or since the start; null = one does, -Infinity = none ever did. */
  readonly unservedSinceMs: number | null;
  /** It was seen with a default route, or has yet to be seen at all. */
  readonly mayBeServed: boolean;
}

/** What has been chosen, and what is being waited for. */
export interface Choice {
  /** null = nothing was eligible yet. It stays chosen after its loss until another replaces it. */
  readonly current: Chosen | null;
  /** What was eligible at the last look, or at the loss while that is being waited out, and what served it. */
  readonly seen: ReadonlyMap<Address, Uplink | null>;
  /** Until when what was seen at the loss has to wait; null = there was no loss. */
  readonly graceUntilMs: number | null;
  /** The best one, which is ready but for the patience; null = there is none. */
  readonly held: Candidate | null;
  /** When to choose again although nothing happens; null = only an event can change anything. */
  readonly dueMs: number | null;
}

export const nothingChosen: Choice = {
  current: null,
  seen: new Map(),
  graceUntilMs: null,
  held: null,
  dueMs: null,
};

/** The choice after a start: the record's address counts as published, and as served until then. */
export const recordSays = (address: Address, nowMs: number): Choice => ({
  ...nothingChosen,
  current: {
    address,
    ifIndex: 0,
    createdStamp: null,
    uplink: null,
    isGivenUp: false,
    unservedSinceMs: nowMs,
    mayBeServed: true,
  },
});

/** Decides what to publish after the candidates changed, or at `dueMs`.
 *
 *  A gain is taken at once: there was nothing, or something better became eligible. After a loss (the chosen address went
 *  away, or fell behind: its carrier, its default route, its prefix) a successor is taken at once: a younger one of the
 *  same link, or one that was not eligible before or was not served as well. Any other was passed over before and waits
 *  GRACE_MS. With nothing eligible the choice stays as it is.
 *  @param knowsRoutes whether it is known what serves an address: without that there is no patience
 *  @param nowMs CLOCK_BOOTTIME */
export function choose(before: Choice, candidates: readonly Candidate[], knowsRoutes: boolean, nowMs: number): Choice {
  const survivor = candidates.find(({ row }) => row.address === before.current?.address) ?? null;
  const choice = { ...before, current: before.current && stillServed(before.current, survivor, nowMs) };
  const { current, seen, graceUntilMs } = choice;
  const selection = select(candidates, current?.address ?? null);
  // Whatever comes next is a gain.
  if (selection === null) return { ...nothingChosen, current };
  const { winner } = selection;
  if (current === null || winner.row.address === current.address) return taken(winner, current, candidates);
  const take = (from: Choice, own: Candidate): Choice => patiently(from, own, candidates, knowsRoutes, nowMs);
  const newcomers = candidates.filter((own) => own !== survivor && isNew(own, seen));
  if (graceUntilMs !== null) {
    const isOver = choice.held !== null || newcomers.length > 0 || nowMs >= graceUntilMs;
    if (!isOver) return { ...choice, dueMs: graceUntilMs };
    // Nor does a successor lose its turn by having to wait.
    const waiting = candidates.filter(({ row }) => row.address === choice.held?.row.address);
    return take(choice, bestOf(waiting, candidates) ?? winner);
  }
  if (survivor !== null && !hasFallen(survivor, current)) return take(choice, winner);
  const lost = { ...choice, seen: served(candidates), graceUntilMs: nowMs + GRACE_MS, dueMs: nowMs + GRACE_MS };
  const successors = [...newcomers, ...candidates.filter(({ row }) => isYounger(row, current))];
  return successors.length === 0 ? lost : take(lost, bestOf(successors, candidates) ?? winner);
}

/** Notes when it began that no default route serves the chosen address. */
function stillServed(current: Chosen, survivor: Candidate | null, nowMs: number): Chosen {
  if (survivor?.uplink) return current;
  // It was there, and got along without: so may its successor.
  if (survivor === null && !current.mayBeServed) return { ...current, unservedSinceMs: Number.NEGATIVE_INFINITY };
  return { ...current, unservedSinceMs: current.unservedSinceMs ?? nowMs };
}

/** Whether the address has to wait for one that is served, where there was one. */
export const mayWait = ({ uplink, isNamed, proof }: Candidate, knowsRoutes: boolean): boolean =>
  knowsRoutes && uplink === null && !isNamed && proof !== 'reached';

/** Takes the winner, unless it has to wait. */
function patiently(
  choice: Choice,
  winner: Candidate,
  candidates: readonly Candidate[],
  knowsRoutes: boolean,
  nowMs: number,
): Choice {
  const { current } = choice;
  const untilMs = (current?.unservedSinceMs ?? Number.NEGATIVE_INFINITY) + PATIENCE_MS;
  if (!mayWait(winner, knowsRoutes) || nowMs >= untilMs) return taken(winner, current, candidates);
  return { ...choice, held: winner, dueMs: untilMs };
}

function taken(winner: Candidate, before: Chosen | null, candidates: readonly Candidate[]): Choice {
  const { row, uplink } = winner;
  const { address, ifIndex, createdStamp } = row;
  const unservedSinceMs = uplink === null ? (before?.unservedSinceMs ?? Number.NEGATIVE_INFINITY) : null;
  const wasServed = before?.address === address && before.ifIndex === ifIndex && before.mayBeServed;
  const mayBeServed = uplink !== null || wasServed;
  const current = {
    address,
    ifIndex,
    createdStamp,
    uplink,
    isGivenUp: isGivenUp(winner),
    unservedSinceMs,
    mayBeServed,
  };
  return { ...nothingChosen, current, seen: served(candidates) };
}

/** Of equally good uplinks in a row one is kept: 10,000 addresses have few routes, and each copy takes 168 bytes. */
function served(candidates: readonly Candidate[]): ReadonlyMap<Address, Uplink | null> {
  const seen = new Map<Address, Uplink | null>();
  let kept: Uplink | null = null;
  for (const { row, uplink } of candidates) {
    if (compareUplinks(uplink, kept) !== 0) kept = uplink;
    seen.set(row.address, kept);
  }
  return seen;
}

/** Not there before, or not served as well. */
function isNew({ row, uplink }: Candidate, seen: ReadonlyMap<Address, Uplink | null>): boolean {
  const before = seen.get(row.address);
  return before === undefined || compareUplinks(uplink, before) < 0;
}

/** Whether the chosen address stands worse than before: another one that outranks it now did not win, this one lost. */
const hasFallen = (survivor: Candidate, before: Chosen): boolean =>
  compareUplinks(survivor.uplink, before.uplink) > 0 ||
  (isGivenUp(survivor) && !before.isGivenUp && survivor.proof === null);

/** On the link of the chosen one, and made after it. Unknown ages are never younger. */
const isYounger = (row: Candidate['row'], { ifIndex, createdStamp }: Chosen): boolean =>
  row.ifIndex === ifIndex &&
  row.createdStamp !== null &&
  createdStamp !== null &&
  isLater(row.createdStamp, createdStamp);

/** The best of the successors; null = one that was passed over outranks them all. */
function bestOf(successors: readonly Candidate[], candidates: readonly Candidate[]): Candidate | null {
  const best = equallyGood(candidates);
  return (
    select(
      successors.filter(({ row }) => best.includes(row.address)),
      null,
    )?.winner ?? null
  );
}
